// From the compile config of a file, and what the user says in its place, to
// Model::training.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_COMPILESETTINGS_H
#define KREGC_FRONTENDS_KERAS_COMPILESETTINGS_H

#include "frontends/Keras/Model.h"

#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace kregc::keras {

/// What stands in place of the file's settings. Each is a name ("mse", "adam")
/// or Keras' serialised form as JSON; `metrics` is a list of names with commas
/// between them or JSON.
struct CompileOverrides {
  std::optional<std::string> loss, optimizer, metrics;
};

/// Fills Model::training. Where neither the file nor the user names an
/// optimizer, it is Keras' default, RMSprop. Errors: NoLoss (exit 2), wrong
/// numbers (2), a loss, optimizer, schedule, metric or constraint that is not
/// Keras' own or not supported (3), a mask that training would look at (3).
llvm::Error readTraining(Model &model, const CompileOverrides &overrides = {});

/// What the outputs are called in a compile config and in a history: the name
/// of the layer that makes each.
std::vector<std::string> outputNames(const Model &model);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_COMPILESETTINGS_H

// A trained model as a file that Keras loads: the file that was read, with
// other numbers and the state of the optimizer in it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_MODELWRITER_H
#define KREGC_FRONTENDS_KERAS_MODELWRITER_H

#include "frontends/Keras/CompileSettings.h"
#include "frontends/Keras/Model.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kregc::keras {

/// A variable of the optimizer that belongs to a weight.
struct OptimizerSlot {
  std::string weight, slot; ///< "dense/kernel", "momentum"
  Shape shape;
  const float *data;
};

/// What training has made of a model.
struct TrainedState {
  /// The present value of a weight; null where it is still that of the file.
  llvm::function_ref<const float *(const Weight &)> weight;
  int64_t iteration = 0;
  double learningRate = 0;
  std::vector<OptimizerSlot> slots; ///< in the order of Keras' optimizers
  /// What stood in place of the file's compile settings, to be kept.
  CompileOverrides overrides;
};

/// Whether writeModel can write to a file of this name, before any work is
/// done: a `.keras` for a model of Keras 3 or from a `.keras`, a `.h5` for a
/// model from one. Errors: OutputFormat, CannotWrite.
llvm::Error checkModelOutput(const Model &model, llvm::StringRef path);

/// Writes the model beside `path` and renames it. Reads the rest of it from the
/// file that it came from once more.
llvm::Error writeModel(const Model &model, const TrainedState &state,
                       llvm::StringRef path);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_MODELWRITER_H

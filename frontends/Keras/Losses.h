// The losses that a model was compiled with, in every form that Keras writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_LOSSES_H
#define KREGC_FRONTENDS_KERAS_LOSSES_H

#include "frontends/Container/Json.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kregc::keras {

/// The loss of one output.
struct Loss {
  std::string kind; ///< Keras' function name: "mean_squared_error" …
  std::string reduction = "sum_over_batch_size"; ///< or "sum"
  double weight = 1;                             ///< of loss_weights
  bool fromLogits = false;
  double labelSmoothing = 0;
  double delta = 1;               ///< huber
  double alpha = 0.25, gamma = 2; ///< focal crossentropies
  bool classBalancing = false;    ///< binary focal crossentropy
};

/// Reads `loss` and `loss_weights` of a compile config for a model with these
/// outputs (their names, where losses are given by name). `loss` is a name, a
/// serialised loss object, or a list or an object of those; one for several
/// outputs counts for each. `weights` may be null. Errors: JsonKind,
/// JsonLength, UnknownLoss, LossOption (a reduction or axis that is not
/// built).
llvm::Expected<std::vector<Loss>>
readLosses(const JsonValue &loss, const JsonValue *weights,
           const std::vector<std::string> &outputs);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_LOSSES_H

// The losses that a model was compiled with, in every form that Keras writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_LOSSES_H
#define KREGC_FRONTENDS_KERAS_LOSSES_H

#include "frontends/Container/Json.h"
#include "frontends/Keras/Training.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kregc::keras {

/// Reads `loss` and `loss_weights` of a compile config for a model with these
/// outputs (their names, where losses are given by name). `loss` is a name, a
/// serialised loss object, or a list or an object of those; one for several
/// outputs counts for each, and null for one of them is no loss. `weights` may
/// be null. Errors: JsonKind, JsonLength, UnknownLoss, LossOption (a reduction
/// or axis that is not built).
llvm::Expected<std::vector<Loss>>
readLosses(const JsonValue &loss, const JsonValue *weights,
           const std::vector<std::string> &outputs);

/// One loss: its name, or a serialised loss. Errors as above.
llvm::Expected<Loss> readLoss(const JsonValue &value);

/// Keras' function name of a loss by any of its names (function, alias, class);
/// empty if there is none. Source: keras-semantics, losses.
llvm::StringRef lossFunctionName(llvm::StringRef name);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_LOSSES_H

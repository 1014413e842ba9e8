// Optimizers, learning-rate schedules and constraints, in every form that
// Keras writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_OPTIMIZERS_H
#define KREGC_FRONTENDS_KERAS_OPTIMIZERS_H

#include "frontends/Container/Json.h"
#include "frontends/Keras/Model.h"

#include "llvm/Support/Error.h"

#include <optional>

namespace kregc::keras {

/// Reads an optimizer of a compile config: a name ("adam"), or a serialised
/// object of Keras 2 or 3. Defaults are those of the optimizer's class in the
/// release `version`. Errors: JsonKind, JsonRange, UnknownOptimizer,
/// OptimizerOption.
llvm::Expected<Optimizer> readOptimizer(const JsonValue &value,
                                        const Version &version);

/// Reads `learning_rate`: a number or a serialised schedule. Errors: JsonKind,
/// JsonRange, UnknownSchedule.
llvm::Expected<Schedule> readSchedule(const JsonValue &value);

/// Reads a constraint of a weight of rank `rank`: null, a name or an object. A
/// class that is not Keras' own is a Foreign constraint, not an error; errors
/// are wrong numbers.
llvm::Expected<std::optional<Constraint>>
readConstraint(const JsonValue *value, llvm::StringRef layer, int64_t rank,
               const Version &version);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_OPTIMIZERS_H

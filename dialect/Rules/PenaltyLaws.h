// The penalty laws as data: through which ops a penalty of the output is a
// penalty of the inputs, under which conditions, and in which modes. Rewrites,
// docs, tests and proofs read the same rows (PenaltyLaws.def).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_RULES_PENALTYLAWS_H
#define KREGC_DIALECT_RULES_PENALTYLAWS_H

#include "dialect/IR/Kreg.h"

namespace mlir::kreg {

/// Attributes of kreg.model: the mode it is specialised to ("inference"; absent
/// before), and what of its penalties a caller observes ("sum"; absent: each).
inline constexpr StringLiteral kModeAttr = "mode";
inline constexpr StringLiteral kInferenceMode = "inference";
inline constexpr StringLiteral kObservedAttr = "observed";
inline constexpr StringLiteral kObservedSum = "sum";

/// What a rewrite must keep: the value of each penalty site, or only the sum.
enum class Observe { Sites, Sum };

} // namespace mlir::kreg

#endif // KREGC_DIALECT_RULES_PENALTYLAWS_H

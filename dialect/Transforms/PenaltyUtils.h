// Small things that several passes of this folder do with penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRANSFORMS_PENALTYUTILS_H
#define KREGC_DIALECT_TRANSFORMS_PENALTYUTILS_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Builders.h"

namespace mlir::kreg {

/// Moves `builder` to where a new penalty of `tensor` belongs: directly behind
/// the op that makes it (or at the start of the block) and behind the
/// penalties that stand there already.
void setInsertionPointForPenalty(OpBuilder &builder, Value tensor);

/// The terminator of a model.
ReturnOp getReturn(ModelOp model);

/// The layer name that a location carries (a NameLoc), or "" if it has none.
StringRef nameOf(Location loc);

} // namespace mlir::kreg

#endif // KREGC_DIALECT_TRANSFORMS_PENALTYUTILS_H

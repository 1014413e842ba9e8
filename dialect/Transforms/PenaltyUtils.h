// Small things that several passes of this folder do with penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRANSFORMS_PENALTYUTILS_H
#define KREGC_DIALECT_TRANSFORMS_PENALTYUTILS_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

namespace mlir::kreg {

/// Moves `builder` to where a new penalty of `tensor` belongs: directly behind
/// the op that makes it (or at the start of the block) and behind the
/// penalties that stand there already.
void setInsertionPointForPenalty(OpBuilder &builder, Value tensor);

/// The terminator of a model.
ReturnOp getReturn(ModelOp model);

/// A penalty that `kreg.return` lists. Where the listed value is not a
/// kreg.penalty (a zero penalty that was folded is a constant), `tensor` is
/// null and `other` is the value.
struct PenaltySite {
  Value tensor;
  L1L2Attr regularizer;
  Norm norm = Norm::None;
  Location loc;
  Value other;
};

/// The penalties of a model in the order of `kreg.return`.
SmallVector<PenaltySite> collectPenaltySites(ModelOp model);

/// Makes `sites` the penalties of the model, in this order, in place of all
/// that it has.
void replacePenaltySites(ModelOp model, ArrayRef<PenaltySite> sites);

/// Sorts sites by the place where their tensors are made, then by norm.
void sortPenaltySites(SmallVectorImpl<PenaltySite> &sites);

/// Options of a remark of `model` from the pass with the flag `pass`.
remark::RemarkOpts remarkOptions(ModelOp model, StringRef pass, StringRef name);

} // namespace mlir::kreg

#endif // KREGC_DIALECT_TRANSFORMS_PENALTYUTILS_H

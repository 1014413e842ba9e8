// Small things that several passes of this folder do with penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/PenaltyUtils.h"

using namespace mlir;
using namespace mlir::kreg;

void mlir::kreg::setInsertionPointForPenalty(OpBuilder &builder, Value tensor) {
  builder.setInsertionPointAfterValue(tensor);
  Block *block = builder.getInsertionBlock();
  while (builder.getInsertionPoint() != block->end() &&
         isa<PenaltyOp>(*builder.getInsertionPoint())) {
    builder.setInsertionPointAfter(&*builder.getInsertionPoint());
  }
}

ReturnOp mlir::kreg::getReturn(ModelOp model) {
  return cast<ReturnOp>(model.getBody().front().getTerminator());
}

StringRef mlir::kreg::nameOf(Location loc) {
  NameLoc name = loc->findInstanceOf<NameLoc>();
  return name ? name.getName().getValue() : StringRef();
}

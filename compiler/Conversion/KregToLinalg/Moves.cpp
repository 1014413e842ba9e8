// Ops that only move elements, and constants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::kreg;

static Value first(OpBuilder &, Location, ValueRange arguments) {
  return arguments[0];
}

Value kreg::lower(ConstantOp op) {
  LinalgBuilder lb(op);
  return arith::ConstantOp::create(lb.builder, lb.loc,
                                   cast<TypedAttr>(op.getValue()));
}

Value kreg::lower(TransposeOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<AffineExpr> map(type.getRank());
  for (auto [i, source] : llvm::enumerate(op.getPerm())) {
    map[source] = lb.dim(i);
  }
  return lb.generic(type, op.getX(),
                    AffineMap::get(type.getRank(), 0, map, op.getContext()), 0,
                    lb.empty(type, op.getX()), first);
}

Value kreg::lower(PadOp op) {
  LinalgBuilder lb(op);
  return lb.pad(op.getX(), op.getLow(), op.getHigh(), 0.0);
}

Value kreg::lower(ConcatOp op) {
  LinalgBuilder lb(op);
  return tensor::ConcatOp::create(lb.builder, lb.loc, op.getType(),
                                  op.getAxis(), op.getInputs());
}

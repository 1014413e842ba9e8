// A normalisation becomes reductions and functions of elements, each of which
// a kernel can hold: its statistics depend on each other, and a loop nest has
// one anchor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/PrepareKernels.h"

#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;
using namespace mlir::kreg;

namespace {

/// The ops that one normalisation becomes, in front of it.
class Decomposition {
public:
  explicit Decomposition(NormalizeOp op)
      : op(op), builder(op), loc(op.getLoc()),
        element(cast<RankedTensorType>(op.getType()).getElementType()) {}

  Value result() {
    double epsilon = op.getEpsilon().convertToDouble();
    Value x = op.getX();
    if (op.getKind() == NormalizeKind::L2) {
      // x·min(1/√Σx², 1/ε): zeros stay zeros.
      Value norm = unary(UnaryKind::Sqrt, reduce(ReduceKind::Sum, square(x)));
      Value inverse = binary(BinaryKind::Div, number(1.0), norm);
      return binary(BinaryKind::Mul, x,
                    binary(BinaryKind::Min, inverse, number(1.0 / epsilon)));
    }
    if (op.getKind() == NormalizeKind::Standard) {
      x = binary(BinaryKind::Sub, x, reduce(ReduceKind::Mean, x));
    }
    Value variance = reduce(ReduceKind::Mean, square(x));
    Value deviation = unary(UnaryKind::Sqrt,
                            binary(BinaryKind::Add, variance, number(epsilon)));
    return binary(BinaryKind::Div, x, deviation);
  }

private:
  Value number(double value) {
    auto type = RankedTensorType::get({}, element);
    return ConstantOp::create(builder, loc,
                              cast<ElementsAttr>(DenseElementsAttr::get(
                                  type, builder.getFloatAttr(element, value))));
  }
  Value reduce(ReduceKind kind, Value x) {
    return ReduceOp::create(builder, loc, kind, x, op.getAxes(),
                            /*keepdims=*/true);
  }
  Value unary(UnaryKind kind, Value x) {
    return UnaryOp::create(builder, loc, x.getType(), kind, x,
                           ArrayRef<double>());
  }
  Value square(Value x) { return unary(UnaryKind::Square, x); }
  Value binary(BinaryKind kind, Value a, Value b) {
    return BinaryOp::create(builder, loc, kind, a, b);
  }

  NormalizeOp op;
  OpBuilder builder;
  Location loc;
  Type element;
};

} // namespace

void mlir::kreg::decomposeNormalize(ModelOp model) {
  bool changed = false;
  for (NormalizeOp op : llvm::make_early_inc_range(
           model.getBody().front().getOps<NormalizeOp>())) {
    op.replaceAllUsesWith(Decomposition(op).result());
    op.erase();
    changed = true;
  }
  if (changed) {
    // Gradients of a normalisation compute its statistics too.
    IRRewriter rewriter(model.getContext());
    DominanceInfo dominance;
    eliminateCommonSubExpressions(rewriter, dominance, model);
  }
}

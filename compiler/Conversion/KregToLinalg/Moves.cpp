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

namespace {
/// Dimensions of two shapes of the same size that hold the same elements.
struct Groups {
  SmallVector<ReassociationIndices> from, to;
  SmallVector<int64_t> sizes; ///< of each group

  Groups(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
    size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
      from.emplace_back();
      to.emplace_back();
      Count left, right;
      left.take(a, i, from.back());
      right.take(b, j, to.back());
      while (!(left == right)) {
        bool isLess = left.isBehind(right);
        isLess ? left.take(a, i, from.back()) : right.take(b, j, to.back());
      }
      sizes.push_back(left.isDynamic ? ShapedType::kDynamic : left.product);
    }
    // Ones at the end.
    for (; i < a.size(); ++i) {
      from.back().push_back(int64_t(i));
    }
    for (; j < b.size(); ++j) {
      to.back().push_back(int64_t(j));
    }
  }

private:
  struct Count {
    int64_t product = 1;
    bool isDynamic = false;

    void take(ArrayRef<int64_t> shape, size_t &next,
              ReassociationIndices &group) {
      isDynamic |= ShapedType::isDynamic(shape[next]);
      product *= ShapedType::isDynamic(shape[next]) ? 1 : shape[next];
      group.push_back(int64_t(next++));
    }
    bool operator==(const Count &o) const {
      return product == o.product && isDynamic == o.isDynamic;
    }
    bool isBehind(const Count &o) const {
      return isDynamic == o.isDynamic ? product < o.product : o.isDynamic;
    }
  };
};
} // namespace

/// Inside of a kernel a reshape is two views: groups of dimensions become one,
/// then the other's dimensions.
Value kreg::lower(ReshapeOp op) {
  LinalgBuilder lb(op);
  auto from = cast<RankedTensorType>(op.getX().getType());
  auto to = cast<RankedTensorType>(op.getType());
  Groups groups(from.getShape(), to.getShape());
  auto middle = RankedTensorType::get(groups.sizes, from.getElementType());
  Value value = op.getX();
  if (middle != from) {
    value = tensor::CollapseShapeOp::create(lb.builder, lb.loc, middle, value,
                                            groups.from);
  }
  if (middle != to) {
    value =
        tensor::ExpandShapeOp::create(lb.builder, lb.loc, to, value, groups.to);
  }
  return value;
}

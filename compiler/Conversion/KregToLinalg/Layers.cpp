// Cropping, upsampling, matmul and embedding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>

using namespace mlir;
using namespace mlir::kreg;

static Value first(OpBuilder &, Location, ValueRange arguments) {
  return arguments[0];
}

static Value multiplyAdd(OpBuilder &b, Location loc, ValueRange a) {
  return arith::AddFOp::create(b, loc, a[2],
                               arith::MulFOp::create(b, loc, a[0], a[1]));
}

/// A pointwise generic that reads nothing by its maps: the body extracts.
static Value computed(LinalgBuilder &lb, RankedTensorType type, Value like,
                      Payload payload) {
  return lb.generic(type, {}, {}, 0, lb.empty(type, like), payload);
}

Value kreg::lower(SliceOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<AffineExpr> map;
  for (auto [i, low] : llvm::enumerate(op.getLow())) {
    int64_t stride = op.getStrides().empty() ? 1 : op.getStrides()[i];
    map.push_back(lb.dim(i) * stride + low);
  }
  return lb.generic(type, op.getX(),
                    AffineMap::get(type.getRank(), 0, map, op.getContext()), 0,
                    lb.empty(type, op.getX()), first);
}

Value kreg::lower(RepeatOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<AffineExpr> map;
  for (auto [i, factor] : llvm::enumerate(op.getFactors())) {
    map.push_back(factor == 1 ? lb.dim(i) : lb.dim(i).floorDiv(factor));
  }
  return lb.generic(type, op.getX(),
                    AffineMap::get(type.getRank(), 0, map, op.getContext()), 0,
                    lb.empty(type, op.getX()), first);
}

namespace {

/// An element of a resized tensor: interpolates one spatial dimension after
/// the other, the last one first.
class Interpolation {
public:
  Interpolation(OpBuilder &b, Location loc, ResizeOp op)
      : at{b, loc}, op(op), x(cast<RankedTensorType>(op.getX().getType())) {}

  Value element() {
    SmallVector<Value> indices(x.getRank());
    indices.front() = at.loop(0);
    indices.back() = at.loop(x.getRank() - 1);
    return interpolate(1, indices);
  }

private:
  /// The value with `indices` fixed before dimension `dim`.
  Value interpolate(int64_t dim, SmallVectorImpl<Value> &indices) {
    if (dim == x.getRank() - 1) {
      return tensor::ExtractOp::create(at.b, at.loc, op.getX(), indices);
    }
    // p = ((2·i + 1)·n - m)/(2·m), its floor and the rest in whole numbers.
    int64_t n = x.getDimSize(dim), m = op.getSizes()[dim - 1];
    Value numerator = at.add(at.mul(at.loop(dim), 2 * n), n - m);
    Value floor = at.floorDiv(numerator, 2 * m);
    Value rest =
        arith::SubIOp::create(at.b, at.loc, numerator, at.mul(floor, 2 * m));
    indices[dim] = at.clamp(floor, n);
    Value low = interpolate(dim + 1, indices);
    indices[dim] = at.clamp(at.add(floor, 1), n);
    Value high = interpolate(dim + 1, indices);
    Type type = x.getElementType();
    Value divisor = arith::ConstantOp::create(at.b, at.loc,
                                              at.b.getFloatAttr(type, 2.0 * m));
    Value weight =
        arith::DivFOp::create(at.b, at.loc, at.toReal(rest, type), divisor);
    Value step = arith::MulFOp::create(
        at.b, at.loc, arith::SubFOp::create(at.b, at.loc, high, low), weight);
    return arith::AddFOp::create(at.b, at.loc, low, step);
  }

  Indices at;
  ResizeOp op;
  RankedTensorType x;
};

} // namespace

Value kreg::lower(ResizeOp op) {
  LinalgBuilder lb(op);
  return computed(lb, cast<RankedTensorType>(op.getType()), op.getX(),
                  [&](OpBuilder &b, Location loc, ValueRange) {
                    return Interpolation(b, loc, op).element();
                  });
}

Value kreg::lower(MatmulOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  unsigned rank = type.getRank();
  SmallVector<AffineExpr> a, b;
  for (unsigned i = 0; i + 2 < rank; ++i) {
    a.push_back(lb.dim(i));
    b.push_back(lb.dim(i));
  }
  a.append({lb.dim(rank - 2), lb.dim(rank)});
  b.append({lb.dim(rank), lb.dim(rank - 1)});
  AffineMap maps[] = {AffineMap::get(rank + 1, 0, a, op.getContext()),
                      AffineMap::get(rank + 1, 0, b, op.getContext())};
  return lb.generic(type, {op.getA(), op.getB()}, maps, 1,
                    lb.filled(type, op.getA(), 0.0), multiplyAdd);
}

/// The row that an id names: from -1 on, so that fractions are cut off; where
/// it is none, a NaN among them, `inside` is false and the row 0.
static Value rowOf(OpBuilder &b, Location loc, Value id, int64_t rows,
                   llvm::function_ref<Value(Value, Value)> ifInside) {
  Indices at{b, loc};
  Value zero =
      arith::ConstantOp::create(b, loc, b.getFloatAttr(id.getType(), 0));
  // A cast of what is no row is undefined, so it does not happen; the clamp
  // shows the same to a code generator.
  Value integer =
      arith::FPToSIOp::create(b, loc, b.getI32Type(), ifInside(id, zero));
  return at.clamp(arith::IndexCastOp::create(b, loc, b.getIndexType(), integer),
                  rows);
}

/// select(-1 < id < rows, value, otherwise)
static Value selectInside(OpBuilder &b, Location loc, Value id, int64_t rows,
                          Value value, Value otherwise) {
  auto number = [&](double v) -> Value {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(id.getType(), v));
  };
  Value isLow =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, id, number(-1));
  Value isHigh = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, id,
                                       number(double(rows)));
  Value inner = arith::SelectOp::create(b, loc, isHigh, value, otherwise);
  return arith::SelectOp::create(b, loc, isLow, inner, otherwise);
}

Value kreg::lower(EmbeddingOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto table = cast<RankedTensorType>(op.getTable().getType());
  int64_t rank = type.getRank(), rows = table.getDimSize(0);
  AffineMap ids = AffineMap::getMultiDimIdentityMap(rank, op.getContext())
                      .getMajorSubMap(rank - 1);
  return lb.generic(
      type, op.getIds(), ids, 0, lb.empty(type, op.getIds()),
      [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
        auto ifInside = [&](Value value, Value otherwise) {
          return selectInside(b, loc, a[0], rows, value, otherwise);
        };
        Indices at{b, loc};
        Value row = rowOf(b, loc, a[0], rows, ifInside);
        Value element = tensor::ExtractOp::create(
            b, loc, op.getTable(), ValueRange{row, at.loop(rank - 1)});
        Value nan = arith::ConstantOp::create(
            b, loc,
            b.getFloatAttr(type.getElementType(),
                           std::numeric_limits<double>::quiet_NaN()));
        return ifInside(element, nan);
      });
}

/// Row v sums the gradients of the places whose id is v.
Value kreg::lower(EmbeddingGradientOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto ids = cast<RankedTensorType>(op.getIds().getType());
  int64_t places = ids.getRank(), rows = type.getDimSize(0);
  SmallVector<AffineExpr> place;
  for (int64_t i = 0; i < places; ++i) {
    place.push_back(lb.dim(2 + i));
  }
  SmallVector<AffineExpr> element(place);
  element.push_back(lb.dim(1));
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {AffineMap::get(2 + places, 0, place, context),
                      AffineMap::get(2 + places, 0, element, context)};
  return lb.generic(
      type, {op.getIds(), op.getDy()}, maps, places,
      lb.filled(type, op.getIds(), 0.0),
      [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
        Indices at{b, loc};
        Value row = rowOf(b, loc, a[0], rows, [&](Value value, Value other) {
          return selectInside(b, loc, a[0], rows, value, other);
        });
        Value isRow = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                            row, at.loop(0));
        Value sum = arith::AddFOp::create(b, loc, a[2], a[1]);
        Value mine = arith::SelectOp::create(b, loc, isRow, sum, a[2]);
        return selectInside(b, loc, a[0], rows, mine, a[2]);
      });
}

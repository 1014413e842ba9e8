// Pooling, reductions and softmax.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>

using namespace mlir;
using namespace mlir::kreg;

static constexpr double kLowest = -std::numeric_limits<double>::infinity();

static Value maximum(OpBuilder &b, Location loc, ValueRange arguments) {
  return arith::MaximumFOp::create(b, loc, arguments.back(), arguments[0]);
}

static Value minimum(OpBuilder &b, Location loc, ValueRange arguments) {
  return arith::MinimumFOp::create(b, loc, arguments.back(), arguments[0]);
}

static Value sum(OpBuilder &b, Location loc, ValueRange arguments) {
  return arith::AddFOp::create(b, loc, arguments.back(), arguments[0]);
}

Value kreg::countInBounds(OpBuilder &b, Location loc, ArrayRef<int64_t> window,
                          ArrayRef<int64_t> strides, ArrayRef<int64_t> low,
                          RankedTensorType x) {
  Indices at{b, loc};
  Value count = at.number(1);
  for (unsigned i = 0, e = window.size(); i < e; ++i) {
    Value first = arith::SubIOp::create(
        b, loc, at.mul(at.loop(i + 1), strides[i]), at.number(low[i]));
    Value end = at.add(first, window[i]);
    Value length = arith::SubIOp::create(
        b, loc,
        arith::MinSIOp::create(b, loc, end, at.number(x.getDimSize(i + 1))),
        arith::MaxSIOp::create(b, loc, first, at.number(0)));
    count = arith::MulIOp::create(b, loc, count, length);
  }
  return at.toReal(count, x.getElementType());
}

/// x reduced over a window to `type`; `payload` gets the element and, behind
/// it, what `more` has at the same place of the result. Loops: batch, out…,
/// channel, window….
template <typename Op>
static Value reduceWindow(LinalgBuilder &lb, Op op, RankedTensorType type,
                          double neutral, double init, ValueRange more,
                          Payload payload) {
  unsigned spatial = op.getWindow().size();
  unsigned channel = spatial + 1, window = spatial + 2,
           loops = window + spatial;
  SmallVector<AffineExpr> x{lb.dim(0)}, w, out{lb.dim(0)};
  for (unsigned i = 0; i < spatial; ++i) {
    x.push_back(lb.dim(i + 1) * op.getStrides()[i] + lb.dim(window + i));
    w.push_back(lb.dim(window + i));
    out.push_back(lb.dim(i + 1));
  }
  x.push_back(lb.dim(channel));
  out.push_back(lb.dim(channel));
  Value padded =
      lb.padSpatial(op.getX(), op.getPadsLow(), op.getPadsHigh(), neutral);
  // An operand that only says how large the window is.
  Value shape = tensor::EmptyOp::create(lb.builder, lb.loc, op.getWindow(),
                                        type.getElementType());
  MLIRContext *context = op.getContext();
  SmallVector<AffineMap> maps{AffineMap::get(loops, 0, x, context),
                              AffineMap::get(loops, 0, w, context)};
  maps.append(more.size(), AffineMap::get(loops, 0, out, context));
  SmallVector<Value> inputs{padded, shape};
  llvm::append_range(inputs, more);
  return lb.generic(type, inputs, maps, spatial,
                    lb.filled(type, op.getX(), init), payload);
}

Value kreg::lower(PoolOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  bool isMax = op.getKind() == PoolKind::Max;
  double neutral = isMax ? kLowest : 0.0;
  Value reduced =
      reduceWindow(lb, op, type, neutral, neutral, {}, isMax ? maximum : sum);
  if (isMax) {
    return reduced;
  }
  return lb.pointwise(
      type, reduced, [&](OpBuilder &b, Location loc, ValueRange arguments) {
        return Value(arith::DivFOp::create(
            b, loc, arguments[0],
            countInBounds(b, loc, op.getWindow(), op.getStrides(),
                          op.getPadsLow(),
                          cast<RankedTensorType>(op.getX().getType()))));
      });
}

/// The maximum, then the least number of an element that equals it.
Value kreg::lower(PoolPositionOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  unsigned window = op.getWindow().size() + 2;
  Value largest = reduceWindow(lb, op, type, kLowest, kLowest, {}, maximum);
  double none = 1;
  for (int64_t size : op.getWindow()) {
    none *= double(size);
  }
  // NaN around x: padding equals nothing.
  return reduceWindow(
      lb, op, type, std::numeric_limits<double>::quiet_NaN(), none, largest,
      [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
        Indices at{b, loc};
        Value tap = at.number(0);
        for (auto [i, size] : llvm::enumerate(op.getWindow())) {
          tap = arith::AddIOp::create(b, loc, at.mul(tap, size),
                                      at.loop(window + i));
        }
        Value isMaximum = arith::CmpFOp::create(
            b, loc, arith::CmpFPredicate::OEQ, a[0], a[2]);
        Value number = arith::SelectOp::create(
            b, loc, isMaximum, at.toReal(tap, type.getElementType()),
            arith::ConstantOp::create(
                b, loc, b.getFloatAttr(type.getElementType(), none)));
        return arith::MinimumFOp::create(b, loc, a.back(), number);
      });
}

/// x reduced over `axes`, which are gone from the result.
static Value reduce(LinalgBuilder &lb, Value x, ArrayRef<int64_t> axes,
                    double init, Payload payload) {
  auto type = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> map(type.getRank());
  unsigned kept = type.getRank() - axes.size(), next = 0, reduction = kept;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    if (llvm::is_contained(axes, i)) {
      map[i] = lb.dim(reduction++);
      continue;
    }
    map[i] = lb.dim(next++);
    shape.push_back(type.getDimSize(i));
  }
  auto reduced = RankedTensorType::get(shape, type.getElementType());
  return lb.generic(reduced, x,
                    AffineMap::get(type.getRank(), 0, map, type.getContext()),
                    axes.size(), lb.filled(reduced, x, init), payload);
}

/// A reduced tensor with its lost dimensions back, of size 1.
static Value keepDimensions(LinalgBuilder &lb, Value reduced,
                            RankedTensorType wanted, ArrayRef<int64_t> axes) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < wanted.getRank(); ++i) {
    if (!llvm::is_contained(axes, i) || groups.empty()) {
      groups.emplace_back();
    }
    groups.back().push_back(i);
  }
  return tensor::ExpandShapeOp::create(lb.builder, lb.loc, wanted, reduced,
                                       groups);
}

Value kreg::lower(ReduceOp op) {
  LinalgBuilder lb(op);
  auto x = cast<RankedTensorType>(op.getX().getType());
  auto type = cast<RankedTensorType>(op.getType());
  bool isMax = op.getKind() == ReduceKind::Max;
  bool isMin = op.getKind() == ReduceKind::Min;
  Value y = reduce(lb, op.getX(), op.getAxes(),
                   isMax   ? kLowest
                   : isMin ? -kLowest
                           : 0.0,
                   isMax   ? maximum
                   : isMin ? minimum
                           : sum);
  if (op.getKind() == ReduceKind::Mean) {
    double count = 1;
    for (int64_t axis : op.getAxes()) {
      count *= x.getDimSize(axis);
    }
    y = lb.pointwise(
        cast<RankedTensorType>(y.getType()), y,
        [&](OpBuilder &b, Location loc, ValueRange arguments) {
          Value n = arith::ConstantOp::create(
              b, loc, b.getFloatAttr(type.getElementType(), count));
          return Value(arith::DivFOp::create(b, loc, arguments[0], n));
        });
  }
  return op.getKeepdims() ? keepDimensions(lb, y, type, op.getAxes()) : y;
}

/// exp(x - x)/exp(x - x): 1, or NaN where x is not finite. A code generator may
/// take x - x for 0, so it is not written like that.
static Value softmaxOfOne(LinalgBuilder &lb, RankedTensorType type, Value x) {
  return lb.pointwise(
      type, x, [](OpBuilder &b, Location loc, ValueRange a) -> Value {
        auto number = [&](double v) -> Value {
          return arith::ConstantOp::create(b, loc,
                                           b.getFloatAttr(a[0].getType(), v));
        };
        Value isFinite = arith::CmpFOp::create(
            b, loc, arith::CmpFPredicate::OLT,
            math::AbsFOp::create(b, loc, a[0]), number(-kLowest));
        return arith::SelectOp::create(
            b, loc, isFinite, number(1),
            number(std::numeric_limits<double>::quiet_NaN()));
      });
}

Value kreg::lower(SoftmaxOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  int64_t axis = op.getAxis();
  if (type.getDimSize(axis) == 1) {
    return softmaxOfOne(lb, type, op.getX());
  }
  SmallVector<AffineExpr> rowOf;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    if (i != axis) {
      rowOf.push_back(lb.dim(i));
    }
  }
  MLIRContext *context = op.getContext();
  AffineMap row = AffineMap::get(type.getRank(), 0, rowOf, context);
  AffineMap same = AffineMap::getMultiDimIdentityMap(type.getRank(), context);
  auto perRow = [&](Value a, Value b, Payload payload) {
    return lb.generic(type, {a, b}, {same, row}, 0, lb.empty(type, op.getX()),
                      payload);
  };
  Value max = reduce(lb, op.getX(), axis, kLowest, maximum);
  Value exp = perRow(op.getX(), max,
                     [](OpBuilder &b, Location loc, ValueRange a) -> Value {
                       return math::ExpOp::create(
                           b, loc, arith::SubFOp::create(b, loc, a[0], a[1]));
                     });
  Value total = reduce(lb, exp, axis, 0.0, sum);
  return perRow(exp, total,
                [](OpBuilder &b, Location loc, ValueRange a) -> Value {
                  return arith::DivFOp::create(b, loc, a[0], a[1]);
                });
}

// Transposed convolution, cropping, upsampling, matmul and embedding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>

using namespace mlir;
using namespace mlir::kreg;

namespace {

/// Arithmetic on indices inside of a body.
struct Indices {
  OpBuilder &b;
  Location loc;

  Value number(int64_t n) { return arith::ConstantIndexOp::create(b, loc, n); }
  Value loop(int64_t i) { return linalg::IndexOp::create(b, loc, i); }
  Value add(Value x, int64_t n) {
    return n == 0 ? x : arith::AddIOp::create(b, loc, x, number(n));
  }
  Value mul(Value x, int64_t n) {
    return n == 1 ? x : arith::MulIOp::create(b, loc, x, number(n));
  }
  Value floorDiv(Value x, int64_t n) {
    return n == 1 ? x : arith::FloorDivSIOp::create(b, loc, x, number(n));
  }
  /// Into 0 … size-1.
  Value clamp(Value x, int64_t size) {
    return arith::MinSIOp::create(
        b, loc, arith::MaxSIOp::create(b, loc, x, number(0)), number(size - 1));
  }
  Value toReal(Value x, Type type) {
    Value integer = arith::IndexCastOp::create(b, loc, b.getI32Type(), x);
    return arith::SIToFPOp::create(b, loc, type, integer);
  }
};

} // namespace

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

/// x with zeros between its elements and around them: at q stands
/// x[(q - first)/stride], where that is an index of x.
static Value spread(LinalgBuilder &lb, ConvTransposeOp op,
                    RankedTensorType type, ArrayRef<int64_t> firsts) {
  auto x = cast<RankedTensorType>(op.getX().getType());
  return computed(
      lb, type, op.getX(), [&](OpBuilder &b, Location loc, ValueRange) {
        Indices at{b, loc};
        SmallVector<Value> indices{at.loop(0)}, hits;
        for (auto [i, first] : llvm::enumerate(firsts)) {
          Value q = at.add(at.loop(i + 1), -first);
          int64_t stride = op.getStrides()[i];
          Value index = at.clamp(at.floorDiv(q, stride), x.getDimSize(i + 1));
          hits.push_back(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                               at.mul(index, stride), q));
          indices.push_back(index);
        }
        indices.push_back(at.loop(x.getRank() - 1));
        Value element = tensor::ExtractOp::create(b, loc, op.getX(), indices);
        Value zero = arith::ConstantOp::create(
            b, loc, b.getFloatAttr(x.getElementType(), 0.0));
        for (Value hit : hits) {
          element = arith::SelectOp::create(b, loc, hit, element, zero);
        }
        return element;
      });
}

Value kreg::lower(ConvTransposeOp op) {
  // A convolution of x, spread out, with the kernel turned around. Loops:
  // batch, out…, filter, window…, channel.
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto kernel = cast<RankedTensorType>(op.getKernel().getType());
  unsigned spatial = type.getRank() - 2;
  unsigned filter = spatial + 1, window = spatial + 2,
           channel = window + spatial, loops = channel + 1;
  SmallVector<int64_t> shape{type.getDimSize(0)}, firsts;
  SmallVector<AffineExpr> x{lb.dim(0)}, w;
  for (unsigned i = 0; i < spatial; ++i) {
    int64_t dilation = op.getDilations()[i];
    int64_t reach = (kernel.getDimSize(i) - 1) * dilation;
    shape.push_back(type.getDimSize(i + 1) + reach);
    firsts.push_back(reach - op.getPadsLow()[i]);
    x.push_back(lb.dim(1 + i) + lb.dim(window + i) * dilation);
    w.push_back(lb.dim(window + i) * -1 + (kernel.getDimSize(i) - 1));
  }
  x.push_back(lb.dim(channel));
  w.push_back(lb.dim(filter));
  w.push_back(lb.dim(channel));
  shape.push_back(
      cast<RankedTensorType>(op.getX().getType()).getShape().back());
  Value wide = spread(
      lb, op, RankedTensorType::get(shape, type.getElementType()), firsts);
  // Turned around, an extent of the window does not follow from a map.
  Value sizes = tensor::EmptyOp::create(lb.builder, lb.loc,
                                        kernel.getShape().take_front(spatial),
                                        type.getElementType());
  SmallVector<AffineExpr> s;
  for (unsigned i = 0; i < spatial; ++i) {
    s.push_back(lb.dim(window + i));
  }
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {AffineMap::get(loops, 0, x, context),
                      AffineMap::get(loops, 0, w, context),
                      AffineMap::get(loops, 0, s, context)};
  return lb.generic(type, {wide, op.getKernel(), sizes}, maps, spatial + 1,
                    lb.filled(type, op.getX(), 0.0),
                    [](OpBuilder &b, Location loc, ValueRange a) {
                      return multiplyAdd(b, loc, {a[0], a[1], a[3]});
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
        Indices at{b, loc};
        auto number = [&](double v) -> Value {
          return arith::ConstantOp::create(
              b, loc, b.getFloatAttr(type.getElementType(), v));
        };
        Value isLow = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT,
                                            a[0], number(-1));
        Value isHigh = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT,
                                             a[0], number(rows));
        auto ifNamed = [&](Value value, Value otherwise) -> Value {
          Value inner =
              arith::SelectOp::create(b, loc, isHigh, value, otherwise);
          return arith::SelectOp::create(b, loc, isLow, inner, otherwise);
        };
        // A cast of what is no row is undefined, so it does not happen; the
        // clamp shows the same to a code generator.
        Value integer = arith::FPToSIOp::create(b, loc, b.getI32Type(),
                                                ifNamed(a[0], number(0)));
        Value row = at.clamp(
            arith::IndexCastOp::create(b, loc, b.getIndexType(), integer),
            rows);
        Value element = tensor::ExtractOp::create(
            b, loc, op.getTable(), ValueRange{row, at.loop(rank - 1)});
        return ifNamed(element,
                       number(std::numeric_limits<double>::quiet_NaN()));
      });
}

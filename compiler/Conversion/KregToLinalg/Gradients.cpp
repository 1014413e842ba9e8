// What training steps add: sums over the batch, gradients of weights, fills,
// random numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static Value multiplyAdd(OpBuilder &b, Location loc, ValueRange a) {
  return arith::AddFOp::create(b, loc, a.back(),
                               arith::MulFOp::create(b, loc, a[0], a[1]));
}

Value kreg::lower(ReduceToOp op) {
  // Loops: the result's, then the dimensions of x that it lacks or has as 1.
  LinalgBuilder lb(op);
  RankedTensorType x = typeOf(op.getX()), type = typeOf(op.getY());
  int64_t missing = x.getRank() - type.getRank();
  unsigned loops = type.getRank(), reductions = 0;
  SmallVector<AffineExpr> map;
  for (int64_t i = 0; i < x.getRank(); ++i) {
    bool kept = i >= missing && type.getDimSize(i - missing) == x.getDimSize(i);
    map.push_back(lb.dim(kept ? unsigned(i - missing) : loops + reductions++));
  }
  if (reductions == 0) { // ones in front, gone
    return lb.generic(type, op.getX(),
                      AffineMap::get(loops, 0, map, op.getContext()), 0,
                      lb.empty(type, op.getX()),
                      [](OpBuilder &, Location, ValueRange a) { return a[0]; });
  }
  return lb.generic(type, op.getX(),
                    AffineMap::get(loops + reductions, 0, map, op.getContext()),
                    reductions, lb.filled(type, op.getX(), 0.0),
                    [](OpBuilder &b, Location loc, ValueRange a) -> Value {
                      return arith::AddFOp::create(b, loc, a[1], a[0]);
                    });
}

Value kreg::lower(FillOp op) {
  LinalgBuilder lb(op);
  RankedTensorType type = typeOf(op.getY());
  double value = op.getValue().convertToDouble();
  if (op.getNorm() == Norm::None) {
    return lb.filled(type, op.getLike(), value);
  }
  return lb.generic(
      type, {}, {}, 0, lb.empty(type, op.getLike()),
      [&](OpBuilder &b, Location loc, ValueRange) -> Value {
        Indices at{b, loc};
        Value batch = tensor::DimOp::create(b, loc, op.getLike(), at.number(0));
        Value number = arith::ConstantOp::create(
            b, loc, b.getFloatAttr(type.getElementType(), value));
        return arith::DivFOp::create(b, loc, number,
                                     at.toReal(batch, type.getElementType()));
      });
}

Value kreg::lower(OneHotOp op) {
  LinalgBuilder lb(op);
  RankedTensorType type = typeOf(op.getY());
  int64_t rank = type.getRank();
  AffineMap ids = AffineMap::getMultiDimIdentityMap(rank, op.getContext())
                      .getMajorSubMap(rank - 1);
  return lb.generic(type, op.getIds(), ids, 0, lb.empty(type, op.getIds()),
                    [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
                      Indices at{b, loc};
                      auto number = [&](double v) -> Value {
                        return arith::ConstantOp::create(
                            b, loc, b.getFloatAttr(type.getElementType(), v));
                      };
                      Value hit = arith::CmpFOp::create(
                          b, loc, arith::CmpFPredicate::OEQ, a[0],
                          at.toReal(at.loop(rank - 1), type.getElementType()));
                      return arith::SelectOp::create(b, loc, hit, number(1),
                                                     number(0));
                    });
}

//===----------------------------------------------------------------------===//
// Gradients of kernels: sums over batch and space
//===----------------------------------------------------------------------===//

Value kreg::lower(DenseKernelGradientOp op) {
  // Loops: K, N, then the rows.
  LinalgBuilder lb(op);
  RankedTensorType type = typeOf(op.getY());
  unsigned rows = typeOf(op.getX()).getRank() - 1;
  SmallVector<AffineExpr> x, dy;
  for (unsigned i = 0; i < rows; ++i) {
    x.push_back(lb.dim(2 + i));
    dy.push_back(lb.dim(2 + i));
  }
  x.push_back(lb.dim(0));
  dy.push_back(lb.dim(1));
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {AffineMap::get(2 + rows, 0, x, context),
                      AffineMap::get(2 + rows, 0, dy, context)};
  return lb.generic(type, {op.getX(), op.getDy()}, maps, rows,
                    lb.filled(type, op.getX(), 0.0), multiplyAdd);
}

/// Loops: window…, the kernel's last two, then batch and out….
template <typename Op>
static Value lowerKernelGradient(
    Op op, llvm::function_ref<AffineExpr(AffineExpr, AffineExpr)> xChannel,
    llvm::function_ref<AffineExpr(AffineExpr, AffineExpr)> dyChannel) {
  LinalgBuilder lb(op);
  RankedTensorType type = typeOf(op.getY());
  unsigned spatial = type.getRank() - 2, batch = spatial + 2;
  unsigned loops = batch + 1 + spatial;
  AffineExpr a = lb.dim(spatial), b = lb.dim(spatial + 1);
  SmallVector<AffineExpr> x{lb.dim(batch)}, dy{lb.dim(batch)};
  for (unsigned i = 0; i < spatial; ++i) {
    x.push_back(lb.dim(batch + 1 + i) * op.getStrides()[i] +
                lb.dim(i) * op.getDilations()[i]);
    dy.push_back(lb.dim(batch + 1 + i));
  }
  x.push_back(xChannel(a, b));
  dy.push_back(dyChannel(a, b));
  Value padded =
      lb.padSpatial(op.getA(), op.getPadsLow(), op.getPadsHigh(), 0.0);
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {AffineMap::get(loops, 0, x, context),
                      AffineMap::get(loops, 0, dy, context)};
  return lb.generic(type, {padded, op.getB()}, maps, spatial + 1,
                    lb.filled(type, op.getA(), 0.0), multiplyAdd);
}

Value kreg::lower(ConvKernelGradientOp op) {
  RankedTensorType type = typeOf(op.getY());
  int64_t channels = type.getDimSize(type.getRank() - 2);
  int64_t filters = type.getShape().back() / int64_t(op.getGroups());
  auto x = [&](AffineExpr c, AffineExpr f) {
    return op.getGroups() == 1 ? c : f.floorDiv(filters) * channels + c;
  };
  return lowerKernelGradient(op, x, [](AffineExpr, AffineExpr f) { return f; });
}

Value kreg::lower(DepthwiseKernelGradientOp op) {
  int64_t multiplier = typeOf(op.getY()).getShape().back();
  auto x = [](AffineExpr c, AffineExpr) { return c; };
  auto dy = [&](AffineExpr c, AffineExpr m) { return c * multiplier + m; };
  return lowerKernelGradient(op, x, dy);
}

//===----------------------------------------------------------------------===//
// Random numbers
//===----------------------------------------------------------------------===//

/// √2·erf⁻¹(x) as M. Giles approximates it for single precision (2010).
static Value normalOf(OpBuilder &b, Location loc, Value x) {
  Type type = x.getType();
  auto number = [&](double v) -> Value {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, v));
  };
  auto add = [&](Value p, double q) -> Value {
    return arith::AddFOp::create(b, loc, p, number(q));
  };
  auto mul = [&](Value p, Value q) -> Value {
    return arith::MulFOp::create(b, loc, p, q);
  };
  auto horner = [&](Value at, ArrayRef<double> coefficients) {
    Value p = number(coefficients.front());
    for (double c : coefficients.drop_front()) {
      p = add(mul(p, at), c);
    }
    return p;
  };
  Value below = arith::SubFOp::create(b, loc, number(1), x);
  Value w = arith::NegFOp::create(
      b, loc, math::LogOp::create(b, loc, mul(below, add(x, 1))));
  Value center =
      horner(add(w, -2.5), {2.81022636e-08, 3.43273939e-07, -3.5233877e-06,
                            -4.39150654e-06, 0.00021858087, -0.00125372503,
                            -0.00417768164, 0.246640727, 1.50140941});
  Value tail = horner(add(math::SqrtOp::create(b, loc, w), -3),
                      {-0.000200214257, 0.000100950558, 0.00134934322,
                       -0.00367342844, 0.00573950773, -0.0076224613,
                       0.00943887047, 1.00167406, 2.83297682});
  Value isCenter =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, w, number(5));
  Value p = arith::SelectOp::create(b, loc, isCenter, center, tail);
  return mul(mul(p, x), number(M_SQRT2));
}

Value kreg::lower(RandomOp op) {
  LinalgBuilder lb(op);
  RankedTensorType type = typeOf(op.getY());
  bool isNormal = op.getKind() == RandomKind::Normal;
  return lb.generic(
      type, {}, {}, 0, lb.empty(type, op.getLike()),
      [&](OpBuilder &b, Location loc, ValueRange) -> Value {
        Indices at{b, loc};
        Value position = at.number(0);
        for (int64_t i = 0; i < type.getRank(); ++i) {
          if (type.getDimSize(i) != 1) {
            Value rows =
                i == 0 ? position : at.mul(position, type.getDimSize(i));
            position = arith::AddIOp::create(b, loc, rows, at.loop(i));
          }
        }
        auto word = [&](int64_t i) -> Value {
          return tensor::ExtractOp::create(b, loc, op.getState(), at.number(i));
        };
        Value u = UniformOp::create(b, loc, word(0), word(1), word(2), word(3),
                                    op.getDraw(), position);
        if (!isNormal) {
          return u;
        }
        // 2u - 1 - 2⁻²⁴: between the ends, never at them.
        auto number = [&](double v) -> Value {
          return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(v));
        };
        Value twice = arith::MulFOp::create(b, loc, u, number(2));
        Value x = arith::SubFOp::create(b, loc, twice, number(1));
        x = arith::SubFOp::create(b, loc, x, number(std::ldexp(1.0, -24)));
        return normalOf(b, loc, x);
      });
}

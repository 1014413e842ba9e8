// Functions of one and two numbers, and penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;

namespace {

/// Scalar arithmetic with short names: the formulas below read like the docs.
struct Scalars {
  OpBuilder &b;
  Location loc;
  Type type;

  Value number(double v) {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, v));
  }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, loc, x, y); }
  Value max(Value x, Value y) {
    return arith::MaximumFOp::create(b, loc, x, y);
  }
  Value min(Value x, Value y) {
    return arith::MinimumFOp::create(b, loc, x, y);
  }
  Value neg(Value x) { return arith::NegFOp::create(b, loc, x); }
  Value abs(Value x) { return math::AbsFOp::create(b, loc, x); }
  Value exp(Value x) { return math::ExpOp::create(b, loc, x); }
  Value log(Value x) { return math::LogOp::create(b, loc, x); }
  Value tanh(Value x) { return math::TanhOp::create(b, loc, x); }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, loc, condition, x, y);
  }
  Value greater(Value x, Value y) {
    return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, x, y);
  }

  /// 1/(1 + e⁻ˣ), by e^-|x|, which a softplus of x beside it has too.
  Value sigmoid(Value x) {
    Value e = exp(neg(abs(x)));
    return div(select(greater(number(0), x), e, number(1)), add(number(1), e));
  }
  /// max(x, 0) + log(1 + e^-|x|): no overflow for large x.
  Value softplus(Value x) {
    return add(max(x, number(0)), log(add(number(1), exp(neg(abs(x))))));
  }
  /// eˣ - 1 for x <= 0; larger x are not used by the caller.
  Value expm1Negative(Value x) {
    return sub(exp(min(x, number(0))), number(1));
  }
  Value clip(Value x, double lo, double hi) {
    return min(max(x, number(lo)), number(hi));
  }
};

} // namespace

/// ReLU with a slope below a threshold and a maximum. NaN is not greater than
/// the threshold: it takes the way below, where slope·NaN is NaN again.
static Value emitClippedRelu(Scalars s, ArrayRef<double> params, Value x) {
  double slope = params[0], threshold = params[1], maximum = params[2];
  auto clipped = [&](Value y) {
    return std::isinf(maximum) ? y : s.min(y, s.number(maximum));
  };
  if (slope == 0.0 && threshold == 0.0) {
    return clipped(s.max(x, s.number(0))); // 0, not 0·x, where x is -inf
  }
  Value t = s.number(threshold);
  // Below the threshold nothing exceeds the maximum.
  return s.select(s.greater(x, t), clipped(x),
                  s.mul(s.number(slope), s.sub(x, t)));
}

static Value emitGelu(Scalars s, Value x) {
  Value erf =
      math::ErfOp::create(s.b, s.loc, s.mul(x, s.number(1.0 / std::sqrt(2.0))));
  return s.mul(s.mul(s.number(0.5), x), s.add(s.number(1), erf));
}

static Value emitGeluTanh(Scalars s, Value x) {
  Value cube = s.mul(s.mul(x, x), x);
  Value inner = s.mul(s.number(std::sqrt(2.0 / M_PI)),
                      s.add(x, s.mul(s.number(0.044715), cube)));
  return s.mul(s.mul(s.number(0.5), x), s.add(s.number(1), s.tanh(inner)));
}

Value kreg::emitUnary(OpBuilder &b, Location loc, UnaryKind kind,
                      ArrayRef<double> params, Value x) {
  Scalars s{b, loc, x.getType()};
  Value zero = s.number(0);
  switch (kind) {
  case UnaryKind::Relu:
    return s.max(x, zero);
  case UnaryKind::Relu6:
    return s.clip(x, 0, 6);
  case UnaryKind::LeakyRelu:
    return s.select(s.greater(x, zero), x, s.mul(s.number(params[0]), x));
  case UnaryKind::ClippedRelu:
    return emitClippedRelu(s, params, x);
  case UnaryKind::Elu:
    return s.select(s.greater(x, zero), x,
                    s.mul(s.number(params[0]), s.expm1Negative(x)));
  case UnaryKind::Selu: {
    Value below = s.mul(s.number(params[1]), s.expm1Negative(x));
    return s.mul(s.number(params[0]), s.select(s.greater(x, zero), x, below));
  }
  case UnaryKind::Celu: {
    Value scaled = s.div(x, s.number(params[0]));
    return s.select(s.greater(x, zero), x,
                    s.mul(s.number(params[0]), s.expm1Negative(scaled)));
  }
  case UnaryKind::Gelu:
    return emitGelu(s, x);
  case UnaryKind::GeluTanh:
    return emitGeluTanh(s, x);
  case UnaryKind::Sigmoid:
    return s.sigmoid(x);
  case UnaryKind::Tanh:
    return s.tanh(x);
  case UnaryKind::Silu:
    return s.mul(x, s.sigmoid(x));
  case UnaryKind::Exp:
    return s.exp(x);
  case UnaryKind::Abs:
    return s.abs(x);
  case UnaryKind::Clip:
    return s.clip(x, params[0], params[1]);
  case UnaryKind::Threshold:
    return s.select(s.greater(x, s.number(params[0])), x, s.number(params[1]));
  case UnaryKind::Neg:
    return s.neg(x);
  case UnaryKind::Square:
    return s.mul(x, x);
  case UnaryKind::Sqrt:
    return math::SqrtOp::create(b, loc, x);
  case UnaryKind::Log:
    return s.log(x);
  case UnaryKind::HardSigmoid:
    return s.clip(s.add(s.mul(s.number(params[0]), x), s.number(params[1])), 0,
                  1);
  case UnaryKind::HardSilu:
    return s.mul(
        x, s.clip(s.add(s.mul(s.number(1.0 / 6), x), s.number(0.5)), 0, 1));
  case UnaryKind::Softplus:
    return s.softplus(x);
  case UnaryKind::Step:
    return s.select(s.greater(x, zero), s.number(1), s.min(s.abs(x), zero));
  case UnaryKind::Sign: // x itself where it is 0 or NaN
    return s.select(s.greater(x, zero), s.number(1),
                    s.select(s.greater(zero, x), s.number(-1), x));
  case UnaryKind::Erf:
    return math::ErfOp::create(b, loc, x);
  case UnaryKind::Softsign:
    return s.div(x, s.add(s.number(1), s.abs(x)));
  case UnaryKind::Mish:
    return s.mul(x, s.tanh(s.softplus(x)));
  case UnaryKind::LogSigmoid:
    return s.neg(s.softplus(s.neg(x)));
  }
  llvm_unreachable("a UnaryKind without a lowering");
}

Value kreg::emitBinary(OpBuilder &b, Location loc, BinaryKind kind, Value lhs,
                       Value rhs) {
  Scalars s{b, loc, lhs.getType()};
  switch (kind) {
  case BinaryKind::Add:
    return s.add(lhs, rhs);
  case BinaryKind::Sub:
    return s.sub(lhs, rhs);
  case BinaryKind::Mul:
    return s.mul(lhs, rhs);
  case BinaryKind::Div:
    return s.div(lhs, rhs);
  case BinaryKind::Max:
    return s.max(lhs, rhs);
  case BinaryKind::Min:
    return s.min(lhs, rhs);
  }
  llvm_unreachable("a BinaryKind without a lowering");
}

Value kreg::lower(UnaryOp op) {
  LinalgBuilder lb(op);
  return lb.pointwise(cast<RankedTensorType>(op.getType()), op.getX(),
                      [&](OpBuilder &b, Location loc, ValueRange arguments) {
                        return emitUnary(b, loc, op.getKind(), op.getParams(),
                                         arguments[0]);
                      });
}

Value kreg::lower(BinaryOp op) {
  LinalgBuilder lb(op);
  return lb.pointwise(
      cast<RankedTensorType>(op.getType()), {op.getA(), op.getB()},
      [&](OpBuilder &b, Location loc, ValueRange arguments) {
        return emitBinary(b, loc, op.getKind(), arguments[0], arguments[1]);
      });
}

Value kreg::lower(BatchNormOp op) {
  // Only where the statistics are unknown or not finite: kreg-fold-batch-norm
  // takes the others.
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  unsigned rank = type.getRank();
  SmallVector<Value> inputs(op->getOperands());
  SmallVector<AffineMap> maps(inputs.size(),
                              AffineMap::get(rank, 0, lb.dim(op.getAxis())));
  maps[0] = AffineMap::getMultiDimIdentityMap(rank, op.getContext());
  return lb.generic(
      type, inputs, maps, 0, lb.empty(type, op.getX()),
      [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
        Scalars s{b, loc, type.getElementType()};
        Value deviation = math::SqrtOp::create(
            b, loc, s.add(a[2], s.number(op.getEpsilon().convertToDouble())));
        Value y = s.div(s.sub(a[0], a[1]), deviation);
        unsigned next = 3;
        y = op.getGamma() ? s.mul(y, a[next++]) : y;
        return op.getBeta() ? s.add(y, a[next]) : y;
      });
}

/// Whether the body itself shows that no element is negative.
static bool isNonNegative(Value tensor) {
  if (tensor.getDefiningOp<SoftmaxOp>()) {
    return true;
  }
  auto unary = tensor.getDefiningOp<UnaryOp>();
  if (!unary) {
    return false;
  }
  switch (unary.getKind()) {
  case UnaryKind::Relu:
  case UnaryKind::Relu6:
  case UnaryKind::Sigmoid:
  case UnaryKind::HardSigmoid:
  case UnaryKind::Exp:
  case UnaryKind::Abs:
  case UnaryKind::Square:
  case UnaryKind::Softplus:
    return true;
  default:
    return false;
  }
}

/// l1·|x| + l2·x², a zero factor skipped as Keras does.
static Value penaltyTerm(Scalars s, L1L2Attr regularizer, bool nonNegative,
                         Value x) {
  // The attribute's double becomes a number of the element's type here.
  double l1 = regularizer.l1(), l2 = regularizer.l2();
  Value magnitude = nonNegative ? x : s.abs(x);
  if (l2 == 0.0) {
    return s.mul(s.number(l1), magnitude);
  }
  if (l1 == 0.0) {
    return s.mul(s.mul(s.number(l2), x), x);
  }
  Value slope = s.add(s.number(l1), s.mul(s.number(l2), magnitude));
  return s.mul(magnitude, slope);
}

/// The sum of f(x) over all elements, terms in x's type, their sum in float64.
static Value sumOfAll(Operation *op, Value input,
                      llvm::function_ref<Value(Scalars, Value)> term) {
  LinalgBuilder lb(op);
  auto x = cast<RankedTensorType>(input.getType());
  auto scalar = RankedTensorType::get({}, lb.builder.getF64Type());
  Value sum = lb.generic(
      scalar, input,
      AffineMap::getMultiDimIdentityMap(x.getRank(), op->getContext()),
      x.getRank(), lb.filled(scalar, input, 0.0),
      [&](OpBuilder &b, Location loc, ValueRange arguments) -> Value {
        Scalars s{b, loc, x.getElementType()};
        Value wide = arith::ExtFOp::create(b, loc, b.getF64Type(),
                                           term(s, arguments[0]));
        return arith::AddFOp::create(b, loc, arguments[1], wide);
      });
  return tensor::ExtractOp::create(lb.builder, lb.loc, sum, ValueRange());
}

Value kreg::lower(PenaltyOp op) {
  // `lower` runs in the order of the body, so the input is lowered already
  // and its facts were read from the core op that it still names.
  bool nonNegative = isNonNegative(op.getInput());
  return sumOfAll(op, op.getInput(), [&](Scalars s, Value x) {
    return penaltyTerm(s, op.getRegularizer(), nonNegative, x);
  });
}

Value kreg::lower(TotalOp op) {
  return sumOfAll(op, op.getInput(), [](Scalars, Value x) { return x; });
}

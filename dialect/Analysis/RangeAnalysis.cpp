// Bounds of the elements of each tensor of a model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Analysis/RangeAnalysis.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::kreg;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The smallest range that holds both.
static Bounds hull(Bounds a, Bounds b) {
  return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
}

/// [lo, hi], without a bound where the arithmetic gave NaN (inf - inf).
static Bounds bounded(double lo, double hi) {
  return {std::isnan(lo) ? -kInfinity : lo, std::isnan(hi) ? kInfinity : hi};
}

//===----------------------------------------------------------------------===//
// Functions of one number
//===----------------------------------------------------------------------===//

/// x >= 0 ? x : f(x), where `floor` bounds f from below and f(x) <= 0.
static Bounds identityAbove0(Bounds x, double floor) {
  return {x.isNonNegative() ? x.lo : floor, std::max(x.hi, 0.0)};
}

/// The ReLU layer, with its parameters negative_slope, threshold, max_value.
static Bounds clippedReluRange(ArrayRef<double> params) {
  bool simple = params.size() == 3 && params[0] == 0.0 && params[1] >= 0.0 &&
                params[2] >= 0.0;
  return simple ? Bounds{0.0, params[2]} : Bounds{};
}

static Bounds leakyReluRange(Bounds x, ArrayRef<double> params) {
  if (params.size() != 1 || !(params[0] >= 0.0)) {
    return {};
  }
  double a = params[0];
  auto f = [a](double v) { return v >= 0.0 ? v : a * v; };
  return bounded(f(x.lo), f(x.hi));
}

static Bounds eluRange(Bounds x, ArrayRef<double> params) {
  if (params.size() != 1 || !(params[0] >= 0.0)) {
    return {};
  }
  return identityAbove0(x, -params[0]);
}

static Bounds absRange(Bounds x) {
  double lo = x.lo > 0.0 ? x.lo : x.hi < 0.0 ? -x.hi : 0.0;
  return {lo, std::max(std::fabs(x.lo), std::fabs(x.hi))};
}

static Bounds unaryRange(UnaryOp op, Bounds x) {
  switch (op.getKind()) {
  case UnaryKind::Relu:
    return {std::max(x.lo, 0.0), std::max(x.hi, 0.0)};
  case UnaryKind::Relu6:
    return {std::clamp(x.lo, 0.0, 6.0), std::clamp(x.hi, 0.0, 6.0)};
  case UnaryKind::LeakyRelu:
    return leakyReluRange(x, op.getParams());
  case UnaryKind::ClippedRelu:
    return clippedReluRange(op.getParams());
  case UnaryKind::Elu:
    return eluRange(x, op.getParams());
  case UnaryKind::Gelu:
  case UnaryKind::GeluTanh: // both have their minimum near -0.17
    return {x.isNonNegative() ? 0.0 : -0.18, std::max(x.hi, 0.0)};
  case UnaryKind::Silu: // has its minimum near -0.2785
    return {x.isNonNegative() ? 0.0 : -0.28, std::max(x.hi, 0.0)};
  case UnaryKind::Sigmoid:
    return {0.0, 1.0};
  case UnaryKind::Tanh:
    return {x.isNonNegative() ? 0.0 : -1.0, x.hi <= 0.0 ? 0.0 : 1.0};
  case UnaryKind::Exp:
  case UnaryKind::Sqrt:
    return {0.0, kInfinity};
  case UnaryKind::Abs:
    return absRange(x);
  case UnaryKind::Clip: // a minimum of a maximum, whichever order a and b have
    return {std::min(std::max(x.lo, op.getParams()[0]), op.getParams()[1]),
            std::min(std::max(x.hi, op.getParams()[0]), op.getParams()[1])};
  case UnaryKind::Threshold:
    return {std::min(std::max(x.lo, op.getParams()[0]), op.getParams()[1]),
            std::max(x.hi, op.getParams()[1])};
  case UnaryKind::Neg:
    return {-x.hi, -x.lo};
  case UnaryKind::Square:
    return {0.0, bounded(0.0, absRange(x).hi * absRange(x).hi).hi};
  case UnaryKind::Selu: // s and a are positive in every Keras
  case UnaryKind::Celu:
    return {x.isNonNegative() ? 0.0 : -kInfinity, kInfinity};
  case UnaryKind::HardSigmoid:
  case UnaryKind::Step:
    return {0.0, 1.0};
  case UnaryKind::HardSilu: // has its minimum at -1.5
  case UnaryKind::Mish:     // has its minimum near -0.3088
    return {x.isNonNegative() ? 0.0 : -0.38, std::max(x.hi, 0.0)};
  case UnaryKind::Softplus:
    return {0.0, kInfinity};
  case UnaryKind::Sign:
  case UnaryKind::Erf:
  case UnaryKind::Softsign:
    return {x.isNonNegative() ? 0.0 : -1.0, x.hi <= 0.0 ? 0.0 : 1.0};
  case UnaryKind::LogSigmoid:
    return {-kInfinity, 0.0};
  case UnaryKind::Log:
    return {};
  }
  llvm_unreachable("a UnaryKind without a range");
}

//===----------------------------------------------------------------------===//
// Functions of two numbers
//===----------------------------------------------------------------------===//

/// a·b of two bounds; 0·∞ is 0, for the factor 0 is exact.
static double timesBound(double a, double b) {
  return a == 0.0 || b == 0.0 ? 0.0 : a * b;
}

static Bounds productRange(Bounds a, Bounds b) {
  auto [lo, hi] = std::minmax({timesBound(a.lo, b.lo), timesBound(a.lo, b.hi),
                               timesBound(a.hi, b.lo), timesBound(a.hi, b.hi)});
  return {lo, hi};
}

static Bounds binaryRange(BinaryKind kind, Bounds a, Bounds b) {
  switch (kind) {
  case BinaryKind::Add:
    return bounded(a.lo + b.lo, a.hi + b.hi);
  case BinaryKind::Sub:
    return bounded(a.lo - b.hi, a.hi - b.lo);
  case BinaryKind::Mul:
    return productRange(a, b);
  case BinaryKind::Div: // by -0 the sign turns, so 0 must not be in b
    return a.isNonNegative() && b.lo > 0.0 ? Bounds{0.0, kInfinity} : Bounds{};
  case BinaryKind::Max:
    return {std::max(a.lo, b.lo), std::max(a.hi, b.hi)};
  case BinaryKind::Min:
    return {std::min(a.lo, b.lo), std::min(a.hi, b.hi)};
  }
  llvm_unreachable("a BinaryKind without a range");
}

//===----------------------------------------------------------------------===//
// The other ops
//===----------------------------------------------------------------------===//

static Bounds reduceRange(ReduceOp op, Bounds x) {
  int64_t count = 1;
  auto type = cast<RankedTensorType>(op.getX().getType());
  for (auto [axis, n] : llvm::enumerate(type.getShape())) {
    count *= llvm::is_contained(op.getAxes(), int64_t(axis)) ? n : 1;
  }
  if (count <= 0) { // an axis of no elements, or one of unknown extent
    return {};
  }
  if (op.getKind() != ReduceKind::Sum) {
    return x;
  }
  return {timesBound(x.lo, count), timesBound(x.hi, count)};
}

/// Kept elements grow, the others become 0.
static Bounds dropoutRange(Bounds x) {
  return {x.isNonNegative() ? 0.0 : -kInfinity, x.hi <= 0.0 ? 0.0 : kInfinity};
}

static Bounds constantRange(ConstantOp op) {
  auto elements = dyn_cast<DenseFPElementsAttr>(op.getValue());
  if (!elements || !elements.isSplat()) {
    return {};
  }
  double value = elements.getSplatValue<APFloat>().convertToDouble();
  return bounded(value, value);
}

static Bounds rangeOfResult(Operation &op, const RangeAnalysis &known) {
  return llvm::TypeSwitch<Operation *, Bounds>(&op)
      .Case([&](UnaryOp op) { return unaryRange(op, known.of(op.getX())); })
      .Case([&](BinaryOp op) {
        return binaryRange(op.getKind(), known.of(op.getA()),
                           known.of(op.getB()));
      })
      .Case([&](PoolOp op) { return known.of(op.getX()); })
      .Case([&](ReduceOp op) { return reduceRange(op, known.of(op.getX())); })
      .Case([&](SoftmaxOp) { return Bounds{0.0, 1.0}; })
      .Case([&](DropoutOp op) { return dropoutRange(known.of(op.getX())); })
      .Case([&](ReshapeOp op) { return known.of(op.getX()); })
      .Case([&](TransposeOp op) { return known.of(op.getX()); })
      .Case([&](SliceOp op) { return known.of(op.getX()); })
      .Case([&](RepeatOp op) { return known.of(op.getX()); })
      .Case(
          [&](ResizeOp op) { return known.of(op.getX()); }) // weights in 0 … 1
      .Case([&](PadOp op) { return hull(known.of(op.getX()), {0.0, 0.0}); })
      .Case([&](ConcatOp op) {
        Bounds range = known.of(op.getInputs().front());
        for (Value input : op.getInputs().drop_front()) {
          range = hull(range, known.of(input));
        }
        return range;
      })
      .Case([&](ConstantOp op) { return constantRange(op); })
      .Default([](Operation *) { return Bounds{}; });
}

RangeAnalysis::RangeAnalysis(ModelOp model) {
  // Post-order: the body of a layer comes before the layer.
  model->walk([&](Operation *op) {
    if (auto layer = dyn_cast<LayerOp>(op)) {
      Operation *yield = layer.getBody().front().getTerminator();
      for (auto [result, value] :
           llvm::zip_equal(layer.getResults(), yield->getOperands())) {
        ranges[result] = of(value);
      }
    } else if (op->getNumResults() == 1) {
      ranges[op->getResult(0)] = rangeOfResult(*op, *this);
    }
  });
}

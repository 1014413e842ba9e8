// Normalisation layers: statistics over axes, then scale and offset.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

#include <cmath>

using namespace mlir;
using namespace kregc;
using namespace kregc::import;
using kreg::BinaryKind;

Value CallBuilder::normalize(kreg::NormalizeKind kind, Value x,
                             ArrayRef<int64_t> axes, double epsilon) {
  return make<kreg::NormalizeOp>(
      kreg::NormalizeKindAttr::get(builder.getContext(), kind), x, array(axes),
      builder.getF64FloatAttr(epsilon));
}

Result import::importConfig(CallBuilder &call,
                            const keras::BatchNormConfig &config) {
  OpBuilder &b = call.builder;
  Value x = call.inputs[0];
  Value gamma = config.scale ? call.weight("gamma") : Value();
  Value beta = config.center ? call.weight("beta") : Value();
  return call.make<kreg::BatchNormOp>(
      x, call.weight("moving_mean"), call.weight("moving_variance"), gamma,
      beta, b.getF64FloatAttr(config.epsilon),
      b.getI64IntegerAttr(call.axisOf(config.axis, x)),
      b.getF64FloatAttr(config.momentum),
      call.layer.trainable ? b.getUnitAttr() : UnitAttr());
}

/// The axes counted from the start, sorted: the order of a weight's dimensions.
static SmallVector<int64_t> sortedAxes(CallBuilder &call,
                                       ArrayRef<int64_t> axes, Value x) {
  SmallVector<int64_t> sorted;
  for (int64_t axis : axes) {
    sorted.push_back(call.axisOf(axis, x));
  }
  llvm::sort(sorted);
  return sorted;
}

/// A weight over `axes` of x with extents of one for the axes behind the first,
/// so that it broadcasts to x.
static Value spread(CallBuilder &call, Value weight, Value x,
                    ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(rankOf(x) - axes.front(), 1);
  for (int64_t axis : axes) {
    shape[axis - axes.front()] = typeOf(x).getDimSize(axis);
  }
  return call.reshapeWeight(weight, shape);
}

Result import::importConfig(CallBuilder &call,
                            const keras::LayerNormConfig &config) {
  Value x = call.inputs[0];
  SmallVector<int64_t> axes = sortedAxes(call, config.axes, x);
  auto kind =
      config.rms ? kreg::NormalizeKind::Rms : kreg::NormalizeKind::Standard;
  Value y = call.normalize(kind, x, axes, config.epsilon);
  if (config.rms && config.scale) {
    // Keras 3 multiplies the scale as it is: along the last axes, whichever
    // axes it was made for.
    Value scale = call.weight(config.scaleName);
    auto fits = [](std::tuple<int64_t, int64_t> sizes) {
      return std::get<0>(sizes) == 1 ||
             std::get<0>(sizes) == std::get<1>(sizes);
    };
    if (!llvm::all_of(llvm::zip(llvm::reverse(typeOf(scale).getShape()),
                                llvm::reverse(typeOf(x).getShape())),
                      fits)) {
      return call.unsupported("a scale over axes that are not the last ones");
    }
    y = call.binary(BinaryKind::Mul, y, scale);
  } else if (config.scale) {
    y = call.binary(BinaryKind::Mul, y,
                    spread(call, call.weight(config.scaleName), x, axes));
  }
  if (config.center) {
    y = call.binary(BinaryKind::Add, y,
                    spread(call, call.weight("beta"), x, axes));
  }
  return y;
}

Result import::importConfig(CallBuilder &call,
                            const keras::UnitNormConfig &config) {
  Value x = call.inputs[0];
  return call.normalize(kreg::NormalizeKind::L2, x,
                        sortedAxes(call, config.axes, x),
                        /*epsilon=*/1e-12);
}

Result import::importConfig(CallBuilder &call,
                            const keras::GroupNormConfig &config) {
  Value x = call.inputs[0];
  SmallVector<int64_t> shape(typeOf(x).getShape().drop_front());
  int64_t axis = call.axisOf(config.axis, x);
  int64_t groups = config.groups < 0 ? shape[axis - 1] : config.groups;
  SmallVector<int64_t> grouped = shape;
  grouped[axis - 1] /= groups;
  grouped.insert(grouped.begin() + axis - 1, groups);
  // All axes but time and the groups' own.
  SmallVector<int64_t> axes;
  for (int64_t i = 1 + call.lead; i <= static_cast<int64_t>(grouped.size());
       ++i) {
    if (i != axis) {
      axes.push_back(i);
    }
  }
  Value y = call.reshape(call.normalize(kreg::NormalizeKind::Standard,
                                        call.reshape(x, grouped), axes,
                                        config.epsilon),
                         shape);
  if (config.scale) {
    y = call.binary(BinaryKind::Mul, y,
                    spread(call, call.weight("gamma"), x, axis));
  }
  if (config.center) {
    y = call.binary(BinaryKind::Add, y,
                    spread(call, call.weight("beta"), x, axis));
  }
  return y;
}

/// (x - μ)/max(√v, 10⁻⁷), or its inverse, with constants of the config or
/// weights over the kept axes.
Result import::importConfig(CallBuilder &call,
                            const keras::NormalizationConfig &config) {
  Value x = call.inputs[0], mean, deviation;
  constexpr double least = 1e-7;
  if (config.mean.empty()) {
    SmallVector<int64_t> axes = sortedAxes(call, config.axes, x);
    auto shaped = [&](Value weight) {
      return axes.empty() ? call.reshapeWeight(weight, 1)
                          : spread(call, weight, x, axes);
    };
    mean = shaped(call.weight("mean"));
    Value root =
        call.unary(kreg::UnaryKind::Sqrt, shaped(call.weight("variance")));
    deviation = call.binary(BinaryKind::Max, root, call.constant(least));
  } else {
    std::vector<double> roots;
    for (double v : config.variance) {
      roots.push_back(std::max(std::sqrt(v), least));
    }
    mean = call.constants(config.mean);
    deviation = call.constants(roots);
  }
  if (config.invert) {
    return call.binary(BinaryKind::Add,
                       call.binary(BinaryKind::Mul, x, deviation), mean);
  }
  return call.binary(BinaryKind::Div, call.binary(BinaryKind::Sub, x, mean),
                     deviation);
}

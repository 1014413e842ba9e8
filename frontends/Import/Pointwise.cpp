// Activations, merges, dropout, batch normalisation and penalties alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

#include "frontends/Container/Error.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

llvm::Error CallBuilder::unsupported(llvm::StringRef what) {
  return diagnose(kregc::Diagnostic::UnsupportedOption, layer.where, layer.name,
                  what);
}

/// x - m - log Σ e^(x - m), m the maximum along the axis.
Value CallBuilder::logSoftmax(Value x, int64_t axis) {
  Value max = make<kreg::ReduceOp>(kreg::ReduceKind::Max, x, axis,
                                   /*keepdims=*/true);
  Value shifted = make<kreg::BinaryOp>(kreg::BinaryKind::Sub, x, max);
  Value exp = make<kreg::UnaryOp>(kreg::UnaryKind::Exp, shifted);
  Value sum = make<kreg::ReduceOp>(kreg::ReduceKind::Sum, exp, axis,
                                   /*keepdims=*/true);
  Value log = make<kreg::UnaryOp>(kreg::UnaryKind::Log, sum);
  return make<kreg::BinaryOp>(kreg::BinaryKind::Sub, shifted, log);
}

Result CallBuilder::activate(Value x, const keras::Activation &activation) {
  if (activation.name == "linear") {
    return x;
  }
  if (activation.name == "softmax") {
    return make<kreg::SoftmaxOp>(x, normalizeAxis(activation.axis, rankOf(x)));
  }
  if (activation.name == "log_softmax") {
    return logSoftmax(x, normalizeAxis(activation.axis, rankOf(x)));
  }
  std::optional<kreg::UnaryKind> kind =
      kreg::symbolizeUnaryKind(activation.name);
  if (!kind) {
    return unsupported("the activation '" + activation.name + "'");
  }
  return make<kreg::UnaryOp>(*kind, x, ArrayRef<double>(activation.parameters));
}

Result import::importConfig(CallBuilder &call, const keras::InputConfig &) {
  return call.unsupported("an InputLayer that is called");
}

Result import::importConfig(CallBuilder &call,
                            const keras::ActivationConfig &config) {
  return call.activate(call.inputs[0], config.activation);
}

Result import::importConfig(CallBuilder &call,
                            const keras::ActivityRegularizationConfig &) {
  return call.inputs[0];
}

Result import::importConfig(CallBuilder &call,
                            const keras::DropoutConfig &config) {
  SmallVector<int64_t> noise;
  for (int64_t size : config.noiseShape) {
    noise.push_back(size < 0 ? 0 : size);
  }
  return call.make<kreg::DropoutOp>(
      call.inputs[0], call.builder.getF64FloatAttr(config.rate),
      call.array(noise),
      config.seed ? call.builder.getI64IntegerAttr(*config.seed)
                  : IntegerAttr());
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
      b.getI64IntegerAttr(normalizeAxis(config.axis, rankOf(x))),
      b.getF64FloatAttr(config.momentum),
      call.layer.trainable ? b.getUnitAttr() : UnitAttr());
}

Result import::importConfig(CallBuilder &call,
                            const keras::MergeConfig &config) {
  auto kind = config.kind == keras::MergeConfig::Kind::Add
                  ? kreg::BinaryKind::Add
                  : kreg::BinaryKind::Mul;
  Value sum = call.inputs[0];
  for (Value next : ArrayRef<Value>(call.inputs).drop_front()) {
    sum = call.make<kreg::BinaryOp>(kind, sum, next);
  }
  return sum;
}

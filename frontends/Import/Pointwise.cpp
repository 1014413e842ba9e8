// Merges, dropout, batch normalisation and penalties alone.
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

Result import::importConfig(CallBuilder &call, const keras::InputConfig &) {
  return call.unsupported("an InputLayer that is called");
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
  int64_t rank = 0;
  for (Value input : call.inputs) {
    rank = std::max(rank, rankOf(input));
  }
  Value result;
  for (Value input : call.inputs) {
    Value next = call.widen(input, rank);
    result = result ? call.binary(kind, result, next) : next;
  }
  return result;
}

// Layers of single elements: noise, rescaling, PReLU, embedding, penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

#include "frontends/Container/Error.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;
using kreg::BinaryKind;
using kreg::UnaryKind;

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

/// The shape of the mask: 0 stands for the batch. Each step has its own.
static SmallVector<int64_t> noiseShapeOf(CallBuilder &call,
                                         const keras::Shape &shape) {
  ArrayRef<int64_t> sizes = typeOf(call.inputs[0]).getShape();
  SmallVector<int64_t> noise;
  for (auto [i, size] : llvm::enumerate(shape)) {
    noise.push_back(size >= 0 ? size : i == 0 ? 0 : sizes[i + call.lead]);
  }
  if (!noise.empty()) {
    ArrayRef<int64_t> steps = sizes.slice(1, call.lead);
    noise.insert(noise.begin() + 1, steps.begin(), steps.end());
  }
  return noise;
}

static IntegerAttr seedOf(CallBuilder &call, std::optional<int64_t> seed) {
  return seed ? call.builder.getI64IntegerAttr(*seed) : IntegerAttr();
}

Result import::importConfig(CallBuilder &call,
                            const keras::DropoutConfig &config) {
  return call.make<kreg::DropoutOp>(
      call.inputs[0], call.builder.getF64FloatAttr(config.rate),
      call.array(noiseShapeOf(call, config.noiseShape)),
      seedOf(call, config.seed));
}

static kreg::NoiseKind noiseKindOf(keras::NoiseConfig::Kind kind) {
  using Kind = keras::NoiseConfig::Kind;
  switch (kind) {
  case Kind::GaussianNoise:
    return kreg::NoiseKind::GaussianNoise;
  case Kind::GaussianDropout:
    return kreg::NoiseKind::GaussianDropout;
  case Kind::AlphaDropout:
    return kreg::NoiseKind::AlphaDropout;
  }
  llvm_unreachable("all kinds are above");
}

Result import::importConfig(CallBuilder &call,
                            const keras::NoiseConfig &config) {
  return call.make<kreg::NoiseOp>(
      kreg::NoiseKindAttr::get(call.builder.getContext(),
                               noiseKindOf(config.kind)),
      call.inputs[0], call.builder.getF64FloatAttr(config.amount),
      call.array(noiseShapeOf(call, config.noiseShape)),
      seedOf(call, config.seed));
}

Result import::importConfig(CallBuilder &call,
                            const keras::SoftmaxConfig &config) {
  return call.softmax(call.inputs[0], config.axes);
}

/// Keras' own form: relu(x) - α·relu(-x).
Result import::importConfig(CallBuilder &call, const keras::PReluConfig &) {
  Value x = call.inputs[0];
  Value positive = call.unary(UnaryKind::Relu, x);
  Value negative = call.unary(UnaryKind::Relu, call.unary(UnaryKind::Neg, x));
  return call.binary(
      BinaryKind::Sub, positive,
      call.binary(BinaryKind::Mul, call.weight("alpha"), negative));
}

Result import::importConfig(CallBuilder &call,
                            const keras::RescalingConfig &config) {
  Value y = call.binary(BinaryKind::Mul, call.inputs[0],
                        call.constants(config.scale));
  if (llvm::all_of(config.offset, [](double n) { return n == 0; })) {
    return y;
  }
  return call.binary(BinaryKind::Add, y, call.constants(config.offset));
}

Result import::importConfig(CallBuilder &call, const keras::EmbeddingConfig &) {
  return call.make<kreg::EmbeddingOp>(call.inputs[0],
                                      call.weight("embeddings"));
}

// Pooling and padding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

Result import::importConfig(CallBuilder &call,
                            const keras::PoolConfig &config) {
  return call.channelsLast(
      call.inputs[0], config.channelsFirst, [&](Value x) -> Value {
        SmallVector<int64_t> low, high, window = call.window(config.window),
                                        strides = call.window(config.strides);
        for (size_t i = 0; i < window.size(); ++i) {
          auto [l, h] =
              resolvePadding(config.padding, typeOf(x).getDimSize(i + 1),
                             window[i], strides[i], /*dilation=*/1);
          low.push_back(l);
          high.push_back(h);
        }
        auto kind = config.max ? kreg::PoolKind::Max : kreg::PoolKind::Avg;
        return call.make<kreg::PoolOp>(kind, x, window, strides, low, high);
      });
}

/// Σ(mask·x)/Σ mask along the steps, as Keras has it: NaN without a step.
static Value averageOfMasked(CallBuilder &call, int64_t axis, bool keepDims) {
  Value x = call.inputs[0];
  SmallVector<int64_t> sample{1, 1};
  sample[axis - 1] = typeOf(x).getDimSize(axis);
  Value mask = call.reshape(call.inputs[1], sample);
  auto sum = [&](Value of) -> Value {
    return call.make<kreg::ReduceOp>(kreg::ReduceKind::Sum, of, axis, keepDims);
  };
  return call.binary(kreg::BinaryKind::Div,
                     sum(call.binary(kreg::BinaryKind::Mul, x, mask)),
                     sum(mask));
}

Result import::importConfig(CallBuilder &call,
                            const keras::GlobalPoolConfig &config) {
  SmallVector<int64_t> axes;
  for (int64_t i = 0; i < config.rank; ++i) {
    axes.push_back(call.lead + (config.channelsFirst ? i + 2 : i + 1));
  }
  if (call.inputs.size() == 2) {
    return averageOfMasked(call, axes.front(), config.keepDims);
  }
  auto kind = config.max ? kreg::ReduceKind::Max : kreg::ReduceKind::Mean;
  return call.make<kreg::ReduceOp>(kind, call.inputs[0], axes, config.keepDims);
}

Result import::importConfig(CallBuilder &call,
                            const keras::ZeroPaddingConfig &config) {
  Value x = call.inputs[0];
  return call.make<kreg::PadOp>(
      x, call.spatial(config.low, config.channelsFirst, x, 0),
      call.spatial(config.high, config.channelsFirst, x, 0));
}

Result import::importConfig(CallBuilder &call,
                            const keras::CroppingConfig &config) {
  Value x = call.inputs[0];
  return call.make<kreg::SliceOp>(
      x, call.spatial(config.low, config.channelsFirst, x, 0),
      call.spatial(config.high, config.channelsFirst, x, 0));
}

Result import::importConfig(CallBuilder &call,
                            const keras::UpSamplingConfig &config) {
  if (config.bilinear) {
    return call.channelsLast(
        call.inputs[0], config.channelsFirst, [&](Value x) -> Value {
          SmallVector<int64_t> sizes = call.window(config.factors);
          for (auto [i, size] : llvm::enumerate(sizes)) {
            size *= typeOf(x).getDimSize(i + 1);
          }
          return call.make<kreg::ResizeOp>(kreg::ResizeKind::Bilinear, x,
                                           sizes);
        });
  }
  Value x = call.inputs[0];
  return call.make<kreg::RepeatOp>(
      x, call.spatial(config.factors, config.channelsFirst, x, 1));
}

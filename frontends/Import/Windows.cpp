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
        SmallVector<int64_t> low, high;
        for (size_t i = 0; i < config.window.size(); ++i) {
          auto [l, h] = resolvePadding(
              config.padding, typeOf(x).getDimSize(i + 1), config.window[i],
              config.strides[i], /*dilation=*/1);
          low.push_back(l);
          high.push_back(h);
        }
        auto kind = config.max ? kreg::PoolKind::Max : kreg::PoolKind::Avg;
        return call.make<kreg::PoolOp>(kind, x, config.window, config.strides,
                                       low, high);
      });
}

Result import::importConfig(CallBuilder &call,
                            const keras::GlobalPoolConfig &config) {
  SmallVector<int64_t> axes;
  for (int64_t i = 0; i < config.rank; ++i) {
    axes.push_back(config.channelsFirst ? i + 2 : i + 1);
  }
  auto kind = config.max ? kreg::ReduceKind::Max : kreg::ReduceKind::Mean;
  return call.make<kreg::ReduceOp>(kind, call.inputs[0], axes, config.keepDims);
}

Result import::importConfig(CallBuilder &call,
                            const keras::ZeroPaddingConfig &config) {
  int64_t rank = rankOf(call.inputs[0]);
  SmallVector<int64_t> low(rank), high(rank);
  for (size_t i = 0; i < config.low.size(); ++i) {
    size_t dim = config.channelsFirst ? i + 2 : i + 1;
    low[dim] = config.low[i];
    high[dim] = config.high[i];
  }
  return call.make<kreg::PadOp>(call.inputs[0], low, high);
}

Result import::importConfig(CallBuilder &call,
                            const keras::CroppingConfig &config) {
  int64_t rank = rankOf(call.inputs[0]);
  SmallVector<int64_t> low(rank), high(rank);
  for (size_t i = 0; i < config.low.size(); ++i) {
    size_t dim = config.channelsFirst ? i + 2 : i + 1;
    low[dim] = config.low[i];
    high[dim] = config.high[i];
  }
  return call.make<kreg::SliceOp>(call.inputs[0], low, high);
}

Result import::importConfig(CallBuilder &call,
                            const keras::UpSamplingConfig &config) {
  if (config.bilinear) {
    return call.channelsLast(
        call.inputs[0], config.channelsFirst, [&](Value x) -> Value {
          SmallVector<int64_t> sizes;
          for (auto [i, factor] : llvm::enumerate(config.factors)) {
            sizes.push_back(typeOf(x).getDimSize(i + 1) * factor);
          }
          return call.make<kreg::ResizeOp>(kreg::ResizeKind::Bilinear, x,
                                           sizes);
        });
  }
  SmallVector<int64_t> factors(rankOf(call.inputs[0]), 1);
  for (auto [i, factor] : llvm::enumerate(config.factors)) {
    factors[config.channelsFirst ? i + 2 : i + 1] = factor;
  }
  return call.make<kreg::RepeatOp>(call.inputs[0], factors);
}

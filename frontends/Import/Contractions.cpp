// Dense and the convolutions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

namespace {

/// Strides, dilations and resolved pads of a window over x (channels last).
struct Window {
  SmallVector<int64_t> low, high;

  template <typename Config>
  Window(Value x, const Config &config) {
    for (size_t i = 0; i < config.kernel.size(); ++i) {
      auto [l, h] = resolvePadding(config.padding, typeOf(x).getDimSize(i + 1),
                                   config.kernel[i], config.strides[i],
                                   config.dilation[i]);
      low.push_back(l);
      high.push_back(h);
    }
  }
};

} // namespace

/// What all convolutions share: `contract` in channels-last order, bias and
/// activation. An activation that looks at an axis means the last one of the
/// layer's own order.
template <typename Config>
static Result convolve(CallBuilder &call, const Config &config,
                       llvm::function_ref<Value(Value)> contract) {
  llvm::Error error = llvm::Error::success();
  bool outside = config.channelsFirst && looksAtAxis(config.activation);
  Value y = call.channelsLast(
      call.inputs[0], config.channelsFirst, [&](Value x) -> Value {
        Value sum = call.bias(contract(x), config.useBias);
        if (outside) {
          return sum;
        }
        Result activated = call.activate(sum, config.activation);
        if (activated) {
          return *activated;
        }
        error = activated.takeError();
        return sum;
      });
  if (error) {
    return std::move(error);
  }
  return outside ? call.activate(y, config.activation) : Result(y);
}

Result import::importConfig(CallBuilder &call,
                            const keras::DenseConfig &config) {
  Value y = call.make<kreg::DenseOp>(call.inputs[0], call.weight("kernel"));
  return call.activate(call.bias(y, config.useBias), config.activation);
}

Result import::importConfig(CallBuilder &call,
                            const keras::ConvConfig &config) {
  return convolve(call, config, [&](Value x) -> Value {
    Window window(x, config);
    return call.make<kreg::ConvOp>(x, call.weight("kernel"), config.strides,
                                   config.dilation, window.low, window.high,
                                   config.groups);
  });
}

Result import::importConfig(CallBuilder &call,
                            const keras::DepthwiseConvConfig &config) {
  return convolve(call, config, [&](Value x) -> Value {
    Window window(x, config);
    // The variable is "kernel" from Keras 3.0 on, "depthwise_kernel" before.
    return call.make<kreg::DepthwiseConvOp>(
        x, call.weight(call.layer.weights.front().variable), config.strides,
        config.dilation, window.low, window.high);
  });
}

Result import::importConfig(CallBuilder &call,
                            const keras::SeparableConvConfig &config) {
  return convolve(call, config, [&](Value x) -> Value {
    Window window(x, config);
    Value y = call.make<kreg::DepthwiseConvOp>(
        x, call.weight("depthwise_kernel"), config.strides, config.dilation,
        window.low, window.high);
    SmallVector<int64_t> ones(config.rank, 1), zeros(config.rank, 0);
    return call.make<kreg::ConvOp>(y, call.weight("pointwise_kernel"), ones,
                                   ones, zeros, zeros, /*groups=*/1);
  });
}

Result import::importConfig(CallBuilder &call,
                            const keras::ConvTransposeConfig &config) {
  return convolve(call, config, [&](Value x) -> Value {
    // What the full result has more than Keras' is cut off, the odd point at
    // the end; where Keras' has more, zeros are behind it.
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < config.rank; ++i) {
      int64_t out = call.call.shape[i + (config.channelsFirst ? 2 : 1)];
      int64_t full = (typeOf(x).getDimSize(i + 1) - 1) * config.strides[i] +
                     (config.kernel[i] - 1) * config.dilation[i] + 1;
      low.push_back(std::max<int64_t>(full - out, 0) / 2);
      high.push_back(full - out - low.back());
    }
    return call.make<kreg::ConvTransposeOp>(
        x, call.weight("kernel"), config.strides, config.dilation, low, high);
  });
}

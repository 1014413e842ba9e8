// Dense and the convolutions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

namespace {

/// A window over x (channels last) with its pads resolved.
struct Window {
  SmallVector<int64_t> sizes, strides, dilation, low, high;

  template <typename Config>
  Window(CallBuilder &call, Value x, const Config &config)
      : sizes(call.window(config.kernel)), strides(call.window(config.strides)),
        dilation(call.window(config.dilation)) {
    for (size_t i = 0; i < sizes.size(); ++i) {
      auto [l, h] = resolvePadding(config.padding, typeOf(x).getDimSize(i + 1),
                                   sizes[i], strides[i], dilation[i]);
      low.push_back(l);
      high.push_back(h);
    }
  }

  /// The layer's weight of that name, with the window's dimensions of time.
  Value kernel(CallBuilder &call, StringRef name) {
    Value weight = call.weight(name);
    SmallVector<int64_t> shape(sizes);
    llvm::append_range(shape, typeOf(weight).getShape().take_back(2));
    return call.reshapeWeight(weight, shape);
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
    Window window(call, x, config);
    return call.make<kreg::ConvOp>(x, window.kernel(call, "kernel"),
                                   window.strides, window.dilation, window.low,
                                   window.high, config.groups);
  });
}

Result import::importConfig(CallBuilder &call,
                            const keras::DepthwiseConvConfig &config) {
  return convolve(call, config, [&](Value x) -> Value {
    Window window(call, x, config);
    // The variable is "kernel" from Keras 3.0 on, "depthwise_kernel" before.
    return call.make<kreg::DepthwiseConvOp>(
        x, window.kernel(call, call.layer.weights.front().variable),
        window.strides, window.dilation, window.low, window.high);
  });
}

Result import::importConfig(CallBuilder &call,
                            const keras::SeparableConvConfig &config) {
  return convolve(call, config, [&](Value x) -> Value {
    Window window(call, x, config);
    Value y = call.make<kreg::DepthwiseConvOp>(
        x, window.kernel(call, "depthwise_kernel"), window.strides,
        window.dilation, window.low, window.high);
    size_t rank = window.sizes.size();
    window.sizes.assign(rank, 1);
    SmallVector<int64_t> ones(rank, 1), zeros(rank, 0);
    return call.make<kreg::ConvOp>(y, window.kernel(call, "pointwise_kernel"),
                                   ones, ones, zeros, zeros, /*groups=*/1);
  });
}

Result import::importConfig(CallBuilder &call,
                            const keras::ConvTransposeConfig &config) {
  return convolve(call, config, [&](Value x) -> Value {
    Window window(call, x, config);
    // What the full result has more than Keras' is cut off, the odd point at
    // the end; where Keras' has more, zeros are behind it.
    for (int64_t i = 0; i < config.rank; ++i) {
      size_t at = i + call.lead;
      int64_t out = call.call.shape[at + (config.channelsFirst ? 2 : 1)];
      int64_t full = (typeOf(x).getDimSize(at + 1) - 1) * window.strides[at] +
                     (window.sizes[at] - 1) * window.dilation[at] + 1;
      window.low[at] = std::max<int64_t>(full - out, 0) / 2;
      window.high[at] = full - out - window.low[at];
    }
    return call.make<kreg::ConvTransposeOp>(x, window.kernel(call, "kernel"),
                                            window.strides, window.dilation,
                                            window.low, window.high);
  });
}

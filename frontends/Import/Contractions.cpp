// Dense and the convolutions, and what all families share for their ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

namespace {

/// Strides, dilations and resolved pads of a window over x (channels last).
struct Window {
  SmallVector<int64_t> low, high;

  Window(Value x, ArrayRef<int64_t> window, ArrayRef<int64_t> strides,
         ArrayRef<int64_t> dilation, keras::Padding padding) {
    for (size_t i = 0; i < window.size(); ++i) {
      auto [l, h] = resolvePadding(padding, typeOf(x).getDimSize(i + 1),
                                   window[i], strides[i], dilation[i]);
      low.push_back(l);
      high.push_back(h);
    }
  }
};

} // namespace

Result import::importConfig(CallBuilder &call,
                            const keras::DenseConfig &config) {
  Value y = call.make<kreg::DenseOp>(call.inputs[0], call.weight("kernel"));
  return call.activate(call.bias(y, config.useBias), config.activation);
}

Result import::importConfig(CallBuilder &call,
                            const keras::ConvConfig &config) {
  llvm::Error error = llvm::Error::success();
  Value y = call.channelsLast(
      call.inputs[0], config.channelsFirst, [&](Value x) -> Value {
        Window window(x, config.kernel, config.strides, config.dilation,
                      config.padding);
        Value conv = call.make<kreg::ConvOp>(
            x, call.weight("kernel"), config.strides, config.dilation,
            window.low, window.high, config.groups);
        Result out =
            call.activate(call.bias(conv, config.useBias), config.activation);
        if (out) {
          return *out;
        }
        error = out.takeError();
        return conv;
      });
  if (error) {
    return std::move(error);
  }
  return y;
}

Result import::importConfig(CallBuilder &call,
                            const keras::DepthwiseConvConfig &config) {
  llvm::Error error = llvm::Error::success();
  Value y = call.channelsLast(
      call.inputs[0], config.channelsFirst, [&](Value x) -> Value {
        Window window(x, config.kernel, config.strides, config.dilation,
                      config.padding);
        // The variable is "kernel" from Keras 3.0 on, "depthwise_kernel"
        // before.
        Value conv = call.make<kreg::DepthwiseConvOp>(
            x, call.weight(call.layer.weights.front().variable), config.strides,
            config.dilation, window.low, window.high);
        Result out =
            call.activate(call.bias(conv, config.useBias), config.activation);
        if (out) {
          return *out;
        }
        error = out.takeError();
        return conv;
      });
  if (error) {
    return std::move(error);
  }
  return y;
}

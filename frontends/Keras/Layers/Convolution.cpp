// Convolutions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

#include "llvm/ADT/STLExtras.h"

using namespace kregc;
using namespace kregc::keras;

static constexpr int64_t maxExtent = std::numeric_limits<int64_t>::max();

/// The fields that all convolutions share.
template <typename Config>
static void parseWindow(Fields &fields, int64_t rank, Config &config) {
  config.rank = rank;
  config.kernel = fields.window("kernel_size", rank, std::nullopt);
  config.strides = fields.window("strides", rank, 1);
  config.dilation = fields.window("dilation_rate", rank, 1);
  config.padding = fields.padding(/*causal=*/rank == 1);
  config.channelsFirst = fields.channelsFirst();
  config.useBias = fields.boolean("use_bias", true);
  config.activation = fields.activation("activation");
  auto above1 = [](int64_t value) { return value > 1; };
  if (llvm::any_of(config.strides, above1) &&
      llvm::any_of(config.dilation, above1)) {
    fields.unsupported("'strides' > 1 together with 'dilation_rate' > 1");
  }
}

LayerConfig keras::parseConv2D(Fields &fields) {
  ConvConfig config;
  parseWindow(fields, 2, config);
  config.filters = fields.integer("filters", std::nullopt, 1, maxExtent);
  config.groups = fields.integer("groups", 1, 1, maxExtent);
  if (config.filters % config.groups != 0) {
    fields.outOfRange("filters", *fields.get("filters"),
                      "a multiple of the " + std::to_string(config.groups) +
                          " groups");
  }
  return config;
}

LayerConfig keras::parseDepthwiseConv2D(Fields &fields) {
  DepthwiseConvConfig config;
  parseWindow(fields, 2, config);
  config.depthMultiplier = fields.integer("depth_multiplier", 1, 1, 1 << 30);
  return config;
}

// Convolutions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

#include "llvm/ADT/STLExtras.h"

using namespace kregc;
using namespace kregc::keras;

static constexpr int64_t maxExtent = std::numeric_limits<int64_t>::max();

/// The fields that all convolutions share.
template <typename Config>
static void parseWindow(Fields &fields, int64_t rank, bool causal,
                        Config &config) {
  config.rank = rank;
  config.kernel = fields.window("kernel_size", rank, std::nullopt);
  config.strides = fields.window("strides", rank, 1);
  config.dilation = fields.window("dilation_rate", rank, 1);
  config.padding = fields.padding(causal);
  config.channelsFirst = fields.channelsFirst();
  if (config.padding == Padding::Causal && config.channelsFirst) {
    fields.unsupported("'causal' padding with 'channels_first'");
  }
  config.useBias = fields.boolean("use_bias", true);
  config.activation = fields.activation("activation");
  auto above1 = [](int64_t value) { return value > 1; };
  if (llvm::any_of(config.strides, above1) &&
      llvm::any_of(config.dilation, above1)) {
    fields.unsupported("'strides' > 1 together with 'dilation_rate' > 1");
  }
}

static LayerConfig parseConv(Fields &fields, int64_t rank) {
  ConvConfig config;
  parseWindow(fields, rank, /*causal=*/rank == 1, config);
  config.filters = fields.integer("filters", std::nullopt, 1, maxExtent);
  config.groups = fields.integer("groups", 1, 1, maxExtent);
  if (config.filters % config.groups != 0) {
    fields.outOfRange("filters", *fields.get("filters"),
                      "a multiple of the " + std::to_string(config.groups) +
                          " groups");
  }
  return config;
}

static LayerConfig parseDepthwise(Fields &fields, int64_t rank) {
  DepthwiseConvConfig config;
  parseWindow(fields, rank, /*causal=*/false, config);
  config.depthMultiplier = fields.integer("depth_multiplier", 1, 1, 1 << 30);
  return config;
}

static LayerConfig parseSeparable(Fields &fields, int64_t rank) {
  SeparableConvConfig config;
  parseWindow(fields, rank, /*causal=*/rank == 1, config);
  config.filters = fields.integer("filters", std::nullopt, 1, maxExtent);
  config.depthMultiplier = fields.integer("depth_multiplier", 1, 1, 1 << 30);
  return config;
}

static LayerConfig parseTranspose(Fields &fields, int64_t rank) {
  ConvTransposeConfig config;
  parseWindow(fields, rank, /*causal=*/false, config);
  config.filters = fields.integer("filters", std::nullopt, 1, maxExtent);
  if (const JsonValue *padding = fields.get("output_padding")) {
    config.outputPadding =
        padding->isArray()
            ? fields.integers(*padding, 0)
            : std::vector<int64_t>(
                  rank, fields.integer("output_padding", 0, 0, INT32_MAX));
    if (static_cast<int64_t>(config.outputPadding->size()) != rank) {
      fields.fail(diagnose(Diagnostic::JsonLength, padding->where(),
                           config.outputPadding->size(), rank));
      config.outputPadding->resize(rank);
    }
    for (auto [extra, stride] :
         llvm::zip(*config.outputPadding, config.strides)) {
      if (extra >= stride) {
        fields.outOfRange("output_padding", *padding,
                          "less than 'strides' along each dimension");
      }
    }
  }
  return config;
}

LayerConfig keras::parseConv1D(Fields &fields) { return parseConv(fields, 1); }
LayerConfig keras::parseConv2D(Fields &fields) { return parseConv(fields, 2); }
LayerConfig keras::parseConv3D(Fields &fields) { return parseConv(fields, 3); }
LayerConfig keras::parseDepthwiseConv1D(Fields &fields) {
  return parseDepthwise(fields, 1);
}
LayerConfig keras::parseDepthwiseConv2D(Fields &fields) {
  return parseDepthwise(fields, 2);
}
LayerConfig keras::parseSeparableConv1D(Fields &fields) {
  return parseSeparable(fields, 1);
}
LayerConfig keras::parseSeparableConv2D(Fields &fields) {
  return parseSeparable(fields, 2);
}
LayerConfig keras::parseConv1DTranspose(Fields &fields) {
  return parseTranspose(fields, 1);
}
LayerConfig keras::parseConv2DTranspose(Fields &fields) {
  return parseTranspose(fields, 2);
}
LayerConfig keras::parseConv3DTranspose(Fields &fields) {
  return parseTranspose(fields, 3);
}

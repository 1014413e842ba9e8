// Normalization layers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

LayerConfig keras::parseBatchNormalization(Fields &fields) {
  BatchNormConfig config;
  // Keras 2 writes a list.
  std::vector<int64_t> axes = fields.axes("axis", -1);
  if (axes.size() != 1) {
    fields.unsupported("a BatchNormalization over several axes");
  }
  config.axis = axes.empty() ? -1 : axes[0];
  config.momentum = fields.number("momentum", 0.99);
  config.epsilon = fields.number("epsilon", 1e-3);
  config.center = fields.boolean("center", true);
  config.scale = fields.boolean("scale", true);
  fields.refuse("renorm");
  fields.refuse("synchronized");
  return config;
}

LayerConfig keras::parseLayerNormalization(Fields &fields) {
  LayerNormConfig config;
  config.axes = fields.axes("axis", -1);
  config.epsilon = fields.number("epsilon", 1e-3);
  config.center = fields.boolean("center", true);
  config.scale = fields.boolean("scale", true);
  config.rms = false;
  fields.refuse("rms_scaling");
  return config;
}

LayerConfig keras::parseRMSNormalization(Fields &fields) {
  LayerNormConfig config;
  config.axes = fields.axes("axis", -1);
  config.epsilon = fields.number("epsilon", 1e-6);
  config.center = false;
  config.scale = true;
  config.rms = true;
  config.scaleName = "scale";
  return config;
}

LayerConfig keras::parseGroupNormalization(Fields &fields) {
  GroupNormConfig config;
  config.groups = fields.integer("groups", 32, -1, INT32_MAX);
  if (config.groups == 0) {
    fields.outOfRange("groups", *fields.get("groups"),
                      "1 or more, or -1 for one per channel");
  }
  config.axis = fields.integer("axis", -1);
  config.epsilon = fields.number("epsilon", 1e-3);
  config.center = fields.boolean("center", true);
  config.scale = fields.boolean("scale", true);
  return config;
}

LayerConfig keras::parseUnitNormalization(Fields &fields) {
  return UnitNormConfig{fields.axes("axis", -1)};
}

LayerConfig keras::parseNormalization(Fields &fields) {
  NormalizationConfig config;
  // null: one mean of everything.
  const JsonValue *axis = fields.config.find("axis");
  if (!axis || !axis->isNull()) {
    config.axes = fields.axes("axis", -1);
  }
  config.invert = fields.boolean("invert", false);
  if (fields.get("mean") || fields.get("variance")) {
    config.mean = fields.row("mean", std::nullopt);
    config.variance = fields.row("variance", std::nullopt);
    size_t count = config.mean.size();
    if (count != config.variance.size()) {
      fields.fail(diagnose(Diagnostic::JsonLength, fields.config.where(),
                           config.variance.size(),
                           "as many variances as means"));
    }
    if (count != 1) {
      config.shape = {static_cast<int64_t>(count)};
    }
  }
  return config;
}

LayerConfig keras::parseRescaling(Fields &fields) {
  return RescalingConfig{fields.row("scale", std::nullopt),
                         fields.row("offset", 0.0)};
}

// InputLayer, Dense, activations, dropout and ActivityRegularization.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

static constexpr int64_t maxExtent = std::numeric_limits<int64_t>::max();

LayerConfig keras::parseInputLayer(Fields &fields) {
  InputConfig config;
  fields.refuse("sparse");
  fields.refuse("ragged");
  fields.refuse("optional");
  llvm::StringRef key =
      fields.get("batch_shape") ? "batch_shape" : "batch_input_shape";
  if (const JsonValue *shape = fields.get("shape"); shape && !fields.get(key)) {
    config.shape = fields.integers(*shape, -1);
    config.shape.insert(config.shape.begin(), -1);
  } else {
    config.shape = fields.integers(key, -1);
  }
  if (config.shape.empty()) {
    fields.fail(diagnose(Diagnostic::JsonLength, fields.config.where(), 0,
                         "a shape with a batch dimension"));
  }
  const JsonValue *dtype = fields.get("dtype");
  if (dtype && !dtype->isString()) {
    fields.requireFloat32();
  }
  config.dtype = dtype && dtype->isString() ? dtype->string().str() : "float32";
  if (config.dtype != "float32") {
    fields.unsupported("an input of type '" + config.dtype + "'");
  }
  return config;
}

LayerConfig keras::parseDense(Fields &fields) {
  DenseConfig config;
  config.units = fields.integer("units", std::nullopt, 1, maxExtent);
  config.useBias = fields.boolean("use_bias", true);
  config.activation = fields.activation("activation");
  fields.refuse("quantization_config");
  fields.refuse("lora_rank");
  return config;
}

LayerConfig keras::parseActivation(Fields &fields) {
  return ActivationConfig{fields.activation("activation")};
}

LayerConfig keras::parseReLU(Fields &fields) {
  // Keras 2 wrote NumPy scalars of 0 as 0.0; null is 0 as well.
  double slope = fields.number("negative_slope", 0.0);
  double threshold = fields.number("threshold", 0.0);
  double unbounded = std::numeric_limits<double>::infinity();
  double maximum = fields.number("max_value", unbounded);
  for (const char *key : {"negative_slope", "threshold", "max_value"}) {
    const JsonValue *value = fields.get(key);
    if (value && value->isNumber() && value->number() < 0) {
      fields.outOfRange(key, *value, "a number of 0 or more");
    }
  }
  Activation activation;
  if (threshold == 0 && slope == 0 && maximum == unbounded) {
    activation.name = "relu";
  } else if (threshold == 0 && slope == 0 && maximum == 6) {
    activation.name = "relu6";
  } else if (threshold == 0 && maximum == unbounded) {
    activation.name = "leaky_relu";
    activation.parameters = {slope};
  } else {
    activation.name = "clipped_relu";
    activation.parameters = {slope, threshold, maximum};
  }
  return ActivationConfig{activation};
}

LayerConfig keras::parseSoftmax(Fields &fields) {
  Activation activation;
  activation.name = "softmax";
  const JsonValue *axis = fields.get("axis");
  if (axis && axis->isArray()) {
    std::vector<int64_t> axes =
        fields.integers("axis", std::numeric_limits<int64_t>::min());
    if (axes.size() != 1) {
      fields.unsupported("a softmax over several axes");
    }
    activation.axis = axes.empty() ? -1 : axes[0];
  } else {
    activation.axis = fields.integer("axis", -1);
  }
  return ActivationConfig{activation};
}

LayerConfig keras::parseDropout(Fields &fields) {
  DropoutConfig config;
  config.rate = fields.number("rate", std::nullopt);
  const JsonValue *rate = fields.get("rate");
  if (rate && rate->isNumber() && !(config.rate >= 0 && config.rate <= 1)) {
    fields.outOfRange("rate", *rate, "a number from 0 to 1");
  }
  if (fields.get("noise_shape")) {
    config.noiseShape = fields.integers("noise_shape", -1);
  }
  if (fields.get("seed")) {
    config.seed = fields.integer("seed", 0);
  }
  return config;
}

LayerConfig keras::parseActivityRegularization(Fields &) {
  // l1 and l2 become the layer's regularizer, see readLayer.
  return ActivityRegularizationConfig{};
}

// Layers that are an activation function.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

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

LayerConfig keras::parseLeakyReLU(Fields &fields) {
  // Keras 2 called the slope alpha; Keras 3 reads both.
  double slope = fields.get("alpha") ? fields.number("alpha", 0.3)
                                     : fields.number("negative_slope", 0.3);
  return ActivationConfig{{"leaky_relu", {slope}}};
}

LayerConfig keras::parseELU(Fields &fields) {
  return ActivationConfig{{"elu", {fields.number("alpha", 1.0)}}};
}

LayerConfig keras::parseThresholdedReLU(Fields &fields) {
  return ActivationConfig{{"threshold", {fields.number("theta", 1.0), 0}}};
}

LayerConfig keras::parsePReLU(Fields &fields) {
  PReluConfig config;
  if (fields.get("shared_axes")) {
    config.sharedAxes = fields.axes("shared_axes", std::nullopt);
  }
  return config;
}

LayerConfig keras::parseSoftmax(Fields &fields) {
  std::vector<int64_t> axes = fields.axes("axis", -1);
  if (axes.size() > 1) {
    return SoftmaxConfig{axes};
  }
  return ActivationConfig{{"softmax", {}, axes.empty() ? -1 : axes[0]}};
}

// Normalization layers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

LayerConfig keras::parseBatchNormalization(Fields &fields) {
  BatchNormConfig config;
  const JsonValue *axis = fields.get("axis");
  if (axis && axis->isArray()) {
    // Keras 2 writes a list.
    std::vector<int64_t> axes =
        fields.integers("axis", std::numeric_limits<int64_t>::min());
    if (axes.size() != 1) {
      fields.unsupported("a BatchNormalization over several axes");
    }
    config.axis = axes.empty() ? -1 : axes[0];
  } else {
    config.axis = fields.integer("axis", -1);
  }
  config.momentum = fields.number("momentum", 0.99);
  config.epsilon = fields.number("epsilon", 1e-3);
  config.center = fields.boolean("center", true);
  config.scale = fields.boolean("scale", true);
  fields.refuse("renorm");
  fields.refuse("synchronized");
  return config;
}

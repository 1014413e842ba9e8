// Layers around another layer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

/// Whether one step can be given to the layer: one tensor in, one out.
static bool takesOneTensor(const LayerConfig &config) {
  return !std::holds_alternative<InputConfig>(config) &&
         !std::holds_alternative<MergeConfig>(config) &&
         !std::holds_alternative<ConcatenateConfig>(config) &&
         !std::holds_alternative<DotConfig>(config);
}

LayerConfig keras::parseTimeDistributed(Fields &fields) {
  const JsonValue *entry = fields.get("layer");
  if (!entry || !entry->isObject()) {
    fields.fail(
        diagnose(Diagnostic::JsonMissing, fields.config.where(), "layer"));
    return TimeDistributedConfig();
  }
  llvm::Expected<Layer> layer = readLayer(*entry, fields.version);
  if (!layer) {
    fields.fail(layer.takeError());
    return TimeDistributedConfig();
  }
  if (!takesOneTensor(layer->config)) {
    fields.unsupported("a " + layer->className + " in a TimeDistributed");
  }
  return TimeDistributedConfig{
      std::make_shared<const Layer>(std::move(*layer))};
}

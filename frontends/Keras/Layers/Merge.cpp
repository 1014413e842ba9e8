// Layers of several inputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

LayerConfig keras::parseAdd(Fields &) {
  return MergeConfig{MergeConfig::Kind::Add};
}
LayerConfig keras::parseSubtract(Fields &) {
  return MergeConfig{MergeConfig::Kind::Subtract};
}
LayerConfig keras::parseMultiply(Fields &) {
  return MergeConfig{MergeConfig::Kind::Multiply};
}
LayerConfig keras::parseAverage(Fields &) {
  return MergeConfig{MergeConfig::Kind::Average};
}
LayerConfig keras::parseMaximum(Fields &) {
  return MergeConfig{MergeConfig::Kind::Maximum};
}
LayerConfig keras::parseMinimum(Fields &) {
  return MergeConfig{MergeConfig::Kind::Minimum};
}
LayerConfig keras::parseConcatenate(Fields &fields) {
  return ConcatenateConfig{fields.integer("axis", -1)};
}

LayerConfig keras::parseDot(Fields &fields) {
  DotConfig config{{0, 0}, fields.boolean("normalize", false)};
  std::vector<int64_t> axes = fields.axes("axes", std::nullopt);
  if (axes.size() == 1) {
    axes.push_back(axes[0]);
  }
  if (axes.size() != 2) {
    fields.fail(diagnose(Diagnostic::JsonLength, fields.config.where(),
                         axes.size(), "one axis for each input"));
    return config;
  }
  config.axes[0] = axes[0];
  config.axes[1] = axes[1];
  return config;
}

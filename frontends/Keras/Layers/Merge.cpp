// Layers of several inputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

LayerConfig keras::parseAdd(Fields &) {
  return MergeConfig{MergeConfig::Kind::Add};
}
LayerConfig keras::parseMultiply(Fields &) {
  return MergeConfig{MergeConfig::Kind::Multiply};
}
LayerConfig keras::parseConcatenate(Fields &fields) {
  return ConcatenateConfig{fields.integer("axis", -1)};
}

// Layers that do something only while a model is trained.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

static double parseRate(Fields &fields) {
  double value = fields.number("rate", std::nullopt);
  const JsonValue *rate = fields.get("rate");
  if (rate && rate->isNumber() && !(value >= 0 && value <= 1)) {
    fields.outOfRange("rate", *rate, "a number from 0 to 1");
  }
  return value;
}

/// `noise_shape` and `seed`, which several classes have.
template <typename Config>
static void parseShapeAndSeed(Fields &fields, Config &config) {
  if (fields.get("noise_shape")) {
    config.noiseShape = fields.integers("noise_shape", -1);
  }
  if (fields.get("seed")) {
    config.seed = fields.integer("seed", 0);
  }
}

LayerConfig keras::parseDropout(Fields &fields) {
  DropoutConfig config;
  config.rate = parseRate(fields);
  parseShapeAndSeed(fields, config);
  return config;
}

/// One decision per feature map.
static LayerConfig parseSpatial(Fields &fields, int64_t rank) {
  DropoutConfig config;
  config.rate = parseRate(fields);
  bool first = rank > 1 && fields.channelsFirst();
  config.noiseShape.assign(rank + 2, 1);
  config.noiseShape[0] = config.noiseShape[first ? 1 : rank + 1] = -1;
  if (fields.get("seed")) {
    config.seed = fields.integer("seed", 0);
  }
  return config;
}

LayerConfig keras::parseSpatialDropout1D(Fields &fields) {
  return parseSpatial(fields, 1);
}
LayerConfig keras::parseSpatialDropout2D(Fields &fields) {
  return parseSpatial(fields, 2);
}
LayerConfig keras::parseSpatialDropout3D(Fields &fields) {
  return parseSpatial(fields, 3);
}

LayerConfig keras::parseGaussianNoise(Fields &fields) {
  NoiseConfig config;
  config.kind = NoiseConfig::Kind::GaussianNoise;
  config.amount = fields.number("stddev", std::nullopt);
  if (config.amount < 0) {
    fields.outOfRange("stddev", *fields.get("stddev"), "0 or more");
  }
  parseShapeAndSeed(fields, config);
  return config;
}

LayerConfig keras::parseGaussianDropout(Fields &fields) {
  NoiseConfig config;
  config.kind = NoiseConfig::Kind::GaussianDropout;
  config.amount = parseRate(fields);
  parseShapeAndSeed(fields, config);
  return config;
}

LayerConfig keras::parseAlphaDropout(Fields &fields) {
  NoiseConfig config;
  config.kind = NoiseConfig::Kind::AlphaDropout;
  config.amount = parseRate(fields);
  parseShapeAndSeed(fields, config);
  return config;
}

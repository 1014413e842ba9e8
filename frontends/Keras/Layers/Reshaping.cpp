// Layers that move numbers without computing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

#include "llvm/ADT/STLExtras.h"

using namespace kregc;
using namespace kregc::keras;

LayerConfig keras::parseFlatten(Fields &fields) {
  return FlattenConfig{fields.channelsFirst()};
}

LayerConfig keras::parseReshape(Fields &fields) {
  ReshapeConfig config{fields.integers("target_shape", -1)};
  if (llvm::count(config.target, -1) > 1) {
    fields.outOfRange("target_shape", *fields.get("target_shape"),
                      "at most one -1");
  }
  return config;
}

LayerConfig keras::parsePermute(Fields &fields) {
  PermuteConfig config{fields.integers("dims", 1)};
  std::vector<int64_t> sorted = config.dims;
  llvm::sort(sorted);
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<int64_t>(i) + 1) {
      fields.outOfRange("dims", *fields.get("dims"),
                        "each of 1 to the rank once");
      break;
    }
  }
  return config;
}

/// One entry of `padding` or `cropping`: a number for both sides or a pair.
template <typename Config>
static void parseSides(Fields &fields, llvm::StringRef key,
                       const JsonValue &value, Config &config) {
  if (!value.isArray()) {
    if (!value.isInt() || value.integer() < 0 || value.integer() > INT32_MAX) {
      fields.outOfRange(key, value, "an integer from 0 to 2147483647");
      return;
    }
    config.low.push_back(value.integer());
    config.high.push_back(value.integer());
    return;
  }
  std::vector<int64_t> sides = fields.integers(value, 0);
  if (sides.size() != 2 || sides[0] > INT32_MAX || sides[1] > INT32_MAX) {
    fields.outOfRange(key, value, "two integers from 0 to 2147483647");
    return;
  }
  config.low.push_back(sides[0]);
  config.high.push_back(sides[1]);
}

/// `padding` or `cropping` of `rank` dimensions; a pair of numbers is both
/// sides of the only dimension of rank 1, else one number per dimension.
template <typename Config>
static LayerConfig parseBorders(Fields &fields, llvm::StringRef key,
                                int64_t rank, int64_t fallback) {
  Config config;
  config.rank = rank;
  config.channelsFirst = rank > 1 && fields.channelsFirst();
  const JsonValue *borders = fields.get(key);
  if (!borders) {
    config.low.assign(rank, fallback);
    config.high = config.low;
  } else if (!borders->isArray() || (rank == 1 && borders->size() == 2)) {
    for (int64_t i = 0; i < rank; ++i) {
      parseSides(fields, key, *borders, config);
    }
  } else if (static_cast<int64_t>(borders->size()) != rank) {
    fields.fail(diagnose(Diagnostic::JsonLength, borders->where(),
                         borders->size(), rank));
  } else {
    for (const JsonValue *sides : borders->elements()) {
      parseSides(fields, key, *sides, config);
    }
  }
  return config;
}

LayerConfig keras::parseZeroPadding1D(Fields &fields) {
  return parseBorders<ZeroPaddingConfig>(fields, "padding", 1, 1);
}
LayerConfig keras::parseZeroPadding2D(Fields &fields) {
  return parseBorders<ZeroPaddingConfig>(fields, "padding", 2, 1);
}
LayerConfig keras::parseZeroPadding3D(Fields &fields) {
  return parseBorders<ZeroPaddingConfig>(fields, "padding", 3, 1);
}
LayerConfig keras::parseCropping1D(Fields &fields) {
  return parseBorders<CroppingConfig>(fields, "cropping", 1, 1);
}
LayerConfig keras::parseCropping2D(Fields &fields) {
  return parseBorders<CroppingConfig>(fields, "cropping", 2, 0);
}
LayerConfig keras::parseCropping3D(Fields &fields) {
  return parseBorders<CroppingConfig>(fields, "cropping", 3, 1);
}

static LayerConfig parseUpSampling(Fields &fields, int64_t rank) {
  UpSamplingConfig config;
  config.rank = rank;
  config.factors = fields.window("size", rank, 2);
  config.channelsFirst = rank > 1 && fields.channelsFirst();
  llvm::StringRef kind = fields.text("interpolation", "nearest");
  config.bilinear = kind == "bilinear";
  if (kind != "nearest" && !(config.bilinear && rank == 2)) {
    fields.unsupported("the interpolation '" + kind + "'");
  }
  return config;
}

LayerConfig keras::parseUpSampling1D(Fields &fields) {
  return parseUpSampling(fields, 1);
}
LayerConfig keras::parseUpSampling2D(Fields &fields) {
  return parseUpSampling(fields, 2);
}
LayerConfig keras::parseUpSampling3D(Fields &fields) {
  return parseUpSampling(fields, 3);
}

LayerConfig keras::parseRepeatVector(Fields &fields) {
  return RepeatVectorConfig{fields.integer("n", std::nullopt, 1, INT32_MAX)};
}

LayerConfig keras::parseIdentity(Fields &) { return IdentityConfig{}; }

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

/// One entry of `padding`: a number for both sides or a pair.
static void parseSides(Fields &fields, const JsonValue &value,
                       ZeroPaddingConfig &config) {
  if (!value.isArray()) {
    if (!value.isInt() || value.integer() < 0 || value.integer() > INT32_MAX) {
      fields.outOfRange("padding", value, "an integer from 0 to 2147483647");
      return;
    }
    config.low.push_back(value.integer());
    config.high.push_back(value.integer());
    return;
  }
  std::vector<int64_t> sides = fields.integers(value, 0);
  if (sides.size() != 2 || sides[0] > INT32_MAX || sides[1] > INT32_MAX) {
    fields.outOfRange("padding", value, "two integers from 0 to 2147483647");
    return;
  }
  config.low.push_back(sides[0]);
  config.high.push_back(sides[1]);
}

LayerConfig keras::parseZeroPadding2D(Fields &fields) {
  ZeroPaddingConfig config;
  config.rank = 2;
  config.channelsFirst = fields.channelsFirst();
  const JsonValue *padding = fields.get("padding");
  if (!padding) {
    config.low = config.high = {1, 1};
  } else if (!padding->isArray()) {
    parseSides(fields, *padding, config);
    parseSides(fields, *padding, config);
  } else {
    for (const JsonValue *sides : padding->elements().take_front(3)) {
      parseSides(fields, *sides, config);
    }
    if (padding->size() != 2) {
      fields.fail(diagnose(Diagnostic::JsonLength, padding->where(),
                           padding->size(), 2));
    }
  }
  return config;
}

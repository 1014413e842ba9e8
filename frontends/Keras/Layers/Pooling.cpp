// Pooling over windows and over everything.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

using namespace kregc;
using namespace kregc::keras;

static PoolConfig parsePool(Fields &fields, bool max, int64_t rank) {
  PoolConfig config;
  config.max = max;
  config.rank = rank;
  config.window = fields.window("pool_size", rank, 2);
  config.strides = fields.get("strides")
                       ? fields.window("strides", rank, std::nullopt)
                       : config.window;
  config.padding = fields.padding();
  config.channelsFirst = fields.channelsFirst();
  return config;
}

static GlobalPoolConfig parseGlobalPool(Fields &fields, bool max,
                                        int64_t rank) {
  return {max, rank, fields.channelsFirst(), fields.boolean("keepdims", false)};
}

#define POOLING_OF_RANK(RANK)                                                  \
  LayerConfig keras::parseMaxPooling##RANK##D(Fields &fields) {                \
    return parsePool(fields, true, RANK);                                      \
  }                                                                            \
  LayerConfig keras::parseAveragePooling##RANK##D(Fields &fields) {            \
    return parsePool(fields, false, RANK);                                     \
  }                                                                            \
  LayerConfig keras::parseGlobalMaxPooling##RANK##D(Fields &fields) {          \
    return parseGlobalPool(fields, true, RANK);                                \
  }                                                                            \
  LayerConfig keras::parseGlobalAveragePooling##RANK##D(Fields &fields) {      \
    return parseGlobalPool(fields, false, RANK);                               \
  }

POOLING_OF_RANK(1)
POOLING_OF_RANK(2)
POOLING_OF_RANK(3)

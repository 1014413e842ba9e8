// InputLayer, Dense, EinsumDense, Embedding and ActivityRegularization.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"

#include "llvm/ADT/STLExtras.h"

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
  // Ids of an Embedding are computed with as float32, exact below 2^24.
  static const char *const ids[] = {"int32", "int64", "int16", "int8", "uint8"};
  if (config.dtype != "float32" && !llvm::is_contained(ids, config.dtype)) {
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

LayerConfig keras::parseEinsumDense(Fields &fields) {
  EinsumDenseConfig config;
  config.equation = fields.text("equation", "").str();
  const JsonValue *output = fields.get("output_shape");
  config.output = output && output->isInt()
                      ? Shape{fields.integer("output_shape", 1, 1, maxExtent)}
                      : fields.integers("output_shape", -1);
  config.biasAxes = fields.text("bias_axes", "").str();
  config.useBias = !config.biasAxes.empty();
  config.activation = fields.activation("activation");
  fields.refuse("quantization_config");
  fields.refuse("lora_rank");
  return config;
}

LayerConfig keras::parseEmbedding(Fields &fields) {
  EmbeddingConfig config;
  config.inputDim = fields.integer("input_dim", std::nullopt, 1, maxExtent);
  config.outputDim = fields.integer("output_dim", std::nullopt, 1, maxExtent);
  config.maskZero = fields.boolean("mask_zero", false);
  fields.refuse("quantization_config");
  fields.refuse("lora_rank");
  fields.refuse("sparse");
  return config;
}

LayerConfig keras::parseActivityRegularization(Fields &) {
  // l1 and l2 become the layer's regularizer, see readLayer.
  return ActivityRegularizationConfig{};
}

// Keras' compute_mask, as far as a mask reaches a layer that looks at it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Masks.h"

#include "frontends/Container/Error.h"

using namespace kregc::keras;

template <typename... Configs>
static bool isAny(const LayerConfig &config) {
  return (std::holds_alternative<Configs>(config) || ...);
}

/// Layers that give the mask of their input to their output.
static bool passesOn(const Layer &layer) {
  return isAny<DenseConfig, EinsumDenseConfig, ActivationConfig, PReluConfig,
               SoftmaxConfig, DropoutConfig, NoiseConfig, BatchNormConfig,
               LayerNormConfig, GroupNormConfig, UnitNormConfig,
               ActivityRegularizationConfig, IdentityConfig,
               TimeDistributedConfig, MergeConfig, ConcatenateConfig>(
      layer.config);
}

std::optional<MaskSource> Masks::of(const TensorRef &tensor) const {
  auto found = sources.find(tensor.call);
  return found == sources.end() ? std::nullopt
                                : std::optional<MaskSource>(found->second);
}

void Masks::note(int index) {
  const Call &call = model.calls[index];
  const Layer &layer = model.layers[call.layer];
  if (const auto *embedding = std::get_if<EmbeddingConfig>(&layer.config)) {
    if (embedding->maskZero) {
      sources[index] = MaskSource{call.inputs.front(), index, false};
    }
    return;
  }
  if (!passesOn(layer) || call.inputs.empty()) {
    return;
  }
  // A merge has a mask where all of its inputs have one.
  std::optional<MaskSource> mask = of(call.inputs.front());
  for (const TensorRef &input : call.inputs) {
    std::optional<MaskSource> other = of(input);
    if (!mask || !other) {
      return;
    }
    mask->several |= other->several || other->ids.call != mask->ids.call;
  }
  sources[index] = *mask;
}

bool kregc::keras::looksAtMask(const Layer &layer) {
  const auto *pool = std::get_if<GlobalPoolConfig>(&layer.config);
  return (pool && pool->rank == 1 && !pool->max) ||
         layer.className == "Softmax";
}

llvm::Error kregc::keras::refuseMaskedTraining(const Model &model) {
  auto refuse = [&](int call, const char *what) {
    const Layer &layer = model.layers[model.calls[call].layer];
    return diagnose(Diagnostic::UnsupportedOption, layer.where, layer.name,
                    what);
  };
  Masks masks(model);
  for (int i = 0, end = static_cast<int>(model.calls.size()); i < end; ++i) {
    masks.note(i);
    const Call &call = model.calls[i];
    const Layer &layer = model.layers[call.layer];
    if (isAny<BatchNormConfig>(layer.config) && layer.trainable &&
        masks.of(call.inputs.front())) {
      return refuse(i, "training with a mask of its input, whose moments would "
                       "be those of the steps that are not masked,");
    }
  }
  for (const TensorRef &output : model.outputs) {
    if (masks.of(output)) {
      return refuse(output.call,
                    "training with a mask of the model's output, of which the "
                    "loss would count the steps that are not masked,");
    }
  }
  return llvm::Error::success();
}

Layer kregc::keras::makeMaskLayer(const Layer &reader) {
  Layer mask;
  mask.name = reader.name + "/mask";
  mask.className = "NotEqual";
  mask.operation = true;
  mask.where = reader.where;
  mask.config = OperationConfig{BinaryOperation{
      BinaryOperation::Kind::NotEqual, OperationConstant{{0}, {}}, false}};
  return mask;
}

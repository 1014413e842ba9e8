// Calls the models of a file: nested ones are dissolved into the list of calls
// of the outermost, in an order in which every call has its inputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Graph.h"

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Masks.h"
#include "frontends/Keras/Operations.h"
#include "frontends/Keras/Optimizers.h"
#include "frontends/Keras/Scope.h"
#include "frontends/Keras/Shapes.h"
#include "frontends/Keras/Version.h"
#include "frontends/Keras/Warnings.h"

#include "llvm/ADT/STLExtras.h"

using namespace kregc;
using namespace kregc::keras;

namespace {

/// Makes the calls of a Model from its scopes.
class Caller {
public:
  explicit Caller(Model &model)
      : model(model), counts(model.layers.size()), masks(model) {}

  /// Calls a model with these tensors; the outermost one makes its own inputs.
  llvm::Expected<std::vector<TensorRef>>
  call(const Scope &scope, llvm::ArrayRef<TensorRef> inputs, bool outermost);

private:
  llvm::Expected<std::vector<TensorRef>>
  callEntry(const Entry &entry, const std::vector<TensorRef> &inputs);
  llvm::Error addCall(int layer, std::vector<TensorRef> inputs);
  llvm::Error refuseOldCall(const Scope &scope);
  llvm::Error addMask(int layer, std::vector<TensorRef> &inputs);

  Model &model;
  std::vector<int> counts; ///< calls of each layer so far
  Masks masks;
  size_t budget = maxCalls;
};

} // namespace

/// Where TimeDistributed penalises what the layer in it computes, it has made
/// one batch of the steps of all samples: the penalty is that of its own
/// output, divided by the number of steps. So also with a fixed batch, for
/// Keras steps through layers that are not its own only.
static llvm::Error penaliseSteps(const Model &model, Layer &layer,
                                 const Shape &input) {
  const Layer *inner = &layer;
  double steps = 1;
  for (size_t axis = 1;
       const auto *wrapper = std::get_if<TimeDistributedConfig>(&inner->config);
       ++axis) {
    steps *= static_cast<double>(input[axis]);
    inner = wrapper->layer.get();
  }
  if (inner == &layer || !inner->activityRegularizer ||
      !holds(Fact::AppliesPenaltyInTimeDistributed, model.version)) {
    return llvm::Error::success();
  }
  Regularizer scaled = *inner->activityRegularizer;
  for (double *factor : {&scaled.l1, &scaled.l2, &scaled.factor}) {
    *factor /= model.dividesPenaltyByBatch ? steps : 1;
  }
  const auto &other = layer.activityRegularizer;
  if (scaled.kind != Regularizer::Kind::L1L2 ||
      (other && (other->l1 != scaled.l1 || other->l2 != scaled.l2))) {
    return diagnose(Diagnostic::UnsupportedOption, layer.where, layer.name,
                    "the penalty of the layer in it");
  }
  layer.activityRegularizer = scaled;
  return llvm::Error::success();
}

/// Infers the shape of a call; all calls of a layer need the same weights.
static llvm::Error inferShape(Model &model, Call &call) {
  Layer &layer = model.layers[call.layer];
  std::vector<Shape> inputs;
  for (const TensorRef &input : call.inputs) {
    inputs.push_back(model.calls[input.call].shape);
  }
  auto shape = keras::inferShape(layer, inputs);
  if (!shape) {
    return shape.takeError();
  }
  call.shape = std::move(*shape);
  if (inputs.empty()) {
    return llvm::Error::success();
  }
  if (llvm::Error error = penaliseSteps(model, layer, inputs.front())) {
    return error;
  }
  auto weights = expectedWeights(layer, inputs.front(), model.version);
  if (!weights) {
    return weights.takeError();
  }
  if (layer.weights.empty()) {
    layer.weights = std::move(*weights);
    return llvm::Error::success();
  }
  for (auto [have, want] : llvm::zip_equal(layer.weights, *weights)) {
    if (have.shape != want.shape) {
      return diagnose(
          Diagnostic::ShapeMismatch, layer.where, layer.name,
          "call " + std::to_string(call.index) + " needs a " + have.variable +
              " of shape " + printShape(want.shape) +
              ", another call one of shape " + printShape(have.shape));
    }
  }
  return llvm::Error::success();
}

/// Adds the mask that comes with the input of a layer that looks at one, unless
/// the file gives it one itself.
llvm::Error Caller::addMask(int layer, std::vector<TensorRef> &inputs) {
  const Layer &reader = model.layers[layer];
  if (inputs.size() != 1 || !looksAtMask(reader)) {
    return llvm::Error::success();
  }
  std::optional<MaskSource> mask = masks.of(inputs.front());
  if (!mask) {
    return llvm::Error::success();
  }
  if (mask->several || reader.className == "Softmax") {
    return diagnose(Diagnostic::UnsupportedOption, reader.where, reader.name,
                    "a mask of its input");
  }
  model.layers.push_back(makeMaskLayer(reader));
  counts.push_back(0);
  int maker = static_cast<int>(model.layers.size()) - 1;
  if (llvm::Error error = addCall(maker, {mask->ids})) {
    return error;
  }
  inputs.push_back({static_cast<int>(model.calls.size()) - 1, 0});
  return llvm::Error::success();
}

llvm::Error Caller::addCall(int layer, std::vector<TensorRef> inputs) {
  if (llvm::Error error = addMask(layer, inputs)) {
    return error;
  }
  Call call;
  call.layer = layer;
  call.index = counts[layer]++;
  call.inputs = std::move(inputs);
  if (llvm::Error error = ::inferShape(model, call)) {
    return error;
  }
  model.calls.push_back(std::move(call));
  masks.note(static_cast<int>(model.calls.size()) - 1);
  return llvm::Error::success();
}

/// What old releases of Keras penalise in a model that is called is no penalty
/// of a layer's output.
llvm::Error Caller::refuseOldCall(const Scope &scope) {
  if (!holds(Fact::RegularizesInputsOfCalledModels, model.version)) {
    return llvm::Error::success();
  }
  for (const Entry &entry : scope.entries) {
    if (entry.layer >= 0 && model.layers[entry.layer].activityRegularizer) {
      return diagnose(Diagnostic::UnsupportedOption,
                      model.layers[entry.layer].where, entry.name,
                      "a penalty in a model that Keras " + model.version.text +
                          " calls (it penalises the inputs)");
    }
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<TensorRef>>
Caller::callEntry(const Entry &entry, const std::vector<TensorRef> &inputs) {
  if (entry.model) {
    if (llvm::Error error = refuseOldCall(*entry.model)) {
      return std::move(error);
    }
    return call(*entry.model, inputs, /*outermost=*/false);
  }
  if (llvm::Error error = addCall(entry.layer, inputs)) {
    return std::move(error);
  }
  return std::vector<TensorRef>{{static_cast<int>(model.calls.size()) - 1, 0}};
}

llvm::Expected<std::vector<TensorRef>>
Caller::call(const Scope &scope, llvm::ArrayRef<TensorRef> inputs,
             bool outermost) {
  if (!outermost && inputs.size() != scope.inputs.size()) {
    return diagnose(Diagnostic::InputCount, scope.config->where(), scope.name,
                    inputs.size(), std::to_string(scope.inputs.size()));
  }
  // Results of the nodes of each entry; none for an input that has no value.
  std::vector<std::vector<std::vector<TensorRef>>> results;
  for (const Entry &entry : scope.entries) {
    results.emplace_back(entry.nodes.size());
  }
  for (auto [tensor, input] : llvm::zip(scope.inputs, inputs)) {
    if (tensor.entry >= 0) {
      results[tensor.entry][tensor.node] = {input};
    }
  }
  auto find = [&](const LocalTensor &tensor) -> llvm::Expected<TensorRef> {
    if (tensor.entry < 0) {
      return inputs[tensor.output];
    }
    const auto &result = results[tensor.entry][tensor.node];
    if (static_cast<size_t>(tensor.output) >= result.size()) {
      return diagnose(Diagnostic::DanglingInput, scope.config->where(),
                      scope.entries[tensor.entry].name);
    }
    return result[tensor.output];
  };
  for (const LocalTensor &node : scope.order) {
    const Entry &entry = scope.entries[node.entry];
    if (entry.className == "InputLayer" && !outermost) {
      continue;
    }
    // Nested models may double the calls at each level.
    if (budget-- == 0) {
      return diagnose(Diagnostic::TooManyLayers, scope.config->where(),
                      maxCalls, "calls");
    }
    std::vector<TensorRef> operands;
    for (const LocalTensor &input : entry.nodes[node.node]) {
      auto operand = find(input);
      if (!operand) {
        return operand.takeError();
      }
      operands.push_back(*operand);
    }
    auto result = callEntry(entry, operands);
    if (!result) {
      return result.takeError();
    }
    results[node.entry][node.node] = std::move(*result);
  }
  std::vector<TensorRef> outputs;
  for (const LocalTensor &tensor : scope.outputs) {
    auto output = find(tensor);
    if (!output) {
      return output.takeError();
    }
    outputs.push_back(*output);
  }
  if (outermost) {
    for (const LocalTensor &tensor : scope.inputs) {
      model.inputs.push_back(results[tensor.entry][tensor.node][0].call);
    }
  }
  return outputs;
}

/// Layers keep the regularizer of a weight that a flag of theirs leaves out.
static void warnOfUnused(const JsonValue &config, const Layer &layer,
                         Model &model) {
  for (const char *variable : {"bias", "beta", "gamma"}) {
    std::string key = std::string(variable) + "_regularizer";
    const JsonValue *given = config.find(key);
    bool exists = llvm::any_of(layer.weights, [&](const Weight &weight) {
      return weight.variable == variable;
    });
    if (given && !given->isNull() && !exists) {
      model.warnings.push_back(
          makeWarning(WarningId::UnusedRegularizer, layer.name, key));
    }
  }
}

/// Attaches "kernel_regularizer", "kernel_constraint" and the like to the
/// weights they are for.
static llvm::Error readWeightSettings(const JsonValue &outer, Layer &layer,
                                      Model &model) {
  const Version &version = model.version;
  const JsonValue *config = &outer;
  const LayerConfig *kind = &layer.config;
  // The reader of the wrapper has seen that both are there.
  while (const auto *wrapper = std::get_if<TimeDistributedConfig>(kind)) {
    kind = &wrapper->layer->config;
    config = config->find("layer")->find("config");
  }
  for (Weight &weight : layer.weights) {
    // "depthwise_kernel" has a "depthwise_regularizer", which is also that of
    // the "kernel" of Keras 3's DepthwiseConv.
    llvm::StringRef stem = weight.variable;
    stem.consume_back("_kernel");
    if (stem == "kernel" &&
        std::holds_alternative<DepthwiseConvConfig>(*kind)) {
      stem = "depthwise";
    }
    std::string key = (stem + "_regularizer").str();
    auto regularizer =
        readRegularizer(config->find(key), layer.name, key, version);
    if (!regularizer) {
      return regularizer.takeError();
    }
    weight.regularizer = std::move(*regularizer);
    auto constraint =
        readConstraint(config->find((stem + "_constraint").str()), layer.name,
                       static_cast<int64_t>(weight.shape.size()), version);
    if (!constraint) {
      return constraint.takeError();
    }
    weight.constraint = std::move(*constraint);
  }
  warnOfUnused(*config, layer, model);
  return llvm::Error::success();
}

/// A live InputLayer that is no input of the model would have no value.
static llvm::Error checkInputs(const Model &model) {
  std::vector<bool> reached(model.calls.size(), false);
  for (const TensorRef &output : model.outputs) {
    reached[output.call] = true;
  }
  for (size_t i = model.calls.size(); i-- > 0;) {
    const Call &call = model.calls[i];
    const Layer &layer = model.layers[call.layer];
    if (reached[i] && call.inputs.empty() &&
        !llvm::is_contained(model.inputs, static_cast<int>(i))) {
      return diagnose(Diagnostic::DanglingInput, layer.where, layer.name);
    }
    for (const TensorRef &input : call.inputs) {
      reached[input.call] = reached[input.call] || reached[i];
    }
  }
  return llvm::Error::success();
}

/// Where the layers of a model stand among the weights of a file.
static WeightGroup groupOf(const Scope &scope, const Version &version) {
  WeightGroup group;
  group.name = scope.name;
  for (const Entry &entry : scope.entries) {
    if (entry.json && isOperation(*entry.json) &&
        !holds(Fact::CountsFunctionsAsLayers, version)) {
      continue;
    }
    WeightGroup member;
    if (entry.model) {
      member = groupOf(*entry.model, version);
    }
    member.name = entry.name;
    member.className = entry.className;
    member.layer = entry.layer;
    group.members.push_back(std::move(member));
  }
  return group;
}

/// Keras 3's TimeDistributed calls its layer in a way that makes no penalty.
static void warnOfIgnored(const Layer &inner, Model &model) {
  if (inner.activityRegularizer &&
      !holds(Fact::AppliesPenaltyInTimeDistributed, model.version)) {
    model.warnings.push_back(makeWarning(WarningId::IgnoredRegularizer,
                                         inner.name, model.version.text,
                                         inner.name));
  }
}

llvm::Error keras::readGraph(const JsonValue &root, Model &model) {
  ScopeReader reader(model);
  auto scope = reader.read(root, /*prefix=*/"", /*trainable=*/true);
  if (!scope) {
    return scope.takeError();
  }
  model.name = (*scope)->name;
  model.groups = groupOf(**scope, model.version);
  auto outputs = Caller(model).call(**scope, {}, /*outermost=*/true);
  if (!outputs) {
    return outputs.takeError();
  }
  model.outputs = std::move(*outputs);
  reader.configs.resize(model.layers.size()); // masks have none
  for (auto [layer, config] : llvm::zip_equal(model.layers, reader.configs)) {
    if (!config) {
      continue; // an InputLayer that is not in the file
    }
    if (const auto *wrapper =
            std::get_if<TimeDistributedConfig>(&layer.config)) {
      warnOfIgnored(*wrapper->layer, model);
    }
    if (llvm::Error error = readWeightSettings(*config, layer, model)) {
      return error;
    }
  }
  return checkInputs(model);
}

// Layers, calls and their order. The layers of a Functional may come in any
// order in the file; calls are sorted, and what cannot be sorted is a cycle.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Graph.h"

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/Shapes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

#include <queue>

using namespace kregc;
using namespace kregc::keras;

static constexpr size_t maxLayers = 100000;
static constexpr size_t maxCalls = 1000000;

//===----------------------------------------------------------------------===//
// Sequential
//===----------------------------------------------------------------------===//

/// The shape that a Sequential without an InputLayer starts from, or null.
static const JsonValue *findInputShape(const JsonValue &config,
                                       const JsonValue &first) {
  const JsonValue *inner = first.find("config");
  if (inner) {
    for (const char *key : {"batch_input_shape", "batch_shape"}) {
      const JsonValue *shape = inner->find(key);
      if (shape && shape->isArray()) {
        return shape;
      }
    }
  }
  const JsonValue *shape = config.find("build_input_shape");
  return shape && shape->isArray() ? shape : nullptr;
}

static llvm::Error addInputLayer(const JsonValue &config,
                                 const JsonValue &firstEntry, Model &model) {
  const JsonValue *shape = findInputShape(config, firstEntry);
  if (!shape) {
    return diagnose(Diagnostic::NoInputShape, config.where());
  }
  Fields fields(config, model.layers[0].name, "InputLayer", model.version);
  Layer input;
  input.name = model.layers[0].name + "_input";
  input.className = "InputLayer";
  input.where = shape->where();
  input.config = InputConfig{fields.integers(*shape, -1), "float32"};
  if (llvm::Error error = fields.takeError()) {
    return error;
  }
  if (shape->size() == 0) {
    return diagnose(Diagnostic::JsonLength, shape->where(), 0,
                    "a shape with a batch dimension");
  }
  model.layers.insert(model.layers.begin(), std::move(input));
  return llvm::Error::success();
}

static llvm::Error readSequential(const JsonValue &config,
                                  const JsonValue &layers, Model &model) {
  bool hasInput = model.layers[0].className == "InputLayer";
  if (!hasInput) {
    if (llvm::Error error =
            addInputLayer(config, *layers.elements()[0], model)) {
      return error;
    }
  }
  for (size_t i = 0; i < model.layers.size(); ++i) {
    Call call;
    call.layer = static_cast<int>(i);
    if (i > 0) {
      call.inputs.push_back({static_cast<int>(i) - 1, 0});
    }
    model.calls.push_back(std::move(call));
  }
  model.inputs = {0};
  model.outputs = {{static_cast<int>(model.layers.size()) - 1, 0}};
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Functional
//===----------------------------------------------------------------------===//

namespace {

/// Builds the calls of a Functional in file order, then sorts them.
class FunctionalReader {
public:
  FunctionalReader(const JsonValue &config, const JsonValue &layers,
                   Model &model)
      : config(config), layers(layers), model(model),
        callsOf(model.layers.size()) {}

  llvm::Error read();

private:
  llvm::Error readCalls();
  llvm::Error resolveInputs();
  llvm::Error sort();
  llvm::Error readInputs();
  llvm::Error readOutputs();
  llvm::Expected<int> resolve(const NodeTensor &tensor);

  const JsonValue &config;
  const JsonValue &layers;
  Model &model;
  llvm::StringMap<int> layerIndex;
  std::vector<std::vector<int>> callsOf;        ///< by layer
  std::vector<std::vector<NodeTensor>> tensors; ///< by call
};

} // namespace

llvm::Error FunctionalReader::readCalls() {
  for (auto [index, layer] : llvm::enumerate(model.layers)) {
    layerIndex[layer.name] = static_cast<int>(index);
    const JsonValue &entry = *layers.elements()[index];
    auto nodes = member(entry, "inbound_nodes", JsonValue::Kind::Array);
    if (!nodes) {
      return nodes.takeError();
    }
    bool isInput = layer.className == "InputLayer";
    size_t count = isInput ? 1 : (*nodes)->size();
    if (isInput && (*nodes)->size() != 0) {
      return diagnose(Diagnostic::InputCount, (*nodes)->where(), layer.name,
                      "some", "none");
    }
    if (model.calls.size() + count > maxCalls) {
      return diagnose(Diagnostic::TooManyLayers, config.where(), maxCalls,
                      "calls");
    }
    for (size_t i = 0; i < count; ++i) {
      Call call;
      call.layer = static_cast<int>(index);
      call.index = static_cast<int>(i);
      callsOf[index].push_back(static_cast<int>(model.calls.size()));
      model.calls.push_back(std::move(call));
      tensors.emplace_back();
      if (!isInput) {
        auto node = readNode(*(*nodes)->elements()[i], layer.name);
        if (!node) {
          return node.takeError();
        }
        tensors.back() = std::move(*node);
      }
    }
  }
  return llvm::Error::success();
}

llvm::Expected<int> FunctionalReader::resolve(const NodeTensor &tensor) {
  auto found = layerIndex.find(tensor.layer);
  if (found == layerIndex.end()) {
    return diagnose(Diagnostic::DanglingLayer, tensor.source->where(),
                    tensor.layer);
  }
  const std::vector<int> &calls = callsOf[found->second];
  if (tensor.call < 0 || tensor.call >= static_cast<int64_t>(calls.size())) {
    return diagnose(Diagnostic::DanglingCall, tensor.source->where(),
                    tensor.layer, tensor.call, calls.size());
  }
  if (tensor.output != 0) {
    return diagnose(Diagnostic::DanglingTensor, tensor.source->where(),
                    tensor.layer, tensor.output);
  }
  return calls[tensor.call];
}

llvm::Error FunctionalReader::resolveInputs() {
  for (size_t i = 0; i < model.calls.size(); ++i) {
    for (const NodeTensor &tensor : tensors[i]) {
      auto call = resolve(tensor);
      if (!call) {
        return call.takeError();
      }
      model.calls[i].inputs.push_back({*call, 0});
    }
  }
  return llvm::Error::success();
}

/// Kahn's algorithm; among the calls that are ready, the first of the file goes
/// first, so that the order is that of the file wherever it can be.
llvm::Error FunctionalReader::sort() {
  size_t count = model.calls.size();
  std::vector<std::vector<int>> users(count);
  std::vector<size_t> waiting(count);
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (size_t i = 0; i < count; ++i) {
    waiting[i] = model.calls[i].inputs.size();
    for (const TensorRef &input : model.calls[i].inputs) {
      users[input.call].push_back(static_cast<int>(i));
    }
    if (waiting[i] == 0) {
      ready.push(static_cast<int>(i));
    }
  }
  std::vector<int> position(count, -1);
  std::vector<Call> sorted;
  while (!ready.empty()) {
    int next = ready.top();
    ready.pop();
    position[next] = static_cast<int>(sorted.size());
    sorted.push_back(std::move(model.calls[next]));
    for (int user : users[next]) {
      if (--waiting[user] == 0) {
        ready.push(user);
      }
    }
  }
  for (size_t i = 0; i < count; ++i) {
    if (position[i] < 0) {
      const Layer &layer = model.layers[model.calls[i].layer];
      return diagnose(Diagnostic::Cycle, layer.where, layer.name);
    }
  }
  for (Call &call : sorted) {
    for (TensorRef &input : call.inputs) {
      input.call = position[input.call];
    }
  }
  for (std::vector<int> &calls : callsOf) {
    for (int &call : calls) {
      call = position[call];
    }
  }
  model.calls = std::move(sorted);
  return llvm::Error::success();
}

llvm::Error FunctionalReader::readInputs() {
  const JsonValue *ends = config.find("input_layers");
  if (!ends) {
    return diagnose(Diagnostic::JsonMissing, config.where(), "input_layers");
  }
  auto inputs = readEnds(*ends);
  if (!inputs) {
    return inputs.takeError();
  }
  for (const NodeTensor &tensor : *inputs) {
    auto call = resolve(tensor);
    if (!call) {
      return call.takeError();
    }
    const Layer &layer = model.layers[model.calls[*call].layer];
    if (layer.className != "InputLayer") {
      return diagnose(Diagnostic::JsonRange, tensor.source->where(), layer.name,
                      "a " + layer.className, "an InputLayer");
    }
    if (llvm::is_contained(model.inputs, *call)) {
      return diagnose(Diagnostic::DuplicateLayer, tensor.source->where(),
                      layer.name);
    }
    model.inputs.push_back(*call);
  }
  return llvm::Error::success();
}

llvm::Error FunctionalReader::readOutputs() {
  const JsonValue *ends = config.find("output_layers");
  if (!ends) {
    return diagnose(Diagnostic::JsonMissing, config.where(), "output_layers");
  }
  auto outputs = readEnds(*ends);
  if (!outputs) {
    return outputs.takeError();
  }
  for (const NodeTensor &tensor : *outputs) {
    auto call = resolve(tensor);
    if (!call) {
      return call.takeError();
    }
    model.outputs.push_back({*call, 0});
  }
  return llvm::Error::success();
}

llvm::Error FunctionalReader::read() {
  if (llvm::Error error = readCalls()) {
    return error;
  }
  if (llvm::Error error = resolveInputs()) {
    return error;
  }
  if (llvm::Error error = sort()) {
    return error;
  }
  if (llvm::Error error = readInputs()) {
    return error;
  }
  return readOutputs();
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

static llvm::Error readLayers(const JsonValue &layers, Model &model) {
  if (!layers.isArray()) {
    return diagnose(Diagnostic::JsonKind, layers.where(), layers.describe(),
                    "an array of layers");
  }
  if (layers.size() == 0) {
    return diagnose(Diagnostic::NoLayers, layers.where());
  }
  if (layers.size() > maxLayers) {
    return diagnose(Diagnostic::TooManyLayers, layers.where(), maxLayers,
                    "layers");
  }
  llvm::StringMap<bool> names;
  for (const JsonValue *entry : layers.elements()) {
    auto layer = readLayer(*entry, model.version);
    if (!layer) {
      return layer.takeError();
    }
    if (!names.insert({layer->name, true}).second) {
      return diagnose(Diagnostic::DuplicateLayer, entry->where(), layer->name);
    }
    model.layers.push_back(std::move(*layer));
  }
  return llvm::Error::success();
}

/// Infers the shape of every call; all calls of a layer need the same weights.
static llvm::Error inferShapes(Model &model) {
  for (Call &call : model.calls) {
    Layer &layer = model.layers[call.layer];
    std::vector<Shape> inputs;
    for (const TensorRef &input : call.inputs) {
      inputs.push_back(model.calls[input.call].shape);
    }
    auto shape = inferShape(layer, inputs);
    if (!shape) {
      return shape.takeError();
    }
    call.shape = std::move(*shape);
    if (inputs.empty()) {
      continue;
    }
    auto weights = expectedWeights(layer, inputs.front(), model.version);
    if (!weights) {
      return weights.takeError();
    }
    if (layer.weights.empty()) {
      layer.weights = std::move(*weights);
      continue;
    }
    for (size_t i = 0; i < layer.weights.size(); ++i) {
      if (layer.weights[i].shape != (*weights)[i].shape) {
        return diagnose(Diagnostic::ShapeMismatch, layer.where, layer.name,
                        "call " + std::to_string(call.index) + " needs a " +
                            layer.weights[i].variable + " of shape " +
                            printShape((*weights)[i].shape) +
                            ", another call one of shape " +
                            printShape(layer.weights[i].shape));
      }
    }
  }
  return llvm::Error::success();
}

/// Attaches "kernel_regularizer" and the like to the weights they are for.
static llvm::Error readWeightRegularizers(const JsonValue &outer, Layer &layer,
                                          const Version &version) {
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
  }
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

llvm::Error keras::readGraph(const JsonValue &root, Model &model) {
  auto className = member(root, "class_name", JsonValue::Kind::String);
  if (!className) {
    return className.takeError();
  }
  if (!isModelClass((*className)->string())) {
    return diagnose(Diagnostic::UnknownModelClass, (*className)->where(),
                    (*className)->string());
  }
  bool sequential = (*className)->string() == "Sequential";
  const JsonValue *config = root.find("config");
  const JsonValue *layers = nullptr;
  if (config && config->isArray() && sequential) {
    layers = config; // Keras up to 2.2.2
  } else {
    auto object = member(root, "config", JsonValue::Kind::Object);
    if (!object) {
      return object.takeError();
    }
    layers = config->find("layers");
    if (!layers) {
      return diagnose(Diagnostic::JsonMissing, config->where(), "layers");
    }
  }
  const JsonValue *name = config->find("name");
  model.name = name && name->isString() ? name->string().str() : "model";
  if (llvm::Error error = readLayers(*layers, model)) {
    return error;
  }
  llvm::Error error = sequential
                          ? readSequential(*config, *layers, model)
                          : FunctionalReader(*config, *layers, model).read();
  if (error) {
    return error;
  }
  if (llvm::Error problem = inferShapes(model)) {
    return problem;
  }
  // A Sequential may have got an InputLayer that is not in the file.
  size_t added = model.layers.size() - layers->size();
  for (size_t i = added; i < model.layers.size(); ++i) {
    const JsonValue &entry = *layers->elements()[i - added];
    if (llvm::Error problem = readWeightRegularizers(
            *entry.find("config"), model.layers[i], model.version)) {
      return problem;
    }
  }
  return checkInputs(model);
}

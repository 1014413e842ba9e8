// The layers of a model object and of those in it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Scope.h"

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/Operations.h"
#include "frontends/Keras/Warnings.h"

using namespace kregc;
using namespace kregc::keras;

int ScopeReader::addLayer(Layer layer, const JsonValue *config,
                          llvm::StringRef prefix, bool trainable) {
  if (!names.insert(layer.name).second) {
    std::string stem = prefix.str() + layer.name, name = stem;
    for (int i = 1; !names.insert(name).second; ++i) {
      name = stem + "_" + std::to_string(i);
    }
    layer.name = std::move(name);
  }
  layer.trainable &= trainable;
  model.layers.push_back(std::move(layer));
  configs.push_back(config);
  return static_cast<int>(model.layers.size()) - 1;
}

llvm::Error ScopeReader::readEntry(const JsonValue &json,
                                   llvm::StringRef prefix, bool trainable,
                                   Entry &entry) {
  entry.json = &json;
  auto className = member(json, "class_name", JsonValue::Kind::String);
  if (!className) {
    return className.takeError();
  }
  entry.className = (*className)->string().str();
  if (isModelClass(entry.className) && !isCustomClass(json)) {
    auto name = readLayerName(json);
    if (!name) {
      return name.takeError();
    }
    entry.name = std::move(*name);
    auto scope = read(json, prefix.str() + entry.name + "/", trainable);
    if (!scope) {
      return scope.takeError();
    }
    entry.model = std::move(*scope);
    return llvm::Error::success();
  }
  auto layer = isOperation(json) ? readOperation(json, model.version)
                                 : readLayer(json, model.version);
  if (!layer) {
    return layer.takeError();
  }
  entry.name = layer->name;
  entry.layer =
      addLayer(std::move(*layer), json.find("config"), prefix, trainable);
  return llvm::Error::success();
}

llvm::Error ScopeReader::readEntries(const JsonValue &layers,
                                     llvm::StringRef prefix, bool trainable,
                                     Scope &scope) {
  if (!layers.isArray()) {
    return diagnose(Diagnostic::JsonKind, layers.where(), layers.describe(),
                    "an array of layers");
  }
  if (layers.size() == 0) {
    return diagnose(Diagnostic::NoLayers, layers.where());
  }
  llvm::StringSet<> own;
  if (!scope.functional && prefix.empty()) {
    // The outermost model needs an InputLayer.
    const JsonValue &first = *layers.elements()[0];
    const JsonValue *className = first.find("class_name");
    bool isInput = className && className->isString() &&
                   className->string() == "InputLayer";
    auto name = readLayerName(first);
    if (!name) {
      return name.takeError();
    }
    if (!isInput) {
      if (llvm::Error error = addInput(first, *name, scope)) {
        return error;
      }
    }
  }
  for (const JsonValue *json : layers.elements()) {
    if (model.layers.size() >= maxLayers) {
      return diagnose(Diagnostic::TooManyLayers, layers.where(), maxLayers,
                      "layers");
    }
    Entry entry;
    if (llvm::Error error = readEntry(*json, prefix, trainable, entry)) {
      return error;
    }
    if (!own.insert(entry.name).second) {
      return diagnose(Diagnostic::DuplicateLayer, json->where(), entry.name);
    }
    scope.entries.push_back(std::move(entry));
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Scope>> ScopeReader::read(const JsonValue &root,
                                                         llvm::StringRef prefix,
                                                         bool trainable) {
  auto className = member(root, "class_name", JsonValue::Kind::String);
  if (!className) {
    return className.takeError();
  }
  if (!isModelClass((*className)->string())) {
    return diagnose(Diagnostic::UnknownModelClass, (*className)->where(),
                    (*className)->string());
  }
  auto scope = std::make_unique<Scope>();
  scope->functional = (*className)->string() != "Sequential";
  const JsonValue *config = root.find("config");
  const JsonValue *layers = nullptr;
  if (config && config->isArray() && !scope->functional) {
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
  scope->config = config;
  const JsonValue *name = config->find("name");
  scope->name = name && name->isString() ? name->string().str() : "model";
  const JsonValue *own = config->find("activity_regularizer");
  if (own && !own->isNull()) {
    model.warnings.push_back(
        makeWarning(WarningId::ModelRegularizer, scope->name, scope->name));
  }
  const JsonValue *frozen = config->find("trainable");
  trainable &= !(frozen && frozen->isBool() && !frozen->boolean());
  if (llvm::Error error = readEntries(*layers, prefix, trainable, *scope)) {
    return std::move(error);
  }
  if (!scope->functional) {
    chain(*scope);
    return scope;
  }
  if (llvm::Error error = readFunctional(*scope, model.version)) {
    return std::move(error);
  }
  return scope;
}

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

llvm::Error ScopeReader::addInput(const JsonValue &first,
                                  llvm::StringRef firstName, Scope &scope) {
  const JsonValue *shape = findInputShape(*scope.config, first);
  if (!shape) {
    return diagnose(Diagnostic::NoInputShape, scope.config->where());
  }
  Fields fields(*scope.config, firstName, "InputLayer", model.version);
  Layer input;
  input.name = (firstName + "_input").str();
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
  Entry entry;
  entry.name = input.name;
  entry.className = input.className;
  entry.layer = addLayer(std::move(input), nullptr, /*prefix=*/"", true);
  scope.entries.push_back(std::move(entry));
  return llvm::Error::success();
}

void ScopeReader::chain(Scope &scope) {
  bool hasInput = scope.entries[0].className == "InputLayer";
  int count = static_cast<int>(scope.entries.size());
  for (int i = 0; i < count; ++i) {
    std::vector<LocalTensor> inputs;
    if (i > 0 || !hasInput) {
      // Entry -1 is the model's own input.
      inputs.push_back({i - 1, 0, 0});
    }
    scope.entries[i].nodes.push_back(std::move(inputs));
    scope.order.push_back({i, 0, 0});
  }
  scope.inputs = {{hasInput ? 0 : -1, 0, 0}};
  scope.outputs = {{count - 1, 0, 0}};
}

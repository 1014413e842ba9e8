// What all layers have in common: class, name, trainable, dtype policy and the
// activity regularizer, which Keras accepts on every layer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/Version.h"

#include "llvm/ADT/StringSwitch.h"

using namespace kregc;
using namespace kregc::keras;

/// HDF5 and file systems end near this; Keras itself has no bound.
static constexpr size_t maxNameLength = 4000;

bool keras::isModelClass(llvm::StringRef className) {
  return className == "Functional" || className == "Model" ||
         className == "Sequential";
}

using Parser = LayerConfig (*)(Fields &);

static Parser findParser(llvm::StringRef className) {
  return llvm::StringSwitch<Parser>(className)
#define LAYER(CLASS) .Case(#CLASS, parse##CLASS)
#include "frontends/Keras/Layers/Layers.def"
      .Default(nullptr);
}

static llvm::Expected<std::string> readName(const JsonValue &entry,
                                            const JsonValue &config) {
  const JsonValue *name = entry.find("name");
  if (!name || name->isNull()) {
    name = config.find("name");
  }
  if (!name) {
    return diagnose(Diagnostic::JsonMissing, config.where(), "name");
  }
  if (!name->isString()) {
    return diagnose(Diagnostic::JsonKind, name->where(), name->describe(),
                    "text");
  }
  if (name->string().empty() || name->string().size() > maxNameLength) {
    return diagnose(Diagnostic::LayerName, name->where(), name->string().size(),
                    maxNameLength);
  }
  return name->string().str();
}

/// Refuses what is not a layer class of Keras itself, naming it.
static llvm::Error refuseClass(const JsonValue &entry, llvm::StringRef name,
                               llvm::StringRef className) {
  if (className == "Lambda") {
    return diagnose(Diagnostic::LambdaLayer, entry.where(), name);
  }
  if (isModelClass(className)) {
    return diagnose(Diagnostic::NestedModel, entry.where(), name, className);
  }
  const JsonValue *registered = entry.find("registered_name");
  if (registered && registered->isString() &&
      registered->string().contains('>')) {
    return diagnose(Diagnostic::CustomObject, entry.where(), name,
                    registered->string());
  }
  return diagnose(Diagnostic::UnknownLayer, entry.where(), name, className);
}

bool keras::isCustomClass(const JsonValue &entry) {
  const JsonValue *registered = entry.find("registered_name");
  return registered && registered->isString() &&
         registered->string().contains('>');
}

llvm::Expected<std::string> keras::readLayerName(const JsonValue &entry) {
  const JsonValue *config = entry.find("config");
  return readName(entry, config ? *config : entry);
}

llvm::Expected<Layer> keras::readLayer(const JsonValue &entry,
                                       const Version &version) {
  auto className = member(entry, "class_name", JsonValue::Kind::String);
  if (!className) {
    return className.takeError();
  }
  auto config = member(entry, "config", JsonValue::Kind::Object);
  if (!config) {
    return config.takeError();
  }
  auto name = readName(entry, **config);
  if (!name) {
    return name.takeError();
  }
  Parser parser = findParser((*className)->string());
  if (!parser || isCustomClass(entry)) {
    return refuseClass(entry, *name, (*className)->string());
  }
  Layer layer;
  layer.name = std::move(*name);
  layer.className = (*className)->string().str();
  layer.where = entry.where();
  Fields fields(**config, layer.name, layer.className, version);
  layer.trainable = fields.boolean("trainable", true);
  if (layer.className != "InputLayer") {
    fields.requireFloat32();
  }
  layer.config = parser(fields);
  if (std::holds_alternative<ActivityRegularizationConfig>(layer.config)) {
    Regularizer regularizer;
    regularizer.className = "L1L2";
    auto factor = [&](llvm::StringRef key) {
      double value = fields.number(key, 0.0);
      const JsonValue *json = fields.get(key);
      if (value < 0 && !holds(Fact::AllowsNegativeFactor, version)) {
        fields.fail(diagnose(Diagnostic::RegularizerNumber, json->where(), key,
                             json->describe()));
      }
      return value;
    };
    regularizer.l1 = factor("l1");
    regularizer.l2 = factor("l2");
    layer.activityRegularizer = regularizer;
  } else {
    layer.activityRegularizer = fields.regularizer("activity_regularizer");
  }
  if (llvm::Error error = fields.takeError()) {
    return std::move(error);
  }
  return layer;
}

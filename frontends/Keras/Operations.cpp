// Which functions there are, and their entries in a model's list of layers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Operations.h"

#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/OperationReader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace kregc;
using namespace kregc::keras;

static const OperationRow rows[] = {
#define OPERATION(CLASS, FORM, DETAIL)                                         \
  {llvm::StringLiteral(#CLASS), OperationForm::FORM,                           \
   llvm::StringLiteral(DETAIL)},
#include "frontends/Keras/Operations.def"
};

/// The class that a function of TensorFlow is; empty if it is none.
static llvm::StringRef classOfFunction(llvm::StringRef function) {
  return llvm::StringSwitch<llvm::StringRef>(function)
#define TF_FUNCTION(NAME, CLASS) .Case(NAME, #CLASS)
#include "frontends/Keras/Operations.def"
      .Default("");
}

static bool isTfFunction(llvm::StringRef className) {
  return className == "TFOpLambda" || className == "SlicingOpLambda";
}

llvm::StringRef keras::textIn(const JsonValue &object, llvm::StringRef key) {
  const JsonValue *value = object.find(key);
  return value && value->isString() ? value->string() : "";
}

bool keras::isOperation(const JsonValue &entry) {
  llvm::StringRef module = textIn(entry, "module");
  return module.contains(".ops.") ||
         module.starts_with("keras.src.activations") ||
         isTfFunction(textIn(entry, "class_name"));
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// Every call of a function has its own entry in Keras' files.
static llvm::Expected<OperationCall> onlyCall(const JsonValue &entry,
                                              llvm::StringRef name) {
  auto nodes = member(entry, "inbound_nodes", JsonValue::Kind::Array);
  if (!nodes) {
    return nodes.takeError();
  }
  if ((*nodes)->size() != 1) {
    return diagnose(Diagnostic::UnsupportedOption, (*nodes)->where(), name,
                    "a function with " + std::to_string((*nodes)->size()) +
                        " calls");
  }
  return readOperationCall(*(*nodes)->elements()[0]);
}

llvm::Expected<Layer> keras::readOperation(const JsonValue &entry,
                                           const Version &version) {
  auto config = member(entry, "config", JsonValue::Kind::Object);
  if (!config) {
    return config.takeError();
  }
  auto name = readLayerName(entry);
  if (!name) {
    return name.takeError();
  }
  llvm::StringRef className = textIn(entry, "class_name");
  llvm::StringRef function = textIn(**config, "function");
  llvm::StringRef known =
      isTfFunction(className) ? classOfFunction(function) : className;
  const OperationRow *row = llvm::find_if(
      rows, [&](const OperationRow &row) { return row.name == known; });
  if (row == std::end(rows) || isCustomClass(entry)) {
    return diagnose(Diagnostic::UnknownOperation, entry.where(), *name,
                    isTfFunction(className) ? "tf." + function.str()
                                            : "ops." + className.str());
  }
  auto call = onlyCall(entry, *name);
  if (!call) {
    return call.takeError();
  }
  Layer layer;
  layer.name = std::move(*name);
  layer.className = row->name.str();
  layer.operation = true;
  layer.where = entry.where();
  Fields fields(**config, layer.name, layer.className, version);
  if (isTfFunction(className)) {
    fields.requireFloat32();
  }
  layer.config = OperationReader(fields, *call).read(*row);
  if (llvm::Error error = fields.takeError()) {
    return std::move(error);
  }
  return layer;
}

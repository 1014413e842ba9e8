// Inbound nodes: {"args": …, "kwargs": …} of Keras 3, nested lists of Keras 2.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Graph.h"

using namespace kregc;
using namespace kregc::keras;

/// Whether a value is ["layer", 0, 0] with or without more behind it.
static bool isReference(const JsonValue &value) {
  return value.isArray() && value.size() >= 3 &&
         value.elements()[0]->isString();
}

static llvm::Expected<NodeTensor> readReference(const JsonValue &value) {
  if (!isReference(value)) {
    return diagnose(Diagnostic::JsonKind, value.where(), value.describe(),
                    "a tensor [layer, call, output]");
  }
  llvm::ArrayRef<const JsonValue *> parts = value.elements();
  for (const JsonValue *index : parts.slice(1, 2)) {
    if (!index->isInt()) {
      return diagnose(Diagnostic::JsonKind, index->where(), index->describe(),
                      "an integer");
    }
  }
  return NodeTensor{&value, parts[0]->string(), parts[1]->integer(),
                    parts[2]->integer()};
}

//===----------------------------------------------------------------------===//
// Keras 3
//===----------------------------------------------------------------------===//

/// Appends the tensors of an argument: a tensor or nested lists of tensors.
static llvm::Error collectTensors(const JsonValue &value, llvm::StringRef layer,
                                  std::vector<NodeTensor> &out) {
  if (value.isArray()) {
    for (const JsonValue *element : value.elements()) {
      if (llvm::Error error = collectTensors(*element, layer, out)) {
        return error;
      }
    }
    return llvm::Error::success();
  }
  const JsonValue *className = value.find("class_name");
  if (!className || !className->isString() ||
      className->string() != "__keras_tensor__") {
    return diagnose(Diagnostic::NodeArgument, value.where(), layer,
                    value.describe());
  }
  auto config = member(value, "config", JsonValue::Kind::Object);
  if (!config) {
    return config.takeError();
  }
  auto history = member(**config, "keras_history", JsonValue::Kind::Array);
  if (!history) {
    return history.takeError();
  }
  auto reference = readReference(**history);
  if (!reference) {
    return reference.takeError();
  }
  out.push_back(*reference);
  return llvm::Error::success();
}

/// Arguments that change nothing: null, and training=False at inference.
static bool isDefault(const JsonValue &value) {
  return value.isNull() ||
         (value.isBool() && !value.boolean() && value.key() == "training");
}

static llvm::Expected<std::vector<NodeTensor>>
readKeras3(const JsonValue &node, llvm::StringRef layer) {
  auto args = member(node, "args", JsonValue::Kind::Array);
  if (!args) {
    return args.takeError();
  }
  std::vector<NodeTensor> tensors;
  llvm::ArrayRef<const JsonValue *> values = (*args)->elements();
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && isDefault(*values[i])) {
      continue;
    }
    if (i > 0) {
      return diagnose(Diagnostic::NodeArgument, values[i]->where(), layer,
                      "more than one argument");
    }
    if (llvm::Error error = collectTensors(*values[i], layer, tensors)) {
      return std::move(error);
    }
  }
  const JsonValue *kwargs = node.find("kwargs");
  if (!kwargs) {
    return tensors;
  }
  for (const JsonValue *value : kwargs->elements()) {
    if (isDefault(*value)) {
      continue;
    }
    if (value->key() != "inputs" || !values.empty()) {
      return diagnose(Diagnostic::NodeArgument, value->where(), layer,
                      ("'" + value->key() + "' = " + value->describe()).str());
    }
    if (llvm::Error error = collectTensors(*value, layer, tensors)) {
      return std::move(error);
    }
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Keras 2
//===----------------------------------------------------------------------===//

/// One ["layer", 0, 0, {…}]; the kwargs stand in each entry of a node.
static llvm::Error readKeras2Entry(const JsonValue &entry,
                                   llvm::StringRef layer,
                                   std::vector<NodeTensor> &out) {
  auto reference = readReference(entry);
  if (!reference) {
    return reference.takeError();
  }
  if (reference->layer == "_CONSTANT_VALUE") {
    return diagnose(Diagnostic::NodeArgument, entry.where(), layer,
                    "a constant");
  }
  if (entry.size() > 3) {
    for (const JsonValue *value : entry.elements()[3]->elements()) {
      if (!isDefault(*value)) {
        return diagnose(
            Diagnostic::NodeArgument, value->where(), layer,
            ("'" + value->key() + "' = " + value->describe()).str());
      }
    }
  }
  out.push_back(*reference);
  return llvm::Error::success();
}

llvm::Expected<std::vector<NodeTensor>> keras::readNode(const JsonValue &node,
                                                        llvm::StringRef layer) {
  if (node.isObject()) {
    return readKeras3(node, layer);
  }
  if (!node.isArray()) {
    return diagnose(Diagnostic::NodeForm, node.where(), node.describe());
  }
  std::vector<NodeTensor> tensors;
  if (isReference(node)) {
    if (llvm::Error error = readKeras2Entry(node, layer, tensors)) {
      return std::move(error);
    }
    return tensors;
  }
  for (const JsonValue *entry : node.elements()) {
    if (llvm::Error error = readKeras2Entry(*entry, layer, tensors)) {
      return std::move(error);
    }
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Inputs and outputs of the model
//===----------------------------------------------------------------------===//

static llvm::Error collectEnds(const JsonValue &value,
                               std::vector<NodeTensor> &out) {
  if (isReference(value)) {
    auto reference = readReference(value);
    if (!reference) {
      return reference.takeError();
    }
    out.push_back(*reference);
    return llvm::Error::success();
  }
  if (!value.isArray() && !value.isObject()) {
    return diagnose(Diagnostic::JsonKind, value.where(), value.describe(),
                    "tensors [layer, call, output]");
  }
  for (const JsonValue *element : value.elements()) {
    if (llvm::Error error = collectEnds(*element, out)) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<NodeTensor>> keras::readEnds(const JsonValue &ends) {
  std::vector<NodeTensor> tensors;
  if (llvm::Error error = collectEnds(ends, tensors)) {
    return std::move(error);
  }
  if (tensors.empty()) {
    return diagnose(Diagnostic::JsonLength, ends.where(), 0, "one or more");
  }
  return tensors;
}

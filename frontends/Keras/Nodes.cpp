// Inbound nodes: {"args": …, "kwargs": …} of Keras 3, nested lists of Keras 2.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Graph.h"
#include "frontends/Keras/Operations.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace kregc;
using namespace kregc::keras;

/// What stands for the layer where a node of Keras 2 has a constant.
static constexpr llvm::StringLiteral constantMark("_CONSTANT_VALUE");

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

/// The values of a list, or of a dictionary in the order of Keras'
/// tree.flatten: by key, whatever the order of the file.
static llvm::SmallVector<const JsonValue *> flattened(const JsonValue &value) {
  llvm::SmallVector<const JsonValue *> values(value.elements().begin(),
                                              value.elements().end());
  if (value.isObject()) {
    llvm::sort(values, [](const JsonValue *a, const JsonValue *b) {
      return a->key() < b->key();
    });
  }
  return values;
}

//===----------------------------------------------------------------------===//
// Keras 3
//===----------------------------------------------------------------------===//

/// Appends the tensors of an argument: a tensor, or nested lists and
/// dictionaries of tensors.
static llvm::Error collectTensors(const JsonValue &value, llvm::StringRef layer,
                                  std::vector<NodeTensor> &out) {
  if (value.isArray() || (value.isObject() && !value.find("class_name"))) {
    for (const JsonValue *element : flattened(value)) {
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
readKeras3(const JsonValue &node, llvm::StringRef layer, bool takesMask) {
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
    bool isMask = takesMask && value->key() == "mask";
    if (!isMask && (value->key() != "inputs" || !values.empty())) {
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
  if (reference->layer == constantMark) {
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

llvm::Expected<std::vector<NodeTensor>>
keras::readNode(const JsonValue &node, llvm::StringRef layer, bool takesMask) {
  if (node.isObject()) {
    return readKeras3(node, layer, takesMask);
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
// Functions
//===----------------------------------------------------------------------===//

bool keras::isTensor(const JsonValue &value) {
  if (isReference(value)) {
    return value.elements()[0]->string() != constantMark &&
           value.elements()[1]->isInt() && value.elements()[2]->isInt();
  }
  const JsonValue *className = value.find("class_name");
  return className && className->isString() &&
         className->string() == "__keras_tensor__";
}

llvm::Expected<OperationCall> keras::readOperationCall(const JsonValue &node) {
  OperationCall call;
  if (node.isObject()) {
    auto args = member(node, "args", JsonValue::Kind::Array);
    if (!args) {
      return args.takeError();
    }
    call.arguments.assign((*args)->elements().begin(),
                          (*args)->elements().end());
    call.named = node.find("kwargs");
    return call;
  }
  // One tensor or constant with the named arguments behind it, or a list of
  // tensors, each with the same named arguments.
  const JsonValue *first = &node;
  if (node.isArray() && node.size() > 0 && !isReference(node)) {
    first = node.elements()[0];
  }
  if (!isReference(*first)) {
    return diagnose(Diagnostic::NodeForm, node.where(), node.describe());
  }
  call.arguments.push_back(&node);
  call.named = first->size() > 3 ? first->elements()[3] : nullptr;
  return call;
}

llvm::Expected<std::vector<NodeTensor>>
keras::readOperationNode(const JsonValue &node) {
  auto call = readOperationCall(node);
  if (!call) {
    return call.takeError();
  }
  std::vector<const JsonValue *> values = std::move(call->arguments);
  if (call->named) {
    values.insert(values.end(), call->named->elements().begin(),
                  call->named->elements().end());
  }
  std::vector<NodeTensor> tensors;
  auto add = [&](const JsonValue &value) -> llvm::Error {
    if (value.isArray()) {
      auto reference = readReference(value);
      if (!reference) {
        return reference.takeError();
      }
      tensors.push_back(*reference);
      return llvm::Error::success();
    }
    return collectTensors(value, "", tensors);
  };
  for (const JsonValue *value : values) {
    if (isTensor(*value)) {
      if (llvm::Error error = add(*value)) {
        return std::move(error);
      }
      continue;
    }
    for (const JsonValue *element : value->elements()) {
      if (isTensor(*element)) {
        if (llvm::Error error = add(*element)) {
          return std::move(error);
        }
      }
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
  for (const JsonValue *element : flattened(value)) {
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

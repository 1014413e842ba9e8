// Nodes of the graph: attributes, keys, signatures.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Graph.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

StringRef proof::name(Mode mode) {
  switch (mode) {
  case Mode::Inference:
    return "inference";
  case Mode::Training:
    return "training";
  case Mode::Expectation:
    return "expectation";
  }
  llvm_unreachable("a mode without a name");
}

int64_t Node::integer(StringRef attr, int64_t missing) const {
  return attrs.getInteger(attr).value_or(missing);
}

/// JSON has no infinities: they are words.
static double toNumber(const llvm::json::Value &value) {
  if (std::optional<StringRef> word = value.getAsString()) {
    double infinity = std::numeric_limits<double>::infinity();
    return *word == "inf"    ? infinity
           : *word == "-inf" ? -infinity
                             : std::numeric_limits<double>::quiet_NaN();
  }
  return value.getAsNumber().value_or(0);
}

double Node::number(StringRef attr, double missing) const {
  const llvm::json::Value *value = attrs.get(attr);
  return value ? toNumber(*value) : missing;
}

StringRef Node::text(StringRef attr) const {
  return attrs.getString(attr).value_or("");
}

std::vector<int64_t> Node::integers(StringRef attr) const {
  std::vector<int64_t> result;
  if (const llvm::json::Array *array = attrs.getArray(attr)) {
    for (const llvm::json::Value &value : *array) {
      result.push_back(value.getAsInteger().value_or(0));
    }
  }
  return result;
}

std::vector<double> Node::numbers(StringRef attr) const {
  std::vector<double> result;
  if (const llvm::json::Array *array = attrs.getArray(attr)) {
    for (const llvm::json::Value &value : *array) {
      result.push_back(toNumber(value));
    }
  }
  return result;
}

int64_t Node::elements() const {
  int64_t product = 1;
  for (int64_t size : shape) {
    product *= size < 0 ? 1 : size;
  }
  return product;
}

int64_t Graph::fixedBatch() const {
  std::optional<int64_t> batch;
  for (const ModelTerms &model : models) {
    for (int input : model.inputs) {
      int64_t own = nodes[input].integer("batch");
      batch = batch.value_or(own) == own ? own : 0;
    }
  }
  return batch.value_or(0);
}

std::string proof::keyOf(const Node &node, llvm::ArrayRef<int> operands) {
  std::string key;
  llvm::raw_string_ostream os(key);
  os << node.op << llvm::json::Value(llvm::json::Object(node.attrs)) << "(";
  llvm::interleaveComma(operands, os);
  os << ")[";
  llvm::interleaveComma(node.shape, os);
  os << "]";
  return key;
}

static std::string words(llvm::ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "(";
  llvm::interleaveComma(
      shape, os, [&](int64_t size) { size < 0 ? os << "batch" : os << size; });
  os << ")";
  return text;
}

static std::string difference(const Graph &graph, llvm::ArrayRef<int> a,
                              llvm::ArrayRef<int> b, StringRef what) {
  if (a.size() != b.size()) {
    return ("the first model has " + Twine(a.size()) + " " + what +
            "s, the second " + Twine(b.size()))
        .str();
  }
  for (size_t i = 0; i < a.size(); ++i) {
    const auto &left = graph.nodes[a[i]].shape,
               &right = graph.nodes[b[i]].shape;
    if (left != right) {
      return (what + " " + Twine(i) + " has the shape " + words(left) +
              " in the first model, " + words(right) + " in the second")
          .str();
    }
    auto batch = [&](int id) {
      int64_t size = graph.nodes[id].integer("batch");
      return size > 0 ? "of " + std::to_string(size) : "of any size";
    };
    if (batch(a[i]) != batch(b[i])) {
      return (what + " " + Twine(i) + " takes batches " + batch(a[i]) +
              " in the first model, " + batch(b[i]) + " in the second")
          .str();
    }
  }
  return "";
}

std::string proof::signatureDifference(const Graph &graph) {
  const ModelTerms &a = graph.models[0], &b = graph.models[1];
  std::string text = difference(graph, a.inputs, b.inputs, "input");
  return text.empty() ? difference(graph, a.outputs, b.outputs, "output")
                      : text;
}

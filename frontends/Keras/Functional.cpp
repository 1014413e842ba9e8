// The nodes of a Functional. Its layers may come in any order in the file;
// nodes are sorted, and what cannot be sorted is a cycle.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Graph.h"
#include "frontends/Keras/Operations.h"
#include "frontends/Keras/Scope.h"
#include "frontends/Keras/Version.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

#include <queue>

using namespace kregc;
using namespace kregc::keras;

namespace {

class FunctionalReader {
public:
  FunctionalReader(Scope &scope, const Version &version)
      : scope(scope), version(version) {}

  llvm::Error read();

private:
  llvm::Error readNodes();
  llvm::Error resolveNodes();
  llvm::Error sort();
  llvm::Error readInputs();
  llvm::Error readOutputs();
  llvm::Expected<LocalTensor> resolve(const NodeTensor &tensor, bool isEnd);
  int64_t firstCall(const Entry &entry, bool isEnd) const;

  Scope &scope;
  const Version &version;
  llvm::StringMap<int> entryIndex;
  std::vector<std::vector<std::vector<NodeTensor>>> tensors; ///< as `nodes`
};

} // namespace

/// The number that the file gives to the first call of an entry: a nested
/// model has been called once before, when it was made. Keras 3 counts that
/// call in the ends of a model only, Keras 2 everywhere, also for a Sequential
/// that begins with an InputLayer.
int64_t FunctionalReader::firstCall(const Entry &entry, bool isEnd) const {
  if (!entry.model) {
    return 0;
  }
  if (!holds(Fact::CountsMakingOfModelInNodes, version)) {
    return isEnd && entry.model->functional ? 1 : 0;
  }
  bool built = entry.model->functional ||
               entry.model->entries[0].className == "InputLayer";
  return built ? 1 : 0;
}

/// Layers for which a mask is one more input.
static bool takesMask(const Entry &entry) {
  return entry.className == "GlobalAveragePooling1D";
}

llvm::Error FunctionalReader::readNodes() {
  size_t total = 0;
  for (auto [index, entry] : llvm::enumerate(scope.entries)) {
    entryIndex[entry.name] = static_cast<int>(index);
    auto nodes = member(*entry.json, "inbound_nodes", JsonValue::Kind::Array);
    if (!nodes) {
      return nodes.takeError();
    }
    bool isInput = entry.className == "InputLayer";
    size_t count = isInput ? 1 : (*nodes)->size();
    if (isInput && (*nodes)->size() != 0) {
      return diagnose(Diagnostic::InputCount, (*nodes)->where(), entry.name,
                      "some", "none");
    }
    total += count;
    if (total > maxCalls) {
      return diagnose(Diagnostic::TooManyLayers, scope.config->where(),
                      maxCalls, "calls");
    }
    entry.nodes.resize(count);
    tensors.emplace_back(count);
    for (size_t i = 0; i < count && !isInput; ++i) {
      const JsonValue &json = *(*nodes)->elements()[i];
      auto node = isOperation(*entry.json)
                      ? readOperationNode(json)
                      : readNode(json, entry.name, takesMask(entry));
      if (!node) {
        return node.takeError();
      }
      tensors.back()[i] = std::move(*node);
    }
  }
  return llvm::Error::success();
}

llvm::Expected<LocalTensor> FunctionalReader::resolve(const NodeTensor &tensor,
                                                      bool isEnd) {
  auto found = entryIndex.find(tensor.layer);
  if (found == entryIndex.end()) {
    return diagnose(Diagnostic::DanglingLayer, tensor.source->where(),
                    tensor.layer);
  }
  const Entry &entry = scope.entries[found->second];
  int64_t call = tensor.call - firstCall(entry, isEnd);
  if (tensor.call < 0 || call < 0 ||
      call >= static_cast<int64_t>(entry.nodes.size())) {
    return diagnose(Diagnostic::DanglingCall, tensor.source->where(),
                    tensor.layer, tensor.call, entry.nodes.size());
  }
  size_t outputs = entry.model ? entry.model->outputs.size() : 1;
  if (tensor.output < 0 || tensor.output >= static_cast<int64_t>(outputs)) {
    return diagnose(Diagnostic::DanglingTensor, tensor.source->where(),
                    tensor.layer, tensor.output);
  }
  return LocalTensor{found->second, static_cast<int>(call),
                     static_cast<int>(tensor.output)};
}

llvm::Error FunctionalReader::resolveNodes() {
  for (auto [entry, lists] : llvm::zip_equal(scope.entries, tensors)) {
    for (auto [node, list] : llvm::zip_equal(entry.nodes, lists)) {
      for (const NodeTensor &tensor : list) {
        auto local = resolve(tensor, /*isEnd=*/false);
        if (!local) {
          return local.takeError();
        }
        node.push_back(*local);
      }
    }
  }
  return llvm::Error::success();
}

/// Kahn's algorithm; among the nodes that are ready, the first of the file goes
/// first, so that the order is that of the file wherever it can be.
llvm::Error FunctionalReader::sort() {
  std::vector<LocalTensor> all;
  std::vector<int> first; ///< number of the first node of each entry
  for (auto [index, entry] : llvm::enumerate(scope.entries)) {
    first.push_back(static_cast<int>(all.size()));
    for (size_t i = 0; i < entry.nodes.size(); ++i) {
      all.push_back({static_cast<int>(index), static_cast<int>(i), 0});
    }
  }
  std::vector<std::vector<int>> users(all.size());
  std::vector<size_t> waiting(all.size());
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (auto [number, node] : llvm::enumerate(all)) {
    const auto &inputs = scope.entries[node.entry].nodes[node.node];
    waiting[number] = inputs.size();
    for (const LocalTensor &input : inputs) {
      users[first[input.entry] + input.node].push_back(
          static_cast<int>(number));
    }
    if (inputs.empty()) {
      ready.push(static_cast<int>(number));
    }
  }
  while (!ready.empty()) {
    int next = ready.top();
    ready.pop();
    scope.order.push_back(all[next]);
    for (int user : users[next]) {
      if (--waiting[user] == 0) {
        ready.push(user);
      }
    }
  }
  for (auto [number, node] : llvm::enumerate(all)) {
    if (waiting[number] > 0) {
      const Entry &entry = scope.entries[node.entry];
      return diagnose(Diagnostic::Cycle, entry.json->where(), entry.name);
    }
  }
  return llvm::Error::success();
}

llvm::Error FunctionalReader::readInputs() {
  const JsonValue *ends = scope.config->find("input_layers");
  if (!ends) {
    return diagnose(Diagnostic::JsonMissing, scope.config->where(),
                    "input_layers");
  }
  auto inputs = readEnds(*ends);
  if (!inputs) {
    return inputs.takeError();
  }
  std::vector<bool> seen(scope.entries.size());
  for (const NodeTensor &tensor : *inputs) {
    auto local = resolve(tensor, /*isEnd=*/true);
    if (!local) {
      return local.takeError();
    }
    const Entry &entry = scope.entries[local->entry];
    if (entry.className != "InputLayer") {
      return diagnose(Diagnostic::JsonRange, tensor.source->where(), entry.name,
                      "a " + entry.className, "an InputLayer");
    }
    if (seen[local->entry]) {
      return diagnose(Diagnostic::DuplicateLayer, tensor.source->where(),
                      entry.name);
    }
    seen[local->entry] = true;
    scope.inputs.push_back(*local);
  }
  return llvm::Error::success();
}

llvm::Error FunctionalReader::readOutputs() {
  const JsonValue *ends = scope.config->find("output_layers");
  if (!ends) {
    return diagnose(Diagnostic::JsonMissing, scope.config->where(),
                    "output_layers");
  }
  auto outputs = readEnds(*ends);
  if (!outputs) {
    return outputs.takeError();
  }
  for (const NodeTensor &tensor : *outputs) {
    auto local = resolve(tensor, /*isEnd=*/true);
    if (!local) {
      return local.takeError();
    }
    scope.outputs.push_back(*local);
  }
  return llvm::Error::success();
}

llvm::Error FunctionalReader::read() {
  if (llvm::Error error = readNodes()) {
    return error;
  }
  if (llvm::Error error = resolveNodes()) {
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

llvm::Error keras::readFunctional(Scope &scope, const Version &version) {
  return FunctionalReader(scope, version).read();
}

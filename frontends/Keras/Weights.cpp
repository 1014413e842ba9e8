// Finds the dataset of each weight, compares its shape with what the config
// needs before it is read, and reads it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Weights.h"

#include "frontends/Container/Error.h"
#include "frontends/Keras/Shapes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace kregc;
using namespace kregc::keras;

std::string keras::toSnakeCase(llvm::StringRef className) {
  std::string plain;
  for (char c : className) {
    if (llvm::isAlnum(c) || c == '_') {
      plain += c;
    }
  }
  // (.)([A-Z][a-z]+) -> \1_\2, scanning on behind each match.
  std::string first;
  for (size_t i = 0; i < plain.size();) {
    bool word = i + 2 < plain.size() && llvm::isUpper(plain[i + 1]) &&
                llvm::isLower(plain[i + 2]);
    first += plain[i++];
    if (word) {
      first += '_';
      first += plain[i++];
      while (i < plain.size() && llvm::isLower(plain[i])) {
        first += plain[i++];
      }
    }
  }
  // ([a-z])([A-Z]) -> \1_\2, then lower case.
  std::string result;
  for (size_t i = 0; i < first.size(); ++i) {
    if (i > 0 && llvm::isLower(first[i - 1]) && llvm::isUpper(first[i])) {
      result += '_';
    }
    result += llvm::toLower(first[i]);
  }
  return result;
}

/// Reads one weight after comparing its shape with the wanted one.
static llvm::Error readWeight(const Hdf5File &file, llvm::StringRef dataset,
                              Weight &weight) {
  auto shape = file.shape(dataset);
  if (!shape) {
    return shape.takeError();
  }
  if (*shape != weight.shape) {
    return diagnose(Diagnostic::WeightShape, file.file() + ": " + dataset,
                    weight.path, printShape(*shape), printShape(weight.shape));
  }
  auto values = file.floats(dataset);
  if (!values) {
    return values.takeError();
  }
  weight.data = std::make_shared<const std::vector<float>>(std::move(*values));
  return llvm::Error::success();
}

static std::string variablesOf(const Layer &layer) {
  return llvm::join(
      llvm::map_range(layer.weights,
                      [](const Weight &weight) { return weight.variable; }),
      ", ");
}

//===----------------------------------------------------------------------===//
// model.weights.h5
//===----------------------------------------------------------------------===//

/// Maps layer names to groups by the attribute `name` of their variables.
static llvm::Expected<llvm::StringMap<std::string>>
findNamedGroups(const Hdf5File &file, llvm::StringRef container) {
  auto groups = file.members(container);
  if (!groups) {
    return groups.takeError();
  }
  llvm::StringMap<std::string> result;
  for (const std::string &group : *groups) {
    std::string path = (container + "/" + group).str();
    auto there = file.exists(path + "/vars");
    if (!there) {
      return there.takeError();
    }
    if (!*there) {
      continue;
    }
    auto name = file.text(path + "/vars", "name");
    if (!name) {
      return name.takeError();
    }
    if (*name) {
      result.insert({**name, path});
    }
  }
  return result;
}

/// Maps layer names to groups by counting the layers of each class.
static llvm::StringMap<std::string> countGroups(llvm::StringRef container,
                                                const Model &model) {
  llvm::StringMap<std::string> result;
  llvm::StringMap<unsigned> counters;
  for (const Layer &layer : model.layers) {
    std::string group = toSnakeCase(layer.className);
    unsigned count = counters[group]++;
    if (count > 0) {
      group += "_" + std::to_string(count);
    }
    result[layer.name] = (container + "/" + group).str();
  }
  return result;
}

static llvm::Error readGroup(const Hdf5File &file, llvm::StringRef group,
                             Layer &layer) {
  std::string vars = group.str();
  const LayerConfig *kind = &layer.config;
  while (const auto *wrapper = std::get_if<TimeDistributedConfig>(kind)) {
    kind = &wrapper->layer->config;
    vars += "/layer";
  }
  vars += "/vars";
  auto there = file.exists(vars);
  if (!there) {
    return there.takeError();
  }
  if (!*there) {
    return diagnose(Diagnostic::WeightGroup, file.file(), layer.name);
  }
  auto datasets = file.members(vars);
  if (!datasets) {
    return datasets.takeError();
  }
  if (datasets->size() != layer.weights.size()) {
    return diagnose(Diagnostic::WeightCount, file.file() + ": " + vars,
                    layer.name, datasets->size(), layer.weights.size(),
                    variablesOf(layer));
  }
  for (auto [index, weight] : llvm::enumerate(layer.weights)) {
    if (llvm::Error error =
            readWeight(file, vars + "/" + std::to_string(index), weight)) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error keras::readArchiveWeights(const Hdf5File &file, Model &model) {
  // Keras 2.12 and 2.13 called the container by another name.
  std::string container = "layers";
  auto there = file.exists(container);
  if (!there) {
    return there.takeError();
  }
  if (!*there) {
    container = "_layer_checkpoint_dependencies";
    there = file.exists(container);
    if (!there) {
      return there.takeError();
    }
  }
  llvm::StringMap<std::string> groups;
  if (*there) {
    auto named = findNamedGroups(file, container);
    if (!named) {
      return named.takeError();
    }
    groups = named->empty() ? countGroups(container, model) : std::move(*named);
  }
  for (Layer &layer : model.layers) {
    if (layer.weights.empty()) {
      continue;
    }
    auto group = groups.find(layer.name);
    if (group == groups.end()) {
      return diagnose(Diagnostic::WeightGroup, file.file(), layer.name);
    }
    if (llvm::Error error = readGroup(file, group->second, layer)) {
      return error;
    }
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Legacy .h5
//===----------------------------------------------------------------------===//

/// The order of a legacy group: trainable weights, then the others.
static std::vector<Weight *> legacyOrder(Layer &layer) {
  std::vector<Weight *> order;
  for (bool trainable : {true, false}) {
    for (Weight &weight : layer.weights) {
      if (weight.trainable == trainable) {
        order.push_back(&weight);
      }
    }
  }
  return order;
}

static llvm::Error readLegacyLayer(const Hdf5File &file, Layer &layer) {
  std::string group = "model_weights/" + layer.name;
  auto names = file.textList(group, "weight_names");
  if (!names) {
    return names.takeError();
  }
  if (!*names) {
    return diagnose(Diagnostic::Hdf5Attribute, file.file(), "weight_names",
                    group);
  }
  if ((*names)->size() != layer.weights.size()) {
    return diagnose(Diagnostic::WeightCount, file.file() + ": " + group,
                    layer.name, (*names)->size(), layer.weights.size(),
                    variablesOf(layer));
  }
  for (auto [name, weight] : llvm::zip(**names, legacyOrder(layer))) {
    if (llvm::Error error = readWeight(file, group + "/" + name, *weight)) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error keras::readLegacyWeights(const Hdf5File &file, Model &model) {
  auto layerNames = file.textList("model_weights", "layer_names");
  if (!layerNames) {
    return layerNames.takeError();
  }
  if (!*layerNames) {
    return diagnose(Diagnostic::Hdf5Attribute, file.file(), "layer_names",
                    "model_weights");
  }
  for (Layer &layer : model.layers) {
    if (layer.weights.empty()) {
      continue;
    }
    if (!llvm::is_contained(**layerNames, layer.name)) {
      return diagnose(Diagnostic::WeightGroup, file.file(), layer.name);
    }
    if (llvm::Error error = readLegacyLayer(file, layer)) {
      return error;
    }
  }
  return llvm::Error::success();
}

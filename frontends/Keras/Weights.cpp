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
static llvm::Error readWeight(const WeightStore &file, llvm::StringRef dataset,
                              bool values, Weight &weight) {
  auto shape = file.shape(dataset);
  if (!shape) {
    return shape.takeError();
  }
  if (*shape != weight.shape) {
    return diagnose(Diagnostic::WeightShape, file.file() + ": " + dataset,
                    weight.path, printShape(*shape), printShape(weight.shape));
  }
  weight.dataset = dataset.str();
  if (!values) {
    return file.checkNumbers(dataset);
  }
  auto numbers = file.floats(dataset);
  if (!numbers) {
    return numbers.takeError();
  }
  weight.data = std::make_shared<const std::vector<float>>(std::move(*numbers));
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
findNamedGroups(const WeightStore &file, llvm::StringRef container) {
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

static bool hasWeights(const WeightGroup &group, const Model &model) {
  if (group.layer >= 0) {
    return !model.layers[group.layer].weights.empty();
  }
  return llvm::any_of(group.members, [&](const WeightGroup &member) {
    return hasWeights(member, model);
  });
}

/// Keras 2.12 and 2.13 called the group of a model's layers so; it has each
/// layer with weights twice, and only the first of the two is written.
static constexpr llvm::StringLiteral
    dependencies("_layer_checkpoint_dependencies");

/// Maps the members of a model to groups by counting those of each class.
static llvm::StringMap<std::string> countGroups(llvm::StringRef container,
                                                const WeightGroup &group,
                                                const Model &model) {
  llvm::StringMap<std::string> result;
  llvm::StringMap<unsigned> counters;
  bool twice = container.ends_with(dependencies);
  for (const WeightGroup &member : group.members) {
    std::string name = toSnakeCase(member.className);
    unsigned count = counters[name];
    counters[name] += twice && hasWeights(member, model) ? 2 : 1;
    if (count > 0) {
      name += "_" + std::to_string(count);
    }
    result[member.name] = (container + "/" + name).str();
  }
  return result;
}

static llvm::Error readGroup(const WeightStore &file, llvm::StringRef group,
                             bool values, Layer &layer) {
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
  // Behind mean and variance a Normalization keeps how often it was adapted.
  size_t unused = std::holds_alternative<NormalizationConfig>(layer.config);
  if (datasets->size() != layer.weights.size() + unused) {
    return diagnose(Diagnostic::WeightCount, file.file() + ": " + vars,
                    layer.name, datasets->size(), layer.weights.size(),
                    variablesOf(layer));
  }
  for (auto [index, weight] : llvm::enumerate(layer.weights)) {
    if (llvm::Error error = readWeight(file, vars + "/" + std::to_string(index),
                                       values, weight)) {
      return error;
    }
  }
  return llvm::Error::success();
}

/// The group of `path` that holds the layers of a model.
static llvm::Expected<std::optional<std::string>>
findContainer(const WeightStore &file, llvm::StringRef path) {
  for (llvm::StringRef name :
       {llvm::StringRef("layers"), llvm::StringRef(dependencies)}) {
    std::string container = (path + name).str();
    auto there = file.exists(container);
    if (!there) {
      return there.takeError();
    }
    if (*there) {
      return std::optional<std::string>(std::move(container));
    }
  }
  return std::nullopt;
}

/// Reads the weights of the model whose group is at `path` ("" or "…/").
static llvm::Error readMembers(const WeightStore &file, llvm::StringRef path,
                               const WeightGroup &group, bool values,
                               Model &model) {
  auto container = findContainer(file, path);
  if (!container) {
    return container.takeError();
  }
  llvm::StringMap<std::string> named, counted;
  if (*container) {
    auto found = findNamedGroups(file, **container);
    if (!found) {
      return found.takeError();
    }
    named = std::move(*found);
    counted = countGroups(**container, group, model);
  }
  for (const WeightGroup &member : group.members) {
    if (!hasWeights(member, model)) {
      continue;
    }
    auto place = named.find(member.name);
    // Models and wrappers have no variables of their own and may have no name
    // in the file.
    bool mayLackName =
        member.layer < 0 || std::holds_alternative<TimeDistributedConfig>(
                                model.layers[member.layer].config);
    if (place == named.end() && (named.empty() || mayLackName)) {
      place = counted.find(member.name);
    }
    if (place == named.end() || place == counted.end()) {
      return diagnose(Diagnostic::WeightGroup, file.file(), member.name);
    }
    llvm::Error error =
        member.layer < 0
            ? readMembers(file, place->second + "/", member, values, model)
            : readGroup(file, place->second, values,
                        model.layers[member.layer]);
    if (error) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error keras::readArchiveWeights(const WeightStore &file, bool values,
                                      Model &model) {
  return readMembers(file, "", model.groups, values, model);
}

static void addGroups(llvm::StringRef path, const WeightGroup &group,
                      const Model &model, std::vector<VariableGroup> &out) {
  out.push_back({(path + "vars").str(), group.name, -1});
  std::string container = (path + "layers").str();
  llvm::StringMap<std::string> places = countGroups(container, group, model);
  for (const WeightGroup &member : group.members) {
    std::string place = places[member.name];
    if (member.layer < 0) {
      addGroups(place + "/", member, model, out);
      continue;
    }
    const LayerConfig *kind = &model.layers[member.layer].config;
    while (const auto *wrapper = std::get_if<TimeDistributedConfig>(kind)) {
      kind = &wrapper->layer->config;
      place += "/layer";
    }
    out.push_back({place + "/vars", member.name, member.layer});
  }
}

std::vector<VariableGroup> keras::variableGroups(const Model &model) {
  std::vector<VariableGroup> groups;
  addGroups("", model.groups, model, groups);
  return groups;
}

//===----------------------------------------------------------------------===//
// Legacy .h5
//===----------------------------------------------------------------------===//

/// Appends the trainable or the other weights of a layer or nested model.
static void collect(const WeightGroup &group, Model &model, bool trainable,
                    std::vector<Weight *> &out) {
  for (const WeightGroup &member : group.members) {
    collect(member, model, trainable, out);
  }
  if (group.layer < 0) {
    return;
  }
  for (Weight &weight : model.layers[group.layer].weights) {
    if (weight.trainable == trainable) {
      out.push_back(&weight);
    }
  }
}

/// Reads one group of the outermost model: trainable weights, then the others.
static llvm::Error readLegacyGroup(const Hdf5File &file,
                                   const WeightGroup &member, bool values,
                                   Model &model) {
  std::vector<Weight *> weights;
  collect(member, model, true, weights);
  collect(member, model, false, weights);
  std::string group = "model_weights/" + member.name;
  auto names = file.textList(group, "weight_names");
  if (!names) {
    return names.takeError();
  }
  if (!*names) {
    return diagnose(Diagnostic::Hdf5Attribute, file.file(), "weight_names",
                    group);
  }
  // Behind mean and variance a Normalization keeps how often it was adapted.
  bool adapts =
      member.layer >= 0 && std::holds_alternative<NormalizationConfig>(
                               model.layers[member.layer].config);
  if ((*names)->size() != weights.size() + (adapts ? 1 : 0)) {
    auto variables = llvm::map_range(
        weights, [](const Weight *weight) { return weight->variable; });
    return diagnose(Diagnostic::WeightCount, file.file() + ": " + group,
                    member.name, (*names)->size(), weights.size(),
                    llvm::join(variables, ", "));
  }
  for (auto [name, weight] : llvm::zip(**names, weights)) {
    std::string place = group;
    place += "/" + name;
    if (llvm::Error error =
            readWeight(Hdf5Weights(file), place, values, *weight)) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error keras::readLegacyWeights(const Hdf5File &file, bool values,
                                     Model &model) {
  auto layerNames = file.textList("model_weights", "layer_names");
  if (!layerNames) {
    return layerNames.takeError();
  }
  if (!*layerNames) {
    return diagnose(Diagnostic::Hdf5Attribute, file.file(), "layer_names",
                    "model_weights");
  }
  for (const WeightGroup &member : model.groups.members) {
    if (!hasWeights(member, model)) {
      continue;
    }
    if (!llvm::is_contained(**layerNames, member.name)) {
      return diagnose(Diagnostic::WeightGroup, file.file(), member.name);
    }
    if (llvm::Error error = readLegacyGroup(file, member, values, model)) {
      return error;
    }
  }
  return llvm::Error::success();
}

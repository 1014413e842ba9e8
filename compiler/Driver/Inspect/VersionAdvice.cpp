// What depends on the Keras that wrote the file, and what changes in another.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/Advice.h"

#include "frontends/Keras/Version.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace kregc::keras;

namespace kregc::driver {
namespace {

constexpr int64_t exampleBatch = 32; // that of the texts in Warnings.def
constexpr size_t namesShown = 6;

/// How λ changes between versions that divide by the batch and those that
/// don't, by the example of the first penalty.
void adviseOnDivision(const ModelFacts &facts, Findings &findings) {
  auto site = llvm::find_if(facts.sites, [](const Site &each) {
    return each.activity && each.live && !isZero(each.regularizer);
  });
  if (site == facts.sites.end()) {
    return;
  }
  bool divides = facts.model.dividesPenaltyByBatch;
  double factor = divides ? 1.0 / exampleBatch : exampleBatch;
  findings.push_back(makeWarning(
      divides ? WarningId::Divided : WarningId::NotDivided, "",
      facts.model.version.text, describe(scaled(site->regularizer, factor)),
      describe(site->regularizer)));
}

/// Whether a layer of that class keeps its activity regularizer in a file.
bool isSaved(llvm::StringRef className, const Version &version) {
  if (holds(Fact::SavesEveryActivityRegularizer, version)) {
    return true;
  }
  // Their own get_config writes it; the class of every layer came later.
  static const llvm::StringSet<> always = {
      "EinsumDense",     "Embedding",       "Conv1D",
      "Conv2D",          "Conv3D",          "Conv1DTranspose",
      "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D",
      "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"};
  // They cannot have one.
  static const llvm::StringSet<> never = {"InputLayer",
                                          "ActivityRegularization"};
  if (always.contains(className) || never.contains(className)) {
    return true;
  }
  if (version.major < 3) {
    return className == "Dense";
  }
  return className == "ELU" || className == "Identity" ||
         className.starts_with("SpatialDropout"); // refuse one
}

/// "layers 'a', 'b' and 3 others".
std::string shortList(const std::vector<std::string> &names) {
  std::string text = names.size() == 1 ? "layer " : "layers ";
  size_t shown = std::min(names.size(), namesShown);
  for (size_t i = 0; i < shown; ++i) {
    bool last = i > 0 && i + 1 == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + ("'" + names[i] + "'");
  }
  if (names.size() > shown) {
    text += " and " + std::to_string(names.size() - shown) + " others";
  }
  return text;
}

void adviseOnSaving(const ModelFacts &facts, Findings &findings) {
  std::vector<std::string> names;
  for (const Layer &layer : facts.model.layers) {
    if (!layer.operation && !layer.activityRegularizer &&
        !isSaved(layer.className, facts.model.version)) {
      names.push_back(layer.name);
    }
  }
  if (!names.empty()) {
    findings.push_back(makeWarning(WarningId::LostRegularizer,
                                   names.size() == 1 ? names[0] : "",
                                   facts.model.version.text, shortList(names)));
  }
}

bool hasNestedFunctional(const WeightGroup &group) {
  return llvm::any_of(group.members, [](const WeightGroup &member) {
    bool functional =
        member.className == "Functional" || member.className == "Model";
    return (member.layer < 0 && functional) || hasNestedFunctional(member);
  });
}

void adviseOnReading(const ModelFacts &facts, Findings &findings) {
  const Model &model = facts.model;
  if (model.version.major >= 3) {
    return;
  }
  if (model.format == "json") {
    findings.push_back(makeWarning(WarningId::UnreadJson, "", "the JSON"));
  } else if (model.format == "h5" && hasNestedFunctional(model.groups)) {
    findings.push_back(makeWarning(WarningId::UnreadJson, "",
                                   "a model inside of a model in an .h5"));
  }
}

} // namespace

void adviseOnVersion(const ModelFacts &facts, Findings &findings) {
  adviseOnDivision(facts, findings);
  adviseOnSaving(facts, findings);
  adviseOnReading(facts, findings);
}

} // namespace kregc::driver

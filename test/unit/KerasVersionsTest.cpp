// What differs between releases of Keras, and how a config without a release is
// told apart.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KerasTestSupport.h"

#include "frontends/Container/Json.h"
#include "frontends/Container/Zip.h"
#include "frontends/Keras/Version.h"

#include <gtest/gtest.h>
#include <set>

using namespace kregc;
using namespace kregc::keras;

namespace {

/// One release of each kind that some fact tells apart from its neighbours.
constexpr const char *releases[] = {
    "2.1.3", "2.1.4", "2.3.1", "2.2.4-tf", "2.15.0-tf", "2.4.0",  "2.21.0",
    "3.3.3", "3.4.0", "3.5.0", "3.6.0",    "3.13.2",    "3.14.0", "3.15.1"};

/// For each of them '1' where the fact holds.
std::string pattern(Fact fact) {
  std::string text;
  for (const char *release : releases) {
    text += holds(fact, llvm::cantFail(parseVersion(release, ""))) ? '1' : '.';
  }
  return text;
}

TEST(Versions, EveryFactInEveryFamily) {
  constexpr const char *keras2 = "1111111.......", *keras3 = ".......1111111",
                       *named = "..........1111", *divided = "...1111.....11",
                       *first = "1.............", *saved = "........111111";
  const std::pair<Fact, const char *> rows[] = {
      {Fact::DividesPenaltyByBatch, divided},
      {Fact::PenalisesFrozenWeights, keras2},
      {Fact::KnowsL1_L2Name, keras2},
      {Fact::KnowsL1L2Name, keras3},
      {Fact::AllowsNegativeFactor, keras2},
      {Fact::SavesEveryActivityRegularizer, saved},
      {Fact::HardSigmoidFifth, keras2},
      {Fact::UnbiasedMovingVariance, keras2},
      {Fact::NamesWeightGroups, named},
      {Fact::CountsMakingOfModelInNodes, keras2},
      {Fact::AppliesPenaltyInTimeDistributed, keras2},
      {Fact::CallsLayerPerStepInTimeDistributed, keras3},
      {Fact::RegularizesInputsOfCalledModels, first},
      {Fact::NamesWeightsAfterTimeDistributed, keras2},
      {Fact::CallsDepthwiseKernelKernel, keras3},
      {Fact::CountsFunctionsAsLayers, keras2},
      {Fact::ApproximatesGeluFunction, keras3},
  };
  std::set<Fact> seen;
  for (auto [fact, want] : rows) {
    EXPECT_EQ(pattern(fact), want) << static_cast<int>(fact);
    seen.insert(fact);
  }
  // A fact of Versions.def without a line above is untested.
#define VERSION_FACT(FACT, FAMILY, FROM, UNTIL)                                \
  EXPECT_EQ(seen.count(Fact::FACT), 1u) << #FACT;
#include "frontends/Keras/Versions.def"
}

TEST(Versions, ModelsCalledBeforeKeras214) {
  std::string inner =
      sequential("[null, 4]", {layer("Dense", "d",
                                     "\"units\": 4, \"activity_regularizer\": "
                                     "{\"class_name\": \"L1L2\", "
                                     "\"config\": {\"l1\": 0.1}}")});
  std::string outer = sequential("[null, 4]", {inner});
  EXPECT_EQ(failure(readText(outer, "2.1.3")).first, 3);
  EXPECT_EQ(failure(readText(outer, "2.1.4")).first, 0);
}

TEST(Versions, ThePenaltyInATimeDistributed) {
  std::string wrapper =
      layer("TimeDistributed", "t",
            "\"layer\": " + layer("Dense", "d",
                                  "\"units\": 3, \"activity_regularizer\": "
                                  "{\"class_name\": \"L1L2\", \"config\": "
                                  "{\"l1\": 0.5, \"l2\": 1.0}}"));
  std::string text = sequential("[null, 5, 4]", {wrapper});
  // tf.keras divides by all steps of all samples, old Keras by nothing.
  Model tf = llvm::cantFail(readText(text, "2.15.0"));
  EXPECT_EQ(tf.layers[1].activityRegularizer->l1, 0.1);
  EXPECT_EQ(tf.layers[1].activityRegularizer->l2, 0.2);
  // With a fixed batch it steps through layers that are not Keras' own only.
  tf = llvm::cantFail(readText(sequential("[8, 5, 4]", {wrapper}), "2.15.0"));
  EXPECT_EQ(tf.layers[1].activityRegularizer->l1, 0.1);
  Model old = llvm::cantFail(readText(text, "2.2.4"));
  EXPECT_EQ(old.layers[1].activityRegularizer->l1, 0.5);
  Model keras3 = llvm::cantFail(readText(text, "3.15.1"));
  EXPECT_FALSE(keras3.layers[1].activityRegularizer);
  ASSERT_EQ(keras3.warnings.size(), 1u);
  EXPECT_EQ(keras3.warnings[0].id, "ignored-regularizer");
}

//===----------------------------------------------------------------------===//
// Fingerprints
//===----------------------------------------------------------------------===//

/// "3.9.0 99.0.0", or "none".
std::string rangeOf(llvm::StringRef json) {
  auto document = llvm::cantFail(JsonDocument::parse(json, "m.json"));
  std::optional<VersionRange> range = fingerprint(document->root());
  return range ? (range->from + " " + range->until).str() : "none";
}

/// The range of a model with one object in it.
std::string rangeWith(llvm::StringRef className, llvm::StringRef config,
                      llvm::StringRef rest = "") {
  return rangeOf((R"({"class_name": "Sequential", "registered_name": null,
                      "config": {"layers": [{"class_name": ")" +
                  className + R"(", "config": {)" + config + "}" + rest +
                  "}]}}")
                     .str());
}

TEST(Fingerprint, EveryKeyThatCame) {
#define KEY_SINCE(CLASS, KEY, RELEASE)                                         \
  {                                                                            \
    std::string with = rangeWith(#CLASS, "\"" #KEY "\": null");                \
    std::string without = rangeWith(#CLASS, "");                               \
    EXPECT_TRUE(llvm::StringRef(with).starts_with("none") ||                   \
                !isBefore(llvm::StringRef(with).split(' ').first, RELEASE))    \
        << #CLASS << " " << #KEY << ": " << with;                              \
    EXPECT_FALSE(                                                              \
        isBefore(RELEASE, llvm::StringRef(without).split(' ').second))         \
        << #CLASS << " " << #KEY << ": " << without;                           \
  }
#define CLASS_WITHIN(CLASS, FROM, UNTIL)                                       \
  EXPECT_EQ(rangeWith(#CLASS, ""), FROM " " UNTIL) << #CLASS;
#include "frontends/Keras/Fingerprints.def"
  EXPECT_EQ(rangeWith("BatchNormalization", "\"renorm\": false"),
            "3.14.0 99.0.0");
  EXPECT_EQ(rangeWith("BatchNormalization", ""), "3.0.0 3.14.0");
}

TEST(Fingerprint, EveryTrace) {
  EXPECT_EQ(
      rangeWith("Dropout", "\"dtype\": \"float32\"", ", \"build_config\": {}"),
      "3.0.0 3.4.0");
  EXPECT_EQ(rangeWith("Dropout", "", ", \"build_config\": {}"), "3.0.0 3.6.0");
  EXPECT_EQ(rangeWith("Dropout", ""), "3.6.0 99.0.0");
  EXPECT_EQ(rangeWith("Permute", "", ", \"compile_config\": {}"),
            "3.10.0 99.0.0");
  EXPECT_EQ(rangeWith("Functional", "\"input_layers\": [\"x\", 0, 0]"),
            "3.11.0 99.0.0");
  EXPECT_EQ(rangeWith("Functional", "\"input_layers\": [[\"x\", 0, 0]]"),
            "3.0.0 99.0.0");
  EXPECT_EQ(rangeWith("Permute", "",
                      ", \"compile_config\": {\"optimizer\": \"adam\"}"),
            "3.0.0 3.4.0");
  // Two that exclude each other, and what is no config of Keras 3.
  EXPECT_EQ(rangeWith("OrthogonalInitializer", "", ", \"compile_config\": {}"),
            "none");
  EXPECT_EQ(rangeOf(R"({"class_name": "Sequential", "config": []})"), "none");
}

TEST(Fingerprint, ContainsTheReleaseOfEveryRecordedFile) {
  unsigned tried = 0;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator
           it(KREGC_TEST_INPUTS "/../e2e/cases", code),
       end;
       it != end && !code; it.increment(code)) {
    std::string path = it->path() + "/model.keras";
    if (!llvm::sys::fs::exists(path)) {
      continue;
    }
    auto file = llvm::cantFail(openFile(path));
    auto archive = llvm::cantFail(ZipReader::open(file->getBuffer(), path));
    auto read = [&](llvm::StringRef name) {
      auto bytes = llvm::cantFail(archive.read(name));
      return llvm::cantFail(JsonDocument::parse(bytes.text(), path));
    };
    auto metadata = read("metadata.json"), config = read("config.json");
    llvm::StringRef release = metadata->root().find("keras_version")->string();
    if (release.starts_with("2.")) {
      continue;
    }
    std::optional<VersionRange> range = fingerprint(config->root());
    ASSERT_TRUE(range) << path;
    EXPECT_FALSE(isBefore(release, range->from)) << path << range->from.str();
    EXPECT_TRUE(isBefore(release, range->until)) << path << range->until.str();
    ++tried;
  }
  EXPECT_GE(tried, 50u);
}

TEST(Fingerprint, AsksOnlyWhereItMatters) {
  auto model = [](llvm::StringRef regularizer) {
    return R"({"class_name": "Sequential", "registered_name": null, "config": {
        "name": "m", "layers": [{"class_name": "InputLayer", "config":
        {"name": "x", "batch_shape": [null, 4], "ragged": false,
         "optional": false}}, {"class_name": "Dense", "config": {"name": "d",
         "units": 2, "quantization_config": null, "activity_regularizer": )" +
           regularizer.str() + "}}]}}";
  };
  std::string penalised =
      model(R"({"class_name": "L1", "config": {"l1": 0.1}})");
  auto [status, message] = failure(readText(penalised, std::nullopt));
  EXPECT_EQ(status, 2);
  EXPECT_EQ(message,
            "the file does not say which Keras wrote it: its keys are those of "
            "Keras 3.13 or later, and since 3.14.0 activity penalties, which "
            "it has, are divided by the batch size");
  EXPECT_EQ(failure(readText(penalised, "3.13.2")).first, 0);
  Model plain = llvm::cantFail(readText(model("null"), std::nullopt));
  ASSERT_EQ(plain.warnings.size(), 1u);
  EXPECT_EQ(plain.warnings[0].id, "guessed-version");
}

} // namespace

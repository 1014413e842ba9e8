// Compile settings: losses, optimizers, schedules, metrics and constraints in
// the forms that the releases of Keras write.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/CompileSettings.h"
#include "frontends/Keras/Losses.h"
#include "frontends/Keras/Metrics.h"
#include "frontends/Keras/ModelWriter.h"
#include "frontends/Keras/Optimizers.h"
#include "test/unit/KerasTestSupport.h"

#include "gtest/gtest.h"

using namespace kregc;
using namespace kregc::keras;

namespace {

const Version keras3{3, 15, 1, false, "3.15.1"};
const Version tfKeras{2, 21, 0, true, "2.21.0-tf"};

std::unique_ptr<JsonDocument> parse(llvm::StringRef text) {
  return llvm::cantFail(JsonDocument::parse(text, "config.json"));
}

llvm::Expected<Optimizer> optimizer(llvm::StringRef text,
                                    const Version &version = keras3) {
  return readOptimizer(parse(text)->root(), version);
}

llvm::Expected<std::vector<Loss>> losses(llvm::StringRef text,
                                         std::vector<std::string> outputs,
                                         llvm::StringRef weights = "null") {
  auto document = parse(text), list = parse(weights);
  return readLosses(document->root(), &list->root(), outputs);
}

llvm::Expected<std::vector<Metric>> metrics(llvm::StringRef text,
                                            std::vector<std::string> outputs) {
  auto document = parse(text);
  return readMetrics(&document->root(), false, outputs);
}

using Failure = std::pair<int, std::string>;

} // namespace

TEST(Optimizers, NamesHaveKerasDefaults) {
  Optimizer adam = llvm::cantFail(optimizer("\"adam\""));
  EXPECT_EQ(adam.kind, Optimizer::Kind::Adam);
  EXPECT_EQ(adam.learningRate.initial, 0.001);
  EXPECT_EQ(adam.beta2, 0.999);
  EXPECT_FALSE(adam.weightDecay);
  EXPECT_EQ(llvm::cantFail(optimizer("\"SGD\"")).learningRate.initial, 0.01);
  EXPECT_EQ(llvm::cantFail(optimizer("\"adamw\"")).weightDecay, 0.004);
  EXPECT_EQ(llvm::cantFail(optimizer("\"lion\"")).beta2, 0.99);
  EXPECT_EQ(llvm::cantFail(optimizer("\"adadelta\"")).rho, 0.95);
}

TEST(Optimizers, EveryNumberIsRead) {
  Optimizer sgd = llvm::cantFail(optimizer(R"({"class_name": "SGD", "config": {
    "name": "mine", "learning_rate": 0.5, "weight_decay": 0.1, "clipnorm": 2.0,
    "use_ema": true, "ema_momentum": 0.9, "ema_overwrite_frequency": 7,
    "gradient_accumulation_steps": 4, "momentum": 0.8, "nesterov": true}})"));
  EXPECT_EQ(sgd.name, "mine");
  EXPECT_EQ(sgd.learningRate.initial, 0.5);
  EXPECT_EQ(sgd.weightDecay, 0.1);
  EXPECT_EQ(sgd.clipNorm, 2.0);
  EXPECT_TRUE(sgd.useEma);
  EXPECT_EQ(sgd.emaMomentum, 0.9);
  EXPECT_EQ(sgd.emaOverwriteFrequency, 7);
  EXPECT_EQ(sgd.gradientAccumulationSteps, 4);
  EXPECT_EQ(sgd.momentum, 0.8);
  EXPECT_TRUE(sgd.nesterov);
  // null is not the default of AdamW: it is no decay.
  EXPECT_FALSE(
      llvm::cantFail(
          optimizer(
              R"({"class_name": "AdamW", "config": {"weight_decay": null}})"))
          .weightDecay);
}

TEST(Optimizers, FormsOfTfKeras) {
  Optimizer now = llvm::cantFail(optimizer(
      R"({"class_name": "Custom>Adam", "registered_name": "Custom>Adam",
        "config": {"is_legacy_optimizer": false, "learning_rate": 0.25}})",
      tfKeras));
  EXPECT_EQ(now.kind, Optimizer::Kind::Adam);
  EXPECT_FALSE(now.legacy);
  Optimizer old = llvm::cantFail(optimizer(
      R"({"class_name": "RMSprop", "config": {"lr": 0.5, "decay": 0.125}})",
      tfKeras));
  EXPECT_TRUE(old.legacy);
  EXPECT_EQ(old.learningRate.initial, 0.5);
  EXPECT_EQ(old.decay, 0.125);
}

TEST(Optimizers, Schedules) {
  auto rate = [](llvm::StringRef schedule) {
    return optimizer(("{\"class_name\": \"SGD\", \"config\": "
                      "{\"learning_rate\": " +
                      schedule + "}}")
                         .str());
  };
  Schedule pieces =
      llvm::cantFail(rate(R"({"class_name": "PiecewiseConstantDecay", "config":
        {"boundaries": [2, 5], "values": [0.3, 0.2, 0.1]}})"))
          .learningRate;
  EXPECT_EQ(pieces.kind, Schedule::Kind::PiecewiseConstantDecay);
  EXPECT_EQ(pieces.boundaries, (std::vector<double>{2, 5}));
  EXPECT_EQ(pieces.values, (std::vector<double>{0.3, 0.2, 0.1}));
  Schedule cosine =
      llvm::cantFail(rate(R"({"class_name": "CosineDecay", "config":
        {"initial_learning_rate": 0.0, "decay_steps": 9, "alpha": 0.5,
         "warmup_target": 0.1, "warmup_steps": 3}})"))
          .learningRate;
  EXPECT_EQ(cosine.warmupTarget, 0.1);
  EXPECT_EQ(cosine.warmupSteps, 3);
  EXPECT_EQ(failure(rate(R"({"class_name": "Mine", "config": {}})")),
            Failure(3, "the learning-rate schedule 'Mine' is not one of Keras' "
                       "own or is not supported"));
  EXPECT_EQ(failure(rate(R"({"class_name": "ExponentialDecay", "config":
        {"initial_learning_rate": 1, "decay_rate": 1, "decay_steps": 0}})")),
            Failure(2, "'decay_steps' is 0, want a number above 0"));
  EXPECT_EQ(failure(rate("\"fast\"")).first, 2);
}

TEST(Optimizers, RefusedOnes) {
  EXPECT_EQ(failure(optimizer("\"lamb\"")),
            Failure(3, "the optimizer 'lamb' is not one of Keras' own or is "
                       "not supported"));
  EXPECT_EQ(failure(optimizer(R"({"class_name": "Adam", "config": {},
                                  "registered_name": "mine>Adam"})"))
                .first,
            3);
  EXPECT_EQ(failure(optimizer(R"({"class_name": "SGD", "config":
                                  {"clipnorm": 1.0, "clipvalue": 1.0}})"))
                .first,
            3);
  EXPECT_EQ(failure(optimizer(R"({"class_name": "SGD", "config":
                                  {"learning_rate": "fast"}})"))
                .first,
            2);
  EXPECT_EQ(failure(optimizer("[1]")).first, 2);
}

TEST(CompileLosses, ListsObjectsAndWeights) {
  auto list = llvm::cantFail(
      losses(R"(["mse", {"module": "builtins", "class_name": "function",
                 "config": "binary_crossentropy"}])",
             {"a", "b"}, "[0.5, 2]"));
  EXPECT_EQ(list[0].kind, "mean_squared_error");
  EXPECT_EQ(list[0].weight, 0.5);
  EXPECT_EQ(list[1].kind, "binary_crossentropy");
  auto named = llvm::cantFail(
      losses(R"({"b": "mae", "a": null})", {"a", "b"}, R"({"b": 3})"));
  EXPECT_TRUE(named[0].none);
  EXPECT_EQ(named[1].weight, 3);
  auto old = llvm::cantFail(losses(R"({"class_name": "Huber", "config":
      {"reduction": "auto", "name": "huber_loss", "delta": 2.0}})",
                                   {"a"}));
  EXPECT_EQ(old[0].delta, 2);
  EXPECT_EQ(old[0].reduction, "sum_over_batch_size");
}

TEST(CompileLosses, RefusedOnes) {
  EXPECT_EQ(failure(losses("\"my_loss\"", {"a"})),
            Failure(3, "the loss 'my_loss' is not one of Keras' own or is not "
                       "supported"));
  EXPECT_EQ(failure(losses(R"({"class_name": "MeanSquaredError", "config":
                               {"reduction": "none"}})",
                           {"a"}))
                .first,
            3);
  EXPECT_EQ(failure(losses(R"({"class_name": "MeanSquaredError", "config":
                               {"reduction": null}})",
                           {"a"}))
                .first,
            3);
  EXPECT_EQ(failure(losses("[\"mse\"]", {"a", "b"})).first, 2);
}

TEST(CompileMetrics, NamesAndForms) {
  auto one = llvm::cantFail(metrics(
      R"(["accuracy", "mae", {"class_name": "AUC", "config":
          {"name": "area", "curve": "PR", "num_thresholds": 50}}, "accuracy"])",
      {"y"}));
  ASSERT_EQ(one.size(), 4u);
  EXPECT_EQ(one[0].kind, "accuracy");
  EXPECT_EQ(one[1].kind, "mean_absolute_error");
  EXPECT_EQ(one[1].name, "mae");
  EXPECT_EQ(one[2].kind, "auc");
  EXPECT_EQ(one[2].name, "area");
  EXPECT_TRUE(one[2].precisionRecall);
  EXPECT_EQ(one[2].numThresholds, 50);
  EXPECT_EQ(one[3].name, "accuracy_1");
  auto two = llvm::cantFail(metrics(R"([["mse"], ["accuracy"]])", {"a", "b"}));
  EXPECT_EQ(two[0].name, "a_mse");
  EXPECT_EQ(two[1].name, "b_accuracy");
  EXPECT_EQ(two[1].output, 1);
  auto wrapped =
      llvm::cantFail(metrics(R"([[{"class_name": "MeanMetricWrapper", "config":
                    {"name": "acc", "fn": "binary_accuracy"}}]])",
                             {"y"}));
  EXPECT_EQ(wrapped[0].kind, "binary_accuracy");
  EXPECT_EQ(wrapped[0].name, "acc");
  EXPECT_EQ(failure(metrics("[\"iou\"]", {"y"})),
            Failure(3, "the metric 'iou' is not one of Keras' own or is not "
                       "supported"));
}

TEST(CompileSettings, OverridesStandInForTheFile) {
  Model model = llvm::cantFail(readText(sequential(
      "[null, 4]", {layer("Dense", "d",
                          "\"units\": 2, \"kernel_constraint\": "
                          "{\"class_name\": \"MaxNorm\", \"config\": "
                          "{\"max_value\": 3, \"axis\": -1}}")})));
  const Weight &kernel = model.layers[1].weights[0];
  ASSERT_TRUE(kernel.constraint);
  EXPECT_EQ(kernel.constraint->kind, Constraint::Kind::MaxNorm);
  EXPECT_EQ(kernel.constraint->maximum, 3);
  EXPECT_EQ(kernel.constraint->axes, (std::vector<int64_t>{1}));
  llvm::Error missing = readTraining(model);
  EXPECT_EQ(llvm::toString(std::move(missing)).find("without a loss") ==
                std::string::npos,
            false);
  CompileOverrides overrides;
  overrides.loss = "mse";
  overrides.metrics = "mae,accuracy";
  llvm::cantFail(readTraining(model, overrides));
  EXPECT_EQ(model.training->losses.size(), 1u);
  EXPECT_EQ(model.training->optimizer.kind, Optimizer::Kind::RMSprop);
  EXPECT_EQ(model.training->metrics.size(), 2u);
}

/// Keras 3 takes the moments of BatchNormalization, and the mean of a loss,
/// over the steps that an Embedding did not mask.
TEST(CompileSettings, AMaskThatTrainingLooksAtIsRefused) {
  auto train = [](llvm::StringRef mask, std::vector<std::string> behind) {
    std::vector<std::string> layers = {layer(
        "Embedding", "e",
        "\"input_dim\": 5, \"output_dim\": 4, \"mask_zero\": " + mask.str())};
    llvm::append_range(layers, behind);
    Model model = llvm::cantFail(readText(sequential("[null, 3]", layers)));
    CompileOverrides overrides;
    overrides.loss = "mse";
    llvm::Error error = readTraining(model, overrides);
    return error ? failure(llvm::Expected<int>(std::move(error)))
                 : Failure(0, "");
  };
  std::string dense = layer("Dense", "d", "\"units\": 2"),
              norm = layer("BatchNormalization", "b", ""),
              frozen = layer("BatchNormalization", "b", "\"trainable\": false"),
              pool = layer("GlobalAveragePooling1D", "p", ""),
              flat = layer("Flatten", "f", "");
  Failure moments(3, "layer 'b': training with a mask of its input, whose "
                     "moments would be those of the steps that are not "
                     "masked, is not supported"),
      loss(3, "layer 'd': training with a mask of the model's output, of which "
              "the loss would count the steps that are not masked, is not "
              "supported"),
      none(0, "");
  EXPECT_EQ(train("true", {norm, pool}), moments);
  EXPECT_EQ(train("true", {dense, norm, pool}), moments);
  EXPECT_EQ(train("true", {dense}), loss);
  EXPECT_EQ(train("true", {frozen, dense}), loss);
  EXPECT_EQ(train("true", {frozen, pool, dense}), none);
  EXPECT_EQ(train("true", {pool, norm}), none);
  EXPECT_EQ(train("true", {flat, norm}), none);
  EXPECT_EQ(train("false", {norm, dense}), none);
}

/// Keras 3 calls the layer step by step, masked or not; tf.keras makes one
/// batch.
TEST(CompileSettings, MomentsOfEachStepAreRefused) {
  auto train = [](const char *version, const std::string &inner,
                  const std::string &batch = "null") {
    std::string wrapped = layer("TimeDistributed", "t", "\"layer\": " + inner);
    Model model = llvm::cantFail(
        readText(sequential("[" + batch + ", 3, 2]", {wrapped}), version));
    CompileOverrides overrides;
    overrides.loss = "mse";
    llvm::Error error = readTraining(model, overrides);
    return error ? failure(llvm::Expected<int>(std::move(error)))
                 : Failure(0, "");
  };
  std::string norm = layer("BatchNormalization", "b", ""),
              frozen = layer("BatchNormalization", "b", "\"trainable\": false"),
              dense = layer("Dense", "d", "\"units\": 2");
  Failure moments(3, "layer 't': training of a BatchNormalization in a "
                     "TimeDistributed, whose moments would be those of each "
                     "step, is not supported"),
      none(0, "");
  EXPECT_EQ(train("3.15.1", norm), moments);
  EXPECT_EQ(train("3.15.1", frozen), none);
  EXPECT_EQ(train("3.15.1", dense), none);
  EXPECT_EQ(train("2.15.0-tf", norm), none);
  EXPECT_EQ(train("2.15.0-tf", norm, "4"), none);
}

TEST(CompileSettings, AForeignConstraintStopsTrainingOnly) {
  Model model = llvm::cantFail(readText(sequential(
      "[null, 4]", {layer("Dense", "d",
                          "\"units\": 2, \"bias_constraint\": "
                          "{\"class_name\": \"Mine\", \"config\": {}}")})));
  CompileOverrides overrides;
  overrides.loss = "mse";
  std::string text = llvm::toString(readTraining(model, overrides));
  EXPECT_NE(text.find("'Mine' is not a constraint"), std::string::npos) << text;
}

//===----------------------------------------------------------------------===//
// Trained models as files
//===----------------------------------------------------------------------===//

namespace {

/// Writes a model with every weight 2, an Adam-like state, and reads it again.
void writeAndRead(llvm::StringRef name, llvm::StringRef suffix,
                  std::optional<std::string> version = std::nullopt) {
  SCOPED_TRACE((name + " to " + suffix).str());
  ReadOptions options;
  options.kerasVersion = version;
  Model model = llvm::cantFail(readModel(input(name), options));
  CompileOverrides overrides;
  overrides.loss = "mse";
  llvm::cantFail(readTraining(model, overrides));
  std::vector<float> twos(1 << 16, 2);
  auto two = [&](const Weight &) -> const float * { return twos.data(); };
  TrainedState state;
  state.weight = two;
  state.iteration = 5;
  state.learningRate = 0.25;
  state.slots = {{"a/kernel", "momentum", {3}, twos.data()}};
  state.overrides = overrides;
  llvm::SmallString<128> path;
  llvm::sys::fs::createTemporaryFile("kregc-trained", suffix, path);
  llvm::cantFail(writeModel(model, state, path));
  Model again = llvm::cantFail(readModel(path));
  llvm::sys::fs::remove(path);
  ASSERT_EQ(again.layers.size(), model.layers.size());
  EXPECT_EQ(again.version.text, model.version.text);
  for (size_t i = 0; i < model.layers.size(); ++i) {
    ASSERT_EQ(again.layers[i].weights.size(), model.layers[i].weights.size());
    for (const Weight &weight : again.layers[i].weights) {
      EXPECT_TRUE(llvm::all_of(*weight.data, [](float x) { return x == 2; }))
          << weight.path;
    }
  }
  llvm::cantFail(readTraining(again));
  EXPECT_EQ(again.training->losses[0].kind, "mean_squared_error");
}

} // namespace

TEST(ModelWriter, WrittenModelsReadBack) {
  writeAndRead("cnn-keras-3.15.1.h5", "h5");
  writeAndRead("cnn-keras-3.15.1.h5", "keras");
  writeAndRead("cnn-tf-keras-2.21.0.h5", "h5");
  writeAndRead("cnn-keras-3.3.3.json", "keras", "3.3.3");
  writeAndRead("multi-io.keras", "keras");
  writeAndRead("nested-twice.keras", "keras");
  writeAndRead("nested.h5", "h5");
  writeAndRead("nested.h5", "keras");
  writeAndRead("nested-tf-keras-2.21.0.keras", "keras");
  writeAndRead("weights-float16.keras", "keras");
}

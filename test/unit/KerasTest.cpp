// The reader of Keras models: versions, regularizers, graphs, shapes, weights,
// on files that Keras wrote and on configs written here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Reader.h"
#include "frontends/Keras/Shapes.h"
#include "frontends/Keras/Version.h"
#include "frontends/Keras/Weights.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

using namespace kregc;
using namespace kregc::keras;

namespace {

std::string input(llvm::StringRef name) {
  return std::string(KREGC_TEST_INPUTS) + "/Keras/Inputs/" + name.str();
}

/// Exit code and message of a failure; 0 and "" for success.
template <typename T>
std::pair<int, std::string> failure(llvm::Expected<T> result) {
  int exitCode = 0;
  std::string text;
  llvm::handleAllErrors(result.takeError(), [&](const InputError &error) {
    exitCode = error.exitCode();
    text = error.message;
  });
  return {exitCode, text};
}

/// Reads a model from text, as a bare .json of Keras `version`.
llvm::Expected<Model> readText(llvm::StringRef text,
                               std::optional<std::string> version = "3.15.1") {
  llvm::SmallString<128> path;
  int descriptor;
  llvm::sys::fs::createTemporaryFile("kregc-model", "json", descriptor, path);
  {
    llvm::raw_fd_ostream(descriptor, true) << text;
  }
  ReadOptions options;
  options.kerasVersion = version;
  auto model = readModel(path, options);
  llvm::sys::fs::remove(path);
  return model;
}

/// {"class_name": …, "config": {"name": …, <fields>}, <rest>}
std::string layer(llvm::StringRef className, llvm::StringRef name,
                  llvm::StringRef fields = "", llvm::StringRef rest = "") {
  return ("{\"class_name\": \"" + className + "\", \"config\": {\"name\": \"" +
          name + "\"" + (fields.empty() ? "" : ", ") + fields + "}" +
          (rest.empty() ? "" : ", ") + rest + "}")
      .str();
}

std::string sequential(llvm::StringRef shape, std::vector<std::string> layers) {
  layers.insert(layers.begin(),
                layer("InputLayer", "x", ("\"batch_shape\": " + shape).str()));
  return "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", "
         "\"layers\": [" +
         llvm::join(layers, ", ") + "]}}";
}

/// The output shape of one layer on an input, as text; or "exit N: message".
std::string shapeOf(llvm::StringRef shape, std::string text) {
  auto model = readText(sequential(shape, {text}));
  if (!model) {
    auto [exitCode, message] = failure(std::move(model));
    return "exit " + std::to_string(exitCode) + ": " + message;
  }
  return printShape(model->calls.back().shape);
}

//===----------------------------------------------------------------------===//
// Versions
//===----------------------------------------------------------------------===//

bool divides(llvm::StringRef text) {
  return holds(Fact::DividesPenaltyByBatch,
               llvm::cantFail(parseVersion(text, "")));
}

TEST(Versions, BatchDivision) {
  for (const char *text : {"3.14.0", "3.14.1", "3.15.1", "3.16.0.dev20260821",
                           "2.2.4-tf", "2.4.0", "2.15.0", "2.21.0"}) {
    EXPECT_TRUE(divides(text)) << text;
  }
  for (const char *text :
       {"3.0.0", "3.3.3", "3.12.4", "3.13.2", "2.3.1", "2.2.4", "2.0.0"}) {
    EXPECT_FALSE(divides(text)) << text;
  }
}

TEST(Versions, Refusals) {
  for (const char *text : {"", "banana", "3", "-3.1", "3.", "99999999999.1"}) {
    EXPECT_EQ(failure(parseVersion(text, "")).first, 2) << text;
  }
  EXPECT_EQ(failure(parseVersion("1.2.2", "")).first, 3);
  EXPECT_EQ(failure(parseVersion("4.0.0", "")).first, 3);
}

TEST(Versions, OtherFacts) {
  Version keras3 = llvm::cantFail(parseVersion("3.5.0", ""));
  Version tf = llvm::cantFail(parseVersion("2.15.0-tf", ""));
  EXPECT_TRUE(holds(Fact::KnowsL1L2Name, keras3));
  EXPECT_FALSE(holds(Fact::KnowsL1_L2Name, keras3));
  EXPECT_TRUE(holds(Fact::KnowsL1_L2Name, tf));
  EXPECT_TRUE(holds(Fact::PenalisesFrozenWeights, tf));
  EXPECT_FALSE(holds(Fact::PenalisesFrozenWeights, keras3));
  EXPECT_FALSE(holds(Fact::NamesWeightGroups, keras3));
}

//===----------------------------------------------------------------------===//
// Regularizers
//===----------------------------------------------------------------------===//

/// "L1L2 0.1 0.2" of a serialised regularizer, or "exit N: message".
std::string regularizer(llvm::StringRef json, llvm::StringRef version) {
  std::string text = sequential(
      "[null, 4]",
      {layer("Dense", "d",
             ("\"units\": 2, \"activity_regularizer\": " + json).str())});
  auto model = readText(text, version.str());
  if (!model) {
    auto [exitCode, message] = failure(std::move(model));
    return "exit " + std::to_string(exitCode) + ": " + message;
  }
  const auto &found = model->layers[1].activityRegularizer;
  if (!found) {
    return "none";
  }
  if (found->kind == Regularizer::Kind::Orthogonal) {
    return llvm::formatv("{0} {1:f2} {2}", found->className, found->factor,
                         found->rows ? "rows" : "columns");
  }
  return llvm::formatv("{0} {1:f2} {2:f2}", found->className, found->l1,
                       found->l2);
}

TEST(Regularizers, SerialisedForms) {
  EXPECT_EQ(regularizer("null", "3.15.1"), "none");
  EXPECT_EQ(
      regularizer(R"({"class_name": "L1L2", "config": {"l1": 0.1}})", "2.3.1"),
      "L1L2 0.10 0.00");
  EXPECT_EQ(regularizer(R"({"module": "keras.regularizers", "class_name": "L2",
                            "config": {"l2": 0.25}, "registered_name": null,
                            "shared_object_id": 7})",
                        "3.15.1"),
            "L2 0.00 0.25");
  EXPECT_EQ(regularizer(R"({"class_name": "L1", "config": {}})", "3.15.1"),
            "L1 0.01 0.00");
  EXPECT_EQ(regularizer(R"({"name": "ActivityRegularizer", "l1": 0.5,
                            "l2": 0.25})",
                        "2.0.0"),
            "L1L2 0.50 0.25");
  EXPECT_EQ(regularizer(R"({"class_name": "OrthogonalRegularizer",
                            "config": {"factor": 0.5, "mode": "columns"}})",
                        "3.15.1"),
            "OrthogonalRegularizer 0.50 columns");
}

TEST(Regularizers, Names) {
  EXPECT_EQ(regularizer("\"l1\"", "3.15.1"), "L1 0.01 0.00");
  EXPECT_EQ(regularizer("\"L2\"", "2.15.0"), "L2 0.00 0.01");
  EXPECT_EQ(regularizer("\"l1_l2\"", "2.15.0"), "L1L2 0.01 0.01");
  EXPECT_EQ(regularizer("\"l1_l2\"", "3.15.1"),
            "exit 2: 'l1_l2' is not a regularizer name in Keras 3.15.1");
  EXPECT_EQ(regularizer("\"l1l2\"", "3.15.1"), "L1L2 0.00 0.00");
  EXPECT_EQ(regularizer("\"l1l2\"", "2.15.0"),
            "exit 2: 'l1l2' is not a regularizer name in Keras 2.15.0");
  EXPECT_EQ(regularizer("\"orthogonal_regularizer\"", "3.15.1"),
            "OrthogonalRegularizer 0.01 rows");
}

TEST(Regularizers, Numbers) {
  auto l1 = [](llvm::StringRef number, llvm::StringRef version) {
    return regularizer(
        ("{\"class_name\": \"L1\", \"config\": {\"l1\": " + number + "}}")
            .str(),
        version);
  };
  EXPECT_EQ(l1("-0.5", "2.15.0"), "L1 -0.50 0.00");
  EXPECT_EQ(l1("true", "3.15.1"), "L1 1.00 0.00");
  EXPECT_EQ(l1("-0.5", "3.15.1"), "exit 2: the regularizer's l1 is -0.5, want "
                                  "a finite number of 0 or more");
  EXPECT_EQ(l1("\"1\"", "3.15.1").substr(0, 7), "exit 2:");
}

TEST(Regularizers, ForeignCodeIsRefusedByName) {
  EXPECT_EQ(regularizer(R"({"class_name": "__lambda__",
                            "config": {"value": ["4wEA", null, null]}})",
                        "3.15.1"),
            "exit 3: layer 'd': the activity_regularizer is a Python lambda: "
            "Python code in a model file is never run");
  EXPECT_EQ(regularizer(R"({"module": "mine", "class_name": "Entropy",
                            "config": {}, "registered_name": "mine>Entropy"})",
                        "3.15.1"),
            "exit 3: layer 'd': 'Entropy' is not a regularizer that is "
            "supported");
  EXPECT_EQ(regularizer(R"({"module": "builtins", "class_name": "function",
                            "config": "pkg>myreg"})",
                        "3.15.1"),
            "exit 3: layer 'd': 'pkg>myreg' is not a regularizer that is "
            "supported");
}

TEST(Regularizers, OfWeightsAndOfEveryLayer) {
  auto model = readText(sequential(
      "[null, 8, 8, 2]",
      {layer("Conv2D", "c", R"("filters": 2, "kernel_size": 3,
             "kernel_regularizer": "l2", "bias_regularizer": "l1")"),
       layer("MaxPooling2D", "p", R"("activity_regularizer": "l1")"),
       layer("BatchNormalization", "b", R"("gamma_regularizer": "l1")"),
       layer("ActivityRegularization", "a", R"("l1": 0.5, "l2": 0.25)")}));
  ASSERT_TRUE(bool(model));
  EXPECT_EQ(model->layers[1].weights[0].regularizer->className, "L2");
  EXPECT_EQ(model->layers[1].weights[1].regularizer->className, "L1");
  EXPECT_EQ(model->layers[2].activityRegularizer->className, "L1");
  EXPECT_EQ(model->layers[3].weights[0].regularizer->className, "L1");
  EXPECT_FALSE(model->layers[3].weights[1].regularizer.has_value());
  EXPECT_EQ(model->layers[4].activityRegularizer->l1, 0.5);
  EXPECT_EQ(model->layers[4].activityRegularizer->l2, 0.25);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

TEST(Shapes, Windows) {
  const char *image = "[null, 11, 9, 3]";
  auto conv = [](llvm::StringRef fields) {
    return layer("Conv2D", "c",
                 ("\"filters\": 6, \"kernel_size\": [3, 2], " + fields).str());
  };
  EXPECT_EQ(shapeOf(image, conv("\"strides\": 1")), "(None, 9, 8, 6)");
  EXPECT_EQ(shapeOf(image, conv("\"strides\": [2, 3]")), "(None, 5, 3, 6)");
  EXPECT_EQ(shapeOf(image, conv(R"("strides": 2, "padding": "same")")),
            "(None, 6, 5, 6)");
  EXPECT_EQ(shapeOf(image, conv("\"dilation_rate\": 4")), "(None, 3, 5, 6)");
  EXPECT_EQ(shapeOf(image, conv("\"dilation_rate\": 6")),
            "exit 2: layer 'c': a window that covers 13 does not fit an input "
            "of shape (None, 11, 9, 3)");
  EXPECT_EQ(shapeOf(image, conv("\"groups\": 2")),
            "exit 2: layer 'c': 3 channels do not divide into 2 groups");
  EXPECT_EQ(shapeOf(image, conv("\"groups\": 4")).substr(0, 7), "exit 2:");
  EXPECT_EQ(shapeOf(image, conv(R"("data_format": "channels_first")")),
            "(None, 6, 7, 2)");
  EXPECT_EQ(shapeOf(image, layer("DepthwiseConv2D", "c",
                                 R"("kernel_size": 3, "depth_multiplier": 2)")),
            "(None, 9, 7, 6)");
  EXPECT_EQ(shapeOf(image, layer("MaxPooling2D", "p")), "(None, 5, 4, 3)");
  EXPECT_EQ(shapeOf(image, layer("AveragePooling2D", "p",
                                 R"("pool_size": 3, "strides": [1, 2],
                                    "padding": "same")")),
            "(None, 11, 5, 3)");
  EXPECT_EQ(shapeOf(image, layer("GlobalMaxPooling2D", "p")), "(None, 3)");
  EXPECT_EQ(shapeOf(image, layer("GlobalAveragePooling2D", "p",
                                 R"("keepdims": true)")),
            "(None, 1, 1, 3)");
  EXPECT_EQ(shapeOf(image, layer("ZeroPadding2D", "z",
                                 R"("padding": [[1, 2], [0, 3]])")),
            "(None, 14, 12, 3)");
  EXPECT_EQ(shapeOf("[null, 3]", conv("\"strides\": 1")),
            "exit 2: layer 'c' gets a tensor of shape (None, 3), want rank 4");
}

TEST(Shapes, Moves) {
  const char *image = "[null, 4, 3, 2]";
  EXPECT_EQ(shapeOf(image, layer("Flatten", "f")), "(None, 24)");
  EXPECT_EQ(shapeOf(image, layer("Reshape", "r", "\"target_shape\": [6, -1]")),
            "(None, 6, 4)");
  EXPECT_EQ(shapeOf(image, layer("Reshape", "r", "\"target_shape\": [5, -1]")),
            "exit 2: layer 'r': cannot reshape (None, 4, 3, 2) to (5, None)");
  EXPECT_EQ(shapeOf(image, layer("Permute", "p", "\"dims\": [3, 1, 2]")),
            "(None, 2, 4, 3)");
  EXPECT_EQ(
      shapeOf(image, layer("Permute", "p", "\"dims\": [1, 1, 2]")).substr(0, 7),
      "exit 2:");
  EXPECT_EQ(shapeOf(image, layer("Dense", "d", "\"units\": 5")),
            "(None, 4, 3, 5)");
  EXPECT_EQ(shapeOf(image, layer("Softmax", "s", "\"axis\": [1]")),
            "(None, 4, 3, 2)");
  EXPECT_EQ(shapeOf("[null, null, 3]", layer("Dense", "d", "\"units\": 5")),
            "exit 3: layer 'x' gets a tensor of shape (None, None, 3): only "
            "the batch may be dynamic");
}

TEST(Shapes, HugeNumbersAreRefused) {
  EXPECT_EQ(shapeOf("[null, 4294967296, 4294967296]", layer("Flatten", "f"))
                .substr(0, 7),
            "exit 2:");
  EXPECT_EQ(shapeOf("[null, 4]",
                    layer("Dense", "d", "\"units\": 9223372036854775807"))
                .substr(0, 7),
            "exit 2:");
  EXPECT_EQ(shapeOf("[null, 4]",
                    layer("Dense", "d", "\"units\": 92233720368547758070"))
                .substr(0, 7),
            "exit 2:");
  EXPECT_EQ(shapeOf("[null, 1048576]",
                    layer("Dense", "d", "\"units\": 1099511627776"))
                .substr(0, 7),
            "exit 2:");
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

TEST(Layers, WhatIsUnsupportedIsNamed) {
  auto refusal = [](std::string text) {
    auto [exitCode, message] =
        failure(readText(sequential("[null, 4]", {std::move(text)})));
    return std::to_string(exitCode) + " " + message;
  };
  EXPECT_EQ(refusal(layer("LSTM", "l")),
            "3 layer 'l' has the class 'LSTM', which is not supported");
  EXPECT_EQ(refusal(layer("Dense", "d", "\"units\": 1",
                          R"("registered_name": "mine>Dense")")),
            "3 layer 'd' has the custom class 'mine>Dense', which is not "
            "supported: its code is not in the file");
  EXPECT_EQ(refusal(layer("Dense", "d", R"("units": 1, "dtype": {"class_name":
            "DTypePolicy", "config": {"name": "mixed_float16"}})")),
            "3 layer 'd' has the dtype policy 'mixed_float16', which is not "
            "supported: want float32");
  EXPECT_EQ(refusal(layer("Sequential", "s")),
            "3 layer 's' is a nested model (Sequential), which is not "
            "supported yet");
  EXPECT_EQ(refusal(layer("Lambda", "l")).substr(0, 30),
            "3 layer 'l' is a Lambda layer:");
  EXPECT_EQ(refusal(layer("Dropout", "d", "\"rate\": 1.5")),
            "2 'rate' is 1.5, want a number from 0 to 1");
  EXPECT_EQ(refusal(layer("Dense", "d")), "2 the key 'units' is missing");
}

TEST(Layers, ReluKinds) {
  auto relu = [](llvm::StringRef fields) {
    Model model = llvm::cantFail(
        readText(sequential("[null, 4]", {layer("ReLU", "r", fields)})));
    Activation a =
        std::get<ActivationConfig>(model.layers[1].config).activation;
    for (double parameter : a.parameters) {
      a.name += llvm::formatv(" {0:f2}", parameter).str();
    }
    return a.name;
  };
  EXPECT_EQ(relu(R"("max_value": null)"), "relu");
  EXPECT_EQ(relu(R"("max_value": 6.0)"), "relu6");
  EXPECT_EQ(relu(R"("negative_slope": 0.1)"), "leaky_relu 0.10");
  EXPECT_EQ(relu(R"("negative_slope": 0.1, "threshold": 0.25,
                    "max_value": 1.0)"),
            "clipped_relu 0.10 0.25 1.00");
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

std::string tensor(llvm::StringRef name, int call = 0, int output = 0) {
  return llvm::formatv("{{\"class_name\": \"__keras_tensor__\", \"config\": "
                       "{{\"keras_history\": [\"{0}\", {1}, {2}]}}",
                       name, call, output);
}

std::string nodes(std::vector<std::string> arguments) {
  for (std::string &argument : arguments) {
    argument = "{\"args\": [" + argument + "], \"kwargs\": {}}";
  }
  return "\"inbound_nodes\": [" + llvm::join(arguments, ", ") + "]";
}

std::string functional(std::vector<std::string> layers, llvm::StringRef inputs,
                       llvm::StringRef outputs) {
  return ("{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", "
          "\"layers\": [" +
          llvm::join(layers, ", ") + "], \"input_layers\": " + inputs +
          ", \"output_layers\": " + outputs + "}}")
      .str();
}

const std::string inputLayer =
    layer("InputLayer", "x", "\"batch_shape\": [null, 4]", nodes({}));

TEST(Graph, LayersInAnyOrderAndSharedOnes) {
  Model model = llvm::cantFail(readText(functional(
      {layer("Add", "sum", "",
             nodes({"[" + tensor("d", 0) + ", " + tensor("d", 1) + "]"})),
       layer("Dense", "d", "\"units\": 4",
             nodes({tensor("x"), tensor("d", 0)})),
       inputLayer},
      R"(["x", 0, 0])", R"([["sum", 0, 0]])")));
  ASSERT_EQ(model.calls.size(), 4u);
  EXPECT_EQ(model.layers[model.calls[0].layer].name, "x");
  EXPECT_EQ(model.calls[1].index, 0);
  EXPECT_EQ(model.calls[2].index, 1);
  EXPECT_EQ(model.calls[2].inputs[0].call, 1);
  EXPECT_EQ(model.calls[3].inputs.size(), 2u);
  EXPECT_EQ(model.outputs[0].call, 3);
  EXPECT_EQ(model.inputs, std::vector<int>{0});
}

TEST(Graph, Keras2Nodes) {
  Model model = llvm::cantFail(readText(
      functional(
          {layer("InputLayer", "x", "\"batch_input_shape\": [null, 4]",
                 R"("inbound_nodes": [])"),
           layer("Dense", "d", "\"units\": 4",
                 R"("inbound_nodes": [[["x", 0, 0, {}]]])"),
           layer("Concatenate", "c", "",
                 R"("inbound_nodes": [[["x", 0, 0, {}], ["d", 0, 0, {}]]])")},
          R"([["x", 0, 0]])", R"([["c", 0, 0]])"),
      "2.15.0"));
  EXPECT_EQ(printShape(model.calls.back().shape), "(None, 8)");
  EXPECT_TRUE(model.dividesPenaltyByBatch);
  EXPECT_EQ(model.layers[1].weights[0].path, "d/kernel");
}

TEST(Graph, DeadCallsStayAndAreKnown) {
  Model model = llvm::cantFail(readText(functional(
      {inputLayer, layer("Dense", "live", "\"units\": 1", nodes({tensor("x")})),
       layer("Dense", "dead", "\"units\": 1", nodes({tensor("x")}))},
      R"(["x", 0, 0])", R"(["live", 0, 0])")));
  EXPECT_EQ(liveCalls(model), (std::vector<bool>{true, true, false}));
}

TEST(Graph, Refusals) {
  auto refusal = [](std::vector<std::string> layers, llvm::StringRef inputs,
                    llvm::StringRef outputs) {
    layers.insert(layers.begin(), inputLayer);
    auto [exitCode, message] =
        failure(readText(functional(std::move(layers), inputs, outputs)));
    return std::to_string(exitCode) + " " + message;
  };
  const char *x = R"(["x", 0, 0])", *d = R"(["d", 0, 0])";
  auto dense = [](llvm::StringRef name, std::vector<std::string> arguments) {
    return layer("Dense", name, "\"units\": 4", nodes(std::move(arguments)));
  };
  EXPECT_EQ(
      refusal({dense("d", {tensor("e")}), dense("e", {tensor("d")})}, x, d),
      "2 the graph has a cycle through layer 'd'");
  EXPECT_EQ(refusal({dense("d", {tensor("d")})}, x, d),
            "2 the graph has a cycle through layer 'd'");
  EXPECT_EQ(refusal({dense("d", {tensor("ghost")})}, x, d),
            "2 there is no layer 'ghost' in the model");
  EXPECT_EQ(refusal({dense("d", {tensor("x", 1)})}, x, d),
            "2 layer 'x' has no call 1, it is called 1 times");
  EXPECT_EQ(refusal({dense("d", {tensor("x", 0, 7)})}, x, d),
            "2 layer 'x' has no output 7, it has one output");
  EXPECT_EQ(refusal({dense("x", {tensor("x")})}, x, d),
            "2 two layers are named 'x'");
  EXPECT_EQ(refusal({dense("d", {tensor("x")})}, x, R"(["ghost", 0, 0])"),
            "2 there is no layer 'ghost' in the model");
  EXPECT_EQ(refusal({dense("d", {tensor("x")})}, d, d),
            "2 'd' is a Dense, want an InputLayer");
  EXPECT_EQ(refusal({dense("d", {tensor("x")})}, x, "[]"),
            "2 found 0 entries, want one or more");
  EXPECT_EQ(refusal({dense("d", {tensor("x") + ", 2.0"})}, x, d),
            "3 layer 'd' is called with more than one argument, which is not "
            "supported");
  EXPECT_EQ(refusal({dense("d", {"[" + tensor("x") + "," + tensor("x") + "]"})},
                    x, d),
            "2 layer 'd' is called with 2 tensors, want one");
}

TEST(Graph, AnInputThatIsNotTheModelsIsDangling) {
  EXPECT_EQ(
      failure(readText(functional(
          {inputLayer,
           layer("InputLayer", "y", "\"batch_shape\": [null, 4]", nodes({})),
           layer("Add", "a", "",
                 nodes({"[" + tensor("x") + ", " + tensor("y") + "]"}))},
          R"(["x", 0, 0])", R"(["a", 0, 0])"))),
      (std::pair<int, std::string>{
          2, "the outputs need the input 'y', which is not among the "
             "inputs of the model"}));
}

TEST(Graph, ConfigsThatAreNoModels) {
  for (const char *text :
       {"{}", "[]", "3", R"({"class_name": "Sequential"})",
        R"({"class_name": "Sequential", "config": {"layers": []}})",
        R"({"class_name": "Sequential", "config": {"layers": "Dense"}})",
        R"({"class_name": "Sequential", "config": {"layers": [3]}})",
        R"({"class_name": "Functional", "config": {"layers": [{}]}})"}) {
    EXPECT_EQ(failure(readText(text)).first, 2) << text;
  }
  EXPECT_EQ(
      failure(readText(R"({"class_name": "Banana", "config": {}})")).first, 3);
}

TEST(Graph, ASequentialMayStartWithoutAnInputLayer) {
  Model model = llvm::cantFail(readText(
      R"({"class_name": "Sequential", "config": [{"class_name": "Dense",
          "config": {"name": "d", "units": 3, "batch_input_shape": [null, 4]}}]})",
      "2.2.2"));
  EXPECT_EQ(model.layers[0].name, "d_input");
  EXPECT_EQ(model.layers[1].weights[0].shape, (Shape{4, 3}));
}

//===----------------------------------------------------------------------===//
// Files that Keras wrote
//===----------------------------------------------------------------------===//

const Weight &weight(const Model &model, llvm::StringRef path) {
  for (const Layer &layer : model.layers) {
    for (const Weight &weight : layer.weights) {
      if (weight.path == path) {
        return weight;
      }
    }
  }
  ADD_FAILURE() << "no weight " << path.str();
  static const Weight none;
  return none;
}

TEST(Files, DeflatedArchive) {
  Model model = llvm::cantFail(readModel(input("deflated.keras")));
  EXPECT_EQ(model.format, "keras");
  EXPECT_EQ(model.version.text, "3.15.1");
  EXPECT_TRUE(model.dividesPenaltyByBatch);
  EXPECT_FLOAT_EQ(model.layers[1].activityRegularizer->l1, 0.1);
  EXPECT_EQ(weight(model, "dense/kernel").data->at(1), 0.3050757050514221f);
  EXPECT_EQ(weight(model, "dense_1/bias").data->at(0), -0.07217227667570114f);
  EXPECT_EQ(printShape(model.calls[model.outputs[0].call].shape), "(None, 2)");
}

TEST(Files, LegacyOfTfKeras) {
  Model model = llvm::cantFail(readModel(input("cnn-tf-keras-2.21.0.h5")));
  EXPECT_EQ(model.format, "h5");
  EXPECT_TRUE(model.version.tfKeras);
  EXPECT_TRUE(model.dividesPenaltyByBatch);
  // trainable before the others: gamma, beta, then the moving statistics
  EXPECT_EQ(weight(model, "batch_normalization/gamma").data->at(0),
            0.698844850063324f);
  EXPECT_EQ(weight(model, "batch_normalization/moving_variance").data->at(0),
            1.4681260585784912f);
  EXPECT_FALSE(weight(model, "batch_normalization/moving_mean").trainable);
  EXPECT_EQ(weight(model, "conv2d/kernel").regularizer->className, "L2");
}

TEST(Files, LegacyOfKeras3) {
  Model model = llvm::cantFail(readModel(input("cnn-keras-3.15.1.h5")));
  EXPECT_EQ(model.version.text, "3.15.1");
  EXPECT_EQ(weight(model, "dense/kernel").shape, (Shape{36, 3}));
  ASSERT_NE(weight(model, "dense/kernel").data, nullptr);
}

TEST(Files, JsonWithWeightsBesideAndClassCounters) {
  ReadOptions options;
  options.kerasVersion = "3.3.3";
  Model model =
      llvm::cantFail(readModel(input("cnn-keras-3.3.3.json"), options));
  EXPECT_FALSE(model.dividesPenaltyByBatch);
  EXPECT_EQ(weight(model, "conv2d/kernel").data->at(0), 0.036760665476322174f);
  EXPECT_EQ(weight(model, "batch_normalization/gamma").data->at(0),
            1.1868693828582764f);
}

TEST(Files, AVersionlessJsonIsKnownByItsKeys) {
  Model model = llvm::cantFail(readModel(input("cnn-keras-3.3.3.json")));
  EXPECT_EQ(model.version.major, 3);
  EXPECT_FALSE(model.dividesPenaltyByBatch);
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_EQ(model.warnings[0].id, "guessed-version");
  EXPECT_EQ(failure(readText(sequential("[null, 4]",
                                        {layer("Dense", "d", "\"units\": 1")}),
                             std::nullopt))
                .first,
            2);
}

TEST(Files, SharedLayerAndSeveralInputs) {
  Model shared = llvm::cantFail(readModel(input("shared-twice.keras")));
  unsigned calls = 0;
  for (const Call &call : shared.calls) {
    calls += shared.layers[call.layer].name == "shared";
  }
  EXPECT_EQ(calls, 2u);
  Model several = llvm::cantFail(readModel(input("multi-io.keras")));
  EXPECT_EQ(several.inputs.size(), 2u);
  EXPECT_EQ(several.outputs.size(), 2u);
  EXPECT_TRUE(llvm::all_of(liveCalls(several), [](bool live) { return live; }));
}

TEST(Files, TheVersionCanBeOverridden) {
  ReadOptions options;
  options.kerasVersion = "3.13.2";
  Model model = llvm::cantFail(readModel(input("deflated.keras"), options));
  EXPECT_FALSE(model.dividesPenaltyByBatch);
}

TEST(Files, HostileWeights) {
  EXPECT_EQ(failure(readModel(input("h5-external-link.keras"))).second,
            "'layers/conv2d/vars/0' is a link to another file, want the data "
            "itself");
  EXPECT_EQ(failure(readModel(input("h5-soft-link-cycle.keras"))).second,
            "'layers/conv2d/vars/0' is a soft link, want the data itself");
  EXPECT_EQ(failure(readModel(input("h5-huge-dataset.keras"))).first, 2);
  EXPECT_EQ(failure(readModel(input("weights-string.keras"))).first, 2);
  EXPECT_EQ(failure(readModel(input("weights-int8.keras"))).first, 3);
  EXPECT_EQ(failure(readModel(input("weights-float16.keras"))).first, 0);
  EXPECT_EQ(failure(readModel(input("weight-shape.keras"))).second,
            "weight 'conv2d/kernel' has shape (3, 3, 2, 9) in the file, want "
            "(3, 3, 2, 6)");
}

TEST(Files, SnakeCase) {
  EXPECT_EQ(toSnakeCase("Conv2D"), "conv2d");
  EXPECT_EQ(toSnakeCase("MaxPooling2D"), "max_pooling2d");
  EXPECT_EQ(toSnakeCase("ReLU"), "re_lu");
  EXPECT_EQ(toSnakeCase("PReLU"), "p_re_lu");
  EXPECT_EQ(toSnakeCase("LSTM"), "lstm");
  EXPECT_EQ(toSnakeCase("SimpleRNN"), "simple_rnn");
  EXPECT_EQ(toSnakeCase("RMSNormalization"), "rms_normalization");
  EXPECT_EQ(toSnakeCase("InputLayer"), "input_layer");
  EXPECT_EQ(toSnakeCase("BatchNormalization"), "batch_normalization");
  EXPECT_EQ(toSnakeCase("Conv2DTranspose"), "conv2d_transpose");
}

} // namespace

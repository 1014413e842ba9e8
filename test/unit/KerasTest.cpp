// The reader of Keras models on configs written here: versions, regularizers,
// shapes and layers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KerasTestSupport.h"

#include "frontends/Keras/Shapes.h"
#include "frontends/Keras/Version.h"

#include <gtest/gtest.h>

using namespace kregc;
using namespace kregc::keras;

namespace {

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

} // namespace

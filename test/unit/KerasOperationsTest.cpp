// Functions among the layers of a Functional: shapes, constants, and what would
// touch the batch.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KerasTestSupport.h"

#include "frontends/Keras/Operations.h"
#include "frontends/Keras/Shapes.h"

#include <gtest/gtest.h>

using namespace kregc;
using namespace kregc::keras;

namespace {

constexpr llvm::StringLiteral tensor(
    R"({"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}})");

/// A Functional of x: (batch, 4, 6), and one node of the class with `args`.
std::string functional(llvm::StringRef entry) {
  return (R"({"class_name": "Functional", "config": {"name": "m", "layers": [
      {"class_name": "InputLayer", "name": "x", "inbound_nodes": [],
       "config": {"name": "x", "batch_shape": [null, 4, 6]}},)" +
          entry + R"(], "input_layers": [["x", 0, 0]],
      "output_layers": [["f", 0, 0]]}})")
      .str();
}

/// The shape of the result, or "exit N: message".
std::string result(llvm::Expected<Model> model) {
  if (!model) {
    auto [exitCode, message] = failure(std::move(model));
    return "exit " + std::to_string(exitCode) + ": " + message;
  }
  return printShape(model->calls[model->outputs[0].call].shape);
}

/// Calls a function of Keras 3; X in `args` is the input.
std::string call(llvm::StringRef className, std::string args,
                 llvm::StringRef config = "") {
  for (size_t at; (at = args.find('X')) != std::string::npos;) {
    args.replace(at, 1, tensor.str());
  }
  return result(readText(functional(
      (R"({"module": "keras.src.ops.numpy", "class_name": ")" + className +
       R"(", "name": "f", "config": {"name": "f")" +
       (config.empty() ? "" : ", ") + config +
       R"(}, "inbound_nodes": [{"args": [)" + args + R"(], "kwargs": {}}]})")
          .str())));
}

/// The same of a function of TensorFlow in a model of tf-keras.
std::string tfCall(llvm::StringRef function, llvm::StringRef node) {
  return result(readText(
      functional((R"({"class_name": "TFOpLambda", "name": "f", "config": {
          "name": "f", "dtype": "float32", "function": ")" +
                  function + R"("}, "inbound_nodes": [)" + node + "]}")
                     .str()),
      "2.15.0"));
}

TEST(Operations, BroadcastAsNumPyDoes) {
  EXPECT_EQ(call("Add", "X, 2.0"), "(None, 4, 6)");
  EXPECT_EQ(call("Subtract", "1, X"), "(None, 4, 6)");
  EXPECT_EQ(call("Multiply", "X, X"), "(None, 4, 6)");
  EXPECT_EQ(call("Add", "X, [1, 2, 3, 4, 5, 6]"), "(None, 4, 6)");
  EXPECT_EQ(call("Add", R"(X, {"class_name": "__numpy__", "config":
                            {"value": [[[1], [2], [3], [4]]]}})"),
            "(None, 4, 6)");
  EXPECT_EQ(call("Add", "X, [1, 2]"),
            "exit 2: layer 'f': cannot broadcast shapes (None, 4, 6) and (2,)");
  EXPECT_EQ(call("Add", "X, [[[1]], [[2]]]"),
            "exit 3: layer 'f': shapes (None, 4, 6) and (2, 1, 1), where the "
            "batch meets another dimension, is not supported");
  EXPECT_EQ(call("Add", "X, [[1, 2], [3]]"),
            "exit 3: layer 'f': the argument an array of 2 is not supported");
  EXPECT_EQ(call("Add", "X, \"two\""),
            "exit 3: layer 'f': the argument 'two' is not supported");
  EXPECT_EQ(call("Add", "X"),
            "exit 3: layer 'f': fewer than two arguments is not supported");
}

TEST(Operations, Reductions) {
  EXPECT_EQ(call("Mean", "X", "\"axis\": -1"), "(None, 4)");
  EXPECT_EQ(call("Sum", "X", "\"axis\": [1, 2], \"keepdims\": true"),
            "(None, 1, 1)");
  EXPECT_EQ(call("Max", "X", "\"axis\": [2, 1]"), "(None,)");
  EXPECT_EQ(call("Mean", "X", "\"axis\": 0"),
            "exit 3: layer 'f': an axis that is the batch is not supported");
  EXPECT_EQ(call("Mean", "X", "\"axis\": null"),
            "exit 3: layer 'f': a reduction over the batch is not supported");
  EXPECT_EQ(call("Mean", "X", "\"axis\": 3"),
            "exit 2: layer 'f': axis 3 is not an axis of rank 3");
}

TEST(Operations, Moves) {
  EXPECT_EQ(call("Reshape", "X", "\"newshape\": [-1, 24]"), "(None, 24)");
  EXPECT_EQ(call("Reshape", "X", "\"newshape\": [null, -1, 3]"),
            "(None, 8, 3)");
  EXPECT_EQ(call("Reshape", "X", "\"newshape\": [-1, 6]"),
            "exit 3: layer 'f': a new shape with another batch is not "
            "supported");
  EXPECT_EQ(call("Transpose", "X", "\"axes\": [0, 2, 1]"), "(None, 6, 4)");
  EXPECT_EQ(call("Transpose", "X", "\"axes\": [1, 0, 2]"),
            "exit 3: layer 'f': a transposition that moves the batch is not "
            "supported");
  EXPECT_EQ(call("Transpose", "X", "\"axes\": [0, 1, 1]"),
            "exit 3: layer 'f': a transposition that moves the batch is not "
            "supported");
  EXPECT_EQ(call("Concatenate", "[X, X]", "\"axis\": 1"), "(None, 8, 6)");
  EXPECT_EQ(call("Stack", "[X, X, X]", "\"axis\": -1"), "(None, 4, 6, 3)");
  EXPECT_EQ(call("ExpandDims", "X", "\"axis\": 1"), "(None, 1, 4, 6)");
  EXPECT_EQ(call("Squeeze", "X", "\"axis\": 1"),
            "exit 2: layer 'f': cannot take axis 1 from shape (None, 4, 6)");
  EXPECT_EQ(call("Squeeze", "X"),
            "exit 3: layer 'f': no axis is not supported");
  EXPECT_EQ(call("Matmul", "X, X"),
            "exit 2: layer 'f': cannot multiply shapes (None, 4, 6) and "
            "(None, 4, 6)");
}

TEST(Operations, Slices) {
  auto slice = [](llvm::StringRef items) {
    return call("GetItem", ("X, [" + items + "]").str());
  };
  std::string all = R"({"class_name": "__slice__", "config": {"start": null,
                        "stop": null, "step": null}})";
  auto range = [](llvm::StringRef start, llvm::StringRef stop,
                  llvm::StringRef step) {
    return (R"({"class_name": "__slice__", "config": {"start": )" + start +
            ", \"stop\": " + stop + ", \"step\": " + step + "}}")
        .str();
  };
  EXPECT_EQ(slice(all + ", 0"), "(None, 6)");
  EXPECT_EQ(slice(all + ", " + range("1", "-1", "null")), "(None, 2, 6)");
  EXPECT_EQ(slice(all + ", " + range("-3", "100", "2")), "(None, 2, 6)");
  EXPECT_EQ(slice(R"({"class_name": "__ellipsis__"}, -1)"), "(None, 4)");
  EXPECT_EQ(slice(all + ", null, " + all + ", 5"), "(None, 1, 4)");
  EXPECT_EQ(slice("0"),
            "exit 3: layer 'f': an index into the batch is not supported");
  EXPECT_EQ(slice(all + ", 4"),
            "exit 2: layer 'f': index 4 is beyond an extent of 4");
  EXPECT_EQ(slice(all + ", " + range("2", "1", "null")),
            "exit 2: layer 'f': a slice takes nothing of an extent of 4");
  EXPECT_EQ(slice(all + ", " + range("null", "null", "-1")),
            "exit 3: layer 'f': a slice that runs backwards is not supported");
  EXPECT_EQ(slice(all + ", 0, 0, 0"),
            "exit 2: layer 'f': its index does not fit shape (None, 4, 6)");
}

TEST(Operations, TensorFlowsInKeras2) {
  EXPECT_EQ(tfCall("math.multiply", R"(["x", 0, 0, {"y": ["x", 0, 0]}])"),
            "(None, 4, 6)");
  EXPECT_EQ(tfCall("math.subtract",
                   R"(["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0]}])"),
            "(None, 4, 6)");
  EXPECT_EQ(tfCall("concat",
                   R"([["x", 0, 0, {"axis": 2}], ["x", 0, 0, {"axis": 2}]])"),
            "(None, 4, 12)");
  EXPECT_EQ(tfCall("linalg.matmul",
                   R"(["x", 0, 0, {"b": ["x", 0, 0], "transpose_b": true}])"),
            "(None, 4, 4)");
  EXPECT_EQ(tfCall("image.resize", R"(["x", 0, 0, {}])"),
            "exit 3: the function 'tf.image.resize' at 'f' is not supported");
  EXPECT_EQ(call("Flip", "X"),
            "exit 3: the function 'ops.Flip' at 'f' is not supported");
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

TEST(Masks, AreFollowedFromTheEmbedding) {
  auto model = [](std::vector<std::string> between) {
    std::vector<std::string> layers = {
        layer("Embedding", "e",
              "\"input_dim\": 9, \"output_dim\": 3, \"mask_zero\": true")};
    layers.insert(layers.end(), between.begin(), between.end());
    layers.push_back(layer("GlobalAveragePooling1D", "p"));
    return readText(sequential("[null, 7]", layers), "2.15.0");
  };
  Model masked =
      llvm::cantFail(model({layer("Dropout", "d", "\"rate\": 0.5")}));
  EXPECT_EQ(masked.calls[masked.outputs[0].call].inputs.size(), 2u);
  EXPECT_EQ(masked.layers.back().className, "NotEqual");
  // A convolution has no mask for its result.
  Model lost = llvm::cantFail(
      model({layer("Conv1D", "c", "\"filters\": 3, \"kernel_size\": [3]")}));
  EXPECT_EQ(lost.calls[lost.outputs[0].call].inputs.size(), 1u);
  EXPECT_EQ(failure(model({layer("Softmax", "s")})).second,
            "layer 's': a mask of its input is not supported");
}

} // namespace

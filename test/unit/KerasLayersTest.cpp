// The reader on every family of layers and on models in models.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KerasTestSupport.h"

#include "frontends/Keras/Shapes.h"

#include "gtest/gtest.h"

using namespace kregc;
using namespace kregc::keras;

namespace {

/// Reads a Sequential of one layer; its output and its weights as text.
std::string summary(llvm::StringRef shape, llvm::StringRef className,
                    llvm::StringRef fields) {
  auto model = readText(sequential(shape, {layer(className, "l", fields)}));
  if (!model) {
    return failure(std::move(model)).second;
  }
  std::string text = printShape(model->calls.back().shape);
  for (const Weight &weight : model->layers.back().weights) {
    text += " " + weight.variable + printShape(weight.shape);
  }
  return text;
}

TEST(LayerShapes, Convolutions) {
  EXPECT_EQ(summary("[null, 9, 4]", "Conv1D",
                    R"("filters": 6, "kernel_size": 3, "padding": "causal",
                       "dilation_rate": [2])"),
            "(None, 9, 6) kernel(3, 4, 6) bias(6,)");
  EXPECT_EQ(summary("[null, 4, 5, 5, 5]", "Conv3D",
                    R"("filters": 2, "kernel_size": [3, 2, 1],
                       "data_format": "channels_first", "groups": 2)"),
            "(None, 2, 3, 4, 5) kernel(3, 2, 1, 2, 2) bias(2,)");
  EXPECT_EQ(summary("[null, 7, 7, 3]", "SeparableConv2D",
                    R"("filters": 5, "kernel_size": 3, "depth_multiplier": 2,
                       "use_bias": false)"),
            "(None, 5, 5, 5) depthwise_kernel(3, 3, 3, 2) "
            "pointwise_kernel(1, 1, 6, 5)");
  EXPECT_EQ(summary("[null, 5, 4]", "Conv1DTranspose",
                    R"("filters": 2, "kernel_size": 2, "strides": 3)"),
            "(None, 15, 2) kernel(2, 2, 4) bias(2,)");
  EXPECT_EQ(summary("[null, 5, 5, 4]", "Conv2DTranspose",
                    R"("filters": 2, "kernel_size": 3, "strides": 2,
                       "padding": "same", "output_padding": [0, 1])"),
            "(None, 9, 10, 2) kernel(3, 3, 2, 4) bias(2,)");
  EXPECT_EQ(summary("[null, 5, 4]", "Conv1DTranspose",
                    R"("filters": 2, "kernel_size": 2, "output_padding": 1)"),
            "'output_padding' is 1, want less than 'strides' along each "
            "dimension");
}

TEST(LayerShapes, EinsumDense) {
  EXPECT_EQ(summary("[null, 3, 4]", "EinsumDense",
                    R"("equation": "...x,xy->...y", "output_shape": 5,
                       "bias_axes": "y")"),
            "(None, 3, 5) kernel(4, 5) bias(5,)");
  EXPECT_EQ(summary("[null, 3, 4]", "EinsumDense",
                    R"("equation": "abc,cde->abde", "bias_axes": "de",
                       "output_shape": [null, 2, 6])"),
            "(None, 3, 2, 6) kernel(4, 2, 6) bias(2, 6)");
  EXPECT_EQ(summary("[null, 3, 4]", "EinsumDense",
                    R"("equation": "ab,bc->ac", "output_shape": [5])"),
            "layer 'l' gets a tensor of shape (None, 3, 4), want one of the "
            "equation 'ab,bc->ac'");
}

TEST(LayerShapes, NormsMergesMoves) {
  EXPECT_EQ(summary("[null, 3, 4]", "LayerNormalization", "\"axis\": [1, 2]"),
            "(None, 3, 4) gamma(3, 4) beta(3, 4)");
  EXPECT_EQ(summary("[null, 6]", "RMSNormalization", ""),
            "(None, 6) scale(6,)");
  EXPECT_EQ(summary("[null, 6]", "GroupNormalization", "\"groups\": 4"),
            "layer 'l': 6 channels do not divide into 4 groups");
  EXPECT_EQ(summary("[null, 6, 2]", "PReLU", "\"shared_axes\": [1]"),
            "(None, 6, 2) alpha(1, 2)");
  EXPECT_EQ(summary("[null, 6]", "Activation", "\"activation\": \"glu\""),
            "(None, 3)");
  EXPECT_EQ(summary("[null, 6]", "Subtract", ""),
            "layer 'l' is called with 1 tensors, want two");
  EXPECT_EQ(summary("[null, 6, 2]", "Cropping1D", "\"cropping\": [1, 3]"),
            "(None, 2, 2)");
  EXPECT_EQ(summary("[null, 6, 2]", "Cropping1D", "\"cropping\": [3, 3]"),
            "layer 'l': it crops away all of an input of shape (None, 6, 2)");
  EXPECT_EQ(summary("[null, 3, 2, 5]", "UpSampling2D",
                    R"("size": [2, 3], "interpolation": "bilinear")"),
            "(None, 6, 6, 5)");
  EXPECT_EQ(
      summary("[null, 7]", "Embedding", "\"input_dim\": 20, \"output_dim\": 3"),
      "(None, 7, 3) embeddings(20, 3)");
}

TEST(LayerShapes, TimeDistributed) {
  std::string inner = layer("Dense", "d", R"("units": 3, "activity_regularizer":
      {"class_name": "L1", "config": {"l1": 0.5}})");
  std::string text = sequential(
      "[null, 5, 4]", {layer("TimeDistributed", "t", "\"layer\": " + inner)});
  Model model = llvm::cantFail(readText(text));
  EXPECT_EQ(printShape(model.calls.back().shape), "(None, 5, 3)");
  EXPECT_EQ(model.layers.back().weights[0].path, "d/kernel");
  EXPECT_EQ(printShape(model.layers.back().weights[0].shape), "(4, 3)");
  // Keras 3 leaves the inner penalty out, and inspect says so.
  EXPECT_FALSE(model.layers.back().activityRegularizer);
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_EQ(model.warnings[0].id, "ignored-regularizer");
  EXPECT_EQ(model.warnings[0].layer, "d");
}

/// The calls as "layer:index" with the numbers of their inputs.
std::string calls(const Model &model) {
  std::string text;
  for (const Call &call : model.calls) {
    text += model.layers[call.layer].name + ":" + std::to_string(call.index);
    for (const TensorRef &input : call.inputs) {
      text += "<" + std::to_string(input.call);
    }
    text += " ";
  }
  return text;
}

bool allRead(const Model &model) {
  for (const Layer &layer : model.layers) {
    for (const Weight &weight : layer.weights) {
      if (!weight.data) {
        return false;
      }
    }
  }
  return true;
}

TEST(Nested, AModelThatIsCalledTwice) {
  Model model = llvm::cantFail(readModel(input("nested-twice.keras")));
  EXPECT_EQ(calls(model), "in_0:0 in_1:0 enc_a:0<0 enc_b:0<2 enc_a:1<1 "
                          "enc_b:1<4 sub:0<3<5 head:0<6 ");
  EXPECT_TRUE(allRead(model));
}

TEST(Nested, TfKerasCountsFromOne) {
  Model model =
      llvm::cantFail(readModel(input("nested-tf-keras-2.21.0.keras")));
  EXPECT_EQ(calls(model), "in_0:0 a:0<0 b:0<0 inner_a:0<1 inner_a:1<2 "
                          "add:0<3<4 ar:0<5 head:0<6 ");
  EXPECT_TRUE(allRead(model));
}

TEST(Nested, GroupsOfKeras213CountLayersWithWeightsTwice) {
  Model old = llvm::cantFail(readModel(input("nested-layout-2.13.keras")));
  Model now = llvm::cantFail(readModel(input("nested-tf-keras-2.21.0.keras")));
  ASSERT_EQ(old.layers.size(), now.layers.size());
  for (auto [a, b] : llvm::zip(old.layers, now.layers)) {
    ASSERT_EQ(a.weights.size(), b.weights.size());
    for (auto [v, w] : llvm::zip(a.weights, b.weights)) {
      EXPECT_EQ(*v.data, *w.data) << v.path;
    }
  }
}

TEST(Nested, LegacyWeightsOfModelsInModels) {
  Model model = llvm::cantFail(readModel(input("nested.h5")));
  EXPECT_TRUE(allRead(model));
}

TEST(Nested, NamesThatTwoModelsHaveArePrefixed) {
  std::string inner = "{\"class_name\": \"Sequential\", \"config\": {\"name\": "
                      "\"s\", \"layers\": [" +
                      layer("Dense", "d", "\"units\": 3") + "]}}";
  Model model = llvm::cantFail(readText(
      sequential("[null, 4]", {layer("Dense", "d", "\"units\": 2"), inner})));
  EXPECT_EQ(calls(model), "x:0 d:0<0 s/d:0<1 ");
  EXPECT_EQ(model.layers[2].weights[0].path, "s/d/kernel");
}

/// Each level calls the one below twice: 2^40 calls are refused, not made.
TEST(Nested, DoublingIsBounded) {
  auto tensor = [](llvm::StringRef name, int call) {
    return "{\"class_name\": \"__keras_tensor__\", \"config\": "
           "{\"keras_history\": [\"" +
           name.str() + "\", " + std::to_string(call) + ", 0]}}";
  };
  std::string x = R"({"class_name": "InputLayer", "name": "x", "config":
      {"name": "x", "batch_shape": [null, 2]}, "inbound_nodes": []})";
  std::string model;
  for (int level = 0; level < 40; ++level) {
    std::string body = model, end = "[\"x\", 0, 0]";
    if (level > 0) {
      body = ", " + model.substr(0, model.size() - 1) +
             ", \"name\": \"m\", \"inbound_nodes\": [{\"args\": [" +
             tensor("x", 0) + "]}, {\"args\": [" + tensor("m", 0) + "]}]}";
      end = "[\"m\", 2, 0]";
    }
    model = "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", "
            "\"layers\": [" +
            x + body +
            "], \"input_layers\": [[\"x\", 0, 0]], "
            "\"output_layers\": [" +
            end + "]}}";
  }
  EXPECT_EQ(failure(readText(model)).first, 2);
}

} // namespace

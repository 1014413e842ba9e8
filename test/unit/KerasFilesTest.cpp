// The reader of Keras models: graphs, and files that Keras wrote or that
// someone spoiled. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KerasTestSupport.h"

#include "frontends/Container/Zip.h"
#include "frontends/Keras/Shapes.h"
#include "frontends/Keras/Weights.h"

#include <gtest/gtest.h>

using namespace kregc;
using namespace kregc::keras;

namespace {

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

/// Unpacks an archive into a folder that is gone after the test.
struct UnpackedFolder {
  llvm::SmallString<128> path;
  explicit UnpackedFolder(llvm::StringRef archive) {
    llvm::sys::fs::createUniqueDirectory("kregc-model", path);
    auto file = llvm::cantFail(openFile(archive));
    auto zip = llvm::cantFail(ZipReader::open(file->getBuffer(), archive));
    for (const std::string &name : zip.names()) {
      std::error_code code;
      llvm::raw_fd_ostream(path.str().str() + "/" + name, code)
          << llvm::cantFail(zip.read(name)).text();
    }
  }
  ~UnpackedFolder() { llvm::sys::fs::remove_directories(path); }
};

TEST(Files, AFolderIsReadLikeTheArchive) {
  UnpackedFolder folder(input("deflated.keras"));
  Model model = llvm::cantFail(readModel(folder.path));
  EXPECT_EQ(model.format, "keras");
  EXPECT_EQ(model.version.text, "3.15.1");
  EXPECT_EQ(weight(model, "dense/kernel").data->at(1), 0.3050757050514221f);
  llvm::sys::fs::remove(folder.path + "/model.weights.h5");
  EXPECT_EQ(failure(readModel(folder.path)).second,
            "the folder has no file 'model.weights.h5', want an unpacked "
            ".keras archive");
  {
    std::error_code code;
    llvm::raw_fd_ostream(folder.path.str().str() + "/model.weights.npz", code)
        << "PK";
  }
  EXPECT_EQ(failure(readModel(folder.path)).first, 2);
}

TEST(Files, ValuesAreReadOnlyWhereTheyAreAskedFor) {
  ReadOptions options;
  options.weightValues = false;
  for (const char *name : {"deflated.keras", "cnn-tf-keras-2.21.0.h5"}) {
    Model model = llvm::cantFail(readModel(input(name), options));
    for (const Layer &layer : model.layers) {
      for (const Weight &weight : layer.weights) {
        EXPECT_EQ(weight.data, nullptr) << weight.path;
      }
    }
  }
  EXPECT_EQ(failure(readModel(input("weight-shape.keras"), options)).first, 2);
  EXPECT_EQ(failure(readModel(input("weights-string.keras"), options)).first,
            2);
  EXPECT_EQ(failure(readModel(input("weights-int8.keras"), options)).first, 3);
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

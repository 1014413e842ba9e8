// Weights that are not in one HDF5 file: shards with a map, pickled arrays.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KerasTestSupport.h"

#include "frontends/Container/Zip.h"
#include "frontends/Keras/WeightStore.h"

#include <gtest/gtest.h>

using namespace kregc;
using namespace kregc::keras;

namespace {

std::vector<float> numbers(const Model &model, llvm::StringRef path) {
  for (const Layer &layer : model.layers) {
    for (const Weight &weight : layer.weights) {
      if (weight.path == path) {
        return weight.data ? *weight.data : std::vector<float>();
      }
    }
  }
  ADD_FAILURE() << "no weight " << path.str();
  return {};
}

/// count, count + 1 … in 64ths.
std::vector<float> counted(int first, int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(float(first + i) / 64);
  }
  return values;
}

TEST(Stores, ShardsOfKeras) {
  Model model = llvm::cantFail(readModel(input("sharded.json")));
  EXPECT_EQ(numbers(model, "dense/kernel"), counted(1, 12));
  EXPECT_EQ(numbers(model, "dense/bias"), counted(13, 3)); // in shard 1
  EXPECT_EQ(numbers(model, "batch_normalization/gamma"), counted(16, 3));
  EXPECT_EQ(numbers(model, "batch_normalization/moving_variance"),
            counted(25, 3));
  EXPECT_EQ(numbers(model, "dense_1/kernel"), counted(28, 6));
  EXPECT_EQ(numbers(model, "dense_1/bias"), counted(34, 2));
  ReadOptions options;
  options.weightValues = false;
  model = llvm::cantFail(readModel(input("sharded.json"), options));
  EXPECT_TRUE(numbers(model, "dense/kernel").empty());
}

/// A copy of the sharded model whose map is another.
class Shards : public testing::Test {
protected:
  void SetUp() override {
    llvm::sys::fs::createUniqueDirectory("kregc-shards", folder);
    for (const char *name :
         {"sharded.json", "sharded.weights.json", "sharded_00000.weights.h5",
          "sharded_00001.weights.h5", "sharded_00002.weights.h5"}) {
      llvm::sys::fs::copy_file(input(name), path(name));
    }
    map = llvm::cantFail(openFile(input("sharded.weights.json")))
              ->getBuffer()
              .str();
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const {
    return (folder + "/" + name).str();
  }
  std::pair<int, std::string> readWith(llvm::StringRef text) const {
    llvm::cantFail(writeBytes(path("sharded.weights.json"), text));
    return failure(readModel(path("sharded.json")));
  }
  std::string replaced(llvm::StringRef from, llvm::StringRef to) const {
    std::string text = map;
    for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos;
         at += to.size()) {
      text.replace(at, from.size(), to.str());
    }
    return text;
  }

  llvm::SmallString<128> folder;
  std::string map;
};

TEST_F(Shards, Refusals) {
  EXPECT_EQ(readWith(map).first, 0);
  const std::string first = "sharded_00000.weights.h5";
  for (const char *name : {"", ".", "..", "../x.h5", "/etc/passwd", "a\\\\b"}) {
    auto [code, text] = readWith(replaced(first, name));
    EXPECT_EQ(code, 2);
    EXPECT_TRUE(llvm::StringRef(text).ends_with(
        "in the map of sharded weights, want the name of a file beside it"))
        << text;
  }
  EXPECT_EQ(readWith(replaced(first, "missing.h5")).first, 2);
  EXPECT_EQ(readWith(replaced(first, "sharded.json")).first, 2);
  EXPECT_EQ(readWith(replaced("weight_map", "weights")).second,
            "found no 'weight_map' in the map of sharded weights, want an "
            "object of group and files");
  EXPECT_EQ(readWith(R"({"weight_map": {"/layers/dense/vars": []}})").second,
            "found no files in the map of sharded weights, want one or more");
  EXPECT_EQ(readWith(R"({"weight_map": {"/layers/dense/vars": 3}})").second,
            "found 3 in the map of sharded weights, want the name of a file");
  // The layers that a map leaves out have no weights.
  EXPECT_EQ(readWith(replaced("/layers/dense_1", "/layers/other")).first, 2);
  // The file in which the array is not.
  EXPECT_EQ(readWith(R"({"weight_map": {
    "/layers/dense/vars": "sharded_00002.weights.h5"}})")
                .first,
            2);
  EXPECT_EQ(readWith("[").first, 2);
}

TEST_F(Shards, ASpoiledShardIsRefused) {
  std::string name = path("sharded_00001.weights.h5");
  std::string bytes = llvm::cantFail(openFile(name))->getBuffer().str();
  llvm::cantFail(writeBytes(name, llvm::StringRef(bytes).take_front(900)));
  EXPECT_EQ(readWith(map).first, 2);
  llvm::sys::fs::remove(name);
  EXPECT_EQ(readWith(map).first, 2);
}

TEST_F(Shards, EverySpoiledByteOfTheMapIsReadOrRefused) {
  unsigned refused = 0;
  for (size_t at = 0; at < map.size(); at += 5) {
    std::string text = map;
    text[at] = static_cast<char>(text[at] ^ 0x20);
    int code = readWith(text).first;
    EXPECT_TRUE(code == 0 || code == 2 || code == 3) << at;
    refused += code != 0;
  }
  EXPECT_GT(refused, map.size() / 20);
}

TEST_F(Shards, TheMapIsNoModel) {
  auto result = readModel(path("sharded.weights.json"));
  ASSERT_FALSE(bool(result));
  EXPECT_TRUE(llvm::StringRef(llvm::toString(result.takeError()))
                  .contains("note: this is the map of sharded weights"));
}

TEST(Stores, PickledArraysOfTfKeras) {
  Model model = llvm::cantFail(readModel(input("npz-tf-keras-2.21.0.keras")));
  EXPECT_EQ(numbers(model, "td/kernel").size(), 12u);
  EXPECT_FLOAT_EQ(numbers(model, "td/kernel")[0], 0.13574119f);
  EXPECT_FLOAT_EQ(numbers(model, "d/kernel")[0], 0.13574119f);
  EXPECT_EQ(numbers(model, "d/kernel").size(), 16u);
  for (const Layer &layer : model.layers) {
    for (const Weight &weight : layer.weights) {
      EXPECT_NE(weight.data, nullptr) << weight.path;
    }
  }
}

TEST(Stores, PickledVariablesOfKeras3) {
  auto [code, text] = failure(readModel(input("npz-variables.keras")));
  EXPECT_EQ(code, 3);
  EXPECT_EQ(text, "the pickle holds an object of 'keras.src.backend.Variable', "
                  "want a NumPy array of numbers: pickles are read as data, "
                  "and nothing in them is run");
}

} // namespace

// Sizes, packed weights and the arena of a model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostPlan.h"
#include "compiler/Emit/Objects.h"

#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"

#include <numeric>
#include <random>

using namespace kregc;
using namespace kregc::host;

TEST(HostPlan, CountsAreBoundsForEveryBatch) {
  std::mt19937 random(1);
  for (int round = 0; round < 1000; ++round) {
    std::vector<plan::Extent> shape;
    shape.push_back({int64_t(random() % 9), int64_t(1 + random() % 9),
                     int64_t(1 + random() % 7)});
    for (int d = random() % 4; d > 0; --d) {
      shape.push_back(
          {int64_t(1 + random() % 30), 0, int64_t(1 + random() % 4)});
    }
    std::optional<Size> bound = countElements(shape);
    ASSERT_TRUE(bound);
    for (int64_t batch = 1; batch < 40; ++batch) {
      int64_t count = 1;
      for (const plan::Extent &extent : shape) {
        count *= extent.at(batch);
      }
      ASSERT_LE(count, bound->constant + bound->perBatch * batch);
    }
  }
}

TEST(HostPlan, CountsOfTwoBatchesOrOfTooMuchAreNone) {
  EXPECT_FALSE(countElements({{0, 1, 1}, {0, 1, 1}}));
  EXPECT_FALSE(
      countElements({{int64_t(1) << 40, 0, 1}, {int64_t(1) << 40, 0, 1}}));
}

TEST(HostPlan, PackedWeightsHaveOneDimensionMore) {
  plan::Value value;
  value.shape = {{3, 0, 1}, {10, 0, 1}};
  value.packing = 8;
  std::vector<plan::Extent> shape = storedShape(value);
  ASSERT_EQ(shape.size(), 3u);
  EXPECT_EQ(shape[0].at(0), 2);
  EXPECT_EQ(shape[1].at(0), 3);
  EXPECT_EQ(shape[2].at(0), 8);
}

/// Buffers that live at the same time may not overlap, whatever the batch.
static void checkArena(const HostPlan &plan) {
  for (int64_t batch : {1, 2, 7, 64}) {
    auto at = [&](Size size) { return size.constant + size.perBatch * batch; };
    for (const Buffer &a : plan.buffers) {
      ASSERT_EQ(at(a.offset) % 64, 0);
      ASSERT_LE(at(a.offset) + at(a.bytes), at(plan.arenaBytes));
      for (const Buffer &b : plan.buffers) {
        bool together = &a != &b && a.first <= b.last && b.first <= a.last;
        bool apart = at(a.offset) + at(a.bytes) <= at(b.offset) ||
                     at(b.offset) + at(b.bytes) <= at(a.offset);
        ASSERT_TRUE(!together || apart);
      }
    }
  }
}

TEST(MemoryPlan, NothingOverlaps) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    HostPlan plan;
    for (int i = random() % 30; i > 0; --i) {
      Buffer buffer;
      buffer.bytes = {int64_t(random() % 500), int64_t(random() % 500)};
      buffer.first = random() % 20;
      buffer.last = buffer.first + random() % 5;
      plan.buffers.push_back(buffer);
    }
    planMemory(plan);
    checkArena(plan);
  }
}

TEST(MemoryPlan, AChainNeedsTwoPlaces) {
  HostPlan plan;
  for (int i = 0; i < 20; ++i) {
    Buffer buffer;
    buffer.bytes = {0, 640};
    buffer.first = i;
    buffer.last = i + 1;
    plan.buffers.push_back(buffer);
  }
  planMemory(plan);
  checkArena(plan);
  EXPECT_EQ(plan.arenaBytes.perBatch, 2 * 640);
}

TEST(PackWeight, BlocksOfChannels) {
  mlir::MLIRContext context;
  auto type =
      mlir::RankedTensorType::get({2, 3, 5}, mlir::Float32Type::get(&context));
  std::vector<float> values(30);
  std::iota(values.begin(), values.end(), 1.0f);
  Weight weight;
  weight.path = "w";
  weight.type = type;
  weight.value = mlir::DenseElementsAttr::get(type, llvm::ArrayRef(values));
  for (int64_t block : {0, 1, 2, 4, 5, 8}) {
    weight.packing = block;
    auto packed = emit::packWeight(weight);
    ASSERT_TRUE(bool(packed));
    int64_t size = block == 0 ? 5 : block, blocks = (5 + size - 1) / size;
    ASSERT_EQ(packed->size(), size_t(blocks * 6 * size * 4));
    auto *numbers = reinterpret_cast<const float *>(packed->data());
    for (int64_t b = 0; b < blocks; ++b) {
      for (int64_t row = 0; row < 6; ++row) {
        for (int64_t c = 0; c < size; ++c) {
          int64_t channel = b * size + c;
          float wanted = channel < 5 ? values[row * 5 + channel] : 0.0f;
          ASSERT_EQ(numbers[(b * 6 + row) * size + c], wanted);
        }
      }
    }
  }
}

TEST(PackWeight, OneNumberForAll) {
  mlir::MLIRContext context;
  auto type =
      mlir::RankedTensorType::get({2, 3}, mlir::Float32Type::get(&context));
  Weight weight;
  weight.path = "w";
  weight.type = type;
  weight.value = mlir::DenseElementsAttr::get(type, 2.5f);
  weight.packing = 2;
  auto packed = emit::packWeight(weight);
  ASSERT_TRUE(bool(packed));
  std::vector<float> numbers(8);
  ASSERT_EQ(packed->size(), 32u);
  std::memcpy(numbers.data(), packed->data(), 32);
  EXPECT_EQ(numbers, (std::vector<float>{2.5, 2.5, 2.5, 2.5, 2.5, 0, 2.5, 0}));
  weight.packing = 0;
  packed = emit::packWeight(weight);
  ASSERT_TRUE(bool(packed));
  EXPECT_EQ(packed->size(), 24u);
}

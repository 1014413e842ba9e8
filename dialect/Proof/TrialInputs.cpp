// Zeros, ones, one element, random numbers of five sizes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/TrialInputs.h"

#include <random>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

std::string Filling::text() const {
  static constexpr StringLiteral names[] = {"zeros",
                                            "ones",
                                            "one element",
                                            "random numbers",
                                            "small random numbers",
                                            "large random numbers",
                                            "huge random numbers",
                                            "vast random numbers"};
  return (names[kind] + " (batch " + Twine(batch) +
          (kind >= Random ? ", seed " + Twine(seed) : Twine()) + ")")
      .str();
}

std::vector<Filling> proof::fillings(double work, int64_t fixedBatch) {
  std::vector<Filling> result = {
      {Filling::Zeros, 0, 2},  {Filling::Ones, 0, 2},   {Filling::OneHot, 0, 2},
      {Filling::Random, 1, 2}, {Filling::Random, 2, 3}, {Filling::Random, 3, 5},
      {Filling::Large, 4, 2},  {Filling::Huge, 5, 2},   {Filling::Random, 6, 1},
      {Filling::Vast, 7, 2},   {Filling::Small, 8, 2},
  };
  // Corners of the space are found by luck; luck is cheap in small models.
  constexpr double kWork = 1e6;
  for (unsigned seed = 9; seed < 40 && seed * 4 * work < kWork; ++seed) {
    constexpr Filling::Kind kinds[] = {Filling::Random, Filling::Small,
                                       Filling::Large, Filling::Huge,
                                       Filling::Vast};
    result.push_back({kinds[seed % 5], seed, 4});
  }
  for (Filling &filling : result) {
    filling.batch = fixedBatch > 0 ? fixedBatch : filling.batch;
  }
  return result;
}

/// Rows of the table that an input picks from; 0 if it holds plain numbers.
static int64_t rowsOfTable(const Graph &graph, int input) {
  for (const Node &node : graph.nodes) {
    if (node.is("embedding") && node.operands[0] == input) {
      return graph.nodes[node.operands[1]].shape[0];
    }
  }
  return 0;
}

/// Multiples of 1/64 in (-4, 4), of 2^-12 in (-1/16, 1/16), of 1/4 in (-64,
/// 64), of 64 in (-16384, 16384), of 2^28 in (-2^36, 2^36).
static double number(Filling filling, bool first, std::mt19937 &generator) {
  double random = (double(generator() % 511) - 255) / 64;
  switch (filling.kind) {
  case Filling::Zeros:
    return 0;
  case Filling::Ones:
    return 1;
  case Filling::OneHot:
    return first ? 1 : 0;
  case Filling::Random:
    return random;
  case Filling::Small:
    return random / 64;
  case Filling::Large:
    return 16 * random;
  case Filling::Huge:
    return 4096 * random;
  case Filling::Vast:
    return 17179869184.0 * random; // 2^34
  }
  llvm_unreachable("a filling without numbers");
}

std::vector<Tensor<double>> proof::fill(const Graph &graph, Filling filling) {
  std::mt19937 generator(filling.seed);
  std::vector<Tensor<double>> inputs;
  for (int input : graph.models[0].inputs) {
    Tensor<double> tensor;
    tensor.shape = graph.nodes[input].shape;
    int64_t size = 1;
    for (int64_t &extent : tensor.shape) {
      extent = extent < 0 ? filling.batch : extent;
      size *= extent;
    }
    int64_t rows = rowsOfTable(graph, input);
    for (int64_t i = 0; i < size; ++i) {
      double value = number(filling, i == 0, generator);
      if (rows > 0) {
        value = filling.kind >= Filling::Random
                    ? double(generator() % rows)
                    : std::min(value, double(rows - 1));
      }
      tensor.data.push_back(value);
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

// The search: zeros, ones, one element, random numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Counterexample.h"
#include "dialect/Proof/Expectation.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

namespace {

/// Ways to fill the inputs, in the order they are tried.
struct Filling {
  enum Kind { Zeros, Ones, OneHot, Random, Large } kind;
  unsigned seed;
  int64_t batch;

  std::string text() const {
    static constexpr StringLiteral names[] = {"zeros", "ones", "one element",
                                              "random numbers",
                                              "large random numbers"};
    return (names[kind] + " (batch " + Twine(batch) +
            (kind >= Random ? ", seed " + Twine(seed) : Twine()) + ")")
        .str();
  }
};

constexpr Filling fillings[] = {
    {Filling::Zeros, 0, 2},  {Filling::Ones, 0, 2},   {Filling::OneHot, 0, 2},
    {Filling::Random, 1, 2}, {Filling::Random, 2, 3}, {Filling::Random, 3, 5},
    {Filling::Large, 4, 2},
};

/// Rows of the table that an input picks from; 0 if it holds plain numbers.
int64_t rowsOfTable(const Graph &graph, int input) {
  for (const Node &node : graph.nodes) {
    if (node.is("embedding") && node.operands[0] == input) {
      return graph.nodes[node.operands[1]].shape[0];
    }
  }
  return 0;
}

/// Multiples of 1/64 in (-4, 4), or of 1/4 in (-64, 64): short fractions.
std::vector<Tensor<double>> fill(const Graph &graph, Filling filling) {
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
      double random = (double(generator() % 511) - 255) / 64;
      double value = filling.kind == Filling::Zeros    ? 0
                     : filling.kind == Filling::Ones   ? 1
                     : filling.kind == Filling::OneHot ? i == 0
                     : filling.kind == Filling::Large  ? 16 * random
                                                       : random;
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

bool surelyDiffer(double a, double b, double scale) {
  return std::isfinite(a) && std::isfinite(b) && std::isfinite(scale) &&
         std::fabs(a - b) > kSurelyDifferent * scale;
}

/// Finds an output element that differs.
bool outputsDiffer(Counterexample &example) {
  for (size_t i = 0; i < example.a.outputs.size(); ++i) {
    const auto &left = example.a.outputs[i].data;
    const auto &right = example.b.outputs[i].data;
    double scale = 0;
    for (size_t j = 0; j < left.size(); ++j) {
      scale = std::max({scale, std::fabs(left[j]), std::fabs(right[j])});
    }
    for (size_t j = 0; j < left.size(); ++j) {
      if (surelyDiffer(left[j], right[j], scale)) {
        example.output = static_cast<int>(i);
        example.element = static_cast<int64_t>(j);
        example.left = left[j];
        example.right = right[j];
        return true;
      }
    }
  }
  return false;
}

bool penaltiesDiffer(Counterexample &example) {
  example.left = example.a.penalty;
  example.right = example.b.penalty;
  return surelyDiffer(example.left, example.right,
                      std::fabs(example.left) + std::fabs(example.right));
}

std::vector<Tensor<Rational>> toRational(ArrayRef<Tensor<double>> tensors) {
  std::vector<Tensor<Rational>> result;
  for (const Tensor<double> &tensor : tensors) {
    Tensor<Rational> exact{tensor.shape, {}};
    for (double value : tensor.data) {
      exact.data.push_back(*Rational::of(value));
    }
    result.push_back(std::move(exact));
  }
  return result;
}

/// Multiplications in exact arithmetic that are worth waiting for, roughly.
constexpr double kExactWork = 3e5;

double workOf(const Graph &graph, int64_t batch) {
  double work = 0;
  for (const Node &node : graph.nodes) {
    double each = 1;
    if (node.is("dense") || node.is("conv")) {
      const Node &kernel = graph.nodes[node.operands[1]];
      each = double(kernel.elements()) / double(kernel.shape.back());
    }
    work += double(batch) * double(node.elements()) * each;
  }
  return work;
}

/// Whether the exact values are as far apart as those in double.
bool confirmExactly(const Graph &graph, Mode mode, ArrayRef<ModuleOp> modules,
                    const Counterexample &example) {
  if (workOf(graph, example.inputs[0].shape[0]) > kExactWork) {
    return false;
  }
  std::vector<Tensor<Rational>> inputs = toRational(example.inputs);
  double numbers[2] = {};
  for (int model : {0, 1}) {
    auto values = evaluateIn<Rational>(mode, modules[model], inputs, 1, {});
    if (!values) {
      llvm::consumeError(values.takeError());
      return false;
    }
    numbers[model] =
        example.output < 0
            ? values->penalty
            : values->outputs[example.output].data[example.element].toDouble();
  }
  return numbers[0] != numbers[1];
}

} // namespace

/// Tries one input. In expectation penalties are compared by their means.
static llvm::Expected<bool> differs(const Graph &graph, State &state,
                                    ArrayRef<ModuleOp> modules,
                                    Counterexample &example) {
  for (int model : {0, 1}) {
    auto values =
        evaluateIn<double>(state.mode, modules[model], example.inputs, 1, {});
    if (!values) {
      return values.takeError();
    }
    (model == 0 ? example.a : example.b) = std::move(*values);
  }
  if (state.mode != Mode::Expectation) {
    return outputsDiffer(example) || penaltiesDiffer(example);
  }
  if (!anyOutputIsRandom(graph, state) && outputsDiffer(example)) {
    return true;
  }
  auto means = expectedPenalties(graph, state, modules, example.inputs);
  if (!means) {
    return means.takeError();
  }
  std::tie(example.left, example.right) = *means;
  return surelyDiffer(example.left, example.right,
                      std::fabs(example.left) + std::fabs(example.right));
}

std::optional<Counterexample>
proof::findCounterexample(const Graph &graph, State &state,
                          ArrayRef<ModuleOp> modules, std::string &problem) {
  for (Filling filling : fillings) {
    Counterexample example;
    example.input = filling.text();
    example.inputs = fill(graph, filling);
    auto result = differs(graph, state, modules, example);
    if (!result) {
      problem = llvm::toString(result.takeError());
      return std::nullopt;
    }
    if (*result) {
      bool mean = state.mode == Mode::Expectation && example.output < 0;
      example.exact =
          !mean && confirmExactly(graph, state.mode, modules, example);
      return example;
    }
  }
  problem = "no input that was tried tells them apart";
  return std::nullopt;
}

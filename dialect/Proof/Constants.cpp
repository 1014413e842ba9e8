// Arithmetic of constants: what batch normalisation and merged layers need.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Constants.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

using Operands = std::vector<const ConstantValue *>;

static ConstantValue leaf(const Node &node, std::vector<double> data) {
  ConstantValue value{node.shape, std::move(data), {}};
  if (value.data.size() == 1) {
    value.data.resize(node.elements(), value.data[0]);
  }
  for (double number : value.data) {
    value.size.push_back(std::fabs(number));
  }
  return value;
}

/// The position in a tensor of `shape` that broadcasting takes for position
/// `index` of a tensor of the shape `full`.
static size_t broadcastIndex(size_t index, const std::vector<int64_t> &full,
                             const std::vector<int64_t> &shape) {
  size_t result = 0, step = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    size_t size = full[full.size() - 1 - i], at = index % size;
    index /= size;
    size_t own = shape[shape.size() - 1 - i];
    result += (own == 1 ? 0 : at) * step;
    step *= own;
  }
  return result;
}

/// `combine` of the numbers of all operands at each position.
template <typename Combine>
static ConstantValue pointwise(const Node &node, const Operands &operands,
                               Combine combine) {
  ConstantValue value = leaf(node, {0});
  for (size_t i = 0; i < value.data.size(); ++i) {
    for (size_t n = 0; n < operands.size(); ++n) {
      size_t at = broadcastIndex(i, node.shape, operands[n]->shape);
      combine(n == 0, value.data[i], value.size[i], operands[n]->data[at],
              operands[n]->size[at]);
    }
  }
  return value;
}

static void add(bool, double &sum, double &size, double x, double xSize) {
  sum += x;
  size += xSize;
}

static void multiply(bool first, double &product, double &size, double x,
                     double xSize) {
  product = first ? x : product * x;
  size = first ? xSize : size * xSize;
}

static void divide(bool first, double &quotient, double &size, double x,
                   double) {
  quotient = first ? x : quotient / x;
  size = std::fabs(quotient);
}

static ConstantValue root(const Node &node, const ConstantValue &x) {
  std::vector<double> data = x.data;
  for (double &number : data) {
    number = std::sqrt(number);
  }
  return leaf(node, std::move(data));
}

/// The last axis of x with the first of the kernel.
static ConstantValue contract(const Node &node, const ConstantValue &x,
                              const ConstantValue &kernel) {
  ConstantValue value = leaf(node, {0});
  size_t k = kernel.shape[0], n = kernel.shape[1];
  for (size_t i = 0; i < value.data.size(); ++i) {
    value.size[i] = 0;
    for (size_t j = 0; j < k; ++j) {
      size_t left = i / n * k + j, right = j * n + i % n;
      value.data[i] += x.data[left] * kernel.data[right];
      value.size[i] += x.size[left] * kernel.size[right];
    }
  }
  return value;
}

std::unique_ptr<ConstantValue> Constants::compute(const Node &node,
                                                  Operand operand) {
  auto result = [](ConstantValue value) {
    return std::make_unique<ConstantValue>(std::move(value));
  };
  if (node.is("constant")) {
    return result(leaf(node, node.numbers("values")));
  }
  if (node.is("weight")) {
    auto found = graph->weights.find(node.text("sha256"));
    if (found == graph->weights.end()) {
      return nullptr;
    }
    std::vector<float> numbers = *floatsOf(found->second);
    ConstantValue value = leaf(node, {0});
    value.data.assign(numbers.begin(), numbers.end());
    return result(leaf(node, std::move(value.data)));
  }
  Operands operands;
  for (int id : node.operands) {
    operands.push_back(operand(id));
    if (!operands.back()) {
      return nullptr;
    }
  }
  if (node.is("sum")) {
    return result(pointwise(node, operands, add));
  }
  if (node.is("product")) {
    return result(pointwise(node, operands, multiply));
  }
  if (node.is("binary", "div")) {
    return result(pointwise(node, operands, divide));
  }
  if (node.is("unary", "sqrt")) {
    return result(root(node, *operands[0]));
  }
  if (node.is("dense")) {
    return result(contract(node, *operands[0], *operands[1]));
  }
  if (node.is("reshape")) {
    return result({node.shape, operands[0]->data, operands[0]->size});
  }
  return nullptr;
}

const ConstantValue *Constants::of(int id, const Node &node, Operand operand) {
  auto [entry, isNew] = values.try_emplace(id);
  if (isNew) {
    std::unique_ptr<ConstantValue> value = compute(node, operand);
    values[id] = std::move(value);
  }
  return values[id].get();
}

bool proof::areClose(const ConstantValue &a, const ConstantValue &b,
                     double tolerance) {
  if (a.shape != b.shape) {
    return false;
  }
  for (size_t i = 0; i < a.data.size(); ++i) {
    double allowed = tolerance * std::max(a.size[i], b.size[i]);
    if (!(std::fabs(a.data[i] - b.data[i]) <= allowed)) {
      return false;
    }
  }
  return true;
}

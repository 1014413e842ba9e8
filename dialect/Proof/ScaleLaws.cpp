// Value laws of factors that are one number: they move towards the outputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/ValueLaws.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

namespace {

/// c·d·…·x, as ids; the factors are scalar constants in the order of their ids.
struct Scaled {
  int x;
  std::vector<int> factors;
};

} // namespace

static std::optional<Scaled> scaled(const State &state, int id) {
  const Node &product = state.at(id);
  if (!product.is("product")) {
    return std::nullopt;
  }
  Scaled result = {-1, {}};
  for (int operand : product.operands) {
    if (splatOf(state.at(operand)) && state.at(operand).shape.empty()) {
      result.factors.push_back(state.find(operand));
    } else if (result.x >= 0) {
      return std::nullopt;
    } else {
      result.x = operand;
    }
  }
  bool usable = result.x >= 0 && !result.factors.empty();
  return usable ? std::optional(std::move(result)) : std::nullopt;
}

static bool anyNegative(const State &state, const Scaled &x) {
  return llvm::any_of(x.factors, [&](int factor) {
    return !(*splatOf(state.at(factor)) >= 0);
  });
}

/// The factors times `node`, a new term.
static int rescaled(State &state, Node node, const Scaled &x) {
  Node product;
  product.op = "product";
  product.shape = node.shape;
  product.layer = node.layer;
  product.operands = x.factors;
  product.operands.push_back(state.make(std::move(node)));
  return state.make(std::move(product));
}

/// The factors of operand 0 times `node` of the rest of it.
static int pulledOut(State &state, const Node &node, const Scaled &x) {
  Node inner = node;
  inner.operands[0] = x.x;
  return rescaled(state, std::move(inner), x);
}

Equal proof::applyScaleThroughUnary(State &state, const Node &f) {
  std::optional<Scaled> x =
      f.is("unary") ? scaled(state, f.operands[0]) : std::nullopt;
  return x &&
                 state.need(Condition::ScaleThroughUnaryHomogeneous,
                            isHomogeneous(f)) &&
                 state.need(Condition::ScaleThroughUnaryNotNegative,
                            f.is("unary", "neg") || !anyNegative(state, *x))
             ? Equal(pulledOut(state, f, *x))
             : std::nullopt;
}

Equal proof::applyScaleThroughLinear(State &state, const Node &node) {
  static constexpr StringLiteral ops[] = {
      "reshape", "transpose", "pad",           "slice", "repeat",
      "resize",  "dropout",   "dense",         "conv",  "depthwise_conv",
      "pool",    "reduce",    "conv_transpose"};
  if (!llvm::is_contained(ops, node.op)) {
    return std::nullopt;
  }
  std::optional<Scaled> x = scaled(state, node.operands[0]);
  bool extremum = (node.is("pool") || node.is("reduce")) &&
                  (node.text("kind") == "max" || node.text("kind") == "min");
  return x && state.need(Condition::ScaleThroughLinearLinear, !extremum)
             ? Equal(pulledOut(state, node, *x))
             : std::nullopt;
}

Equal proof::applyScaleThroughMaximum(State &state, const Node &node) {
  bool extremum = node.is("pool", "max") || node.is("reduce", "max") ||
                  node.is("reduce", "min");
  std::optional<Scaled> x =
      extremum ? scaled(state, node.operands[0]) : std::nullopt;
  return x && state.need(Condition::ScaleThroughMaximumNotNegative,
                         !anyNegative(state, *x))
             ? Equal(pulledOut(state, node, *x))
             : std::nullopt;
}

/// With the same shape for all, so that a sum does not broadcast a part.
Equal proof::applyScaleThroughSum(State &state, const Node &node) {
  if (!(node.is("sum") || node.is("concat")) || node.operands.size() < 2) {
    return std::nullopt;
  }
  std::optional<Scaled> first = scaled(state, node.operands[0]);
  Node parts = node;
  for (int &operand : parts.operands) {
    std::optional<Scaled> part = scaled(state, operand);
    if (!first || !part ||
        !state.need(Condition::ScaleThroughSumSameFactor,
                    part->factors == first->factors)) {
      return std::nullopt;
    }
    operand = part->x;
  }
  return rescaled(state, std::move(parts), *first);
}

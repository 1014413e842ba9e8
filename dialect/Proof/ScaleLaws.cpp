// Value laws of factors that are one number: they move towards the outputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/ValueLaws.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

std::optional<Scaled> proof::scaled(const State &state, int id) {
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

bool proof::anyNegative(const State &state, const Scaled &x) {
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

int proof::scalar(State &state, double number) {
  Node node;
  node.op = "constant";
  node.attrs["values"] = llvm::json::Array{number};
  return state.make(std::move(node));
}

Equal proof::applyNegation(State &state, const Node &node) {
  if (!node.is("unary", "neg")) {
    return std::nullopt;
  }
  Node product = with(node, {node.operands[0], scalar(state, -1)}, node.shape);
  product.op = "product";
  product.attrs = {};
  return state.make(std::move(product));
}

bool proof::isExact(double a, double b) {
  return std::isfinite(a * b) &&
         (a == 0 || b == 0 ||
          (std::fabs(a * b) > 1e-200 && std::fma(a, b, -(a * b)) == 0));
}

Equal proof::applyFactors(State &state, const Node &node) {
  if (!node.is("product")) {
    return std::nullopt;
  }
  if (isFactored(state, node)) {
    return std::nullopt;
  }
  std::vector<int> factors, others;
  double merged = 1;
  bool exact = true;
  for (int operand : node.operands) {
    std::optional<double> number = splatOf(state.at(operand));
    if (!number || !state.at(operand).shape.empty()) {
      others.push_back(operand);
      continue;
    }
    factors.push_back(operand);
    exact = exact && isExact(merged, *number);
    merged *= *number;
  }
  bool grouped = state.folds && llvm::any_of(others, [&](int id) {
                   return state.isConstant(id); // one constant with the factors
                 });
  bool merges = factors.size() > 1 && !others.empty();
  if (merges && state.need(Condition::FactorsExact, exact)) {
    factors = {scalar(state, merged)};
  } else if (factors.empty() || others.size() < 2 || grouped) {
    return std::nullopt;
  }
  if (others.size() > 1 && !grouped) {
    Node rest = with(node, std::move(others), node.shape);
    others = {state.make(std::move(rest))};
  }
  factors.insert(factors.end(), others.begin(), others.end());
  return state.make(with(node, std::move(factors), node.shape));
}

/// c twice for c²: nothing is rounded.
Equal proof::applyScaleThroughEven(State &state, const Node &f) {
  bool square = f.is("unary", "square");
  std::optional<Scaled> x = square || f.is("unary", "abs")
                                ? scaled(state, f.operands[0])
                                : std::nullopt;
  if (!x) {
    return std::nullopt;
  }
  std::vector<int> factors = x->factors;
  if (square) {
    x->factors.insert(x->factors.end(), factors.begin(), factors.end());
  } else {
    for (int &factor : x->factors) {
      factor = scalar(state, std::fabs(*splatOf(state.at(factor))));
    }
  }
  return pulledOut(state, f, *x);
}

/// |c| and x, or -1·x where c < 0; none if |c| is 1.
static std::optional<Scaled> withoutSign(State &state, const Scaled &x) {
  Scaled result = {x.x, {}};
  bool negative = false;
  for (int factor : x.factors) {
    double number = *splatOf(state.at(factor));
    negative ^= number < 0;
    if (std::fabs(number) != 1) {
      result.factors.push_back(scalar(state, std::fabs(number)));
    }
  }
  if (result.factors.empty()) {
    return std::nullopt;
  }
  if (negative) {
    Node minus;
    minus.op = "product";
    minus.operands = {scalar(state, -1), x.x};
    minus.shape = state.at(x.x).shape;
    result.x = state.make(std::move(minus));
  }
  return result;
}

Equal proof::applyScaleThroughUnary(State &state, const Node &f) {
  std::optional<Scaled> x =
      f.is("unary") && !f.is("unary", "abs") && !f.is("unary", "neg")
          ? scaled(state, f.operands[0])
          : std::nullopt;
  if (!x ||
      !state.need(Condition::ScaleThroughUnaryHomogeneous, isHomogeneous(f))) {
    return std::nullopt;
  }
  if (!state.need(Condition::ScaleThroughUnaryNotNegative,
                  !anyNegative(state, *x))) {
    x = withoutSign(state, *x);
  }
  return x ? Equal(pulledOut(state, f, *x)) : std::nullopt;
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
  if (x && !state.need(Condition::ScaleThroughMaximumNotNegative,
                       !anyNegative(state, *x))) {
    x = withoutSign(state, *x);
  }
  return x ? Equal(pulledOut(state, node, *x)) : std::nullopt;
}

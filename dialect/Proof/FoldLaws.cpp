// Value laws that compute with weights. They are tried only where nothing else
// proves two models equal: what they prove holds up to rounding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/ValueLaws.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

/// A new node of an op without attributes.
static Node nodeOf(StringRef op, std::vector<int> operands,
                   std::vector<int64_t> shape) {
  Node node;
  node.op = op.str();
  node.operands = std::move(operands);
  node.shape = std::move(shape);
  return node;
}

/// The scale s of a batch normalisation: γ/√(v + ε).
static int scaleOf(State &state, const Node &norm, Equal gamma) {
  std::vector<int64_t> shape = state.operand(norm, 2).shape;
  int epsilon = scalar(state, norm.number("epsilon"));
  int variance = state.make(nodeOf("sum", {norm.operands[2], epsilon}, shape));
  Node root = nodeOf("unary", {variance}, shape);
  root.attrs["kind"] = "sqrt";
  Node quotient = nodeOf("binary", {}, shape);
  quotient.attrs["kind"] = "div";
  int numerator = gamma ? *gamma : scalar(state, 1);
  quotient.operands = {numerator, state.make(std::move(root))};
  return state.make(std::move(quotient));
}

Equal proof::applyBatchNormAffine(State &state, const Node &node) {
  bool last = node.is("batch_norm") && !node.attrs.get("trained") &&
              node.integer("axis") + 1 == int64_t(node.shape.size());
  if (!state.folds || !last) {
    return std::nullopt;
  }
  bool hasGamma = node.attrs.getBoolean("gamma").value_or(false);
  bool hasBeta = node.attrs.getBoolean("beta").value_or(false);
  Equal gamma = hasGamma ? Equal(node.operands[3]) : std::nullopt;
  std::vector<int64_t> vector = state.operand(node, 1).shape;
  int s = scaleOf(state, node, gamma);
  int minus = state.make(
      nodeOf("product", {node.operands[1], s, scalar(state, -1)}, vector));
  std::vector<int> parts = {
      state.make(nodeOf("product", {node.operands[0], s}, node.shape)), minus};
  if (hasBeta) {
    parts.push_back(node.operands.back());
  }
  return state.make(nodeOf("sum", std::move(parts), node.shape));
}

/// Whether op `node` is a product of a tensor and one constant; their indices.
static std::optional<std::pair<int, int>> asScaled(State &state,
                                                   const Node &node) {
  if (!node.is("product") || node.operands.size() != 2) {
    return std::nullopt;
  }
  for (int i : {0, 1}) {
    if (state.isConstant(node.operands[i]) &&
        !state.isConstant(node.operands[1 - i]) &&
        state.operand(node, 1 - i).shape == node.shape) {
      return std::pair(node.operands[1 - i], node.operands[i]);
    }
  }
  return std::nullopt;
}

/// A depthwise kernel has two dimensions of output channels.
static int perKernelChannel(State &state, const Node &layer, int s) {
  if (!layer.is("depthwise_conv") || state.at(s).shape.empty()) {
    return s;
  }
  std::vector<int64_t> kernel = state.operand(layer, 1).shape;
  kernel.erase(kernel.begin(), kernel.end() - 2);
  return state.make(nodeOf("reshape", {s}, std::move(kernel)));
}

Equal proof::applyScaleIntoKernel(State &state, const Node &node) {
  auto scaled = state.folds ? asScaled(state, node) : std::nullopt;
  if (!scaled) {
    return std::nullopt;
  }
  Node layer = state.at(scaled->first);
  if (!layer.is("dense") && !layer.is("conv") && !layer.is("depthwise_conv")) {
    return std::nullopt;
  }
  const std::vector<int64_t> &shape = state.at(scaled->second).shape;
  bool perChannel =
      shape.empty() || (shape.size() == 1 && shape[0] == node.shape.back());
  if (!state.need(Condition::ScaleIntoKernelPerChannel, perChannel)) {
    return std::nullopt;
  }
  int s = perKernelChannel(state, layer, scaled->second);
  std::vector<int64_t> kernel = state.operand(layer, 1).shape;
  layer.operands[1] =
      state.make(nodeOf("product", {layer.operands[1], s}, kernel));
  return state.make(std::move(layer));
}

Equal proof::applyScaleOverSum(State &state, const Node &node) {
  auto scaled = state.folds ? asScaled(state, node) : std::nullopt;
  if (!scaled || !state.at(scaled->first).is("sum")) {
    return std::nullopt;
  }
  Node sum = state.at(scaled->first);
  if (llvm::none_of(sum.operands,
                    [&](int id) { return state.isConstant(id); })) {
    return std::nullopt;
  }
  for (int &part : sum.operands) {
    std::vector<int64_t> shape = state.at(part).shape;
    const std::vector<int64_t> &factor = state.at(scaled->second).shape;
    if (shape.size() < factor.size()) {
      shape = factor;
    }
    part = state.make(nodeOf("product", {part, scaled->second}, shape));
  }
  return state.make(std::move(sum));
}

/// What broadcasting makes of the shapes of constants that are vectors or
/// scalars; none of others.
static std::optional<std::vector<int64_t>> commonShape(State &state,
                                                       ArrayRef<int> ids) {
  std::vector<int64_t> result;
  for (int id : ids) {
    const std::vector<int64_t> &shape = state.at(id).shape;
    if (shape.size() > 1 ||
        (!shape.empty() && !result.empty() && shape != result)) {
      return std::nullopt;
    }
    result = shape.empty() ? result : shape;
  }
  return result;
}

Equal proof::applyGroupConstants(State &state, const Node &node) {
  if (!state.folds || !(node.is("sum") || node.is("product"))) {
    return std::nullopt;
  }
  std::vector<int> constants, others;
  for (int operand : node.operands) {
    (state.isConstant(operand) ? constants : others).push_back(operand);
  }
  auto shape = commonShape(state, constants);
  if (constants.size() < 2 || others.empty() || !shape) {
    return std::nullopt;
  }
  others.push_back(state.make(nodeOf(node.op, constants, *shape)));
  return state.make(with(node, std::move(others), node.shape));
}

Equal proof::applyDenseDense(State &state, const Node &node) {
  if (!state.folds || !state.options.mergeLinear || !node.is("dense") ||
      !state.operand(node).is("dense")) {
    return std::nullopt;
  }
  const Node inner = state.operand(node);
  std::vector<int64_t> shape = {state.operand(inner, 1).shape[0],
                                state.operand(node, 1).shape[1]};
  int kernel =
      state.make(nodeOf("dense", {inner.operands[1], node.operands[1]}, shape));
  return state.make(with(node, {inner.operands[0], kernel}, node.shape));
}

Equal proof::applyDenseOverSum(State &state, const Node &node) {
  if (!state.folds || !state.options.mergeLinear || !node.is("dense") ||
      !state.operand(node).is("sum") || state.isConstant(node.operands[0])) {
    return std::nullopt;
  }
  Node sum = state.operand(node);
  for (int &part : sum.operands) {
    std::vector<int64_t> shape = state.at(part).shape;
    if (shape.empty() || shape.back() != state.operand(node, 1).shape[0]) {
      return std::nullopt;
    }
    shape.back() = node.shape.back();
    part = state.make(nodeOf("dense", {part, node.operands[1]}, shape));
  }
  sum.shape = node.shape;
  return state.make(std::move(sum));
}

Equal proof::applyConstant(State &state, const Node &node) {
  return state.folds ? state.closeConstant(node) : std::nullopt;
}

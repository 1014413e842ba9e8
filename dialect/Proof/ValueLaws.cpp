// Value laws of single ops and of modes, and the table that tries all laws.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/ValueLaws.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

Node proof::with(const Node &node, std::vector<int> operands,
                 std::vector<int64_t> shape) {
  Node copy = node;
  copy.operands = std::move(operands);
  copy.shape = std::move(shape);
  return copy;
}

Under proof::under(const State &state, const Node &f) {
  if (std::optional<Scaled> scale = scaled(state, f.operands[0])) {
    return {state.at(scale->x), std::move(*scale)};
  }
  return {state.operand(f), {f.operands[0], {}}};
}

int proof::scaledAndApplied(State &state, const Node &f, const Under &inner,
                            int x) {
  std::vector<int64_t> shape = state.at(x).shape;
  if (!inner.scale.factors.empty()) {
    Node product;
    product.op = "product";
    product.operands = inner.scale.factors;
    product.operands.push_back(x);
    product.shape = shape;
    product.layer = f.layer;
    x = state.make(std::move(product));
  }
  return state.make(with(f, {x}, shape));
}

int proof::swap(State &state, const Node &f, const Under &inner) {
  int applied = scaledAndApplied(state, f, inner, inner.g.operands[0]);
  return state.make(with(inner.g, {applied}, inner.g.shape));
}

std::optional<double> proof::splatOf(const Node &node) {
  std::vector<double> values = node.numbers("values");
  bool splat = node.is("constant") && values.size() == 1;
  return splat ? std::optional(values[0]) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Ops that do nothing
//===----------------------------------------------------------------------===//

/// The operand of a node, if the node has one and its shape.
static Equal operandOfSameShape(State &state, const Node &node) {
  bool same =
      node.operands.size() == 1 && state.operand(node).shape == node.shape;
  return same ? Equal(node.operands[0]) : std::nullopt;
}

/// Of the same shape, only a transpose can still have moved an element.
Equal proof::applyTrivialMove(State &state, const Node &node) {
  static constexpr StringLiteral moves[] = {"reshape", "transpose", "pad",
                                            "slice",   "repeat",    "concat"};
  if (!llvm::is_contained(moves, node.op)) {
    return std::nullopt;
  }
  bool kept = !node.is("transpose") || llvm::is_sorted(node.integers("perm"));
  return state.need(Condition::TrivialMoveOrderKept, kept)
             ? operandOfSameShape(state, node)
             : std::nullopt;
}

/// No window lies in the padding, so that with one element in a window the same
/// shape means the same positions.
Equal proof::applyTrivialPool(State &state, const Node &node) {
  return node.is("pool") && state.need(Condition::TrivialPoolWindow1,
                                       allAre(node.integers("window"), 1))
             ? operandOfSameShape(state, node)
             : std::nullopt;
}

/// With the same shape, the dimensions that are reduced have one element.
Equal proof::applyTrivialReduce(State &state, const Node &node) {
  return node.is("reduce") ? operandOfSameShape(state, node) : std::nullopt;
}

Equal proof::applyTrivialNoise(State &state, const Node &node) {
  bool none = node.number("rate") == 0 && node.number("amount") == 0;
  return node.isNoise() && state.need(Condition::TrivialNoiseRate0, none)
             ? operandOfSameShape(state, node)
             : std::nullopt;
}

Equal proof::applyNeutral(State &state, const Node &node) {
  bool sum = node.is("sum") || node.is("binary", "add");
  bool product = node.is("product") || node.is("binary", "mul");
  bool difference = node.is("binary", "sub"),
       quotient = node.is("binary", "div");
  if (!(sum || product || difference || quotient) ||
      node.operands.size() != 2) {
    return std::nullopt;
  }
  for (size_t i : {1, 0}) {
    const Node &constant = state.operand(node, i);
    bool neutral = splatOf(constant) == double(product || quotient);
    if (constant.is("constant") && (i == 1 || sum || product) &&
        state.operand(node, 1 - i).shape == node.shape &&
        state.need(Condition::NeutralNeutral, neutral)) {
      return node.operands[1 - i];
    }
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Modes
//===----------------------------------------------------------------------===//

Equal proof::applyNoiseAtInference(State &state, const Node &node) {
  return node.isNoise() && state.need(Condition::NoiseAtInferenceMode,
                                      state.mode == Mode::Inference)
             ? Equal(node.operands[0])
             : std::nullopt;
}

Equal proof::applyBatchNormMode(State &state, const Node &node) {
  if (!node.is("batch_norm")) {
    return std::nullopt;
  }
  Node copy = node;
  bool marked = copy.attrs.erase("trained");
  if (state.mode == Mode::Inference) {
    return marked ? Equal(state.make(std::move(copy))) : std::nullopt;
  }
  if (!state.need(Condition::BatchNormModeTrained, marked)) {
    return std::nullopt;
  }
  copy.op = "batch_norm_train";
  copy.operands.erase(copy.operands.begin() + 1, copy.operands.begin() + 3);
  return state.make(std::move(copy));
}

//===----------------------------------------------------------------------===//
// Other forms of a contraction
//===----------------------------------------------------------------------===//

/// With its pads in front; those of other dimensions than spatial ones are 0.
Equal proof::applyConvIsDense(State &state, const Node &node) {
  if (!node.is("conv") || !allAre(node.integers("strides"), 1) ||
      node.integer("groups", 1) != 1) {
    return std::nullopt;
  }
  std::vector<int64_t> window = state.operand(node, 1).shape;
  std::vector<int64_t> matrix(window.end() - 2, window.end());
  window.resize(window.size() - 2);
  if (!allAre(window, 1)) {
    return std::nullopt;
  }
  Node dense, kernel, pad;
  dense.op = "dense";
  kernel.op = "reshape";
  pad.op = "pad";
  dense.layer = kernel.layer = pad.layer = node.layer;
  pad.operands = {node.operands[0]};
  kernel.operands = {node.operands[1]};
  dense.shape = pad.shape = node.shape;
  pad.shape.back() = matrix[0];
  kernel.shape = matrix;
  for (auto [own, of] : {std::pair("pads_low", "low"), {"pads_high", "high"}}) {
    std::vector<int64_t> pads = node.integers(own);
    pads.insert(pads.begin(), 0);
    pads.push_back(0);
    pad.attrs[of] = llvm::json::Array(pads);
  }
  int padded = state.make(std::move(pad));
  dense.operands = {padded, state.make(std::move(kernel))};
  return state.make(std::move(dense));
}

/// Only spatial dimensions: a convolution has no pads of others, which stay.
Equal proof::applyPadIntoConv(State &state, const Node &node) {
  if (!(node.is("conv") || node.is("depthwise_conv")) ||
      !state.operand(node).is("pad")) {
    return std::nullopt;
  }
  Node copy = node, pad = state.operand(node);
  bool taken = false;
  for (auto [own, of] : {std::pair("pads_low", "low"), {"pads_high", "high"}}) {
    std::vector<int64_t> pads = node.integers(own), more = pad.integers(of);
    for (size_t i = 0; i < pads.size(); ++i) {
      int64_t &size = more[i + 1];
      taken |= size != 0;
      pads[i] += size;
      pad.shape[i + 1] -= size;
      size = 0;
    }
    copy.attrs[own] = llvm::json::Array(pads);
    pad.attrs[of] = llvm::json::Array(more);
  }
  if (!taken) {
    return std::nullopt;
  }
  copy.operands[0] = state.make(std::move(pad));
  return state.make(std::move(copy));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

using Law = std::pair<const char *, Equal (*)(State &, const Node &)>;

static constexpr Law laws[] = {
#define VALUE_LAW(Id, name, equation, modes) {name, apply##Id},
#include "dialect/Proof/Laws.def"
};

/// A copy with simple operands: laws append to the list of nodes.
static Node nodeAt(const State &state, int id) {
  Node node = state.nodes[id];
  for (int &operand : node.operands) {
    operand = state.find(operand);
  }
  return node;
}

std::optional<Rewrite> proof::rewrite(State &state, int id) {
  Node node = nodeAt(state, id);
  for (size_t i : state.order(std::size(laws))) {
    if (Equal same = laws[i].second(state, node)) {
      return Rewrite{laws[i].first, *same};
    }
  }
  return std::nullopt;
}

std::vector<Rewrite> proof::allRewrites(State &state, int id) {
  Node node = nodeAt(state, id);
  std::vector<Rewrite> result;
  for (const Law &law : laws) {
    if (Equal same = law.second(state, node)) {
      result.push_back({law.first, *same});
    }
  }
  return result;
}

// The value laws: what a term equals, as far as its top ops tell.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/State.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

/// The id of the equal term, or none where the law does not apply.
using Equal = std::optional<int>;

static bool allAre(const std::vector<int64_t> &values, int64_t wanted) {
  return llvm::all_of(values, [&](int64_t v) { return v == wanted; });
}

/// A new node like `node` but with other operands, of their shape.
static Node with(const Node &node, std::vector<int> operands,
                 std::vector<int64_t> shape) {
  Node copy = node;
  copy.operands = std::move(operands);
  copy.shape = std::move(shape);
  return copy;
}

/// f(g(x)) = g(f(x)) for ops f and g of one operand: f goes in. `f` and `g` are
/// copies, because the list of nodes grows.
static int swap(State &state, Node f, Node g) {
  int x = g.operands[0];
  std::vector<int64_t> shape = g.shape;
  int inner = state.make(with(f, {x}, state.at(x).shape));
  return state.make(with(g, {inner}, shape));
}

//===----------------------------------------------------------------------===//
// Ops that do nothing
//===----------------------------------------------------------------------===//

/// Whether every element of a constant is `number`.
static bool isConstant(const Node &node, double number) {
  std::vector<double> values = node.numbers("values");
  return node.is("constant") && !values.empty() &&
         llvm::all_of(values, [&](double v) { return v == number; });
}

/// Whether an op of one tensor gives it back.
static bool isIdentity(const Node &node, const Node &x) {
  if (node.is("reshape")) {
    return node.shape == x.shape;
  }
  if (node.is("transpose")) {
    std::vector<int64_t> perm = node.integers("perm");
    for (size_t i = 0; i < perm.size(); ++i) {
      if (perm[i] != int64_t(i)) {
        return false;
      }
    }
    return true;
  }
  if (node.is("pad") || node.is("slice")) {
    return allAre(node.integers("low"), 0) &&
           allAre(node.integers("high"), 0) &&
           allAre(node.integers("strides"), 1);
  }
  if (node.is("repeat")) {
    return allAre(node.integers("factors"), 1);
  }
  if (node.is("pool")) {
    return allAre(node.integers("window"), 1) &&
           allAre(node.integers("strides"), 1) &&
           allAre(node.integers("pads_low"), 0) &&
           allAre(node.integers("pads_high"), 0);
  }
  if (node.isNoise()) {
    return node.number("rate") == 0 && node.number("amount") == 0;
  }
  if (node.is("reduce")) {
    return node.integers("axes").empty();
  }
  return node.is("concat") && node.operands.size() == 1;
}

static Equal applyIdentity(State &state, const Node &node) {
  if (node.operands.empty()) {
    return std::nullopt;
  }
  const Node &x = state.operand(node);
  if (isIdentity(node, x)) {
    return node.operands[0];
  }
  bool sum = node.is("sum") || node.is("binary", "add");
  bool product = node.is("product") || node.is("binary", "mul");
  if ((sum || product) && node.operands.size() == 2) {
    for (size_t i : {0, 1}) {
      if (isConstant(state.operand(node, i), product) &&
          state.operand(node, 1 - i).shape == node.shape) {
        return node.operands[1 - i];
      }
    }
  }
  if ((node.is("binary", "sub") || node.is("binary", "div")) &&
      isConstant(state.operand(node, 1), node.is("binary", "div")) &&
      x.shape == node.shape) {
    return node.operands[0];
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Modes
//===----------------------------------------------------------------------===//

static Equal applyNoiseAtInference(State &state, const Node &node) {
  bool applies = node.isNoise() && state.mode == Mode::Inference;
  return applies ? Equal(node.operands[0]) : std::nullopt;
}

static Equal applyBatchNormMode(State &state, const Node &node) {
  if (!node.is("batch_norm") || !node.attrs.get("trained")) {
    return std::nullopt;
  }
  Node copy = node;
  copy.attrs.erase("trained");
  if (state.mode != Mode::Inference) {
    copy.op = "batch_norm_train";
    copy.operands.erase(copy.operands.begin() + 1, copy.operands.begin() + 3);
  }
  return state.make(std::move(copy));
}

//===----------------------------------------------------------------------===//
// Functions of one number
//===----------------------------------------------------------------------===//

static Equal applyUnaryForm(State &state, const Node &node) {
  std::vector<double> params = node.numbers("params");
  Node copy = node;
  copy.attrs.erase("params");
  if (node.is("unary", "leaky_relu") && params == std::vector<double>{0}) {
    copy.attrs["kind"] = "relu";
    return state.make(std::move(copy));
  }
  if (!node.is("unary", "clipped_relu") || params.size() != 3 ||
      params[1] != 0) {
    return std::nullopt;
  }
  bool unbounded = std::isinf(params[2]);
  if (params[0] == 0 && (unbounded || params[2] == 6)) {
    copy.attrs["kind"] = unbounded ? "relu" : "relu6";
    return state.make(std::move(copy));
  }
  if (!unbounded) {
    return std::nullopt;
  }
  copy.attrs["kind"] = "leaky_relu";
  copy.attrs["params"] = llvm::json::Array{params[0]};
  return state.make(std::move(copy));
}

static Equal applyOnRange(State &state, const Node &node) {
  if (!node.is("unary")) {
    return std::nullopt;
  }
  StringRef kind = node.text("kind");
  Interval x = state.range(node.operands[0]);
  bool same =
      kind == "relu6" ? x.lo >= 0 && x.hi <= 6
      : kind == "relu" || kind == "leaky_relu" || kind == "elu" || kind == "abs"
          ? x.lo >= 0
          : false;
  return same ? Equal(node.operands[0]) : std::nullopt;
}

/// f(-0) = f(0) = 0.
static bool keepsZero(const Node &f) {
  static constexpr StringLiteral kinds[] = {
      "relu", "relu6", "leaky_relu", "elu",    "gelu",     "gelu_tanh", "tanh",
      "silu", "abs",   "neg",        "square", "softsign", "selu"};
  return llvm::is_contained(kinds, f.text("kind"));
}

/// a <= b implies f(a) <= f(b).
static bool isMonotone(const Node &f) {
  static constexpr StringLiteral kinds[] = {
      "relu", "relu6", "sigmoid", "tanh", "exp", "softplus", "softsign"};
  std::vector<double> params = f.numbers("params");
  return llvm::is_contained(kinds, f.text("kind")) ||
         ((f.text("kind") == "leaky_relu" || f.text("kind") == "elu") &&
          params.size() == 1 && params[0] >= 0);
}

/// f(c·x) = c·f(x) for every c >= 0.
static bool isHomogeneous(const Node &f) {
  static constexpr StringLiteral kinds[] = {"relu", "leaky_relu", "abs", "neg"};
  return llvm::is_contained(kinds, f.text("kind"));
}

static Equal applyUnaryThroughMove(State &state, const Node &f) {
  if (!f.is("unary")) {
    return std::nullopt;
  }
  Node move = state.operand(f);
  if (move.is("reshape") || move.is("transpose") || move.is("repeat") ||
      move.is("slice") || (move.is("pad") && keepsZero(f))) {
    return swap(state, f, move);
  }
  if (!move.is("concat")) {
    return std::nullopt;
  }
  Node unary = f;
  for (int &part : move.operands) {
    part = state.make(with(unary, {part}, state.at(part).shape));
  }
  return state.make(std::move(move));
}

static Equal applyUnaryThroughMaxPool(State &state, const Node &f) {
  if (!f.is("unary") || !isMonotone(f) || !state.operand(f).is("pool", "max")) {
    return std::nullopt;
  }
  return swap(state, f, state.operand(f));
}

static Equal applyUnaryThroughDropout(State &state, const Node &f) {
  if (!f.is("unary") || !isHomogeneous(f) || !state.operand(f).is("dropout")) {
    return std::nullopt;
  }
  return swap(state, f, state.operand(f));
}

static Equal applyNoiseThroughReshape(State &state, const Node &noise) {
  if (!noise.isNoise() || noise.attrs.get("noise_shape") ||
      !state.operand(noise).is("reshape")) {
    return std::nullopt;
  }
  return swap(state, noise, state.operand(noise));
}

//===----------------------------------------------------------------------===//
// Moves of elements
//===----------------------------------------------------------------------===//

static Equal applyReshapeReshape(State &state, const Node &node) {
  if (!node.is("reshape") || !state.operand(node).is("reshape")) {
    return std::nullopt;
  }
  return state.make(with(node, {state.operand(node).operands[0]}, node.shape));
}

static Equal applyWeightReshape(State &state, const Node &node) {
  if (!node.is("reshape") || !state.operand(node).is("weight")) {
    return std::nullopt;
  }
  return state.make(with(state.operand(node), {}, node.shape));
}

static llvm::json::Array toArray(const std::vector<int64_t> &values) {
  return llvm::json::Array(values);
}

static Equal applyTransposeTranspose(State &state, const Node &node) {
  if (!node.is("transpose") || !state.operand(node).is("transpose")) {
    return std::nullopt;
  }
  const Node &inner = state.operand(node);
  std::vector<int64_t> first = inner.integers("perm");
  std::vector<int64_t> perm = node.integers("perm");
  for (int64_t &dim : perm) {
    dim = first[dim];
  }
  Node copy = with(node, {inner.operands[0]}, node.shape);
  copy.attrs["perm"] = toArray(perm);
  return state.make(std::move(copy));
}

/// A pad of `x` by the sums; negative numbers are for applySlicePad to refuse.
static Equal padBy(State &state, const Node &node, const Node &inner,
                   int64_t sign) {
  Node copy = inner;
  copy.shape = node.shape;
  copy.layer = node.layer;
  for (StringRef end : {"low", "high"}) {
    std::vector<int64_t> pads = inner.integers(end), more = node.integers(end);
    for (size_t dim = 0; dim < pads.size(); ++dim) {
      pads[dim] += sign * more[dim];
      if (pads[dim] < 0) {
        return std::nullopt;
      }
    }
    copy.attrs[end.str()] = toArray(pads);
  }
  return state.make(std::move(copy));
}

static Equal applyPadPad(State &state, const Node &node) {
  if (!node.is("pad") || !state.operand(node).is("pad")) {
    return std::nullopt;
  }
  Node inner = state.operand(node);
  return padBy(state, node, inner, 1);
}

static Equal applySlicePad(State &state, const Node &node) {
  if (!node.is("slice") || !allAre(node.integers("strides"), 1) ||
      !state.operand(node).is("pad")) {
    return std::nullopt;
  }
  Node inner = state.operand(node);
  return padBy(state, node, inner, -1);
}

static Equal applyConcatConcat(State &state, const Node &node) {
  if (!node.is("concat")) {
    return std::nullopt;
  }
  std::vector<int> parts;
  for (int operand : node.operands) {
    const Node &part = state.at(operand);
    if (part.is("concat") && part.integer("axis") == node.integer("axis")) {
      parts.insert(parts.end(), part.operands.begin(), part.operands.end());
    } else {
      parts.push_back(operand);
    }
  }
  if (parts.size() == node.operands.size()) {
    return std::nullopt;
  }
  return state.make(with(node, std::move(parts), node.shape));
}

//===----------------------------------------------------------------------===//
// Sums and products
//===----------------------------------------------------------------------===//

/// Longer sums are kept as terms of their own: a chain of n sums would
/// otherwise be n² long.
static constexpr size_t kMaxFlat = 32;

/// One n-ary op in place of a tree of `kind`, operands by id.
static Equal flatten(State &state, const Node &node, StringRef kind,
                     StringRef nary) {
  bool binary = node.is("binary", kind);
  if (!binary && !node.is(nary)) {
    return std::nullopt;
  }
  std::vector<int> operands;
  for (int operand : node.operands) {
    const Node &part = state.at(operand);
    if (part.is(nary) && part.operands.size() < kMaxFlat) {
      for (int inner : part.operands) {
        operands.push_back(state.find(inner));
      }
    } else {
      operands.push_back(state.find(operand));
    }
  }
  llvm::sort(operands);
  if (!binary && operands == node.operands) {
    return std::nullopt;
  }
  Node sum = with(node, std::move(operands), node.shape);
  sum.op = nary.str();
  sum.attrs = {};
  return state.make(std::move(sum));
}

static Equal applySum(State &state, const Node &node) {
  return flatten(state, node, "add", "sum");
}

static Equal applyProduct(State &state, const Node &node) {
  return flatten(state, node, "mul", "product");
}

static Equal applyCommute(State &state, const Node &node) {
  if (!(node.is("binary", "max") || node.is("binary", "min")) ||
      state.find(node.operands[0]) <= state.find(node.operands[1])) {
    return std::nullopt;
  }
  return state.make(
      with(node, {node.operands[1], node.operands[0]}, node.shape));
}

static Equal applyConvIsDense(State &state, const Node &node) {
  if (!node.is("conv") || node.integer("groups", 1) != 1 ||
      !allAre(node.integers("strides"), 1) ||
      !allAre(node.integers("pads_low"), 0) ||
      !allAre(node.integers("pads_high"), 0)) {
    return std::nullopt;
  }
  std::vector<int64_t> window = state.operand(node, 1).shape;
  std::vector<int64_t> matrix(window.end() - 2, window.end());
  window.resize(window.size() - 2);
  if (!allAre(window, 1)) {
    return std::nullopt;
  }
  Node dense, kernel;
  dense.op = "dense";
  dense.shape = node.shape;
  dense.layer = kernel.layer = node.layer;
  int x = node.operands[0];
  kernel.op = "reshape";
  kernel.operands = {node.operands[1]};
  kernel.shape = matrix;
  dense.operands = {x, state.make(std::move(kernel))};
  return state.make(std::move(dense));
}

/// f(f(x)) = f(x).
static Equal applyTwice(State &state, const Node &node) {
  if (!node.is("unary")) {
    return std::nullopt;
  }
  StringRef kind = node.text("kind");
  bool idempotent = kind == "relu" || kind == "relu6" || kind == "abs";
  const Node &x = state.operand(node);
  return idempotent && x.is("unary", kind) ? Equal(node.operands[0])
                                           : std::nullopt;
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

std::optional<Rewrite> proof::rewrite(State &state, int id) {
  // A copy: laws append to the list of nodes.
  const Node node = state.nodes[id];
  // Operands as the laws see them are in normal form.
  Node found = node;
  for (int &operand : found.operands) {
    operand = state.find(operand);
  }
#define VALUE_LAW(Id, name, equation, where, modes)                            \
  if (Equal same = apply##Id(state, found)) {                                  \
    return Rewrite{name, *same};                                               \
  }
#include "dialect/Proof/Laws.def"
  return std::nullopt;
}

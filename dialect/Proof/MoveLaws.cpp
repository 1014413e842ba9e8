// Value laws of moves of elements, and of sums and products of many tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/ValueLaws.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

//===----------------------------------------------------------------------===//
// Moves of elements
//===----------------------------------------------------------------------===//

static bool areBoth(const State &state, const Node &node, StringRef op) {
  return node.is(op) && state.operand(node).is(op);
}

/// `node` applied to the operand of its operand, with a changed attribute.
static int merged(State &state, const Node &node, StringRef attr = "",
                  const std::vector<int64_t> &values = {}) {
  Node copy = with(node, {state.operand(node).operands[0]}, node.shape);
  if (!attr.empty()) {
    copy.attrs[attr.str()] = llvm::json::Array(values);
  }
  return state.make(std::move(copy));
}

Equal proof::applyReshapeReshape(State &state, const Node &node) {
  return areBoth(state, node, "reshape") ? Equal(merged(state, node))
                                         : std::nullopt;
}

Equal proof::applyWeightReshape(State &state, const Node &node) {
  if (!node.is("reshape") || !state.operand(node).is("weight")) {
    return std::nullopt;
  }
  return state.make(with(state.operand(node), {}, node.shape));
}

Equal proof::applyTransposeTranspose(State &state, const Node &node) {
  if (!areBoth(state, node, "transpose")) {
    return std::nullopt;
  }
  std::vector<int64_t> first = state.operand(node).integers("perm");
  std::vector<int64_t> perm = node.integers("perm");
  for (int64_t &dim : perm) {
    dim = first[dim];
  }
  return merged(state, node, "perm", perm);
}

Equal proof::applyRepeatRepeat(State &state, const Node &node) {
  if (!areBoth(state, node, "repeat")) {
    return std::nullopt;
  }
  std::vector<int64_t> factors = node.integers("factors");
  std::vector<int64_t> inner = state.operand(node).integers("factors");
  for (size_t dim = 0; dim < factors.size(); ++dim) {
    factors[dim] *= inner[dim];
  }
  return merged(state, node, "factors", factors);
}

/// Like `result`, with the ends of `node` and of its operand `inner` added.
static Node withEnds(const Node &result, const Node &node, const Node &inner) {
  Node copy = result;
  copy.operands = {inner.operands[0]};
  copy.shape = node.shape;
  copy.layer = node.layer;
  for (StringRef end : {"low", "high"}) {
    std::vector<int64_t> sum = inner.integers(end), more = node.integers(end);
    for (size_t dim = 0; dim < sum.size(); ++dim) {
      sum[dim] += more[dim];
    }
    copy.attrs[end.str()] = llvm::json::Array(sum);
  }
  return copy;
}

Equal proof::applyPadPad(State &state, const Node &node) {
  if (!areBoth(state, node, "pad")) {
    return std::nullopt;
  }
  Node inner = state.operand(node);
  return state.make(withEnds(inner, node, inner));
}

/// Pads move outwards, where a convolution can take them in.
Equal proof::applyTransposePad(State &state, const Node &node) {
  if (!node.is("transpose") || !state.operand(node).is("pad")) {
    return std::nullopt;
  }
  Node pad = state.operand(node);
  std::vector<int64_t> perm = node.integers("perm");
  Node transpose = with(node, pad.operands, node.shape);
  for (StringRef end : {"low", "high"}) {
    std::vector<int64_t> ends = pad.integers(end), moved;
    for (int64_t dim : perm) {
      moved.push_back(ends[dim]);
    }
    pad.attrs[end.str()] = llvm::json::Array(moved);
  }
  const std::vector<int64_t> &shape = state.at(pad.operands[0]).shape;
  for (size_t i = 0; i < perm.size(); ++i) {
    transpose.shape[i] = shape[perm[i]];
  }
  int inner = state.make(std::move(transpose));
  return state.make(with(pad, {inner}, node.shape));
}

/// Whether a slice cuts off some of what was padded.
static bool cutsZeros(const Node &slice, const Node &pad) {
  for (StringRef end : {"low", "high"}) {
    for (auto [cut, padded] :
         llvm::zip_equal(slice.integers(end), pad.integers(end))) {
      if (cut > 0 && padded > 0) {
        return true;
      }
    }
  }
  return false;
}

/// A move that a pad merges with goes past a function that the pad does not.
Equal proof::applyMoveToPad(State &state, const Node &move) {
  if (!move.is("transpose") && !move.is("slice")) {
    return std::nullopt;
  }
  Node f = state.operand(move);
  if (!f.is("unary") || keepsZero(f)) {
    return std::nullopt;
  }
  Under inner = under(state, f);
  bool merges =
      inner.g.is("pad") && (move.is("transpose") || cutsZeros(move, inner.g));
  if (!merges) {
    return std::nullopt;
  }
  int x = inner.scale.factors.empty() ? f.operands[0] : inner.scale.x;
  int moved = state.make(with(move, {x}, move.shape));
  return scaledAndApplied(state, f, inner, moved);
}

/// What is padded and cut again is left out of both.
Equal proof::applySlicePad(State &state, const Node &node) {
  if (!node.is("slice") || !state.operand(node).is("pad")) {
    return std::nullopt;
  }
  Node slice = node, pad = state.operand(node);
  bool dropped = state.options.dropped == Condition::SlicePadNoMoreCut;
  bool changed = false;
  for (StringRef end : {"low", "high"}) {
    std::vector<int64_t> cuts = node.integers(end), pads = pad.integers(end);
    for (size_t dim = 0; dim < cuts.size(); ++dim) {
      int64_t both = dropped ? cuts[dim] : std::min(cuts[dim], pads[dim]);
      changed |= both != 0;
      cuts[dim] -= both;
      pads[dim] -= both;
      pad.shape[dim] -= both;
    }
    slice.attrs[end.str()] = llvm::json::Array(cuts);
    pad.attrs[end.str()] = llvm::json::Array(pads);
  }
  if (!changed) {
    return std::nullopt;
  }
  slice.operands[0] = state.make(std::move(pad));
  return state.make(std::move(slice));
}

/// The stride of the result is the outer one's.
Equal proof::applySliceSlice(State &state, const Node &node) {
  if (!areBoth(state, node, "slice")) {
    return std::nullopt;
  }
  Node inner = state.operand(node);
  return state.need(Condition::SliceSliceStride1,
                    allAre(inner.integers("strides"), 1))
             ? Equal(state.make(withEnds(node, node, inner)))
             : std::nullopt;
}

Equal proof::applyConcatConcat(State &state, const Node &node) {
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
// Sums, products and extrema of many tensors
//===----------------------------------------------------------------------===//

static bool isScalar(const Node &node) {
  return node.is("constant") && node.shape.empty();
}

bool proof::isFactored(const State &state, const Node &node) {
  if (!node.is("product") || node.operands.size() != 2) {
    return false;
  }
  for (size_t i : {0, 1}) {
    const Node &rest = state.operand(node, 1 - i);
    if (isScalar(state.operand(node, i)) && rest.is("product") &&
        llvm::none_of(rest.operands,
                      [&](int id) { return isScalar(state.at(id)); })) {
      return true;
    }
  }
  return false;
}

/// One n-ary op in place of a tree of binary ones, operands by id.
static Equal flatten(State &state, const Node &node, StringRef kind,
                     StringRef nary) {
  bool binary = node.is("binary", kind);
  if (!binary && !node.is(nary)) {
    return std::nullopt;
  }
  bool factored = isFactored(state, node);
  bool isConstant =
      state.folds && llvm::all_of(node.operands, [&](int operand) {
        return state.isConstant(operand);
      });
  std::vector<int> operands;
  for (int operand : node.operands) {
    const Node &part = state.at(operand);
    // A constant inside of what is none stays one term: laws compute it.
    bool grouped = state.folds && state.isConstant(operand);
    if (part.is(nary) && part.operands.size() < kMaxFlat && !factored &&
        !(grouped && !isConstant)) {
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

Equal proof::applySum(State &state, const Node &node) {
  return flatten(state, node, "add", "sum");
}

Equal proof::applyProduct(State &state, const Node &node) {
  return flatten(state, node, "mul", "product");
}

Equal proof::applyExtremum(State &state, const Node &node) {
  Equal maximum = flatten(state, node, "max", "maximum");
  return maximum ? maximum : flatten(state, node, "min", "minimum");
}

Equal proof::applySplat(State &state, const Node &node) {
  if (!node.is("sum") && !node.is("product")) {
    return std::nullopt;
  }
  bool shaped = llvm::any_of(node.operands, [&](int operand) {
    return !state.at(operand).is("constant") &&
           state.at(operand).shape == node.shape;
  });
  for (size_t i = 0; shaped && i < node.operands.size(); ++i) {
    const Node &constant = state.operand(node, i);
    std::vector<double> values = constant.numbers("values");
    if (constant.is("constant") && !constant.shape.empty() &&
        state.need(Condition::SplatOneNumber, values.size() == 1)) {
      Node scalar = with(constant, {}, {});
      scalar.attrs["values"] =
          llvm::json::Array{constant.attrs.getArray("values")->front()};
      Node copy = node;
      copy.operands[i] = state.make(std::move(scalar));
      return state.make(std::move(copy));
    }
  }
  return std::nullopt;
}

// The value laws: each looks at two terms and says whether they are equal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Claim.h"

#include <algorithm>

namespace kregc::checker {
namespace {

bool same(const Claim &c) { return congruent(c, c.n, c.m); }

bool hasOneOperand(const Claim &c) {
  return c.n.operands.size() == 1 && c.isOperand();
}

/// The shapes are the same, as in every step: only a transpose can still have
/// moved an element.
bool trivialMove(const Claim &c) {
  Ints perm = c.n.ints("perm");
  c.need("order-kept",
         !c.n.is("transpose") || std::is_sorted(perm.begin(), perm.end()));
  return hasOneOperand(c) && oneOf(c.n.op, {"reshape", "transpose", "pad",
                                            "slice", "repeat", "concat"});
}

/// No window lies wholly in the padding (kreg.pool says so).
bool trivialPool(const Claim &c) {
  c.need("window-1", allAre(c.n.ints("window"), 1));
  return c.n.is("pool") && hasOneOperand(c);
}

bool trivialReduce(const Claim &c) {
  return c.n.is("reduce") && hasOneOperand(c);
}

bool trivialNoise(const Claim &c) {
  c.need("rate-0", c.n.number("rate") == 0 && c.n.number("amount") == 0);
  return c.n.isNoise() && hasOneOperand(c);
}

bool neutral(const Claim &c) {
  const Term &n = c.n;
  bool product = n.is("product") || n.is("binary", "mul");
  bool both = product || n.is("sum") || n.is("binary", "add");
  bool quotient = n.is("binary", "div");
  if (n.operands.size() != 2 || !(both || quotient || n.is("binary", "sub"))) {
    return false;
  }
  double wanted = product || quotient ? 1 : 0;
  for (size_t i : {1, 0}) {
    if (c.x(i).is("constant") && c.isOperand(1 - i) && (i == 1 || both)) {
      c.need("neutral", holds(c.x(i), wanted));
      return true;
    }
  }
  return false;
}

bool noiseAtInference(const Claim &c) {
  c.need("mode", c.terms.mode == Mode::Inference);
  return c.n.isNoise() && c.isOperand();
}

bool batchNormMode(const Claim &c) {
  Term wanted = c.n;
  bool trained = wanted.attrs.erase("trained") > 0;
  if (!c.n.is("batch_norm")) {
    return false;
  }
  if (c.terms.mode == Mode::Inference) {
    return trained && congruent(c, wanted, c.m);
  }
  c.need("trained", trained);
  wanted.op = "batch_norm_train";
  wanted.operands.erase(wanted.operands.begin() + 1,
                        wanted.operands.begin() + 3);
  return congruent(c, wanted, c.m);
}

//===----------------------------------------------------------------------===//
// Moves of elements, sums and products
//===----------------------------------------------------------------------===//

bool reshapeReshape(const Claim &c) {
  return c.n.is("reshape") && c.x().is("reshape") && c.m.is("reshape") &&
         c.equal(c.x().operands.at(0), c.m.operands.at(0));
}

bool weightReshape(const Claim &c) {
  return c.n.is("reshape") && c.x().is("weight") && c.m.is("weight") &&
         c.x().attrs == c.m.attrs && product(c.x().shape) == product(c.m.shape);
}

bool transposeTranspose(const Claim &c) {
  if (!c.n.is("transpose") || !c.x().is("transpose") || !c.m.is("transpose") ||
      !c.equal(c.x().operands.at(0), c.m.operands.at(0))) {
    return false;
  }
  Ints outer = c.n.ints("perm"), inner = c.x().ints("perm");
  for (int64_t &dim : outer) {
    dim = inner.at(dim);
  }
  return outer == c.m.ints("perm");
}

bool repeatRepeat(const Claim &c) {
  if (!c.n.is("repeat") || !c.x().is("repeat") || !c.m.is("repeat") ||
      !c.equal(c.x().operands.at(0), c.m.operands.at(0))) {
    return false;
  }
  Ints outer = c.n.ints("factors"), inner = c.x().ints("factors");
  for (size_t i = 0; i < outer.size(); ++i) {
    outer[i] *= inner.at(i);
  }
  return outer == c.m.ints("factors");
}

/// The ends of m are those of the inner op, plus or minus those of n.
bool endsAdd(const Claim &c, int sign) {
  if (!c.equal(c.x().operands.at(0), c.m.operands.at(0))) {
    return false;
  }
  for (const char *end : {"low", "high"}) {
    Ints sum = c.x().ints(end), more = c.n.ints(end);
    for (size_t i = 0; i < sum.size(); ++i) {
      sum[i] += sign * more.at(i);
    }
    if (sum != c.m.ints(end)) {
      return false;
    }
  }
  return true;
}

bool padPad(const Claim &c) {
  return c.n.is("pad") && c.x().is("pad") && c.m.is("pad") && endsAdd(c, 1);
}

bool slicePad(const Claim &c) {
  for (const char *end : {"low", "high"}) {
    for (int64_t size : c.m.ints(end)) {
      c.need("no-more-cut", size >= 0);
    }
  }
  return c.n.is("slice") && c.x().is("pad") && c.m.is("pad") &&
         allAre(c.n.ints("strides"), 1) && endsAdd(c, -1);
}

bool sliceSlice(const Claim &c) {
  c.need("stride-1", allAre(c.x().ints("strides"), 1));
  return c.n.is("slice") && c.x().is("slice") && c.m.is("slice") &&
         c.m.ints("strides") == c.n.ints("strides") && endsAdd(c, 1);
}

/// m pads a transpose of what the pad under n has.
bool transposePad(const Claim &c) {
  if (!c.n.is("transpose") || !c.x().is("pad") || !c.m.is("pad")) {
    return false;
  }
  const Term &moved = c.terms.own(c.m.operands.at(0));
  Ints perm = c.n.ints("perm");
  bool agree =
      sameOp(moved, c.n) && c.equal(moved.operands.at(0), c.x().operands.at(0));
  for (const char *end : {"low", "high"}) {
    for (size_t i = 0; agree && i < perm.size(); ++i) {
      agree = c.m.ints(end).at(i) == c.x().ints(end).at(perm[i]);
    }
  }
  return agree;
}

bool concatConcat(const Claim &c) {
  if (!c.n.is("concat") || !sameOp(c.n, c.m)) {
    return false;
  }
  size_t at = 0;
  auto next = [&](int part) {
    return at < c.m.operands.size() && c.equal(c.m.operands[at++], part);
  };
  for (int operand : c.n.operands) {
    const Term &part = c.of(operand);
    if (!sameOp(c.n, part)) {
      if (!next(operand)) {
        return false;
      }
      continue;
    }
    for (int inner : part.operands) {
      if (!next(inner)) {
        return false;
      }
    }
  }
  return at == c.m.operands.size();
}

/// The operands of m, in any order, are those of n, where an operand that is
/// itself `nary` may stand for its own.
bool flattened(const Claim &c, const char *kind, const char *nary) {
  if (!(c.n.is("binary", kind) || c.n.is(nary)) || !c.m.is(nary)) {
    return false;
  }
  std::multiset<int> left;
  for (int operand : c.m.operands) {
    left.insert(c.terms.find(operand));
  }
  auto take = [&](int id) {
    auto found = left.find(c.terms.find(id));
    if (found == left.end()) {
      return false;
    }
    left.erase(found);
    return true;
  };
  for (int operand : c.n.operands) {
    if (take(operand)) {
      continue;
    }
    const Term &part = c.of(operand);
    if (!part.is(nary) ||
        !std::all_of(part.operands.begin(), part.operands.end(), take)) {
      return false;
    }
  }
  return left.empty();
}

bool sum(const Claim &c) { return flattened(c, "add", "sum"); }
bool productLaw(const Claim &c) { return flattened(c, "mul", "product"); }
bool extremum(const Claim &c) {
  return flattened(c, "max", "maximum") || flattened(c, "min", "minimum");
}

/// A constant that m has as a scalar is one number.
bool splat(const Claim &c) {
  if (!(c.n.is("sum") || c.n.is("product")) || c.m.op != c.n.op ||
      c.n.operands.size() != c.m.operands.size()) {
    return false;
  }
  for (size_t i = 0; i < c.n.operands.size(); ++i) {
    if (c.equal(c.n.operands[i], c.m.operands[i])) {
      continue;
    }
    const Term &scalar = c.of(c.m.operands[i]);
    Numbers values = c.x(i).numbers("values");
    if (!c.x(i).is("constant") || !scalar.is("constant") ||
        !scalar.shape.empty() || values.empty()) {
      return false;
    }
    c.need("one-number", values.size() == 1);
    if (scalar.numbers("values") != Numbers{values[0]}) {
      return false;
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Other forms of a contraction
//===----------------------------------------------------------------------===//

bool convIsDense(const Claim &c) {
  c.need("in-place", allAre(c.n.ints("strides"), 1) &&
                         allAre(c.n.ints("pads_low"), 0) &&
                         allAre(c.n.ints("pads_high"), 0));
  if (!c.n.is("conv") || !c.m.is("dense") || c.n.number("groups") > 1 ||
      !c.equal(c.n.operands.at(0), c.m.operands.at(0))) {
    return false;
  }
  Ints window = c.x(1).shape;
  Ints matrix(window.end() - 2, window.end());
  window.resize(window.size() - 2);
  const Term &kernel = c.terms.own(c.m.operands.at(1));
  return allAre(window, 1) && kernel.shape == matrix && kernel.is("reshape") &&
         c.equal(kernel.operands.at(0), c.n.operands.at(1));
}

bool padIntoConv(const Claim &c) {
  const Term &pad = c.x();
  Term wanted = c.n;
  if (!(c.n.is("conv") || c.n.is("depthwise_conv")) || !pad.is("pad") ||
      pad.ints("low").back() != 0 || pad.ints("high").back() != 0) {
    return false;
  }
  wanted.operands[0] = pad.operands.at(0);
  for (bool low : {true, false}) {
    const char *own = low ? "pads_low" : "pads_high";
    Ints pads = c.n.ints(own), more = pad.ints(low ? "low" : "high");
    for (size_t i = 0; i < pads.size(); ++i) {
      pads[i] += more.at(i + 1);
    }
    wanted.attrs[own] = pads;
  }
  return congruent(c, wanted, c.m);
}

const std::map<std::string, bool (*)(const Claim &)> laws = {
    {"same", same},
    {"trivial-move", trivialMove},
    {"trivial-pool", trivialPool},
    {"trivial-reduce", trivialReduce},
    {"trivial-noise", trivialNoise},
    {"neutral", neutral},
    {"noise-at-inference", noiseAtInference},
    {"batch-norm-mode", batchNormMode},
    {"leaky-relu-0", leakyRelu0},
    {"clipped-relu", clippedRelu},
    {"clipped-relu6", clippedRelu6},
    {"on-range", onRange},
    {"relu6-on-range", relu6OnRange},
    {"twice", twice},
    {"half", half},
    {"even", even},
    {"negation", negation},
    {"factors", factors},
    {"scale-through-even", scaleThroughEven},
    {"reshape-reshape", reshapeReshape},
    {"transpose-transpose", transposeTranspose},
    {"repeat-repeat", repeatRepeat},
    {"pad-pad", padPad},
    {"transpose-pad", transposePad},
    {"slice-pad", slicePad},
    {"slice-slice", sliceSlice},
    {"concat-concat", concatConcat},
    {"weight-reshape", weightReshape},
    {"sum", sum},
    {"product", productLaw},
    {"extremum", extremum},
    {"splat", splat},
    {"unary-through-move", unaryThroughMove},
    {"unary-through-concat", unaryThroughConcat},
    {"unary-through-pad", unaryThroughPad},
    {"unary-through-max-pool", unaryThroughMaxPool},
    {"unary-through-dropout", unaryThroughDropout},
    {"noise-through-reshape", noiseThroughReshape},
    {"scale-through-unary", scaleThroughUnary},
    {"scale-through-linear", scaleThroughLinear},
    {"scale-through-maximum", scaleThroughMaximum},
    {"scale-through-sum", scaleThroughSum},
    {"conv-is-dense", convIsDense},
    {"pad-into-conv", padIntoConv},
    {"batch-norm-affine", batchNormAffine},
    {"scale-into-kernel", scaleIntoKernel},
    {"scale-over-sum", scaleOverSum},
    {"group-constants", groupConstants},
    {"dense-dense", denseDense},
    {"dense-over-sum", denseOverSum},
    {"constant", constant},
};

} // namespace

void Terms::apply(const std::string &law, int node, int same) {
  auto found = laws.find(law);
  if (found == laws.end()) {
    throw Wrong("there is no law '" + law + "'");
  }
  const Term &n = own(node);
  if (find(node) != node) {
    throw Wrong("term " + std::to_string(node) + " was replaced before");
  }
  if (find(same) == node) {
    throw Wrong("terms " + std::to_string(node) + " and " +
                std::to_string(same) + " are equal already");
  }
  const Term &m = own(same);
  if (n.shape != m.shape || !found->second({*this, law, node, n, same, m})) {
    throw Wrong("law '" + law + "' does not say that term " +
                std::to_string(node) + " ('" + n.op + "') equals term " +
                std::to_string(same) + " ('" + m.op + "')");
  }
  stands[node] = find(same);
}

} // namespace kregc::checker

// The value laws: each looks at two terms and says whether they are equal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Terms.h"

#include <algorithm>
#include <cmath>

namespace kregc::checker {
namespace {

/// One step: `n` is claimed to equal `m`.
struct Claim {
  Terms &terms;
  const Term &n;
  int same;
  const Term &m; ///< `same` as it is written

  const Term &of(int id) const { return terms.of(id); }
  const Term &x(size_t i = 0) const { return of(n.operands.at(i)); }
  bool equal(int a, int b) const { return terms.equal(a, b); }
  /// n is claimed to equal its operand i.
  bool isOperand(size_t i = 0) const { return equal(n.operands.at(i), same); }
};

bool oneOf(const std::string &word, std::initializer_list<const char *> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Ints ones(size_t count) { return Ints(count, 1); }

/// A constant of one value everywhere.
bool holds(const Term &term, double value) {
  Numbers numbers = term.numbers("values");
  return term.is("constant") && !numbers.empty() &&
         std::all_of(numbers.begin(), numbers.end(),
                     [&](double number) { return number == value; });
}

bool sameOp(const Term &a, const Term &b) {
  return a.op == b.op && a.attrs == b.attrs;
}

/// b applied to the same kind of op as a, on equal operands.
bool congruent(const Claim &c, const Term &a, const Term &b) {
  if (!sameOp(a, b) || a.shape != b.shape ||
      a.operands.size() != b.operands.size()) {
    return false;
  }
  for (size_t i = 0; i < a.operands.size(); ++i) {
    if (!c.equal(a.operands[i], b.operands[i])) {
      return false;
    }
  }
  return true;
}

bool same(const Claim &c) { return congruent(c, c.n, c.m); }

bool identity(const Claim &c) {
  const Term &n = c.n;
  bool sum = n.is("sum") || n.is("binary", "add");
  bool product = n.is("product") || n.is("binary", "mul");
  if ((sum || product) && n.operands.size() == 2) {
    double neutral = product ? 1 : 0;
    return (holds(c.x(0), neutral) && c.isOperand(1)) ||
           (holds(c.x(1), neutral) && c.isOperand(0));
  }
  if (n.is("binary", "sub") || n.is("binary", "div")) {
    return holds(c.x(1), n.is("binary", "div") ? 1 : 0) && c.isOperand(0);
  }
  if (!c.isOperand()) {
    return false;
  }
  if (n.is("transpose")) {
    Ints perm = n.ints("perm");
    return std::is_sorted(perm.begin(), perm.end());
  }
  if (n.is("pad") || n.is("slice")) {
    return allAre(n.ints("low"), 0) && allAre(n.ints("high"), 0) &&
           allAre(n.ints("strides"), 1);
  }
  if (n.is("pool")) {
    return allAre(n.ints("window"), 1) && allAre(n.ints("strides"), 1) &&
           allAre(n.ints("pads_low"), 0) && allAre(n.ints("pads_high"), 0);
  }
  if (n.isNoise()) {
    return n.number("rate") == 0 && n.number("amount") == 0;
  }
  return n.is("reshape") // the shapes are the same, as in every step
         || (n.is("repeat") && allAre(n.ints("factors"), 1)) ||
         (n.is("reduce") && n.ints("axes").empty()) ||
         (n.is("concat") && n.operands.size() == 1);
}

bool noiseAtInference(const Claim &c) {
  return c.terms.mode == Mode::Inference && c.n.isNoise() && c.isOperand();
}

bool batchNormMode(const Claim &c) {
  if (!c.n.is("batch_norm") || !c.n.has("trained")) {
    return false;
  }
  Term wanted = c.n;
  wanted.attrs.erase("trained");
  if (c.terms.mode != Mode::Inference) {
    wanted.op = "batch_norm_train";
    wanted.operands.erase(wanted.operands.begin() + 1,
                          wanted.operands.begin() + 3);
  }
  return congruent(c, wanted, c.m);
}

/// relu, relu6 and leaky_relu as [slope, threshold, maximum] of clipped_relu.
Numbers clipped(const Term &term) {
  Numbers params = term.numbers("params");
  double slope = params.empty() ? 0 : params[0];
  return term.kind == "relu"         ? Numbers{0, 0, INFINITY}
         : term.kind == "relu6"      ? Numbers{0, 0, 6}
         : term.kind == "leaky_relu" ? Numbers{slope, 0, INFINITY}
                                     : params;
}

bool unaryForm(const Claim &c) {
  auto isRelu = [](const Term &term) {
    return term.is("unary") &&
           oneOf(term.kind, {"relu", "relu6", "leaky_relu", "clipped_relu"});
  };
  return isRelu(c.n) && isRelu(c.m) && clipped(c.n).size() == 3 &&
         clipped(c.n) == clipped(c.m) &&
         c.equal(c.n.operands.at(0), c.m.operands.at(0));
}

bool onRange(const Claim &c) {
  if (!c.n.is("unary") || !c.isOperand()) {
    return false;
  }
  Bounds x = c.terms.bounds(c.n.operands[0]);
  return x.lo >= 0 && (oneOf(c.n.kind, {"relu", "leaky_relu", "elu", "abs"}) ||
                       (c.n.kind == "relu6" && x.hi <= 6));
}

bool twice(const Claim &c) {
  return c.n.is("unary") && c.isOperand() && c.x().is("unary") &&
         c.n.kind == c.x().kind && oneOf(c.n.kind, {"relu", "relu6", "abs"});
}

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

/// The pads of m are those of the inner pad, plus or minus those of n.
bool padsAdd(const Claim &c, int sign) {
  if (!c.x().is("pad") || !c.m.is("pad") ||
      !c.equal(c.x().operands.at(0), c.m.operands.at(0))) {
    return false;
  }
  for (const char *end : {"low", "high"}) {
    Ints outer = c.n.ints(end), inner = c.x().ints(end), sum = c.m.ints(end);
    for (size_t i = 0; i < inner.size(); ++i) {
      if (sum.at(i) < 0 || sum[i] != inner[i] + sign * outer.at(i)) {
        return false;
      }
    }
  }
  return true;
}

bool padPad(const Claim &c) { return c.n.is("pad") && padsAdd(c, 1); }

bool slicePad(const Claim &c) {
  return c.n.is("slice") && allAre(c.n.ints("strides"), 1) && padsAdd(c, -1);
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

bool commute(const Claim &c) {
  return (c.n.is("binary", "max") || c.n.is("binary", "min")) &&
         sameOp(c.n, c.m) && c.equal(c.n.operands.at(0), c.m.operands.at(1)) &&
         c.equal(c.n.operands.at(1), c.m.operands.at(0));
}

/// n = f(g(x)) and m = g(f(x)), g's attributes kept.
bool swapped(const Claim &c) {
  const Term &g = c.x();
  if (!sameOp(g, c.m) || g.operands.size() != 1 || c.m.operands.size() != 1) {
    return false;
  }
  const Term &f = c.terms.own(c.m.operands[0]);
  return sameOp(c.n, f) && f.operands.size() == 1 &&
         c.equal(f.operands[0], g.operands[0]) &&
         f.shape == c.of(g.operands[0]).shape;
}

bool keepsZero(const Term &f) {
  return oneOf(f.kind,
               {"relu", "relu6", "leaky_relu", "elu", "gelu", "gelu_tanh",
                "tanh", "silu", "abs", "neg", "square", "softsign", "selu"});
}

bool unaryThroughMove(const Claim &c) {
  const Term &move = c.x();
  if (!c.n.is("unary")) {
    return false;
  }
  if (!move.is("concat")) {
    return (oneOf(move.op, {"reshape", "transpose", "repeat", "slice"}) ||
            (move.is("pad") && keepsZero(c.n))) &&
           swapped(c);
  }
  bool agree = sameOp(move, c.m) && move.operands.size() == c.m.operands.size();
  for (size_t i = 0; agree && i < move.operands.size(); ++i) {
    const Term &f = c.terms.own(c.m.operands[i]);
    agree = sameOp(c.n, f) && c.equal(f.operands.at(0), move.operands[i]);
  }
  return agree;
}

bool unaryThroughMaxPool(const Claim &c) {
  Numbers params = c.n.numbers("params");
  bool grows = oneOf(c.n.kind, {"relu", "relu6", "sigmoid", "tanh", "exp",
                                "softplus", "softsign"}) ||
               (oneOf(c.n.kind, {"leaky_relu", "elu"}) && params.size() == 1 &&
                params[0] >= 0);
  return c.n.is("unary") && grows && c.x().is("pool", "max") && swapped(c);
}

bool unaryThroughDropout(const Claim &c) {
  return c.n.is("unary") && c.x().is("dropout") &&
         oneOf(c.n.kind, {"relu", "leaky_relu", "abs", "neg"}) && swapped(c);
}

bool noiseThroughReshape(const Claim &c) {
  return c.n.isNoise() && !c.n.has("noise_shape") && c.x().is("reshape") &&
         swapped(c);
}

bool convIsDense(const Claim &c) {
  if (!c.n.is("conv") || !c.m.is("dense") || c.n.number("groups") > 1 ||
      !allAre(c.n.ints("strides"), 1) || !allAre(c.n.ints("pads_low"), 0) ||
      !allAre(c.n.ints("pads_high"), 0) ||
      !c.equal(c.n.operands.at(0), c.m.operands.at(0))) {
    return false;
  }
  Ints window = c.x(1).shape;
  Ints matrix(window.end() - 2, window.end());
  window.resize(window.size() - 2);
  const Term &kernel = c.terms.own(c.m.operands.at(1));
  return window == ones(window.size()) && kernel.shape == matrix &&
         kernel.is("reshape") &&
         c.equal(kernel.operands.at(0), c.n.operands.at(1));
}

const std::map<std::string, bool (*)(const Claim &)> laws = {
    {"same", same},
    {"identity", identity},
    {"noise-at-inference", noiseAtInference},
    {"batch-norm-mode", batchNormMode},
    {"unary-form", unaryForm},
    {"on-range", onRange},
    {"twice", twice},
    {"reshape-reshape", reshapeReshape},
    {"transpose-transpose", transposeTranspose},
    {"pad-pad", padPad},
    {"slice-pad", slicePad},
    {"concat-concat", concatConcat},
    {"sum", sum},
    {"product", productLaw},
    {"commute", commute},
    {"unary-through-move", unaryThroughMove},
    {"unary-through-max-pool", unaryThroughMaxPool},
    {"noise-through-reshape", noiseThroughReshape},
    {"unary-through-dropout", unaryThroughDropout},
    {"conv-is-dense", convIsDense},
    {"weight-reshape", weightReshape},
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
  if (n.shape != m.shape || !found->second({*this, n, same, m})) {
    throw Wrong("law '" + law + "' does not say that term " +
                std::to_string(node) + " ('" + n.op + "') equals term " +
                std::to_string(same) + " ('" + m.op + "')");
  }
  stands[node] = find(same);
}

} // namespace kregc::checker

// Value laws of functions of each element, and of factors that are one number.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Claim.h"

#include <algorithm>
#include <cmath>
#include <gmpxx.h>

namespace kregc::checker {

//===----------------------------------------------------------------------===//
// Functions of one number
//===----------------------------------------------------------------------===//

/// m is `kind` with `params` of the operand of n.
static bool isKind(const Claim &c, const char *kind,
                   const Numbers &params = {}) {
  return c.m.is("unary", kind) && c.m.numbers("params") == params &&
         c.equal(c.n.operands.at(0), c.m.operands.at(0));
}

bool leakyRelu0(const Claim &c) {
  c.need("slope-0", c.n.numbers("params") == Numbers{0});
  return c.n.is("unary", "leaky_relu") && isKind(c, "relu");
}

bool clippedRelu(const Claim &c) {
  Numbers params = c.n.numbers("params");
  params.resize(3);
  c.need("threshold-0", params[1] == 0);
  c.need("no-maximum", std::isinf(params[2]) && params[2] > 0);
  return c.n.is("unary", "clipped_relu") &&
         isKind(c, "leaky_relu", {params[0]});
}

bool clippedRelu6(const Claim &c) {
  Numbers params = c.n.numbers("params");
  params.resize(3);
  c.need("slope-0", params[0] == 0);
  c.need("threshold-0", params[1] == 0);
  c.need("maximum-6", params[2] == 6);
  return c.n.is("unary", "clipped_relu") && isKind(c, "relu6");
}

bool onRange(const Claim &c) {
  c.need("non-negative", c.terms.bounds(c.n.operands.at(0)).lo >= 0);
  return isUnary(c.n, {"relu", "leaky_relu", "elu", "abs"}) && c.isOperand();
}

bool relu6OnRange(const Claim &c) {
  Bounds x = c.terms.bounds(c.n.operands.at(0));
  c.need("non-negative", x.lo >= 0);
  c.need("at-most-6", x.hi <= 6);
  return c.n.is("unary", "relu6") && c.isOperand();
}

bool twice(const Claim &c) {
  c.need("idempotent", oneOf(c.n.kind, {"relu", "relu6", "abs"}));
  return c.n.is("unary") && sameOp(c.n, c.x()) && c.isOperand();
}

/// m is the op of n on the operand of n's operand.
static bool skipsOne(const Claim &c) {
  return sameOp(c.n, c.m) && c.equal(c.x().operands.at(0), c.m.operands.at(0));
}

bool half(const Claim &c) {
  const Term &g = c.x();
  Numbers params = g.numbers("params");
  c.need("keeps-half",
         g.kind == "relu" || (oneOf(g.kind, {"leaky_relu", "elu"}) &&
                              params.size() == 1 && params[0] >= 0));
  return isUnary(c.n, {"relu", "relu6"}) && g.is("unary") && skipsOne(c);
}

bool even(const Claim &c) {
  c.need("even", oneOf(c.n.kind, {"abs", "square"}));
  return c.n.is("unary") && isUnary(c.x(), {"abs"}) && skipsOne(c);
}

/// Factors that are scalars, and the one operand of a product that is not.
namespace {
struct Scaled {
  std::multiset<int> factors;
  int x = -1;
  bool negative = false; ///< one of the factors is
};
} // namespace

/// Whether a term is a product of scalars and one other operand.
static bool isScaled(const Claim &c, const Term &product, Scaled &result) {
  for (int operand : product.operands) {
    const Term &factor = c.of(operand);
    Numbers values = factor.numbers("values");
    if (factor.is("constant") && factor.shape.empty() && values.size() == 1) {
      result.factors.insert(c.terms.find(operand));
      result.negative = result.negative || !(values[0] >= 0);
    } else if (result.x < 0) {
      result.x = operand;
    } else {
      return false;
    }
  }
  return product.is("product") && !result.factors.empty() && result.x >= 0;
}

static Scaled scaled(const Claim &c, int id) {
  Scaled result;
  if (!isScaled(c, c.of(id), result)) {
    throw Wrong("not a number times a tensor");
  }
  return result;
}

/// n = f(c·g(x)): g, and the factors between it and f (or none).
static Scaled under(const Claim &c) {
  Scaled result;
  if (!isScaled(c, c.x(), result)) {
    result = {{}, c.n.operands.at(0), false};
  }
  return result;
}

/// What g is in n = f(c·g(x)).
static const Term &inner(const Claim &c) { return c.of(under(c).x); }

/// Term `id` as written is f(c·x), f being n's op.
static bool isApplied(const Claim &c, int id, const Scaled &scale, int x) {
  const Term &f = c.terms.own(id);
  if (!sameOp(c.n, f) || f.operands.size() != 1 || f.shape != c.of(x).shape) {
    return false;
  }
  if (scale.factors.empty()) {
    return c.equal(f.operands[0], x);
  }
  Scaled product;
  return isScaled(c, c.terms.own(f.operands[0]), product) &&
         product.factors == scale.factors && c.equal(product.x, x);
}

/// n = f(c·g(x)) and m = g(f(c·x)), g's attributes kept.
static bool swapped(const Claim &c) {
  Scaled scale = under(c);
  const Term &g = c.of(scale.x);
  return sameOp(g, c.m) && g.operands.size() == 1 && c.m.operands.size() == 1 &&
         isApplied(c, c.m.operands[0], scale, g.operands[0]);
}

static bool keepsZero(const Term &f) {
  return isUnary(f, {"relu",   "relu6", "leaky_relu", "elu",       "gelu",
                     "tanh",   "silu",  "gelu_tanh",  "abs",       "neg",
                     "square", "sqrt",  "softsign",   "selu",      "celu",
                     "erf",    "sign",  "step",       "hard_silu", "mish"});
}

/// f(c·x) = c·f(x) for c >= 0.
static bool homogeneous(const Term &f) {
  return isUnary(f, {"relu", "leaky_relu", "abs", "neg"});
}

bool unaryThroughMove(const Claim &c) {
  return c.n.is("unary") &&
         oneOf(inner(c).op, {"reshape", "transpose", "repeat", "slice"}) &&
         swapped(c);
}

bool unaryThroughConcat(const Claim &c) {
  Scaled scale = under(c);
  const Term &concat = c.of(scale.x);
  bool agree = c.n.is("unary") && concat.is("concat") && sameOp(concat, c.m) &&
               concat.operands.size() == c.m.operands.size();
  for (size_t i = 0; agree && i < concat.operands.size(); ++i) {
    agree = isApplied(c, c.m.operands[i], scale, concat.operands[i]);
  }
  return agree;
}

bool unaryThroughPad(const Claim &c) {
  c.need("keeps-zero", keepsZero(c.n));
  return c.n.is("unary") && inner(c).is("pad") && swapped(c);
}

bool unaryThroughMaxPool(const Claim &c) {
  Numbers params = c.n.numbers("params");
  bool grows = isUnary(c.n, {"relu", "relu6", "sigmoid", "tanh", "exp",
                             "softplus", "softsign", "log_sigmoid", "erf"}) ||
               (isUnary(c.n, {"leaky_relu", "elu"}) && params.size() == 1 &&
                params[0] >= 0);
  c.need("monotone", grows && !under(c).negative);
  return c.n.is("unary") && inner(c).is("pool", "max") && swapped(c);
}

bool unaryThroughDropout(const Claim &c) {
  c.need("homogeneous", homogeneous(c.n));
  return c.n.is("unary") && inner(c).is("dropout") && swapped(c);
}

bool noiseThroughReshape(const Claim &c) {
  c.need("per-element", !c.n.has("noise_shape"));
  return c.n.isNoise() && inner(c).is("reshape") && swapped(c);
}

//===----------------------------------------------------------------------===//
// Factors that are one number
//===----------------------------------------------------------------------===//

/// n = g(c·x) and m = c·g(x).
static bool pulledOut(const Claim &c, const Scaled &x) {
  if (!c.m.is("product") || c.m.operands.size() != x.factors.size() + 1) {
    return false;
  }
  Scaled y;
  for (int operand : c.m.operands) {
    const Term &g = c.terms.own(operand);
    bool isRest = sameOp(g, c.n) && g.shape == c.n.shape &&
                  g.operands.size() == c.n.operands.size() &&
                  c.equal(g.operands.at(0), x.x) &&
                  std::equal(g.operands.begin() + 1, g.operands.end(),
                             c.n.operands.begin() + 1,
                             [&](int a, int b) { return c.equal(a, b); });
    if (isRest && y.x < 0) {
      y.x = operand;
    } else {
      y.factors.insert(c.terms.find(operand));
    }
  }
  return y.x >= 0 && y.factors == x.factors;
}

bool negation(const Claim &c) {
  Scaled y;
  return c.n.is("unary", "neg") && isScaled(c, c.m, y) &&
         y.factors.size() == 1 && holds(c.of(*y.factors.begin()), -1) &&
         c.equal(y.x, c.n.operands.at(0));
}

bool scaleThroughUnary(const Claim &c) {
  Scaled x = scaled(c, c.n.operands.at(0));
  c.need("homogeneous", isUnary(c.n, {"relu", "leaky_relu"}));
  c.need("not-negative", !x.negative);
  return c.n.is("unary") && pulledOut(c, x);
}

static mpq_class productOf(const Claim &c, const std::multiset<int> &factors) {
  mpq_class result = 1;
  for (int factor : factors) {
    double number = c.of(factor).numbers("values").at(0);
    if (!std::isfinite(number)) {
      throw Wrong("a factor is not finite");
    }
    result *= mpq_class(number);
  }
  return result;
}

/// n = |c·x| and m = |c|·|x|, or squares.
bool scaleThroughEven(const Claim &c) {
  Scaled x = scaled(c, c.n.operands.at(0)), y;
  if (!isUnary(c.n, {"abs", "square"}) || !isScaled(c, c.m, y)) {
    return false;
  }
  mpq_class factor = productOf(c, x.factors);
  mpq_class wanted =
      c.n.kind == "abs" ? mpq_class(abs(factor)) : mpq_class(factor * factor);
  if (productOf(c, y.factors) != wanted) {
    return false;
  }
  return isApplied(c, y.x, {}, x.x);
}

/// The scalars of a product, and its other operands.
static std::multiset<int> operandsOf(const Claim &c, const Term &product,
                                     std::multiset<int> &factors) {
  std::multiset<int> others;
  for (int operand : product.operands) {
    const Term &term = c.of(operand);
    bool scalar = term.is("constant") && term.shape.empty();
    (scalar ? factors : others).insert(c.terms.find(operand));
  }
  return others;
}

/// The operands of n that are no scalars may be a product of their own in m.
bool factors(const Claim &c) {
  std::multiset<int> left, right;
  if (!c.n.is("product") || !c.m.is("product")) {
    return false;
  }
  std::multiset<int> others = operandsOf(c, c.n, left);
  bool agree = operandsOf(c, c.m, right) == others;
  for (int operand : c.m.operands) {
    const Term &group = c.terms.own(operand);
    std::multiset<int> none;
    agree = agree ||
            (c.m.operands.size() == right.size() + 1 && group.is("product") &&
             operandsOf(c, group, none) == others && none.empty());
  }
  c.need("exact", !agree || productOf(c, left) == productOf(c, right));
  return agree;
}

bool scaleThroughLinear(const Claim &c) {
  c.need("linear", !(c.n.is("pool") || c.n.is("reduce")) ||
                       oneOf(c.n.kind, {"avg", "mean", "sum"}));
  return oneOf(c.n.op, {"reshape", "transpose", "pad", "slice", "repeat",
                        "resize", "dropout", "dense", "conv", "depthwise_conv",
                        "conv_transpose", "pool", "reduce"}) &&
         pulledOut(c, scaled(c, c.n.operands.at(0)));
}

bool scaleThroughMaximum(const Claim &c) {
  Scaled x = scaled(c, c.n.operands.at(0));
  c.need("not-negative", !x.negative);
  return (c.n.is("pool", "max") || c.n.is("reduce", "max") ||
          c.n.is("reduce", "min")) &&
         pulledOut(c, x);
}

/// n = c·x + c·y and m = c·(x + y), or so of concat.
bool scaleThroughSum(const Claim &c) {
  Scaled first = scaled(c, c.n.operands.at(0)), rest;
  if (!(c.n.is("sum") || c.n.is("concat")) || !c.m.is("product")) {
    return false;
  }
  const Term *parts = nullptr;
  for (int operand : c.m.operands) {
    const Term &term = c.terms.own(operand);
    if (!parts && sameOp(term, c.n) && term.shape == c.n.shape) {
      parts = &term;
    } else {
      rest.factors.insert(c.terms.find(operand));
    }
  }
  bool agree = parts && rest.factors == first.factors &&
               parts->operands.size() == c.n.operands.size();
  for (size_t i = 0; agree && i < parts->operands.size(); ++i) {
    Scaled part = scaled(c, c.n.operands[i]);
    c.need("same-factor", part.factors == first.factors);
    agree = c.equal(part.x, parts->operands[i]);
  }
  return agree;
}

} // namespace kregc::checker

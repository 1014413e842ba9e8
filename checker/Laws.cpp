// The laws of the checker; docs/proof.md has the same laws in words.
//
//   x, k, y         any term; n and m: the two terms of a step, or n alone
//   f(x), g(x)      any op with any attributes, the same in every place; where
//                   an attribute changes the right side has h(x)
//   relu(x)         this op or function, without attributes
//   f(all(x))       any number of operands: x, r and s are each of them in turn
//   c * x           x times constants of one number each: c are these numbers
//   called(s, …)    a term of this form, called s
//   f->in("a", "b.c")  f is an op a, or an op b of kind c
//   f->computes("a")   f is the function a of each element
//   like(h, f, …)   h is f but for these attributes
//   regrouped()     n and m have the same parts, grouped in other ways
//
// need() names a side condition, without which the law is false; what stands
// before says where the law applies. A comparison of lists means all elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Laws.h"

#include <cmath>

namespace kregc::checker {

constexpr Word relu{"unary.relu"}, relu6{"unary.relu6"}, neg{"unary.neg"},
    magnitude{"unary.abs"}, square{"unary.square"}, root{"unary.sqrt"},
    quotient{"binary.div"}, reshape{"reshape"}, times{"product"}, plus{"sum"},
    dense{"dense"};

/// Whether `h` is `f` but for some attributes, or "op".
static bool like(const Name &h, const Name &f,
                 std::initializer_list<const char *> changes) {
  Term left = *h, right = *f;
  for (std::string change : changes) {
    left.attrs.erase(change);
    right.attrs.erase(change);
    left.op = change == "op" ? right.op : left.op;
  }
  return left.op == right.op && left.attrs == right.attrs;
}

/// [a, t, u] of a function x > t ? min(x, u) : a · (x - t) with t, u ≥ 0; none
/// of other functions.
static Value clipOf(const Name &f) {
  bool clipped = f->computes("clipped_relu") && f["params"].count() == 3 &&
                 cut(f["params"], 1, 0) >= 0;
  return clipped                ? f["params"]
         : f->computes("relu6") ? join({0, 0, 6})
         : f->computes("relu")  ? join({0, 0, infinity})
                                : join({});
}

/// f is 0 below its threshold.
static bool isClip(const Name &f) {
  return clipOf(f).count() == 3 && clipOf(f)[0] == 0;
}

/// f(0) = 0.
static bool keepsZero(const Name &f) {
  Value clip = clipOf(f);
  return (clip.count() == 3 && (clip[0] == 0 || clip[1] == 0)) ||
         f->computes("leaky_relu", "elu", "gelu", "gelu_tanh", "tanh", "silu",
                     "abs", "neg", "square", "sqrt", "softsign", "selu", "celu",
                     "erf", "sign", "step", "hard_silu", "mish");
}

/// f is x where x ≥ 0, at most 0 elsewhere, and does not decrease.
static bool isRelu(const Name &f) {
  return f->computes("relu") || (f->computes("leaky_relu", "elu") &&
                                 f["params"].count() == 1 && f["params"] >= 0);
}

/// f does not decrease.
static bool isMonotone(const Name &f) {
  return f->computes("sigmoid", "tanh", "exp", "softplus", "softsign",
                     "log_sigmoid", "erf") ||
         isRelu(f) || (clipOf(f).count() == 3 && clipOf(f)[0] >= 0) ||
         (f->computes("clip") && f["params"][0] <= f["params"][1]);
}

/// f(c·g(x)) = f(c·x), f a clip.
static bool keepsHalf(const Name &f, const Value &c, const Name &g) {
  Value outer = clipOf(f), inner = clipOf(g);
  return isRelu(g) ||
         (inner.count() == 3 && inner[0] >= 0 && inner[1] * c <= outer[1] &&
          (inner[2] == infinity ||
           (inner[2] * c >= outer[2] && inner[2] * c > outer[1])));
}

static bool isZero(const Name &x) {
  return x->in("constant") && x["values"] == 0;
}

/// E|x·(1 + σ·z)| / |x|, z normal, σ² = rate / (1 - rate).
static Value foldedMean(const Value &rate) {
  double p = rate.numbers[0].get_d(), s = std::sqrt(p / (1 - p));
  return Number(s * std::sqrt(2 / M_PI) * std::exp(-0.5 / (s * s)) +
                std::erf(1 / (s * M_SQRT2)));
}

// clang-format off

/// Two terms of the same shape are equal.
std::vector<Laws::Rule> Laws::valueLaws() {
  return {
  {"same", [=] { return says(f(all(r)), f(all(r))); }},

  // Ops that do nothing, as the shapes are the same.
  {"trivial-move", [=] { return says(f(x), x) && f->in("reshape", "transpose", "pad", "slice", "repeat", "concat") &&
    need("order-kept", !f->in("transpose") || f["perm"] == sorted(f["perm"])); }},
  {"trivial-pool", [=] { return says(f(x), x) && f->in("pool") && need("window-1", f["window"] == 1); }},
  {"trivial-reduce", [=] { return says(f(x), x) && f->in("reduce"); }},
  {"trivial-noise", [=] { return says(f(x), x) && f->in("dropout", "noise") &&
    need("rate-0", f->get("rate", 0) == 0 && f->get("amount", 0) == 0); }},
  {"neutral", [=] { return says(f(x, k), x) && f->in("sum", "binary.add", "binary.sub") && k->in("constant") && need("neutral", k["values"] == 0); }},
  {"neutral", [=] { return says(f(x, k), x) && f->in("product", "binary.mul", "binary.div") && k->in("constant") && need("neutral", k["values"] == 1); }},
  {"noise-at-inference", [=] { return says(f(x), x) && f->in("dropout", "noise") && need("mode", mode == Mode::Inference); }},
  {"batch-norm-mode", [=] { return says(f(all(r)), h(all(r))) && f->in("batch_norm") && mode == Mode::Inference &&
    like(h, f, {"trained"}) && !h->has("trained"); }},
  {"batch-norm-mode", [=] { return says(f(x, k, v, all(r)), h(x, all(r))) && f->in("batch_norm") && h->in("batch_norm_train") &&
    like(h, f, {"op", "trained"}) && !h->has("trained") && mode != Mode::Inference && need("trained", f->has("trained")); }},

  // Functions of each element.
  {"leaky-relu-0", [=] { return says(f(x), relu(x)) && f->computes("leaky_relu", "elu") && need("slope-0", f["params"] == join({0})); }},
  {"leaky-relu-1", [=] { return says(f(x), x) && f->computes("leaky_relu") && need("slope-1", f["params"] == join({1})); }},
  {"clipped-relu", [=] { return says(f(x), h(x)) && f->computes("clipped_relu") && h->computes("leaky_relu") &&
    like(h, f, {"kind", "params"}) && h["params"] == join({f["params"][0]}) &&
    need("threshold-0", f["params"][1] == 0) && need("no-maximum", f["params"][2] == infinity); }},
  {"clipped-relu6", [=] { return says(f(x), relu6(x)) && f->computes("clipped_relu") && need("slope-0", f["params"][0] == 0) &&
    need("threshold-0", f["params"][1] == 0) && need("maximum-6", f["params"][2] == 6); }},
  {"on-range", [=] { return says(f(x), x) && f->computes("relu", "leaky_relu", "elu", "abs") && need("non-negative", low(x) >= 0); }},
  {"maximum-on-range", [=] { return says(relu6(x), relu(x)) && need("at-most", high(x) <= 6); }},
  {"maximum-on-range", [=] { return says(f(x), h(x)) && f->computes("clipped_relu") && like(h, f, {"params"}) &&
    h["params"] == join({cut(f["params"], 0, 1), infinity}) && need("at-most", high(x) <= f["params"][2]); }},
  {"clip-on-range", [=] { return says(f(x), x) && f->computes("clip") && need("at-least", low(x) >= f["params"][0]) &&
    need("at-most", high(x) <= f["params"][1]); }},
  {"twice", [=] { return says(f(called(k, f(x))), k) && f->in("unary") && need("idempotent", f->computes("relu", "relu6", "abs")); }},
  {"half", [=] { return says(f(optionally(c, g(x))), f(optionally(c, x))) && isClip(f) && product(c.numbers()) > 0 &&
    need("keeps-half", keepsHalf(f, product(c.numbers()), g)); }},
  {"half", [=] { return says(f(optionally(c, g(e(x)))), f(optionally(c, g(x)))) && isClip(f) && product(c.numbers()) > 0 &&
    g->in("dropout") && need("keeps-half", isRelu(e)); }},
  {"clipped-clipped", [=] { return says(f(g(x)), h(x)) && isClip(f) && isClip(h) && clipOf(g).count() == 3 &&
    clipOf(h)[1] == max(clipOf(f)[1], clipOf(g)[1]) && clipOf(h)[2] == min(clipOf(f)[2], clipOf(g)[2]) &&
    need("not-negative", clipOf(g)[0] >= 0) && need("reached", clipOf(g)[2] > clipOf(f)[1]); }},
  {"leaky-leaky", [=] { return says(f(g(x)), h(x)) && f->computes("leaky_relu") && like(g, f, {"params"}) && like(h, f, {"params"}) &&
    need("not-negative", g["params"] >= 0) && need("exact", h["params"] == f["params"] * g["params"]); }},
  {"even", [=] { return says(f(magnitude(x)), f(x)) && f->in("unary") && need("even", f->computes("abs", "square")); }},
  {"even", [=] { return says(f(g(magnitude(x))), f(g(x))) && f->in("unary") && g->in("dropout") &&
    need("even", f->computes("abs", "square")); }},
  {"negation", [=] { return says(neg(x), c * x) && product(c.numbers()) == -1; }},

  // Moves of elements.
  {"reshape-reshape", [=] { return says(reshape(reshape(x)), reshape(x)); }},
  {"transpose-transpose", [=] { return says(f(g(x)), h(x)) && f->in("transpose") && g->in("transpose") &&
    like(h, f, {"perm"}) && h["perm"] == g["perm"][f["perm"]]; }},
  {"repeat-repeat", [=] { return says(f(g(x)), h(x)) && f->in("repeat") && g->in("repeat") &&
    like(h, f, {"factors"}) && h["factors"] == f["factors"] * g["factors"]; }},
  {"pad-pad", [=] { return says(f(g(x)), h(x)) && f->in("pad") && g->in("pad") && like(h, f, {"low", "high"}) &&
    h["low"] == f["low"] + g["low"] && h["high"] == f["high"] + g["high"]; }},
  {"transpose-pad", [=] { return says(f(g(x)), h(f(x))) && f->in("transpose") && g->in("pad") && like(h, g, {"low", "high"}) &&
    h["low"] == g["low"][f["perm"]] && h["high"] == g["high"][f["perm"]]; }},
  {"slice-pad", [=] { return says(f(g(x)), h(e(x))) && f->in("slice") && g->in("pad") && like(h, f, {"low", "high"}) &&
    like(e, g, {"low", "high"}) && f["low"] - h["low"] == g["low"] - e["low"] && f["high"] - h["high"] == g["high"] - e["high"] &&
    need("no-more-cut", h["low"] >= 0 && h["high"] >= 0 && e["low"] >= 0 && e["high"] >= 0); }},
  {"move-to-pad", [=] { return says(g(f(optionally(c, x))), f(optionally(c, g(x)))) && f->in("unary") && g->in("transpose", "slice"); }},
  {"slice-slice", [=] { return says(f(g(x)), h(x)) && f->in("slice") && g->in("slice") && like(h, f, {"low", "high"}) &&
    h["low"] == f["low"] + g["low"] && h["high"] == f["high"] + g["high"] && need("stride-1", g->get("strides", 1) == 1); }},
  {"concat-concat", [=] { return n->in("concat") && like(m, n, {}) && regrouped(); }},
  {"weight-reshape", [=] { return says(reshape(f()), f()) && f->in("weight"); }},

  // Sums and products of any number of tensors, in any order.
  {"sum", [=] { return n->in("sum", "binary.add") && m->in("sum") && regrouped(); }},
  {"product", [=] { return n->in("product", "binary.mul") && m->in("product") && regrouped(); }},
  {"extremum", [=] { return n->in("maximum", "binary.max") && m->in("maximum") && regrouped(); }},
  {"extremum", [=] { return n->in("minimum", "binary.min") && m->in("minimum") && regrouped(); }},
  {"splat", [=] { return says(f(all(r)), f(all(s))) && f->in("sum", "product") && every([=] {
      return r.id() == s.id() || (r->in("constant") && s->in("constant") && s["shape"].count() == 0 &&
        need("one-number", r["values"].count() == 1) && s["values"] == r["values"]); }); }},
  {"factors", [=] { Number left = 1, right = 1; return n->in("product") && m->in("product") &&
    parts(n, &left) == parts(m, &right) && need("exact", left == right); }},
  };
}

/// The same, of functions, factors and weights that change their place.
std::vector<Laws::Rule> Laws::moreValueLaws() {
  auto swapped = [this] { return says(f(optionally(c, g(x))), g(f(optionally(c, x)))); };
  // Of the moving mean k and variance v: s·x - s·k + b, s = y/√(v + e).
  auto affine = [this](const Pattern &norm, const Pattern &sum, bool gamma, bool beta) {
    return says(norm, sum) && f->in("batch_norm") && !f->has("trained") && e["values"] == f["epsilon"] &&
           f["axis"] + 1 == n["shape"].count() && f["gamma"] == gamma && f["beta"] == beta;
  };
  auto scaled = [this](const Pattern &gamma) {
    return times(x, called(s, quotient(gamma, root(plus(v, e)))));
  };
  const Pattern shift = times(k, s, -1);
  return {
  // Linear combinations.
  {"linear", [=] { return n->in("sum", "binary.sub") && need("exact", combination(n) == combination(m)); }},
  {"scale-through-concat", [=] { return n->in("concat") && combination(n) == combination(m); }},
  {"zero", [=] { return is(f(all(r))) && f->in("product") && !every([=] { return !isZero(r); }) && isZero(m); }},
  {"zero", [=] { return is(f(all(r))) && f->in("sum", "concat", "maximum", "minimum") && every([=] { return isZero(r); }) && isZero(m); }},
  {"zero", [=] { return is(f(x, all(r))) && f->in("unary", "reshape", "transpose", "pad", "slice", "repeat", "resize", "dropout", "noise.gaussian_dropout",
    "dense", "conv", "depthwise_conv", "conv_transpose", "pool", "reduce") && isZero(x) && isZero(m) &&
    need("keeps-zero", !f->in("unary") || keepsZero(f)); }},
  {"zero", [=] { return says(g(all(f(r))), f(y)) && every([=] { return isZero(r); }) && isZero(y) &&
    (f->in("unary") ? g->in("reshape", "transpose", "slice", "repeat", "concat", "pool.max", "reduce.max", "reduce.min")
                    : f->in("noise") && !f->has("noise_shape") && g->in("reshape")); }},
  {"zero", [=] { return is(f(x)) && f->computes("clipped_relu") && f["params"][2] == 0 && isZero(m) &&
    need("slope-0", f["params"][0] == 0) && need("threshold-not-negative", f["params"][1] >= 0); }},

  // A function of each element moves towards the inputs.
  {"unary-through-move", [=] { return swapped() && f->in("unary") && g->in("reshape", "transpose", "repeat", "slice"); }},
  {"unary-through-concat", [=] { return says(f(optionally(c, g(all(x)))), g(all(f(optionally(c, x))))) &&
    f->in("unary") && g->in("concat"); }},
  {"unary-through-pad", [=] { return swapped() && f->in("unary") && g->in("pad") && need("keeps-zero", keepsZero(f)); }},
  {"unary-through-max-pool", [=] { return swapped() && f->in("unary") && g->in("pool.max", "reduce.max", "reduce.min") &&
    need("monotone", (c.numbers().count() == 0 || c.numbers() >= 0) && isMonotone(f)); }},
  {"unary-through-dropout", [=] { return swapped() && f->in("unary") && g->in("dropout") &&
    need("homogeneous", f->computes("relu", "leaky_relu", "abs", "neg")); }},
  {"noise-through-reshape", [=] { return swapped() && f->in("dropout", "noise") && g->in("reshape") &&
    need("per-element", !f->has("noise_shape")); }},

  // One number as a factor moves towards the outputs.
  {"scale-through-unary", [=] { return says(f(c * x), d * f(optionally(e, x))) && f->in("unary") &&
    product(d.numbers()) * product(e.numbers()) == product(c.numbers()) &&
    need("homogeneous", f->computes("relu", "leaky_relu")) && need("not-negative", product(d.numbers()) >= 0); }},
  {"scale-through-even", [=] { return says(magnitude(c * x), d * magnitude(x)) && product(d.numbers()) == abs(product(c.numbers())); }},
  {"scale-through-even", [=] { return says(square(c * x), d * square(x)) && product(d.numbers()) == product(c.numbers() * c.numbers()); }},
  {"scale-through-linear", [=] { return says(f(c * x, all(r)), c * f(x, all(r))) &&
    f->in("reshape", "transpose", "pad", "slice", "repeat", "resize", "dropout", "dense", "conv", "depthwise_conv", "conv_transpose", "pool", "reduce") &&
    need("linear", !f->in("pool", "reduce") || f->in("pool.avg", "reduce.mean", "reduce.sum")); }},
  {"scale-through-maximum", [=] { return says(f(c * x), d * f(optionally(e, x))) && f->in("pool.max", "reduce.max", "reduce.min") &&
    product(d.numbers()) * product(e.numbers()) == product(c.numbers()) && need("not-negative", product(d.numbers()) >= 0); }},

  // Other forms of a contraction.
  {"conv-is-dense", [=] { return says(f(x, k), dense(h(x), reshape(k))) && f->in("conv") && cut(k["shape"], 0, 2) == 1 &&
    f->get("groups", 1) == 1 && f["strides"] == 1 && h->in("pad") && h["low"] == join({0, f["pads_low"], 0}) &&
    h["high"] == join({0, f["pads_high"], 0}); }},
  {"pad-into-conv", [=] { return says(f(g(x), k), h(e(x), k)) && f->in("conv", "depthwise_conv") && g->in("pad") &&
    like(h, f, {"pads_low", "pads_high"}) && h["pads_low"] == f["pads_low"] + cut(g["low"], 1, 1) &&
    h["pads_high"] == f["pads_high"] + cut(g["high"], 1, 1) && like(e, g, {"low", "high"}) &&
    e["low"] == join({g["low"][0], h["pads_low"] * 0, g["low"][-1]}) && e["high"] == join({g["high"][0], h["pads_high"] * 0, g["high"][-1]}); }},

  // Arithmetic of weights.
  {"batch-norm-affine", [=] { return affine(f(x, k, v), plus(scaled(1), shift), false, false); }},
  {"batch-norm-affine", [=] { return affine(f(x, k, v, y), plus(scaled(y), shift), true, false); }},
  {"batch-norm-affine", [=] { return affine(f(x, k, v, b), plus(scaled(1), shift, b), false, true); }},
  {"batch-norm-affine", [=] { return affine(f(x, k, v, y, b), plus(scaled(y), shift, b), true, true); }},
  {"scale-into-kernel", [=] { return says(times(y, called(e, f(x, k))), f(x, times(k, y))) && e["shape"] == n["shape"] &&
    f->in("dense", "conv", "depthwise_conv") && need("per-channel", y["shape"].count() == 0 ||
      (y["shape"] == join({n["shape"][-1]}) && !f->in("depthwise_conv"))); }},
  {"scale-into-kernel", [=] { return says(times(y, called(e, f(x, k))), f(x, times(k, called(v, reshape(y))))) &&
    e["shape"] == n["shape"] && f->in("depthwise_conv") && v["shape"] == join({k["shape"][-2], k["shape"][-1]}) &&
    need("per-channel", y["shape"] == join({n["shape"][-1]})); }},
  {"scale-over-sum", [=] { return says(times(k, plus(all(x))), plus(all(times(x, k)))); }},
  {"group-constants", [=] { return n->in("sum", "product") && like(m, n, {}) && regrouped(); }},
  {"dense-dense", [=] { return says(dense(dense(x, k), v), dense(x, dense(k, v))); }},
  {"dense-over-sum", [=] { return says(dense(plus(all(x)), k), plus(all(dense(x, k)))); }},
  {"constant", [=] { return need("computed", !n->in("weight", "constant") || !m->in("weight", "constant")) &&
    need("close", terms.areClose(n.id(), m.id(), tolerance)) && (rounded = true); }},
  };
}

/// A penalty Σ|n|^power of a term is one of its operands' and a number.
std::vector<Laws::Rule> Laws::penaltyLaws() {
  // |c| or c² for the product c of numbers.
  auto factor = [this](const Value &numbers) { return power == 1 ? abs(product(numbers)) : product(numbers * numbers); };
  auto rows = [this](const Value &axes) { return Value(Number(n->elements())) / product(n["shape"][axes]); };
  auto inMean = [this](const Name &of) { return mode == Mode::Expectation && !terms.dependsOn(of.id(), f->attrs.at("draw")); };
  auto isAlong = [](const Value &axes, const Name &x) { return axes > 0 && x["shape"][axes] > 0; };
  auto undivided = [this] { worth.perBatch = false; return perBatch; };
  return {
  {"fixed-batch", [=] { return undivided() && need("fixed", terms.fixedBatch() > 0) && gives(1 / Value(terms.fixedBatch()), n); }},
  {"zero", [=] { return isZero(n) && givesNumber(0); }},
  {"reshape", [=] { return is(f(x)) && f->in("reshape") && gives(1, x); }},
  {"transpose", [=] { return is(f(x)) && f->in("transpose") && need("batch-stays", f["perm"][0] == 0) && gives(1, x); }},
  {"pad", [=] { return is(f(x)) && f->in("pad") && gives(1, x); }},
  {"concat", [=] { return is(f(all(x))) && f->in("concat") && f["axis"] > 0 && gives(1, x); }},
  {"repeat", [=] { return is(f(x)) && f->in("repeat") && gives(product(f["factors"]), x); }},
  {"sign", [=] { return is(f(x)) && f->computes("abs", "neg") && gives(1, x); }},
  {"square", [=] { return is(square(x)) && need("power-1", power == 1) && gives(1, x, 2); }},
  {"scale", [=] { return n->in("product") && need("one-number", is(c * x)) && gives(factor(c.numbers()), x); }},
  {"scale", [=] { return is(f(x, k)) && f->in("binary.div") && k->in("constant") && x["shape"] == n["shape"] &&
    need("one-number", k["values"].count() == 1) && abs(k["values"]) < infinity && gives(1 / factor(k["values"]), x); }},
  {"avg-pool", [=] { return is(f(x)) && f->in("pool.avg") && need("power-1", power == 1) && need("non-negative", low(x) >= 0) &&
    need("tiles", f["strides"] == f["window"] && f["pads_low"] == 0 && f["pads_high"] == 0 &&
                  cut(x["shape"], 1, 1) == cut(n["shape"], 1, 1) * f["window"]) && gives(1 / product(f["window"]), x); }},
  {"reduce", [=] { return is(f(x)) && f->in("reduce.mean", "reduce.sum") && isAlong(f["axes"], x) && need("power-1", power == 1) &&
    need("non-negative", low(x) >= 0) && gives(f->in("reduce.mean") ? 1 / product(x["shape"][f["axes"]]) : 1, x); }},
  {"sum", [=] { return is(f(all(x))) && f->in("sum") && need("power-1", power == 1) &&
    need("non-negative", every([=] { return low(x) >= 0; })) &&
    need("no-broadcast", every([=] { return x["shape"] == n["shape"]; })) && gives(1, x); }},
  {"softmax-l1", [=] { return is(f(x)) && f->in("softmax") && isAlong(f["axis"], n) && need("power-1", power == 1) &&
    givesNumber(rows(f["axis"])); }},
  {"unit-norm-l2", [=] { return is(f(x)) && f->in("normalize.l2") && isAlong(f["axes"], n) && need("power-2", power == 2) &&
    need("gradients-only", gradientsOnly) && givesNumber(rows(f["axes"])); }},

  // Means over the draw of n.
  {"dropout", [=] { return is(f(x)) && f->in("dropout") && need("mode", inMean(x)) && need("rate-below-1", f["rate"] < 1) &&
    gives(power == 1 ? 1 : 1 / (1 - f["rate"]), x); }},
  {"gaussian-dropout", [=] { return is(f(x)) && f->in("noise.gaussian_dropout") && need("mode", inMean(x)) && f["amount"] > 0 && f["amount"] < 1 &&
    gives(power == 1 ? foldedMean(f["amount"]) : 1 / (1 - f["amount"]), x); }},
  {"gaussian-noise", [=] { return is(f(x)) && f->in("noise.gaussian_noise") && need("mode", inMean(x)) && need("power-2", power == 2) &&
    gives(1, x) && givesNumber(f["amount"] * f["amount"] * Number(n->elements())); }},
  };
}

// clang-format on

Laws::Laws(Terms &terms, Mode mode, bool gradientsOnly, double tolerance)
    : terms(terms), mode(mode), gradientsOnly(gradientsOnly),
      tolerance(tolerance), ofValues(valueLaws()), ofPenalties(penaltyLaws()) {
  std::vector<Rule> more = moreValueLaws();
  ofValues.insert(ofValues.end(), more.begin(), more.end());
}

} // namespace kregc::checker

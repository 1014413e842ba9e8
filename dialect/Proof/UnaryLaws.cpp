// Value laws of functions of each element.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/ValueLaws.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

static bool isOneOf(const Node &f, ArrayRef<StringLiteral> kinds) {
  return f.is("unary") && llvm::is_contained(kinds, f.text("kind"));
}

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// x > threshold ? min(x, maximum) : slope · (x - threshold).
struct Clipped {
  double slope, threshold, maximum;
};

/// relu, relu6 and clipped_relu with threshold and maximum ≥ 0.
static std::optional<Clipped> clippedOf(const Node &f) {
  std::vector<double> params = f.numbers("params");
  if (f.is("unary", "clipped_relu") && params.size() == 3 && params[1] >= 0 &&
      params[2] >= 0) {
    return Clipped{params[0], params[1], params[2]};
  }
  return f.is("unary", "relu")    ? std::optional(Clipped{0, 0, kInfinity})
         : f.is("unary", "relu6") ? std::optional(Clipped{0, 0, 6})
                                  : std::nullopt;
}

/// f(-0) = f(0) = 0.
bool proof::keepsZero(const Node &f) {
  static constexpr StringLiteral kinds[] = {
      "relu", "relu6", "leaky_relu", "elu",    "gelu", "gelu_tanh", "tanh",
      "silu", "abs",   "neg",        "square", "sqrt", "softsign",  "selu",
      "celu", "erf",   "hard_silu",  "sign",   "step", "mish"};
  std::optional<Clipped> clipped = clippedOf(f);
  return isOneOf(f, kinds) ||
         (clipped && (clipped->slope == 0 || clipped->threshold == 0));
}

/// f(c·x) = c·f(x) for every c >= 0.
bool proof::isHomogeneous(const Node &f) {
  static constexpr StringLiteral kinds[] = {"relu", "leaky_relu", "abs", "neg"};
  return isOneOf(f, kinds);
}

/// a <= b implies f(a) <= f(b).
static bool isMonotone(const Node &f) {
  static constexpr StringLiteral kinds[] = {
      "relu",     "relu6",    "sigmoid",     "tanh", "exp",
      "softplus", "softsign", "log_sigmoid", "erf"};
  std::vector<double> params = f.numbers("params");
  std::optional<Clipped> clipped = clippedOf(f);
  return isOneOf(f, kinds) || (clipped && clipped->slope >= 0) ||
         (f.is("unary", "clip") && params.size() == 2 &&
          params[0] <= params[1]) ||
         (isOneOf(f, {"leaky_relu", "elu"}) && params.size() == 1 &&
          params[0] >= 0);
}

/// A node that applies another function to the same operand.
static Equal otherKind(State &state, const Node &node, StringRef kind,
                       ArrayRef<double> params = {}) {
  Node copy = node;
  copy.attrs.erase("params");
  copy.attrs["kind"] = kind.str();
  if (!params.empty()) {
    llvm::json::Array &array =
        *(copy.attrs["params"] = llvm::json::Array()).getAsArray();
    for (double param : params) { // JSON has no infinity
      array.push_back(std::isinf(param) ? llvm::json::Value("inf") : param);
    }
  }
  return state.make(std::move(copy));
}

/// A bound of the operand.
static Interval rangeOf(State &state, const Node &node) {
  return state.range(node.operands[0]);
}

Equal proof::applyLeakyRelu0(State &state, const Node &node) {
  return isOneOf(node, {"leaky_relu", "elu"}) &&
                 state.need(Condition::LeakyRelu0Slope0,
                            node.numbers("params") == std::vector<double>{0})
             ? otherKind(state, node, "relu")
             : std::nullopt;
}

Equal proof::applyLeakyRelu1(State &state, const Node &node) {
  return node.is("unary", "leaky_relu") &&
                 state.need(Condition::LeakyRelu1Slope1,
                            node.numbers("params") == std::vector<double>{1})
             ? Equal(node.operands[0])
             : std::nullopt;
}

Equal proof::applyClippedRelu(State &state, const Node &node) {
  std::vector<double> params = node.numbers("params");
  if (!node.is("unary", "clipped_relu") || params.size() != 3) {
    return std::nullopt;
  }
  bool unbounded = std::isinf(params[2]) && params[2] > 0;
  return state.need(Condition::ClippedReluNoMaximum, unbounded) &&
                 state.need(Condition::ClippedReluThreshold0, params[1] == 0)
             ? otherKind(state, node, "leaky_relu", params[0])
             : std::nullopt;
}

Equal proof::applyClippedRelu6(State &state, const Node &node) {
  std::vector<double> params = node.numbers("params");
  return node.is("unary", "clipped_relu") && params.size() == 3 &&
                 state.need(Condition::ClippedRelu6Maximum6, params[2] == 6) &&
                 state.need(Condition::ClippedRelu6Slope0, params[0] == 0) &&
                 state.need(Condition::ClippedRelu6Threshold0, params[1] == 0)
             ? otherKind(state, node, "relu6")
             : std::nullopt;
}

Equal proof::applyOnRange(State &state, const Node &node) {
  return isOneOf(node, {"relu", "leaky_relu", "elu", "abs"}) &&
                 state.need(Condition::OnRangeNonNegative,
                            state.isNonNegative(node.operands[0]))
             ? Equal(node.operands[0])
             : std::nullopt;
}

Equal proof::applyMaximumOnRange(State &state, const Node &node) {
  std::vector<double> params = node.numbers("params");
  bool clipped = node.is("unary", "clipped_relu") && params.size() == 3 &&
                 !std::isinf(params[2]);
  if (!clipped && !node.is("unary", "relu6")) {
    return std::nullopt;
  }
  double maximum = clipped ? params[2] : 6;
  if (!state.need(Condition::MaximumOnRangeAtMost,
                  rangeOf(state, node).hi <= maximum)) {
    return std::nullopt;
  }
  if (!clipped) {
    return otherKind(state, node, "relu");
  }
  Node copy = node;
  copy.attrs["params"] = llvm::json::Array{params[0], params[1], "inf"};
  return state.make(std::move(copy));
}

Equal proof::applyClipOnRange(State &state, const Node &node) {
  std::vector<double> params = node.numbers("params");
  if (!node.is("unary", "clip") || params.size() != 2) {
    return std::nullopt;
  }
  Interval x = rangeOf(state, node);
  return state.need(Condition::ClipOnRangeAtLeast, x.lo >= params[0]) &&
                 state.need(Condition::ClipOnRangeAtMost, x.hi <= params[1])
             ? Equal(node.operands[0])
             : std::nullopt;
}

Equal proof::applyTwice(State &state, const Node &f) {
  if (!f.is("unary") || !state.operand(f).is("unary", f.text("kind")) ||
      f.attrs != state.operand(f).attrs) {
    return std::nullopt;
  }
  return state.need(Condition::TwiceIdempotent,
                    isOneOf(f, {"relu", "relu6", "abs"}))
             ? Equal(f.operands[0])
             : std::nullopt;
}

/// f(c·g(x)) = f(c·x) for f = min(relu(x), m) above a threshold.
static bool keepsHalf(const Clipped &f, double c, const Node &g) {
  std::vector<double> params = g.numbers("params");
  if (std::optional<Clipped> clipped = clippedOf(g)) {
    double most = c * clipped->maximum;
    return clipped->slope >= 0 && c * clipped->threshold <= f.threshold &&
           most >= f.maximum && most > f.threshold;
  }
  return params.size() == 1 && params[0] >= 0;
}

Equal proof::applyHalf(State &state, const Node &f) {
  std::optional<Clipped> clipped = clippedOf(f);
  if (!clipped || clipped->slope != 0) {
    return std::nullopt;
  }
  Under inner = under(state, f);
  if (inner.g.is("dropout")) { // g has moved into it
    Node g = state.operand(inner.g);
    bool passes =
        isOneOf(g, {"relu", "leaky_relu"}) &&
        !anyNegative(state, inner.scale) &&
        state.need(Condition::HalfKeepsHalf,
                   g.is("unary", "relu") || keepsHalf(*clipped, 1, g));
    return passes ? Equal(scaledAndApplied(
                        state, f, inner,
                        state.make(with(inner.g, g.operands, f.shape))))
                  : std::nullopt;
  }
  bool form = clippedOf(inner.g) || isOneOf(inner.g, {"leaky_relu", "elu"});
  double c = 1;
  for (int factor : inner.scale.factors) {
    c *= *splatOf(state.at(factor));
  }
  return form && c > 0 && inner.scale.factors.size() <= 1 &&
                 state.need(Condition::HalfKeepsHalf,
                            keepsHalf(*clipped, c, inner.g))
             ? Equal(scaledAndApplied(state, f, inner, inner.g.operands[0]))
             : std::nullopt;
}

Equal proof::applyClippedClipped(State &state, const Node &f) {
  std::optional<Clipped> outer = clippedOf(f), inner;
  if (outer) {
    inner = clippedOf(state.operand(f));
  }
  if (!outer || !inner || outer->slope != 0 ||
      !state.need(Condition::ClippedClippedNotNegative, inner->slope >= 0) ||
      !state.need(Condition::ClippedClippedReached,
                  inner->maximum > outer->threshold)) {
    return std::nullopt;
  }
  double maximum = std::min(inner->maximum, outer->maximum);
  return otherKind(state, with(f, state.operand(f).operands, f.shape),
                   "clipped_relu",
                   {0, std::max(inner->threshold, outer->threshold), maximum});
}

Equal proof::applyLeakyLeaky(State &state, const Node &f) {
  if (!f.is("unary", "leaky_relu")) {
    return std::nullopt;
  }
  const Node &g = state.operand(f);
  std::vector<double> outer = f.numbers("params"), inner = g.numbers("params");
  if (!g.is("unary", "leaky_relu") || outer.size() != 1 || inner.size() != 1 ||
      !(outer[0] >= 0) || // others do not pass a maximum between the two
      !state.need(Condition::LeakyLeakyNotNegative, inner[0] >= 0) ||
      !state.need(Condition::LeakyLeakyExact, isExact(inner[0], outer[0]))) {
    return std::nullopt;
  }
  Node merged = with(f, {g.operands[0]}, f.shape);
  merged.attrs["params"] = llvm::json::Array{inner[0] * outer[0]};
  return state.make(std::move(merged));
}

Equal proof::applyEven(State &state, const Node &f) {
  if (!f.is("unary")) {
    return std::nullopt;
  }
  Node g = state.operand(f); // |x| or dropout(|x|)
  bool drops = g.is("dropout");
  const Node abs = drops ? state.operand(g) : g;
  if (!abs.is("unary", "abs") ||
      !state.need(Condition::EvenEven, isOneOf(f, {"abs", "square"}))) {
    return std::nullopt;
  }
  int x = abs.operands[0];
  return state.make(
      with(f, {drops ? state.make(with(g, {x}, g.shape)) : x}, f.shape));
}

//===----------------------------------------------------------------------===//
// Towards the inputs
//===----------------------------------------------------------------------===//

Equal proof::applyUnaryThroughMove(State &state, const Node &f) {
  static constexpr StringLiteral moves[] = {"reshape", "transpose", "repeat",
                                            "slice"};
  if (!f.is("unary")) {
    return std::nullopt;
  }
  Under inner = under(state, f);
  return llvm::is_contained(moves, inner.g.op) ? Equal(swap(state, f, inner))
                                               : std::nullopt;
}

Equal proof::applyUnaryThroughConcat(State &state, const Node &f) {
  if (!f.is("unary")) {
    return std::nullopt;
  }
  Under inner = under(state, f);
  if (!inner.g.is("concat")) {
    return std::nullopt;
  }
  for (int &part : inner.g.operands) {
    part = scaledAndApplied(state, f, inner, part);
  }
  return state.make(std::move(inner.g));
}

Equal proof::applyUnaryThroughPad(State &state, const Node &f) {
  if (!f.is("unary")) {
    return std::nullopt;
  }
  Under inner = under(state, f);
  return inner.g.is("pad") &&
                 state.need(Condition::UnaryThroughPadKeepsZero, keepsZero(f))
             ? Equal(swap(state, f, inner))
             : std::nullopt;
}

Equal proof::applyUnaryThroughMaxPool(State &state, const Node &f) {
  if (!f.is("unary")) {
    return std::nullopt;
  }
  Under inner = under(state, f);
  bool extremum = inner.g.is("pool", "max") || inner.g.is("reduce", "max") ||
                  inner.g.is("reduce", "min");
  bool monotone = isMonotone(f) && !anyNegative(state, inner.scale);
  return extremum &&
                 state.need(Condition::UnaryThroughMaxPoolMonotone, monotone)
             ? Equal(swap(state, f, inner))
             : std::nullopt;
}

Equal proof::applyUnaryThroughDropout(State &state, const Node &f) {
  if (!f.is("unary")) {
    return std::nullopt;
  }
  Under inner = under(state, f);
  return inner.g.is("dropout") &&
                 state.need(Condition::UnaryThroughDropoutHomogeneous,
                            isHomogeneous(f))
             ? Equal(swap(state, f, inner))
             : std::nullopt;
}

Equal proof::applyNoiseThroughReshape(State &state, const Node &noise) {
  if (!noise.isNoise()) {
    return std::nullopt;
  }
  Under inner = under(state, noise);
  return inner.g.is("reshape") &&
                 state.need(Condition::NoiseThroughReshapePerElement,
                            !noise.attrs.get("noise_shape"))
             ? Equal(swap(state, noise, inner))
             : std::nullopt;
}

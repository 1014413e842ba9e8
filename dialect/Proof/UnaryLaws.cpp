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

/// m of a function min(relu(x), m), infinity of relu; none of others.
static std::optional<double> maximumOf(const Node &f) {
  std::vector<double> params = f.numbers("params");
  if (f.is("unary", "clipped_relu") && params.size() == 3 && params[0] == 0 &&
      params[1] == 0 && params[2] >= 0) {
    return params[2];
  }
  return f.is("unary", "relu")    ? std::optional(kInfinity)
         : f.is("unary", "relu6") ? std::optional(6.0)
                                  : std::nullopt;
}

/// f(-0) = f(0) = 0.
bool proof::keepsZero(const Node &f) {
  static constexpr StringLiteral kinds[] = {
      "relu", "relu6", "leaky_relu", "elu",    "gelu", "gelu_tanh", "tanh",
      "silu", "abs",   "neg",        "square", "sqrt", "softsign",  "selu",
      "celu", "erf",   "hard_silu",  "sign",   "step", "mish"};
  return isOneOf(f, kinds) || maximumOf(f);
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
  return isOneOf(f, kinds) || maximumOf(f) ||
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
    copy.attrs["params"] = llvm::json::Array(params);
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

/// g(x) = x from 0 to `maximum`, g(x) >= maximum beyond, g(x) <= 0 below.
static bool keepsHalf(const Node &g, double maximum) {
  std::vector<double> params = g.numbers("params");
  return maximumOf(g).value_or(-1) >= maximum ||
         (isOneOf(g, {"leaky_relu", "elu"}) && params.size() == 1 &&
          params[0] >= 0);
}

Equal proof::applyHalf(State &state, const Node &f) {
  std::optional<double> maximum = maximumOf(f);
  if (!maximum) {
    return std::nullopt;
  }
  const Node &g = state.operand(f);
  bool form = maximumOf(g) || isOneOf(g, {"leaky_relu", "elu"});
  if (!form || !state.need(Condition::HalfKeepsHalf, keepsHalf(g, *maximum))) {
    return std::nullopt;
  }
  return state.make(with(f, {g.operands[0]}, f.shape));
}

Equal proof::applyEven(State &state, const Node &f) {
  if (!f.is("unary") || !state.operand(f).is("unary", "abs") ||
      !state.need(Condition::EvenEven, isOneOf(f, {"abs", "square"}))) {
    return std::nullopt;
  }
  return state.make(with(f, {state.operand(f).operands[0]}, f.shape));
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
  bool monotone = isMonotone(f) && !anyNegative(state, inner.scale);
  return inner.g.is("pool", "max") &&
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

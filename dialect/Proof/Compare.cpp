// Compares normal forms.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Compare.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

/// Whether two coefficients are the same; sets `rounded` if only up to it.
static bool agree(const Coefficient &a, const Coefficient &b, double tolerance,
                  bool &rounded) {
  if (a.value == b.value) {
    return true;
  }
  Rational distance = a.value - b.value;
  if (distance < Rational(0)) {
    distance = -distance;
  }
  Rational bound = (a.magnitude + b.magnitude) * *Rational::of(tolerance);
  if ((!a.computed && !b.computed) || distance > bound) {
    return false;
  }
  rounded = true;
  return true;
}

bool proof::roundsWeights(const State &state) {
  return llvm::any_of(state.steps,
                      [](const Step &step) { return step.law == "constant"; });
}

Comparison proof::compare(const State &state, const Graph &graph) {
  Comparison result;
  result.rounded = roundsWeights(state);
  const ModelTerms &a = graph.models[0], &b = graph.models[1];
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    if (state.find(a.outputs[i]) != state.find(b.outputs[i])) {
      result.differentOutput = static_cast<int>(i);
      break;
    }
  }
  std::set<PenaltyKey> keys;
  for (const PenaltySum &sum : state.sums) {
    for (const auto &[key, coefficient] : sum.terms) {
      keys.insert(key);
    }
  }
  auto coefficientOf = [&](int model, const PenaltyKey &key) {
    auto found = state.sums[model].terms.find(key);
    return found == state.sums[model].terms.end() ? Coefficient()
                                                  : found->second;
  };
  for (const PenaltyKey &key : keys) {
    Coefficient left = coefficientOf(0, key), right = coefficientOf(1, key);
    if (!agree(left, right, state.options.tolerance, result.rounded)) {
      result.penalties.push_back({key, left, right});
    }
  }
  for (int times : {0, 1}) {
    result.constantsDiffer |=
        !agree(state.sums[0].constants[times], state.sums[1].constants[times],
               state.options.tolerance, result.rounded);
  }
  return result;
}

// Inputs on which two models differ.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_COUNTEREXAMPLE_H
#define KREGC_DIALECT_PROOF_COUNTEREXAMPLE_H

#include "dialect/Proof/Compare.h"
#include "dialect/Proof/Evaluate.h"

namespace mlir::kreg::proof {

/// How a difference is known: in exact fractions; between balls that contain
/// the true values; or, where a model is too large for both, in doubles.
enum class Certainty { Exact, Enclosed, Doubles };
StringRef name(Certainty certainty); ///< "exactly", "with error bounds", …

/// An input and what both models make of it.
struct Counterexample {
  std::string input;                  ///< "ones", "random numbers (seed 3)"
  std::vector<Tensor<double>> inputs; ///< float32 numbers
  Values<double> a, b;
  Certainty certainty = Certainty::Doubles;
  /// What differs: an output with the index of its element, or the penalties.
  int output = -1;
  int64_t element = 0;
  /// The two numbers that differ; in expectation expected penalties.
  double left = 0, right = 0;
};

/// How far two numbers must be apart, relative to the largest number of their
/// tensor (of both sums for penalties), so that rounding of constants cannot
/// explain it: 10 times the tolerance, for weights are rounded before they are
/// summed. Nothing is to be explained where the models are the same but for
/// constants of their files, which must be equal, unless a law rounds weights.
double surelyDifferent(const Graph &graph, const State &state,
                       const ProveOptions &options);

/// Searches an input for which the models differ in the mode, simple ones
/// first; none if there is none among those tried, or a model cannot be
/// evaluated (`problem` says why then). `state` is that of the mode with its
/// penalties moved.
std::optional<Counterexample>
findCounterexample(const Graph &graph, State &state, ArrayRef<ModuleOp> modules,
                   const ProveOptions &options, std::string &problem);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_COUNTEREXAMPLE_H

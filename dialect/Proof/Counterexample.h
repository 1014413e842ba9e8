// Inputs on which two models differ.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_COUNTEREXAMPLE_H
#define KREGC_DIALECT_PROOF_COUNTEREXAMPLE_H

#include "dialect/Proof/Compare.h"
#include "dialect/Proof/Evaluate.h"

namespace mlir::kreg::proof {

/// An input and what both models make of it.
struct Counterexample {
  std::string input;                  ///< "ones", "random numbers (seed 3)"
  std::vector<Tensor<double>> inputs; ///< float32 numbers
  Values<double> a, b;
  bool exact = false; ///< confirmed in exact rational arithmetic
  /// What differs: an output with the index of its element, or the penalties.
  int output = -1;
  int64_t element = 0;
  /// The two numbers that differ; in expectation expected penalties.
  double left = 0, right = 0;
};

/// Two numbers differ for sure if they are further apart than this, relative to
/// the largest number of their tensor (of both sums for penalties). Sums in
/// double are off by far less.
inline constexpr double kSurelyDifferent = 1e-5;

/// Searches an input for which the models differ in the mode, simple ones
/// first; none if there is none among those tried, or a model cannot be
/// evaluated (`problem` says why then). `state` is that of the mode with its
/// penalties moved.
std::optional<Counterexample> findCounterexample(const Graph &graph,
                                                 State &state,
                                                 ArrayRef<ModuleOp> modules,
                                                 std::string &problem);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_COUNTEREXAMPLE_H

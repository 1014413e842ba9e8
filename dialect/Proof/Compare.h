// What is left to compare once both models are in normal form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_COMPARE_H
#define KREGC_DIALECT_PROOF_COMPARE_H

#include "dialect/Proof/State.h"

namespace mlir::kreg::proof {

/// A penalty whose coefficients differ; model a's and b's.
struct Difference {
  PenaltyKey key;
  Coefficient a, b;
};

struct Comparison {
  int differentOutput = -1; ///< the first, or none
  std::vector<Difference> penalties;
  bool constantsDiffer = false;
  bool rounded = false; ///< equal up to the rounding of computed constants

  bool outputsAgree() const { return differentOutput < 0; }
  bool gradientsAgree() const { return outputsAgree() && penalties.empty(); }
  bool isEqual() const { return gradientsAgree() && !constantsDiffer; }
};

/// Whether a law took weights for the same that agree up to rounding only.
bool roundsWeights(const State &state);

/// Compares the outputs and sums of a state whose penalties were moved.
Comparison compare(const State &state, const Graph &graph);

/// The certificate of the modes in `states`, each proved equal: JSON that
/// kreg-check reads (docs/proof.md has the format). `claims` are "equal" or
/// "same-gradients".
std::string certificate(const Graph &graph, ArrayRef<const State *> states,
                        ArrayRef<StringRef> claims);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_COMPARE_H

// Proofs as a story for people.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_EXPLAIN_H
#define KREGC_DIALECT_PROOF_EXPLAIN_H

#include "dialect/Proof/Compare.h"

namespace mlir::kreg::proof {

/// What was done to the models of a state, and what is left of their outputs
/// and penalties, a line each. S1 is Σ|x|, S2 is Σx²; a tensor is called by its
/// op and layer.
std::vector<std::string> explain(const Graph &graph, const State &state);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_EXPLAIN_H

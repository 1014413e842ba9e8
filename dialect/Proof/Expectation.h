// Means of penalties over a model's own noise, for one input.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_EXPECTATION_H
#define KREGC_DIALECT_PROOF_EXPECTATION_H

#include "dialect/Proof/Compare.h"
#include "dialect/Proof/Evaluate.h"

namespace mlir::kreg::proof {

/// Whether an output that is not known to be the same in both models depends on
/// a draw.
bool anyOutputIsRandom(const Graph &graph, const State &state);

/// The expected sums of penalties of both models without what they have in
/// common, from the terms that the laws of expectation left. Errors: a term
/// whose mean has no closed form here.
template <typename Number>
llvm::Expected<std::pair<Number, Number>>
expectedPenalties(const Graph &graph, State &state, ArrayRef<ModuleOp> modules,
                  ArrayRef<Tensor<Number>> inputs);

extern template llvm::Expected<std::pair<double, double>>
expectedPenalties(const Graph &, State &, ArrayRef<ModuleOp>,
                  ArrayRef<Tensor<double>>);
extern template llvm::Expected<std::pair<Ball, Ball>>
expectedPenalties(const Graph &, State &, ArrayRef<ModuleOp>,
                  ArrayRef<Tensor<Ball>>);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_EXPECTATION_H

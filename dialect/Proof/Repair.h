// Coefficients of activity regularizers that make two models equal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_REPAIR_H
#define KREGC_DIALECT_PROOF_REPAIR_H

#include "dialect/Proof/Compare.h"

namespace mlir::kreg::proof {

/// What the activity regularizer of a layer should have.
struct NewCoefficients {
  std::string layer;
  double l1 = 0, l2 = 0;
};

/// Coefficients for layers of the second model that make the penalties of the
/// two models equal in the state's mode, as few layers as possible; empty if
/// there are none, or the outputs differ. Of as many layers those that only
/// penalise come first. The answer is to be proved: withRepair.
std::vector<NewCoefficients> findRepair(const Graph &graph, State &state);

/// The graph whose second model has these coefficients.
Graph withRepair(const Graph &graph, ArrayRef<NewCoefficients> repair);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_REPAIR_H

// Bounds of the elements of each tensor of a model: what lets a penalty law
// say "where x is not negative".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_ANALYSIS_RANGEANALYSIS_H
#define KREGC_DIALECT_ANALYSIS_RANGEANALYSIS_H

#include "dialect/IR/Kreg.h"

#include <limits>

namespace mlir::kreg {

/// Every element is NaN or lies in [lo, hi]. -0 counts as 0.
struct Bounds {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();

  bool isNonNegative() const { return lo >= 0.0; }
};

/// The ranges of all tensors of a model, found in one walk over its ops in
/// order. Stays right as long as no op that makes a tensor is changed.
class RangeAnalysis {
public:
  explicit RangeAnalysis(ModelOp model);

  /// The range of `tensor`; without bounds if nothing is known.
  Bounds of(Value tensor) const { return ranges.lookup(tensor); }

private:
  llvm::DenseMap<Value, Bounds> ranges;
};

} // namespace mlir::kreg

#endif // KREGC_DIALECT_ANALYSIS_RANGEANALYSIS_H

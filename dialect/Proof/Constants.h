// Values of terms that depend on weights and constants alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_CONSTANTS_H
#define KREGC_DIALECT_PROOF_CONSTANTS_H

#include "dialect/Proof/Graph.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <map>
#include <memory>

namespace mlir::kreg::proof {

/// A constant tensor in doubles, row-major, with the size of the terms that
/// each number is a sum of: what a rounding error is relative to.
struct ConstantValue {
  std::vector<int64_t> shape;
  std::vector<double> data, size;
};

/// Evaluates terms on demand and keeps what they are.
class Constants {
public:
  explicit Constants(const Graph &graph) : graph(&graph) {}

  /// The value of a term; null if it depends on an input, on a weight without
  /// values, or on an op that constants are not computed with. `operands` gives
  /// the values of its operands.
  using Operand = llvm::function_ref<const ConstantValue *(int)>;
  const ConstantValue *of(int id, const Node &node, Operand operand);

private:
  std::unique_ptr<ConstantValue> compute(const Node &node, Operand operand);

  const Graph *graph;
  std::map<int, std::unique_ptr<ConstantValue>> values;
};

/// Whether two constants are the same but for `tolerance` of their sizes.
bool areClose(const ConstantValue &a, const ConstantValue &b, double tolerance);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_CONSTANTS_H

// One rule per core op: what the gradient of its result gives its operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRAINING_GRADIENTRULES_H
#define KREGC_DIALECT_TRAINING_GRADIENTRULES_H

#include "dialect/Training/Term.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::kreg::training {

/// The gradients that have arrived at each value so far. A gradient has the
/// type of its value.
class Gradients {
public:
  explicit Gradients(OpBuilder &builder) : builder(builder) {}

  /// Marks a value whose gradient is wanted; others are not computed.
  void want(Value value) { wanted.insert(value); }
  bool wants(Value value) const { return wanted.contains(value); }

  /// Adds `gradient` to that of `value`, where that one is wanted.
  void add(Value value, Value gradient);

  /// The sum of what has arrived; null if nothing has.
  Value of(Value value) const { return arrived.lookup(value); }

private:
  OpBuilder &builder;
  llvm::DenseSet<Value> wanted;
  llvm::DenseMap<Value, Value> arrived;
};

/// Adds to the operands' gradients what `op` passes back of its result's
/// gradient `dy`. Penalties and totals start gradients: their `dy` is null and
/// counts as 1. Ops are made at the builder. Fails, with a message at the op,
/// where the op has no rule.
LogicalResult differentiate(Operation *op, Value dy, OpBuilder &builder,
                            Gradients &gradients);

} // namespace mlir::kreg::training

#endif // KREGC_DIALECT_TRAINING_GRADIENTRULES_H

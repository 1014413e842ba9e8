// The outputs of a model on its way to a step: new ones with their names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRAINING_STEPRESULTS_H
#define KREGC_DIALECT_TRAINING_STEPRESULTS_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Builders.h"

namespace mlir::kreg::training {

/// Edits the outputs of a model together with its type and result attributes,
/// which must agree: collects, then writes all at once.
class StepResults {
public:
  explicit StepResults(ModelOp model);

  void add(const std::string &name, Value value);
  /// Writes outputs, function type and names: the added ones behind those
  /// that are there, or in their place.
  void finish(bool keepOutputs = true);

private:
  ModelOp model;
  ReturnOp terminator;
  SmallVector<Value> values;
  SmallVector<DictionaryAttr> attributes;
};

} // namespace mlir::kreg::training

#endif // KREGC_DIALECT_TRAINING_STEPRESULTS_H

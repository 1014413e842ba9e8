// Two core ops of a kernel may be one value in linalg: square(x) and x·x, a
// gradient that equals an output. Each value leaves a kernel once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/ShareResults.h"

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace mlir::kreg;

/// Whether a model returns the tensor or a view of it: it then needs memory of
/// its own.
static bool isOutput(Value result) {
  return isa<RankedTensorType>(result.getType()) &&
         llvm::any_of(result.getUsers(), [](Operation *user) {
           return isa<ReturnOp>(user) ||
                  (isa<ReshapeOp>(user) && isOutput(user->getResult(0)));
         });
}

static Value copyOf(Value tensor, Operation *yield) {
  LinalgBuilder lb(yield);
  return lb.pointwise(
      cast<RankedTensorType>(tensor.getType()), tensor,
      [](OpBuilder &, Location, ValueRange x) { return x.front(); });
}

/// The kernel without the results in `dropped`, which nobody reads.
static void dropResults(KernelOp kernel, const llvm::BitVector &dropped) {
  kernel.getBody().front().getTerminator()->eraseOperands(dropped);
  SmallVector<Value> kept;
  SmallVector<Type> types;
  for (Value result : kernel.getResults()) {
    if (!dropped.test(cast<OpResult>(result).getResultNumber())) {
      kept.push_back(result);
      types.push_back(result.getType());
    }
  }
  OperationState state(kernel.getLoc(), kernel->getName(),
                       kernel->getOperands(), types,
                       kernel->getDiscardableAttrDictionary().getValue());
  state.propertiesAttr = kernel->getPropertiesAsAttribute();
  Region *body = state.addRegion();
  body->takeBody(kernel.getBody());
  OpBuilder builder(kernel);
  Operation *smaller = builder.create(state);
  for (auto [old, result] : llvm::zip_equal(kept, smaller->getResults())) {
    old.replaceAllUsesWith(result);
  }
  kernel.erase();
}

void mlir::kreg::shareResults(KernelOp kernel) {
  Operation *yield = kernel.getBody().front().getTerminator();
  // The first result that yields a value, and its last copy. Copies are a
  // chain: two copies of one value would be one again.
  llvm::SmallDenseMap<Value, std::pair<Value, Value>> known;
  llvm::BitVector dropped(kernel->getNumResults());
  for (auto [operand, result] :
       llvm::zip_equal(yield->getOpOperands(), kernel.getResults())) {
    auto [entry, isNew] =
        known.insert({operand.get(), {result, operand.get()}});
    if (isNew) {
      continue;
    }
    auto &[first, last] = entry->second;
    if (isOutput(first) && isOutput(result)) {
      last = copyOf(last, yield);
      operand.set(last);
      continue;
    }
    result.replaceAllUsesWith(first);
    dropped.set(operand.getOperandNumber());
  }
  if (dropped.any()) {
    dropResults(kernel, dropped);
  }
}

// Small things that several passes of this folder do with penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/PenaltyUtils.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::kreg;

void mlir::kreg::setInsertionPointForPenalty(OpBuilder &builder, Value tensor) {
  builder.setInsertionPointAfterValue(tensor);
  Block *block = builder.getInsertionBlock();
  while (builder.getInsertionPoint() != block->end() &&
         isa<PenaltyOp, OrthogonalPenaltyOp>(*builder.getInsertionPoint())) {
    builder.setInsertionPointAfter(&*builder.getInsertionPoint());
  }
}

ReturnOp mlir::kreg::getReturn(ModelOp model) {
  return cast<ReturnOp>(model.getBody().front().getTerminator());
}

SmallVector<PenaltySite> mlir::kreg::collectPenaltySites(ModelOp model) {
  SmallVector<PenaltySite> sites;
  for (Value value : getReturn(model).getPenalties()) {
    if (auto penalty = value.getDefiningOp<PenaltyOp>()) {
      sites.push_back({penalty.getInput(), penalty.getRegularizer(),
                       penalty.getNorm(), penalty.getLoc(), Value()});
    } else {
      sites.push_back({Value(), L1L2Attr(), Norm::None, value.getLoc(), value});
    }
  }
  return sites;
}

void mlir::kreg::replacePenaltySites(ModelOp model,
                                     ArrayRef<PenaltySite> sites) {
  ReturnOp terminator = getReturn(model);
  llvm::SetVector<Operation *> old, constants;
  for (Value value : terminator.getPenalties()) {
    if (auto penalty = value.getDefiningOp<PenaltyOp>()) {
      old.insert(penalty);
    } else if (Operation *constant = value.getDefiningOp()) {
      constants.insert(constant);
    }
  }
  terminator.getPenaltiesMutable().clear();
  for (Operation *penalty : old) {
    penalty->erase();
  }
  OpBuilder builder(model.getContext());
  SmallVector<Value> values;
  for (const PenaltySite &site : sites) {
    if (!site.tensor) {
      values.push_back(site.other);
      continue;
    }
    setInsertionPointForPenalty(builder, site.tensor);
    values.push_back(PenaltyOp::create(builder, site.loc, site.tensor,
                                       site.regularizer, site.norm));
  }
  terminator.getPenaltiesMutable().append(values);
  for (Operation *constant : constants) {
    if (isOpTriviallyDead(constant)) {
      constant->erase();
    }
  }
}

/// Constants first, then the model's inputs, then results in block order.
static bool isBefore(const PenaltySite &a, const PenaltySite &b) {
  if (!a.tensor || !b.tensor) {
    return !a.tensor && b.tensor;
  }
  if (a.tensor == b.tensor) {
    return a.norm < b.norm;
  }
  auto argA = dyn_cast<BlockArgument>(a.tensor);
  auto argB = dyn_cast<BlockArgument>(b.tensor);
  if (argA || argB) {
    return argA && (!argB || argA.getArgNumber() < argB.getArgNumber());
  }
  Operation *opA = a.tensor.getDefiningOp(), *opB = b.tensor.getDefiningOp();
  return opA == opB ? cast<OpResult>(a.tensor).getResultNumber() <
                          cast<OpResult>(b.tensor).getResultNumber()
                    : opA->isBeforeInBlock(opB);
}

void mlir::kreg::sortPenaltySites(SmallVectorImpl<PenaltySite> &sites) {
  SmallVector<unsigned> order =
      llvm::to_vector(llvm::seq<unsigned>(0, sites.size()));
  llvm::sort(order, [&](unsigned i, unsigned j) {
    return isBefore(sites[i], sites[j]) ||
           (!isBefore(sites[j], sites[i]) && i < j);
  });
  SmallVector<PenaltySite> sorted;
  for (unsigned i : order) {
    sorted.push_back(sites[i]);
  }
  sites = std::move(sorted);
}

remark::RemarkOpts mlir::kreg::remarkOptions(ModelOp model, StringRef pass,
                                             StringRef name) {
  return remark::RemarkOpts::name(name).category(pass).function(
      model.getSymName());
}

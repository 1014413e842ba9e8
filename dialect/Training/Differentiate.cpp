// kreg-differentiate: the backward pass, behind the forward one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/GradientRules.h"
#include "dialect/Training/Passes.h"
#include "dialect/Training/StepResults.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_DIFFERENTIATEPASS
#include "dialect/Training/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

namespace {

class DifferentiatePass
    : public ::mlir::kreg::impl::DifferentiatePassBase<DifferentiatePass> {
public:
  using DifferentiatePassBase::DifferentiatePassBase;
  void runOnOperation() override;

private:
  void wantDependents(Gradients &gradients);
  LogicalResult walkBackwards(OpBuilder &builder, Gradients &gradients);
  void returnGradients(OpBuilder &builder, Gradients &gradients);

  SmallVector<VariableOp> trainable;
  llvm::MapVector<StringAttr, SmallVector<ReadOp>> reads;
};

} // namespace

/// Wants the gradients of the trainable weights and of what is made of them.
void DifferentiatePass::wantDependents(Gradients &gradients) {
  auto module = getOperation()->getParentOfType<ModuleOp>();
  llvm::DenseSet<StringAttr> names;
  for (auto variable : module.getOps<VariableOp>()) {
    if (variable.getTrainable()) {
      trainable.push_back(variable);
      names.insert(variable.getSymNameAttr());
    }
  }
  for (Operation &op : getOperation().getBody().front().without_terminator()) {
    if (auto read = dyn_cast<ReadOp>(op)) {
      StringAttr name = read.getVariableAttr().getAttr();
      if (names.contains(name)) {
        reads[name].push_back(read);
        gradients.want(read.getValue());
      }
      continue;
    }
    if (!op.hasAttr("kreg.no_gradient") &&
        llvm::any_of(op.getOperands(),
                     [&](Value v) { return gradients.wants(v); })) {
      for (Value result : op.getResults()) {
        gradients.want(result);
      }
    }
  }
}

LogicalResult DifferentiatePass::walkBackwards(OpBuilder &builder,
                                               Gradients &gradients) {
  Block &body = getOperation().getBody().front();
  llvm::DenseSet<Value> observed;
  for (Value scalar : cast<ReturnOp>(body.getTerminator()).getPenalties()) {
    observed.insert(scalar);
  }
  SmallVector<Operation *> ops;
  for (Operation &op : body.without_terminator()) {
    ops.push_back(&op);
  }
  for (Operation *op : llvm::reverse(ops)) {
    if (op->getNumResults() != 1 || !gradients.wants(op->getResult(0))) {
      continue;
    }
    Value dy = gradients.of(op->getResult(0));
    bool starts = observed.contains(op->getResult(0));
    if ((dy || starts) && failed(differentiate(op, dy, builder, gradients))) {
      return failure();
    }
  }
  return success();
}

/// The gradient of the weight's own penalty, which is never divided.
static void addWeightPenalty(VariableOp variable, ReadOp read,
                             OpBuilder &builder, Gradients &gradients) {
  Operation *penalty = nullptr;
  if (std::optional<L1L2Attr> regularizer = variable.getRegularizer()) {
    penalty =
        PenaltyOp::create(builder, variable.getLoc(), builder.getF64Type(),
                          read.getValue(), *regularizer, Norm::None);
  } else if (auto orthogonal = variable.getOrthogonalAttr()) {
    penalty = OrthogonalPenaltyOp::create(
        builder, variable.getLoc(), read.getValue(), orthogonal, Norm::None);
  } else {
    return;
  }
  (void)differentiate(penalty, Value(), builder, gradients);
  penalty->erase();
}

void DifferentiatePass::returnGradients(OpBuilder &builder,
                                        Gradients &gradients) {
  StepResults results(getOperation());
  for (VariableOp variable : trainable) {
    auto *found = reads.find(variable.getSymNameAttr());
    if (found == reads.end()) {
      continue; // of a dead branch
    }
    if (weightPenalties) {
      addWeightPenalty(variable, found->second.front(), builder, gradients);
    }
    Value sum;
    for (ReadOp read : found->second) {
      Value part = gradients.of(read.getValue());
      sum = !sum || !part ? (sum ? sum : part)
                          : BinaryOp::create(builder, part.getLoc(),
                                             BinaryKind::Add, sum, part);
    }
    if (!sum) { // read, but nothing that is observed depends on it
      auto type = cast<RankedTensorType>(variable.getType());
      sum = ConstantOp::create(
          builder, variable.getLoc(), type,
          DenseElementsAttr::get(type,
                                 builder.getZeroAttr(type.getElementType())));
    }
    results.add("grad/" + variable.getSymName().str(), sum);
  }
  results.finish();
}

void DifferentiatePass::runOnOperation() {
  Block &body = getOperation().getBody().front();
  OpBuilder builder(body.getTerminator());
  Gradients gradients(builder);
  trainable.clear();
  reads.clear();
  wantDependents(gradients);
  if (failed(walkBackwards(builder, gradients))) {
    return signalPassFailure();
  }
  returnGradients(builder, gradients);
  getOperation()->setAttr("mode", builder.getStringAttr("step"));
}

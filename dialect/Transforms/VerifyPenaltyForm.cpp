// kreg-verify-penalty-form: the contract at the end of penalty form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"
#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/PenaltyUtils.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_VERIFYPENALTYFORMPASS
#include "dialect/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

/// Fails at `op` with what is wrong and, as a note, the pass that mends it.
static LogicalResult refuse(Operation *op, const Twine &what, StringRef pass) {
  InFlightDiagnostic error = op->emitError(what);
  error.attachNote(op->getLoc()) << "'" << pass << "' should have run";
  return error;
}

static LogicalResult verifyOp(Operation *op, bool inference) {
  if (isa<LayerOp>(op)) {
    return refuse(op, "a layer in penalty form, which has core ops only",
                  "kreg-dissolve-layers");
  }
  if (auto kernel = dyn_cast<KernelOp>(op)) {
    return op->emitError("kernel '")
           << kernel.getKernelName() << "' is made after penalty form";
  }
  auto norm = dyn_cast<BatchNormOp>(op);
  if (inference &&
      (isa<DropoutOp, NoiseOp>(op) || (norm && norm.getTrained()))) {
    return refuse(op, "a fact of training in a model for inference",
                  "kreg-specialize-inference");
  }
  if (isa<PenaltyOp, OrthogonalPenaltyOp>(op) && op->use_empty()) {
    return refuse(op, "the penalty is not among those of 'kreg.return'",
                  "canonicalize");
  }
  return success();
}

static LogicalResult verifyPenalties(ModelOp model) {
  auto observed = model->getAttrOfType<StringAttr>(kObservedAttr);
  bool onlySum = observed && observed.getValue() == kObservedSum;
  llvm::DenseSet<std::pair<Value, unsigned>> seen;
  for (const PenaltySite &site : collectPenaltySites(model)) {
    if (!site.tensor) {
      if (!matchPattern(site.other, m_AnyZeroFloat()) &&
          !site.other.getDefiningOp<OrthogonalPenaltyOp>()) {
        return getReturn(model).emitError(
            "a penalty is neither a 'kreg.penalty' nor the constant 0");
      }
    } else if (onlySum &&
               !seen.insert({site.tensor, unsigned(site.norm)}).second) {
      return refuse(site.tensor.getDefiningOp() ? site.tensor.getDefiningOp()
                                                : model.getOperation(),
                    "two penalties of one tensor in a model of which only the "
                    "sum of penalties is observed",
                    "kreg-merge-penalties");
    }
  }
  return success();
}

namespace {

class VerifyPenaltyFormPass
    : public ::mlir::kreg::impl::VerifyPenaltyFormPassBase<
          VerifyPenaltyFormPass> {
public:
  using VerifyPenaltyFormPassBase::VerifyPenaltyFormPassBase;

  void runOnOperation() override {
    ModelOp model = getOperation();
    auto mode = model->getAttrOfType<StringAttr>(kModeAttr);
    bool inference = mode && mode.getValue() == kInferenceMode;
    LogicalResult result = success();
    model->walk<WalkOrder::PreOrder>([&](Operation *op) {
      result = verifyOp(op, inference || specialised);
      return failed(result) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (succeeded(result) && specialised && !mode) {
      result = refuse(model,
                      "the model '" + model.getSymName() +
                          "' is not specialised to a mode",
                      "kreg-specialize-inference");
    }
    if (succeeded(result)) {
      result = verifyPenalties(model);
    }
    if (failed(result)) {
      return signalPassFailure();
    }
    markAllAnalysesPreserved();
  }
};

} // namespace

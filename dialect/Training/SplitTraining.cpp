// kreg-split-training: the three models of a training library.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Passes.h"
#include "dialect/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_SPLITTRAININGPASS
#include "dialect/Training/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

namespace {

class SplitTrainingPass
    : public ::mlir::kreg::impl::SplitTrainingPassBase<SplitTrainingPass> {
public:
  void runOnOperation() override;

private:
  /// A copy of `model` in front of it, after the passes of its form.
  LogicalResult addModel(ModelOp model, StringRef name,
                         llvm::function_ref<void(OpPassManager &)> addPasses);
};

} // namespace

LogicalResult SplitTrainingPass::addModel(
    ModelOp model, StringRef name,
    llvm::function_ref<void(OpPassManager &)> addPasses) {
  OpBuilder builder(model);
  auto copy = cast<ModelOp>(builder.clone(*model));
  copy.setSymName(name);
  OpPassManager passes(ModelOp::getOperationName());
  addPasses(passes);
  return runPipeline(passes, copy);
}

static void addCleaning(OpPassManager &passes) {
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void SplitTrainingPass::runOnOperation() {
  auto models = llvm::to_vector(getOperation().getOps<ModelOp>());
  if (models.size() != 1) {
    getOperation().emitError("has ")
        << models.size() << " models, but training takes one";
    return signalPassFailure();
  }
  ModelOp model = models.front();
  auto forward = [](OpPassManager &passes) {
    passes.addPass(createSpecializeInferencePass());
    addCleaning(passes);
  };
  auto evaluate = [](OpPassManager &passes) {
    AppendLossPassOptions options;
    options.keepOutputs = true;
    passes.addPass(createSpecializeInferencePass());
    passes.addPass(createAppendLossPass(options));
    addCleaning(passes);
  };
  auto step = [](OpPassManager &passes) {
    addStepPasses(passes, /*forLibrary=*/true);
  };
  if (failed(addModel(model, "forward", forward)) ||
      failed(addModel(model, "evaluate", evaluate)) ||
      failed(addModel(model, "step", step))) {
    return signalPassFailure();
  }
  (*getOperation().getOps<ModelOp>().begin())->removeAttr("kreg.losses");
  model.erase();
  getOperation()->setAttr("kreg.training", UnitAttr::get(&getContext()));
}

// Layer form to step form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Passes.h"
#include "dialect/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::kreg;

void mlir::kreg::buildStepPipeline(OpPassManager &manager) {
  OpPassManager &model = manager.nest<ModelOp>();
  model.addPass(createDissolveLayersPass());
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
  model.addPass(createAppendLossPass());
  model.addPass(createSpecializeTrainingPass());
  model.addPass(createCSEPass());
  model.addPass(createDifferentiatePass());
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

void mlir::kreg::registerKregTrainingPasses() {
  registerKregStepPasses();
  PassPipelineRegistration<>("kreg-step-pipeline",
                             "layer form to step form, for training",
                             buildStepPipeline);
}

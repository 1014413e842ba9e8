// Layer form to step form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Passes.h"
#include "dialect/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::kreg;

void mlir::kreg::addStepPasses(OpPassManager &model, bool forLibrary) {
  AppendLossPassOptions losses;
  losses.keepOutputs = forLibrary;
  DifferentiatePassOptions gradients;
  gradients.weightPenalties = !forLibrary;
  model.addPass(createAppendLossPass(losses));
  model.addPass(createSpecializeTrainingPass());
  model.addPass(createCSEPass());
  model.addPass(createDifferentiatePass(gradients));
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

void mlir::kreg::addTrainingDissolving(OpPassManager &model) {
  model.addPass(createDissolveLayersPass());
  model.addPass(createNumberCallsPass());
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

void mlir::kreg::buildStepPipeline(OpPassManager &manager) {
  OpPassManager &model = manager.nest<ModelOp>();
  addTrainingDissolving(model);
  addStepPasses(model, /*forLibrary=*/false);
}

void mlir::kreg::buildTrainingPipeline(OpPassManager &manager) {
  addTrainingDissolving(manager.nest<ModelOp>());
  manager.addPass(createSplitTrainingPass());
}

void mlir::kreg::registerKregTrainingPasses() {
  registerKregStepPasses();
  PassPipelineRegistration<>("kreg-step-pipeline",
                             "layer form to step form, for training",
                             buildStepPipeline);
  PassPipelineRegistration<>(
      "kreg-training-pipeline",
      "layer form to the three models of a training library",
      buildTrainingPipeline);
}

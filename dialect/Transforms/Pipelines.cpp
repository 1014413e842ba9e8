// The two ways to penalty form: for compiling, and for comparing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/Pipelines.h"
#include "dialect/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::kreg;

void mlir::kreg::buildPenaltyPipeline(OpPassManager &pm,
                                      const PenaltyPipelineOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createDissolveLayersPass());
  if (options.inference) {
    model.addPass(createSpecializeInferencePass());
  }
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

void mlir::kreg::buildCanonicalPenaltyPipeline(
    OpPassManager &pm, const PenaltyPipelineOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createDissolveLayersPass());
  if (options.inference) {
    model.addPass(createSpecializeInferencePass());
  }
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

void mlir::kreg::registerKregTransformsPasses() {
  registerKregPenaltyPasses();
  PassPipelineRegistration<PenaltyPipelineOptions>(
      "kreg-penalty-pipeline",
      "layer form to penalty form, as compiling needs it",
      buildPenaltyPipeline);
  PassPipelineRegistration<PenaltyPipelineOptions>(
      "kreg-canonical-penalty-pipeline",
      "layer form to the penalty form that two models are compared in",
      buildCanonicalPenaltyPipeline);
}

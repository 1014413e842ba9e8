// The two ways to penalty form: for compiling, and for comparing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/Pipelines.h"
#include "dialect/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::kreg;

/// Layers to core ops, at the wanted mode. Specialising comes first, while it
/// still sees whose dropout it is.
static void addDissolving(OpPassManager &pm,
                          const PenaltyPipelineOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  if (options.inference) {
    model.addPass(createSpecializeInferencePass());
  }
  model.addPass(createDissolveLayersPass());
  // Folds what the importer wrote plainly (reshapes to the same shape, relu of
  // relu); reads of one weight become one.
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

static void addVerifying(OpPassManager &pm,
                         const PenaltyPipelineOptions &options) {
  VerifyPenaltyFormPassOptions verify;
  verify.specialised = options.inference;
  pm.nest<ModelOp>().addPass(createVerifyPenaltyFormPass(verify));
}

void mlir::kreg::buildPenaltyPipeline(OpPassManager &pm,
                                      const PenaltyPipelineOptions &options) {
  addDissolving(pm, options);
  // Statistics are constants at inference only.
  if (options.inference && options.foldBatchNorm) {
    pm.addPass(createFoldBatchNormPass());
    pm.nest<ModelOp>().addPass(createCSEPass());
  }
  // Last of the rewrites: a folded normalisation is no obstacle any more.
  if (options.movePenalties) {
    pm.nest<ModelOp>().addPass(createMovePenaltiesPass());
  }
  addVerifying(pm, options);
}

void mlir::kreg::buildCanonicalPenaltyPipeline(
    OpPassManager &pm, const PenaltyPipelineOptions &options) {
  addDissolving(pm, options);
  OpPassManager &model = pm.nest<ModelOp>();
  if (options.movePenalties) {
    MovePenaltiesPassOptions move;
    move.observe = Observe::Sum;
    model.addPass(createMovePenaltiesPass(move));
  }
  // The order of ops first: the order of penalties follows it.
  model.addPass(createOrderOperationsPass());
  model.addPass(createMergePenaltiesPass());
  addVerifying(pm, options);
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

// The passes of the phases that stay in MLIR, in their order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/Pipelines.h"

#include "compiler/Conversion/Passes.h"
#include "compiler/Transforms/Passes.h"
#include "dialect/IR/Kreg.h"
#include "dialect/Training/Passes.h"
#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/Pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace kregc {

void buildPenaltyPhase(mlir::OpPassManager &passes) {
  mlir::kreg::PenaltyPipelineOptions options;
  mlir::kreg::buildPenaltyPipeline(passes, options);
}

void buildTrainingPenaltyPhase(mlir::OpPassManager &passes) {
  mlir::kreg::addTrainingDissolving(passes.nest<mlir::kreg::ModelOp>());
}

void buildStepPhase(mlir::OpPassManager &passes) {
  passes.addPass(mlir::kreg::createSplitTrainingPass());
}

void buildKernelsPhase(mlir::OpPassManager &passes, llvm::StringRef target) {
  mlir::OpPassManager &model = passes.nest<mlir::kreg::ModelOp>();
  // First, while ops are still those of Keras' layers: which of them belong
  // together is a question about the model, not about loops.
  model.addPass(mlir::kreg::createFormKernelsPass());
  model.addPass(mlir::kreg::createConvertKregToLinalgPass());
  // Equal constants and maps of a body become one, or the plan repeats them.
  model.addPass(mlir::createCSEPass());
  // Last: a schedule is chosen from the loops as they will be run.
  mlir::kreg::SelectSchedulesPassOptions schedules;
  schedules.targetName = target.str();
  model.addPass(mlir::kreg::createSelectSchedulesPass(schedules));
}

} // namespace kregc

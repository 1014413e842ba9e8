// The two ways to penalty form: for compiling, and for comparing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRANSFORMS_PIPELINES_H
#define KREGC_DIALECT_TRANSFORMS_PIPELINES_H

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlir::kreg {

/// Options of both pipelines.
struct PenaltyPipelineOptions : PassPipelineOptions<PenaltyPipelineOptions> {
  Option<bool> inference{
      *this, "inference",
      llvm::cl::desc("specialise the model to inference (default); without "
                     "it dropout stays"),
      llvm::cl::init(true)};
  Option<bool> foldBatchNorm{
      *this, "fold-batch-norm",
      llvm::cl::desc("fold batch normalisation into the weights before it "
                     "(compiling for inference only)"),
      llvm::cl::init(true)};
  Option<bool> movePenalties{
      *this, "move-penalties",
      llvm::cl::desc("move penalties up where that adds no work"),
      llvm::cl::init(true)};
};

/// `kreg-penalty-pipeline`, what compiling runs on a module in layer form.
/// Every penalty site keeps its own value and its place in `kreg.return`.
/// Ends with kreg-verify-penalty-form.
void buildPenaltyPipeline(OpPassManager &pm,
                          const PenaltyPipelineOptions &options = {});

/// `kreg-canonical-penalty-pipeline`, for comparing two models: only outputs
/// and the sum of penalties are kept; weights are left alone. Two models whose
/// equality follows from the laws become the same text, but for names.
void buildCanonicalPenaltyPipeline(OpPassManager &pm,
                                   const PenaltyPipelineOptions &options = {});

} // namespace mlir::kreg

#endif // KREGC_DIALECT_TRANSFORMS_PIPELINES_H

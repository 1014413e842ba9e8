// convert-kreg-to-linalg: walks the bodies of kernels and lowers op by op.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"
#include "compiler/Conversion/KregToLinalg/ShareResults.h"
#include "compiler/Conversion/Passes.h"

#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_CONVERTKREGTOLINALGPASS
#include "compiler/Conversion/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

namespace {
struct ConvertKregToLinalgPass
    : kreg::impl::ConvertKregToLinalgPassBase<ConvertKregToLinalgPass> {
  void runOnOperation() override;
};
} // namespace

/// The lowered result of a core op, or null for an op of another dialect.
static Value lowerOp(Operation *op) {
  return TypeSwitch<Operation *, Value>(op)
      .Case<DenseOp, ConvOp, DepthwiseConvOp, PoolOp, ReduceOp, SoftmaxOp,
            UnaryOp, BinaryOp, BatchNormOp, ConstantOp, TransposeOp, PadOp,
            ConcatOp, PenaltyOp, ConvTransposeOp, SliceOp, RepeatOp, ResizeOp,
            MatmulOp, EmbeddingOp, ReduceToOp, FillOp, TotalOp, OneHotOp,
            DenseKernelGradientOp, ConvKernelGradientOp, ConvInputGradientOp,
            DepthwiseKernelGradientOp, DepthwiseInputGradientOp, PoolGradientOp,
            PoolPositionOp, ResizeGradientOp, EmbeddingGradientOp, RandomOp,
            PhaseKernelOp, PhaseConvOp, ReshapeOp>(
          [](auto core) { return kreg::lower(core); })
      .Default([](Operation *) { return Value(); });
}

/// A body that yields its own argument copies it.
static void materializeCopies(Block &body) {
  Operation *yield = body.getTerminator();
  for (OpOperand &operand : yield->getOpOperands()) {
    if (!isa<BlockArgument>(operand.get())) {
      continue;
    }
    LinalgBuilder lb(yield);
    auto type = cast<RankedTensorType>(operand.get().getType());
    operand.set(
        lb.pointwise(type, operand.get(),
                     [](OpBuilder &, Location, ValueRange x) { return x[0]; }));
  }
}

static LogicalResult lowerKernel(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  // First all lowerings, then the replacements: a penalty asks which core op
  // made its tensor.
  SmallVector<std::pair<Operation *, Value>> lowered;
  for (Operation &op : llvm::make_early_inc_range(body.without_terminator())) {
    if (!isa<KregDialect>(op.getDialect())) {
      continue;
    }
    Value value = lowerOp(&op);
    if (!value) {
      return op.emitError("has no lowering to linalg; "
                          "kreg-specialize-inference or kreg-form-kernels "
                          "should have removed it");
    }
    lowered.push_back({&op, value});
  }
  for (auto [op, value] : lowered) {
    op->getResult(0).replaceAllUsesWith(value);
  }
  for (auto [op, value] : llvm::reverse(lowered)) {
    op->erase();
  }
  materializeCopies(body);
  return success();
}

void ConvertKregToLinalgPass::runOnOperation() {
  IRRewriter rewriter(&getContext());
  DominanceInfo dominance;
  for (auto kernel : llvm::make_early_inc_range(
           getOperation().getBody().front().getOps<KernelOp>())) {
    if (failed(lowerKernel(kernel))) {
      return signalPassFailure();
    }
    eliminateCommonSubExpressions(rewriter, dominance, kernel);
    shareResults(kernel);
  }
}

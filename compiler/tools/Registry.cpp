// Fills the registries of kreg-opt and kreg-lsp-server.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/tools/Registry.h"

#include "compiler/Transforms/Passes.h"
#include "compiler/tools/CompareModels.h"

#include "dialect/IR/Kreg.h"
#include "dialect/Training/Passes.h"
#include "dialect/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Transforms/Passes.h"

void mlir::kreg::registerKregDialects(DialectRegistry &registry) {
  registry.insert<KregDialect, arith::ArithDialect, func::FuncDialect,
                  linalg::LinalgDialect, LLVM::LLVMDialect, math::MathDialect,
                  tensor::TensorDialect>();
}

void mlir::kreg::registerKregPasses() {
  registerTransformsPasses(); // canonicalize, cse, symbol-dce …
  registerLinalgPasses();
  registerKregTransformsPasses();
  registerKregTrainingPasses();
  registerKregCompilerPasses();
  registerCompareModelsPass();
}

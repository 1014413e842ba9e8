// The passes that make and schedule kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_PASSES_H
#define KREGC_COMPILER_TRANSFORMS_PASSES_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::kreg {

#define GEN_PASS_DECL
#include "compiler/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/Transforms/Passes.h.inc"

/// Registers the passes of this folder and of compiler/Conversion.
void registerKregCompilerPasses();

} // namespace mlir::kreg

#endif // KREGC_COMPILER_TRANSFORMS_PASSES_H

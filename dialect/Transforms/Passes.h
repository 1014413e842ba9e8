// The passes that take layer form to penalty form, one function to register
// them and their pipelines. What each does is in Passes.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRANSFORMS_PASSES_H
#define KREGC_DIALECT_TRANSFORMS_PASSES_H

#include "dialect/IR/Kreg.h"
#include "dialect/Rules/PenaltyLaws.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::kreg {

#define GEN_PASS_DECL
#include "dialect/Transforms/Passes.h.inc"

/// The registration of the passes alone (generated).
#define GEN_PASS_REGISTRATION
#include "dialect/Transforms/Passes.h.inc"

/// Registers the passes of this folder and the pipelines of Pipelines.h.
void registerKregTransformsPasses();

} // namespace mlir::kreg

#endif // KREGC_DIALECT_TRANSFORMS_PASSES_H

// The passes that make a training step of a model, and their pipeline.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRAINING_PASSES_H
#define KREGC_DIALECT_TRAINING_PASSES_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::kreg {

#define GEN_PASS_DECL
#include "dialect/Training/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dialect/Training/Passes.h.inc"

/// Layer form to step form (docs/architecture.md): dissolve, specialise, append
/// the losses, differentiate. The model needs the attribute `kreg.losses`.
void buildStepPipeline(OpPassManager &manager);

/// Registers the passes and `kreg-step-pipeline`.
void registerKregTrainingPasses();

} // namespace mlir::kreg

#endif // KREGC_DIALECT_TRAINING_PASSES_H

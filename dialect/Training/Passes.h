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

/// Layer form to core ops as training has them: nothing that draws numbers or
/// moves statistics is shared.
void addTrainingDissolving(OpPassManager &model);

/// Layer form to step form (docs/architecture.md): dissolve, specialise, append
/// the losses, differentiate. The model needs the attribute `kreg.losses`.
void buildStepPipeline(OpPassManager &manager);

/// From dissolved layers to step form: the passes on one model. `forLibrary`:
/// with the outputs, without the gradients of the weights' own penalties.
void addStepPasses(OpPassManager &model, bool forLibrary);

/// Layer form to the three models of a training library.
void buildTrainingPipeline(OpPassManager &manager);

/// Registers the passes and both pipelines.
void registerKregTrainingPasses();

} // namespace mlir::kreg

#endif // KREGC_DIALECT_TRAINING_PASSES_H

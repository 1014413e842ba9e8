// The passes of the phases that stay in MLIR, in their order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_PIPELINES_PIPELINES_H
#define KREGC_COMPILER_PIPELINES_PIPELINES_H

#include "llvm/ADT/StringRef.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace kregc {

/// Phase `penalty`, on a module in layer form: ends in penalty form,
/// specialised to inference.
void buildPenaltyPhase(mlir::OpPassManager &passes);

/// Phase `penalty` of training: the same, specialised to nothing.
void buildTrainingPenaltyPhase(mlir::OpPassManager &passes);

/// Phase `step` of training: ends in step form. The model has `kreg.losses`.
void buildStepPhase(mlir::OpPassManager &passes);

/// Phase `kernels`, on a module in penalty or step form: ends in kernel form
/// with linalg bodies and a schedule on each kernel. `target` is a name that
/// Target/ resolves.
void buildKernelsPhase(mlir::OpPassManager &passes, llvm::StringRef target);

} // namespace kregc

#endif // KREGC_COMPILER_PIPELINES_PIPELINES_H

// Schedules of gradients of weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_ACCUMULATIONMODEL_H
#define KREGC_COMPILER_TRANSFORMS_ACCUMULATIONMODEL_H

#include "compiler/Transforms/KernelShape.h"

namespace kregc {

/// A gradient of weights. Its operands pass once through each tile of the
/// result, so what they read in one go has to fit into L2: the reduction is cut
/// into blocks where all of it does not. A padded operand is copied per block.
plan::Schedule chooseAccumulation(const KernelShape &shape);

} // namespace kregc

#endif // KREGC_COMPILER_TRANSFORMS_ACCUMULATIONMODEL_H

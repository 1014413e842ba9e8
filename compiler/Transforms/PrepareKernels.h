// What is done to a model before its ops are grouped into kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_PREPAREKERNELS_H
#define KREGC_COMPILER_TRANSFORMS_PREPAREKERNELS_H

#include "dialect/IR/Kreg.h"

namespace mlir::kreg {

/// Writes normalisations and places of maxima out, turns softmaxes to the last
/// axis, drops dead ops and penalties that are 0, makes zeros before a
/// convolution its own padding, and moves functions of one number above
/// reshapes.
void prepareKernels(ModelOp model);

/// Normalisations as reductions and functions of elements.
void decomposeNormalize(ModelOp model);

/// Transposed convolutions, and gradients of convolutions with respect to their
/// input, as convolutions by phases, the elementwise ops behind them included.
void splitTransposedConvolutions(ModelOp model);

/// Totals of entries that are sums become totals of what the sums are of.
void widenTotals(ModelOp model);

} // namespace mlir::kreg

#endif // KREGC_COMPILER_TRANSFORMS_PREPAREKERNELS_H

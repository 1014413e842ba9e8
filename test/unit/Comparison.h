// The whole compiler against the interpreter: a model becomes a library in
// memory, and what that computes is compared with what the model means.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_COMPARISON_H
#define KREGC_TEST_UNIT_COMPARISON_H

#include "RandomModels.h"

namespace kregc::test {

/// What is among the inputs beside numbers in ±2. Of chains of ops infinities
/// are left out: products 0·∞ in the middle of a kernel may come out as
/// something else than NaN, for Halide lets LLVM assume that there are none.
enum class Special { None, NoInfinities, All };

/// Compares all batches from 1 to twice the tile of the kernels, with random
/// inputs of `random`; differences are test failures. `checked`: kernels look
/// at the bounds of what they get.
void compare(RandomModel &random, mlir::OwningOpRef<mlir::ModuleOp> module,
             Special special, bool checked);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_COMPARISON_H

// A pass for tests of the prover.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TOOLS_COMPAREMODELS_H
#define KREGC_COMPILER_TOOLS_COMPAREMODELS_H

namespace mlir::kreg {

/// Registers `test-kreg-compare-models`: a remark per mode at the second of two
/// models of a module says whether they are the same. "Equal" must be accepted
/// by the checker, and, where the models can be evaluated, be true of a few
/// inputs in exact fractions.
void registerCompareModelsPass();

} // namespace mlir::kreg

#endif // KREGC_COMPILER_TOOLS_COMPAREMODELS_H

// Counterexamples in the compiled models.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_CONFIRMEXAMPLE_H
#define KREGC_COMPILER_DRIVER_CONFIRMEXAMPLE_H

#include "compiler/Driver/CommandLine.h"
#include "dialect/Proof/Prove.h"

namespace kregc::driver {

/// Compiles both models of the command line and runs them on the verdict's
/// counterexample for inference, if it has one. The reason then says what came
/// of it. Where the compiled models contradict the evaluation that the verdict
/// rests on, it becomes undecided.
void confirmExample(const Options &options,
                    mlir::kreg::proof::Verdict &verdict);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_CONFIRMEXAMPLE_H

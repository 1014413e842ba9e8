// All kernels of a model to object files, several at once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_COMPILEKERNELS_H
#define KREGC_COMPILER_DRIVER_COMPILEKERNELS_H

#include "compiler/Halide/Compile.h"
#include "compiler/Plan/Plan.h"
#include "compiler/Target/Target.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace kregc::driver {

/// Compiles every variant of every kernel, in that order in the result. Uses
/// as many threads as the machine has cores, at most one per kernel, or one if
/// statements are wanted. An error names the kernel.
llvm::Expected<std::vector<halide::CompiledKernel>>
compileKernels(llvm::ArrayRef<plan::Kernel> kernels, const Target &target,
               const halide::Options &options);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_COMPILEKERNELS_H

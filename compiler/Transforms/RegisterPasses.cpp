// One call registers every pass of the compiler's middle.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/Passes.h"
#include "compiler/Transforms/Passes.h"

void mlir::kreg::registerKregCompilerPasses() {
  registerFormKernelsPass();
  registerKregConversionPasses();
  registerSelectSchedulesPass();
}

// kreg-form-kernels: core ops of a model become kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/Passes.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace mlir::kreg

namespace {
class FormKernelsPass
    : public ::mlir::kreg::impl::FormKernelsPassBase<FormKernelsPass> {
public:
  void runOnOperation() override {}
};
} // namespace

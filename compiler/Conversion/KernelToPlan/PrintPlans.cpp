// kreg-print-plans: shows what a code generator will see.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "compiler/Conversion/Passes.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_PRINTPLANSPASS
#include "compiler/Conversion/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

namespace {

class PrintPlansPass
    : public ::mlir::kreg::impl::PrintPlansPassBase<PrintPlansPass> {
public:
  void runOnOperation() override {
    markAllAnalysesPreserved();
    std::string text;
    for (KernelOp kernel :
         getOperation().getBody().front().getOps<KernelOp>()) {
      auto translated = translateKernel(kernel);
      if (failed(translated)) {
        return signalPassFailure();
      }
      for (const kregc::plan::Variant &variant : translated->variants) {
        text += kregc::plan::print(variant.plan);
      }
    }
    llvm::outs() << text;
  }
};

} // namespace

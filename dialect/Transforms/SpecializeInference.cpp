// kreg-specialize-inference: the model as it runs at inference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"
#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/PenaltyUtils.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_SPECIALIZEINFERENCEPASS
#include "dialect/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

namespace {

class SpecializeInferencePass
    : public ::mlir::kreg::impl::SpecializeInferencePassBase<
          SpecializeInferencePass> {
public:
  void runOnOperation() override {
    ModelOp model = getOperation();
    model->walk([&](DropoutOp dropout) {
      remark::passed(dropout.getLoc(),
                     remarkOptions(model, "kreg-specialize-inference",
                                   "dropout_is_identity"))
          << remark::metric("rate", dropout.getRate().convertToDouble());
      dropout.replaceAllUsesWith(dropout.getX());
      dropout.erase();
    });
    model->walk([](NoiseOp noise) {
      noise.replaceAllUsesWith(noise.getX());
      noise.erase();
    });
    model->walk([](BatchNormOp norm) {
      norm.setTrained(false);
      norm.setMomentum(APFloat(0.99)); // the default, which is not printed
    });
    model->setAttr(kModeAttr, StringAttr::get(&getContext(), kInferenceMode));
  }
};

} // namespace

// kreg-number-calls: what looks the same and is not, in training.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Passes.h"

#include "llvm/ADT/DenseMap.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_NUMBERCALLSPASS
#include "dialect/Training/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

namespace {

class NumberCallsPass
    : public ::mlir::kreg::impl::NumberCallsPassBase<NumberCallsPass> {
public:
  void runOnOperation() override {
    DenseMap<Attribute, int64_t> ofNoise, ofStatistic;
    getOperation()->walk([&](Operation *op) {
      if (isa<DropoutOp, NoiseOp>(op)) {
        number(op, ofNoise[classOf(op)]++);
      } else if (auto norm = dyn_cast<BatchNormOp>(op)) {
        auto mean = norm.getMean().getDefiningOp<ReadOp>();
        if (norm.getTrained() && mean) {
          number(op, ofStatistic[mean.getVariableAttr()]++);
        }
      }
    });
  }

private:
  /// Ops that would be one if they had the same input. Layers with the same
  /// explicit seed draw the same numbers; calls of one layer do not.
  Attribute classOf(Operation *op) const {
    Builder builder(op->getContext());
    SmallVector<Attribute> parts = {
        builder.getStringAttr(op->getName().getStringRef()),
        op->getAttrDictionary()};
    if (op->hasAttr("seed")) {
      parts.push_back(op->getLoc());
    }
    return builder.getArrayAttr(parts);
  }

  void number(Operation *op, int64_t call) const {
    if (call > 0) {
      op->setAttr("kreg.call",
                  Builder(op->getContext()).getI64IntegerAttr(call));
    }
  }
};

} // namespace

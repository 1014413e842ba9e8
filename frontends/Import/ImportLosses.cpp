// See ImportLosses.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/ImportLosses.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

void kregc::setLosses(kreg::ModelOp model, ArrayRef<keras::Loss> losses) {
  Builder b(model.getContext());
  SmallVector<Attribute> list;
  for (const keras::Loss &loss : losses) {
    list.push_back(b.getDictionaryAttr({
        b.getNamedAttr("kind", b.getStringAttr(loss.none ? "none" : loss.kind)),
        b.getNamedAttr("reduction", b.getStringAttr(loss.reduction)),
        b.getNamedAttr("weight", b.getF64FloatAttr(loss.weight)),
        b.getNamedAttr("from_logits", b.getBoolAttr(loss.fromLogits)),
        b.getNamedAttr("cached_logits", b.getBoolAttr(loss.cachedLogits)),
        b.getNamedAttr("label_smoothing",
                       b.getF64FloatAttr(loss.labelSmoothing)),
        b.getNamedAttr("delta", b.getF64FloatAttr(loss.delta)),
        b.getNamedAttr("alpha", b.getF64FloatAttr(loss.alpha)),
        b.getNamedAttr("gamma", b.getF64FloatAttr(loss.gamma)),
        b.getNamedAttr("apply_class_balancing",
                       b.getBoolAttr(loss.classBalancing)),
    }));
  }
  model->setAttr("kreg.losses", b.getArrayAttr(list));
}

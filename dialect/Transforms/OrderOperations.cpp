// kreg-order-operations: an order of the ops that only the graph decides.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/PenaltyUtils.h"

#include "llvm/ADT/SetVector.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_ORDEROPERATIONSPASS
#include "dialect/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

/// Appends the ops that `root` needs, operands before users, without recursion
/// (a model may be deep).
static void visit(Operation *root, llvm::SetVector<Operation *> &order) {
  SmallVector<std::pair<Operation *, unsigned>> stack{{root, 0}};
  while (!stack.empty()) {
    auto &[op, next] = stack.back();
    if (order.contains(op)) {
      stack.pop_back();
    } else if (next < op->getNumOperands()) {
      Operation *maker = op->getOperand(next++).getDefiningOp();
      if (maker && !order.contains(maker)) {
        stack.push_back({maker, 0});
      }
    } else {
      order.insert(op);
      stack.pop_back();
    }
  }
}

namespace {

class OrderOperationsPass
    : public ::mlir::kreg::impl::OrderOperationsPassBase<OrderOperationsPass> {
public:
  void runOnOperation() override {
    ModelOp model = getOperation();
    Block &body = model.getBody().front();
    for (LayerOp layer : body.getOps<LayerOp>()) {
      layer.emitError("operations are ordered in penalty form only");
      return signalPassFailure();
    }
    ReturnOp terminator = getReturn(model);
    llvm::SetVector<Operation *> order;
    auto visitAll = [&](ValueRange values) {
      for (Value value : values) {
        if (Operation *op = value.getDefiningOp()) {
          visit(op, order);
        }
      }
    };
    visitAll(terminator.getOutputs());
    // The tensors in the order of the list; the penalties follow them below.
    SmallVector<PenaltySite> sites = collectPenaltySites(model);
    for (const PenaltySite &site : sites) {
      visitAll(site.tensor ? site.tensor : site.other);
    }
    // What nothing needs stays in front of all else, in its old order.
    for (Operation *op : order) {
      op->moveBefore(terminator);
    }
    replacePenaltySites(model, sites);
  }
};

} // namespace

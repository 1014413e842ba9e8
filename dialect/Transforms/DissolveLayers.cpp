// kreg-dissolve-layers: layer form to core ops and penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/PenaltyUtils.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_DISSOLVELAYERSPASS
#include "dialect/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

namespace {

class DissolveLayersPass
    : public ::mlir::kreg::impl::DissolveLayersPassBase<DissolveLayersPass> {
public:
  void runOnOperation() override {
    SmallVector<LayerOp> layers;
    // Inner layers first: their penalties come before the outer one's.
    getOperation()->walk([&](LayerOp layer) { layers.push_back(layer); });
    SmallVector<Value> penalties;
    for (LayerOp layer : layers) {
      if (failed(dissolve(layer, penalties))) {
        return signalPassFailure();
      }
    }
    getReturn(getOperation()).getPenaltiesMutable().append(penalties);
  }

private:
  /// Puts the ops of the body where the layer stands and its outputs in place
  /// of the layer's, then penalises each output.
  LogicalResult dissolve(LayerOp layer, SmallVectorImpl<Value> &penalties);

  /// Makes the penalty of one output of `layer`.
  FailureOr<Value> penalise(LayerOp layer, Value output);
};

} // namespace

LogicalResult DissolveLayersPass::dissolve(LayerOp layer,
                                           SmallVectorImpl<Value> &penalties) {
  Block &body = layer.getBody().front();
  auto yield = cast<YieldOp>(body.getTerminator());
  SmallVector<Value> outputs(yield.getValues());
  yield.erase();
  layer->getBlock()->getOperations().splice(layer->getIterator(),
                                            body.getOperations());
  layer.replaceAllUsesWith(outputs);
  if (layer.getRegularizer() || layer.getOrthogonal()) {
    for (Value output : outputs) {
      FailureOr<Value> penalty = penalise(layer, output);
      if (failed(penalty)) {
        return failure();
      }
      penalties.push_back(*penalty);
    }
  }
  layer.erase();
  return success();
}

FailureOr<Value> DissolveLayersPass::penalise(LayerOp layer, Value output) {
  auto type = cast<RankedTensorType>(output.getType());
  if (!isa<FloatType>(type.getElementType())) {
    return layer.emitError(
               "a penalty needs a floating-point tensor, but the output is ")
           << type;
  }
  OpBuilder builder(layer);
  setInsertionPointForPenalty(builder, output);
  // Keras divides by the batch only where there is a dimension 0.
  Norm norm = type.getRank() == 0 ? Norm::None : layer.getNorm();
  // Values are printed under the name of their location. This one hides the
  // layer's behind its own, so that the text does not depend on who asks.
  Location loc = NameLoc::get(builder.getStringAttr("penalty"), layer.getLoc());
  Value penalty;
  if (auto orthogonal = layer.getOrthogonalAttr()) {
    if (type.getRank() != 2) {
      return layer.emitError("an orthogonal penalty needs a matrix, but the "
                             "output is ")
             << type;
    }
    penalty =
        OrthogonalPenaltyOp::create(builder, loc, output, orthogonal, norm);
  } else {
    penalty =
        PenaltyOp::create(builder, loc, output, *layer.getRegularizer(), norm);
  }
  remark::passed(
      layer.getLoc(),
      remarkOptions(getOperation(), "kreg-dissolve-layers", "penalty_of_layer"))
      << remark::metric("layer", layer.getLayerName())
      << remark::metric("tensor", Type(type));
  return penalty;
}

// kreg-append-loss: targets, sample weights and losses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Losses.h"
#include "dialect/Training/Passes.h"
#include "dialect/Training/StepResults.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_APPENDLOSSPASS
#include "dialect/Training/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

namespace {

class AppendLossPass
    : public ::mlir::kreg::impl::AppendLossPassBase<AppendLossPass> {
public:
  using AppendLossPassBase::AppendLossPassBase;
  void runOnOperation() override;

private:
  Value addArgument(StringRef name, Type type);
  FailureOr<Value> addLoss(const LossSpec &spec, Value output, Value target,
                           Value weights);
};

} // namespace

Value AppendLossPass::addArgument(StringRef name, Type type) {
  ModelOp model = getOperation();
  Builder builder(model.getContext());
  (void)model.insertArgument(model.getNumArguments(), type,
                             builder.getDictionaryAttr(builder.getNamedAttr(
                                 "kreg.name", builder.getStringAttr(name))),
                             model.getLoc());
  return model.getArguments().back();
}

/// [B, d…, K] and the target to the loss of the output, a scalar.
FailureOr<Value> AppendLossPass::addLoss(const LossSpec &spec, Value output,
                                         Value target, Value weights) {
  ModelOp model = getOperation();
  OpBuilder builder(model.getBody().front().getTerminator());
  if (spec.kind == "none") { // a target that nothing is done with
    return arith::ConstantOp::create(builder, output.getLoc(),
                                     builder.getF64FloatAttr(0.0))
        .getResult();
  }
  Term prediction(builder, output.getLoc(), output);
  Term wanted = prediction.with(target);
  if (hasSparseTarget(spec.kind)) {
    wanted = prediction.with(
        OneHotOp::create(builder, output.getLoc(), output.getType(), target));
  }
  std::optional<Term> entries = lossPerEntry(spec, prediction, wanted);
  if (!entries) {
    return model.emitError("the loss '")
           << spec.kind << "' is not supported; use one of Keras' own";
  }
  // Per sample: the mean over its entries, or their sum.
  double count = 1;
  SmallVector<int64_t> axes;
  for (int64_t axis = 1, rank = entries->type().getRank(); axis < rank;
       ++axis) {
    count *= double(entries->type().getDimSize(axis));
    axes.push_back(axis);
  }
  bool isMean = spec.reduction != "sum";
  Term perSample =
      axes.empty() ? *entries : entries->reduce(ReduceKind::Sum, axes, false);
  Term weighted = perSample * prediction.with(weights);
  double scale = spec.weight / (isMean ? count : 1);
  if (scale != 1) {
    weighted = weighted * scale;
  }
  return Value(TotalOp::create(builder, output.getLoc(), builder.getF64Type(),
                               weighted.value,
                               isMean ? Norm::Batch : Norm::None));
}

void AppendLossPass::runOnOperation() {
  ModelOp model = getOperation();
  auto terminator = cast<ReturnOp>(model.getBody().front().getTerminator());
  SmallVector<Value> outputs(terminator.getOutputs().begin(),
                             terminator.getOutputs().end());
  auto losses = model->getAttrOfType<ArrayAttr>("kreg.losses");
  if (!losses || losses.size() != outputs.size()) {
    model.emitError("needs an attribute 'kreg.losses' with one dictionary per "
                    "output");
    return signalPassFailure();
  }
  // Targets before weights, so that arguments are x…, t…, w….
  SmallVector<LossSpec> specs;
  SmallVector<Value> targets, scalars;
  for (auto [index, attribute, output] : llvm::enumerate(losses, outputs)) {
    auto type = cast<RankedTensorType>(output.getType());
    specs.push_back(LossSpec::get(cast<DictionaryAttr>(attribute)));
    if (type.getRank() < 2) {
      model.emitError("output ") << index << " of type " << type
                                 << " has no axis that a loss can reduce";
      return signalPassFailure();
    }
    if (hasSparseTarget(specs.back().kind)) {
      type = RankedTensorType::get(type.getShape().drop_back(),
                                   type.getElementType());
    }
    targets.push_back(addArgument("t_" + std::to_string(index), type));
  }
  SmallVector<Value> weights;
  for (auto [index, output] : llvm::enumerate(outputs)) {
    auto type = cast<RankedTensorType>(output.getType());
    weights.push_back(
        addArgument("w_" + std::to_string(index),
                    RankedTensorType::get(type.getShape().take_front(),
                                          type.getElementType())));
  }
  for (auto [spec, output, target, weight] :
       llvm::zip_equal(specs, outputs, targets, weights)) {
    FailureOr<Value> loss = addLoss(spec, output, target, weight);
    if (failed(loss)) {
      return signalPassFailure();
    }
    scalars.push_back(*loss);
  }
  llvm::append_range(scalars, terminator.getPenalties());
  terminator.getPenaltiesMutable().assign(scalars);
  StepResults(model).finish(keepOutputs);
  model->removeAttr("kreg.losses");
}

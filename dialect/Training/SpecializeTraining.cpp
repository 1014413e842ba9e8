// kreg-specialize-training: batch normalisation as it trains.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Passes.h"
#include "dialect/Training/StepResults.h"
#include "dialect/Training/Term.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_SPECIALIZETRAININGPASS
#include "dialect/Training/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

namespace {

/// One `kreg.batch_norm` on its way to core ops.
class BatchNorm {
public:
  explicit BatchNorm(BatchNormOp op)
      : op(op), builder(op), x(builder, op.getLoc(), op.getX()) {
    ArrayRef<int64_t> shape = x.type().getShape();
    aligned.assign(shape.size() - op.getAxis(), 1);
    aligned.front() = shape[op.getAxis()];
    count = 1;
    for (int64_t dim = 1, rank = int64_t(shape.size()); dim < rank; ++dim) {
      count *= dim == int64_t(op.getAxis()) ? 1.0 : double(shape[dim]);
    }
  }

  void expand(StepResults &results);

private:
  /// [C] so that it broadcasts to x.
  Term onAxis(Value vector) const { return x.with(vector).reshape(aligned); }
  Term batchMean(const Term &t) const;
  Term normalized(const Term &mean, const Term &variance) const;
  void moveStatistic(Value old, const Term &now, StepResults &results) const;

  mutable BatchNormOp op; ///< accessors of ops are not const
  OpBuilder builder;
  Term x;
  SmallVector<int64_t> aligned; ///< [C, 1, …]
  double count;                 ///< elements per sample and channel
};

} // namespace

/// The mean over everything but the axis, the batch included.
Term BatchNorm::batchMean(const Term &t) const {
  Type element = x.type().getElementType();
  auto one = RankedTensorType::get({1}, element);
  return t.reduceTo(RankedTensorType::get(aligned, element)) *
         x.fill(1 / count, one, Norm::Batch);
}

Term BatchNorm::normalized(const Term &mean, const Term &variance) const {
  Term y = (x - mean) / sqrt(variance + op.getEpsilon().convertToDouble());
  if (op.getGamma()) {
    y = y * onAxis(op.getGamma());
  }
  return op.getBeta() ? y + onAxis(op.getBeta()) : y;
}

/// new = momentum·old + (1 - momentum)·now, under the weight's path.
void BatchNorm::moveStatistic(Value old, const Term &now,
                              StepResults &results) const {
  auto read = old.getDefiningOp<ReadOp>();
  if (!read) {
    return;
  }
  double momentum = op.getMomentum().convertToDouble();
  Term flat = now.reshape({aligned.front()});
  Term moved = x.with(old) * momentum + flat * (1 - momentum);
  results.add("state/" + read.getVariable().str(), moved.value);
}

void BatchNorm::expand(StepResults &results) {
  if (!op.getTrained()) {
    op.replaceAllUsesWith(
        normalized(onAxis(op.getMean()), onAxis(op.getVariance())).value);
    return;
  }
  Term mean = batchMean(x);
  Term variance = batchMean(square(x - mean));
  moveStatistic(op.getMean(), mean, results);
  moveStatistic(op.getVariance(), variance, results);
  op.replaceAllUsesWith(normalized(mean, variance).value);
}

namespace {

class SpecializeTrainingPass
    : public ::mlir::kreg::impl::SpecializeTrainingPassBase<
          SpecializeTrainingPass> {
public:
  void runOnOperation() override {
    ModelOp model = getOperation();
    StepResults results(model);
    SmallVector<BatchNormOp> norms;
    model->walk([&](BatchNormOp op) { norms.push_back(op); });
    for (BatchNormOp op : norms) {
      BatchNorm(op).expand(results);
      op.erase();
    }
    results.finish();
    model->setAttr("mode", StringAttr::get(&getContext(), "training"));
  }
};

} // namespace

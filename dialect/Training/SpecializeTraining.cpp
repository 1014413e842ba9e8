// kreg-specialize-training: batch normalisation and noise as they are in
// training.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Passes.h"
#include "dialect/Training/StepResults.h"
#include "dialect/Training/Term.h"

#include "llvm/ADT/MapVector.h"

#include <cmath>

namespace mlir::kreg {
#define GEN_PASS_DEF_SPECIALIZETRAININGPASS
#include "dialect/Training/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

namespace {

/// New moving statistics by the variable that they go into.
using Statistics = llvm::MapVector<StringRef, Value>;

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

  void expand(Statistics &moved);

private:
  /// [C] so that it broadcasts to x.
  Term onAxis(Value vector) const { return x.with(vector).reshape(aligned); }
  Term batchMean(const Term &t) const;
  Term share() const; ///< 1 / number of elements per channel
  Term unbiased(const Term &variance) const;
  Term normalized(const Term &mean, const Term &variance) const;
  void moveStatistic(Value old, const Term &now, Statistics &moved) const;

  mutable BatchNormOp op; ///< accessors of ops are not const
  OpBuilder builder;
  Term x;
  SmallVector<int64_t> aligned; ///< [C, 1, …]
  double count;                 ///< elements per sample and channel
};

} // namespace

Term BatchNorm::share() const {
  auto one = RankedTensorType::get({1}, x.type().getElementType());
  return x.fill(1 / count, one, Norm::Batch);
}

/// The mean over everything but the axis, the batch included.
Term BatchNorm::batchMean(const Term &t) const {
  return t.reduceTo(RankedTensorType::get(aligned, x.type().getElementType())) *
         share();
}

/// v·n/(n - 1) = v / (1 - 1/n). The variance of one element is 0, whatever it
/// is divided by.
Term BatchNorm::unbiased(const Term &variance) const {
  return variance / max(1.0 - share(), 0.5);
}

Term BatchNorm::normalized(const Term &mean, const Term &variance) const {
  Term y = (x - mean) / sqrt(variance + op.getEpsilon().convertToDouble());
  if (op.getGamma()) {
    y = y * onAxis(op.getGamma());
  }
  return op.getBeta() ? y + onAxis(op.getBeta()) : y;
}

/// new = momentum·old + (1 - momentum)·now; old is what an earlier call of the
/// layer left.
void BatchNorm::moveStatistic(Value old, const Term &now,
                              Statistics &moved) const {
  auto read = old.getDefiningOp<ReadOp>();
  if (!read) {
    return;
  }
  double momentum = op.getMomentum().convertToDouble();
  Term flat = now.reshape({aligned.front()});
  Value &latest = moved.insert({read.getVariable(), old}).first->second;
  latest = (x.with(latest) * momentum + flat * (1 - momentum)).value;
}

void BatchNorm::expand(Statistics &moved) {
  if (!op.getTrained()) {
    op.replaceAllUsesWith(
        normalized(onAxis(op.getMean()), onAxis(op.getVariance())).value);
    return;
  }
  Term mean = batchMean(x);
  Term variance = batchMean(square(x - mean));
  moveStatistic(op.getMean(), mean, moved);
  moveStatistic(op.getVariance(),
                op->hasAttr("kreg.moves_unbiased") ? unbiased(variance)
                                                   : variance,
                moved);
  op.replaceAllUsesWith(normalized(mean, variance).value);
}

namespace {

/// One `kreg.dropout` or `kreg.noise` on its way to core ops; `draw` tells its
/// random numbers from those of others.
class Noise {
public:
  Noise(Operation *op, int64_t draw)
      : builder(op), x(builder, op->getLoc(), op->getOperand(0)), draw(draw) {}

  Term of(DropoutOp op) const;
  Term of(NoiseOp op) const;

private:
  Term random(RandomKind kind, RankedTensorType type) const;
  Term keep(ArrayRef<int64_t> noiseShape, double rate) const;

  mutable OpBuilder builder;
  Term x;
  int64_t draw;
};

} // namespace

Term Noise::random(RandomKind kind, RankedTensorType type) const {
  auto words = RankedTensorType::get({4}, builder.getI32Type());
  Value state = RandomStateOp::create(builder, x.loc, words);
  return x.with(
      RandomOp::create(builder, x.loc, type, kind, state, draw, x.value));
}

/// 1 with probability 1 - rate, else 0; of the shape of x or, where there is
/// one, the noise's own (0 stands for the batch).
Term Noise::keep(ArrayRef<int64_t> noiseShape, double rate) const {
  SmallVector<int64_t> shape(noiseShape);
  for (int64_t &size : shape) {
    size = size == 0 ? ShapedType::kDynamic : size;
  }
  auto type = shape.empty()
                  ? x.type()
                  : RankedTensorType::get(shape, x.type().getElementType());
  return step(random(RandomKind::Uniform, type) - rate);
}

Term Noise::of(DropoutOp op) const {
  double rate = op.getRate().convertToDouble();
  if (rate >= 1) {
    return x.fill(0, x.type());
  }
  return x * (keep(op.getNoiseShape(), rate) * (1 / (1 - rate)));
}

Term Noise::of(NoiseOp op) const {
  double amount = op.getAmount().convertToDouble();
  switch (op.getKind()) {
  case NoiseKind::GaussianNoise:
    return x + random(RandomKind::Normal, x.type()) * amount;
  case NoiseKind::GaussianDropout:
    return x * (random(RandomKind::Normal, x.type()) *
                    std::sqrt(amount / (1 - amount)) +
                1.0);
  case NoiseKind::AlphaDropout: {
    constexpr double kDropped = -1.7580993408473766; // -scale·alpha of SELU
    Term kept = keep(op.getNoiseShape(), amount);
    double a = 1 / std::sqrt((1 - amount) * (1 + amount * kDropped * kDropped));
    return (x * kept + (1.0 - kept) * kDropped) * a - a * kDropped * amount;
  }
  }
  llvm_unreachable("a NoiseKind without a formula");
}

namespace {

class SpecializeTrainingPass
    : public ::mlir::kreg::impl::SpecializeTrainingPassBase<
          SpecializeTrainingPass> {
public:
  void runOnOperation() override {
    ModelOp model = getOperation();
    Statistics moved;
    SmallVector<Operation *> layers;
    model->walk([&](Operation *op) {
      if (isa<BatchNormOp, DropoutOp, NoiseOp>(op)) {
        layers.push_back(op);
      }
    });
    int64_t draws = 0;
    for (Operation *op : layers) {
      if (auto norm = dyn_cast<BatchNormOp>(op)) {
        BatchNorm(norm).expand(moved);
      } else if (auto dropout = dyn_cast<DropoutOp>(op)) {
        dropout.replaceAllUsesWith(Noise(op, draws++).of(dropout).value);
      } else {
        auto noise = cast<NoiseOp>(op);
        noise.replaceAllUsesWith(Noise(op, draws++).of(noise).value);
      }
      op->erase();
    }
    StepResults results(model);
    for (auto [variable, value] : moved) {
      results.add("state/" + variable.str(), value);
    }
    results.finish();
    model->setAttr("mode", StringAttr::get(&getContext(), "training"));
  }
};

} // namespace

// kreg-fold-batch-norm: batch normalisation goes into the weights before it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/PenaltyUtils.h"
#include "dialect/Transforms/WeightValues.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

namespace mlir::kreg {
#define GEN_PASS_DEF_FOLDBATCHNORMPASS
#include "dialect/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

static constexpr StringLiteral kPass = "kreg-fold-batch-norm";

namespace {

/// A normalisation as y = scale·x + shift, one factor and term per channel.
struct Affine {
  std::vector<double> scale, shift;
};

/// A linear op with an optional bias, whose only reader is the normalisation.
struct Linear {
  Operation *op = nullptr;
  BinaryOp biasAdd;
  VariableOp kernel, bias; ///< bias: null without biasAdd
  std::vector<double> kernelValues, biasValues;
};

class FoldBatchNormPass
    : public ::mlir::kreg::impl::FoldBatchNormPassBase<FoldBatchNormPass> {
public:
  void runOnOperation() override;

private:
  void rewrite(ModelOp model, BatchNormOp norm);

  /// γ, β, μ and v as scale and shift; nothing if a value is unknown.
  std::optional<Affine> getAffine(BatchNormOp norm);

  /// The linear op that makes the input of `norm`, or why there is none.
  std::optional<Linear> matchLinear(BatchNormOp norm, StringRef &reason);

  /// Puts `affine` into the weights of `linear`; false, and nothing changed, if
  /// one of them would not be finite.
  bool foldIntoWeights(BatchNormOp norm, Linear &linear, const Affine &affine);

  void replaceByAffine(BatchNormOp norm, const Affine &affine);

  /// A kreg.read of a new variable, named `name`, where `builder` stands.
  Value readNew(OpBuilder &builder, Location loc, VariableOp after,
                const Twine &name, ArrayRef<int64_t> shape,
                ArrayRef<double> values);

  /// Erases `op` and then what it read, as far as nobody else reads it.
  void eraseUnread(Operation *op);

  std::optional<SymbolTable> symbols;
  llvm::SetVector<Operation *> unread; ///< variables that lost a reader
};

} // namespace

//===----------------------------------------------------------------------===//
// What the normalisation is
//===----------------------------------------------------------------------===//

std::optional<Affine> FoldBatchNormPass::getAffine(BatchNormOp norm) {
  auto valuesOf = [&](Value tensor) {
    return getWeightValues(getVariable(tensor, *symbols));
  };
  std::optional<std::vector<double>> mean = valuesOf(norm.getMean()),
                                     variance = valuesOf(norm.getVariance());
  if (!mean || !variance ||
      !cast<RankedTensorType>(norm.getType()).getElementType().isF32()) {
    return std::nullopt;
  }
  size_t channels = mean->size();
  std::optional<std::vector<double>> gamma = std::vector<double>(channels, 1.0),
                                     beta = std::vector<double>(channels, 0.0);
  if (norm.getGamma()) {
    gamma = valuesOf(norm.getGamma());
  }
  if (norm.getBeta()) {
    beta = valuesOf(norm.getBeta());
  }
  if (!gamma || !beta) {
    return std::nullopt;
  }
  Affine affine;
  double epsilon = norm.getEpsilon().convertToDouble();
  for (size_t c = 0; c < channels; ++c) {
    double scale = (*gamma)[c] / std::sqrt((*variance)[c] + epsilon);
    affine.scale.push_back(scale);
    affine.shift.push_back((*beta)[c] - (*mean)[c] * scale);
  }
  return affine;
}

std::optional<Linear> FoldBatchNormPass::matchLinear(BatchNormOp norm,
                                                     StringRef &reason) {
  Linear linear;
  Value x = norm.getX();
  int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
  reason = "not_linear";
  if (auto add = x.getDefiningOp<BinaryOp>();
      add && add.getKind() == BinaryKind::Add &&
      cast<RankedTensorType>(add.getB().getType()).getRank() == 1) {
    linear.biasAdd = add;
    linear.bias = getVariable(add.getB(), *symbols);
    x = add.getA();
  }
  linear.op = x.getDefiningOp();
  if (!isa_and_nonnull<DenseOp, ConvOp, DepthwiseConvOp>(linear.op) ||
      int64_t(norm.getAxis()) != rank - 1 ||
      x.getType() != norm.getType()) { // a bias that adds channels
    return std::nullopt;
  }
  reason = "another_reader"; // such as a penalty before the normalisation
  if (!linear.op->hasOneUse() ||
      (linear.biasAdd && !linear.biasAdd->hasOneUse())) {
    return std::nullopt;
  }
  reason = "weights_unknown";
  linear.kernel = getVariable(linear.op->getOperand(1), *symbols);
  std::optional<std::vector<double>> kernel = getWeightValues(linear.kernel);
  std::optional<std::vector<double>> bias =
      linear.biasAdd
          ? getWeightValues(linear.bias)
          : std::vector<double>(
                cast<RankedTensorType>(x.getType()).getShape().back(), 0.0);
  if (!kernel || !bias) {
    return std::nullopt;
  }
  linear.kernelValues = std::move(*kernel);
  linear.biasValues = std::move(*bias);
  return linear;
}

//===----------------------------------------------------------------------===//
// What it becomes
//===----------------------------------------------------------------------===//

Value FoldBatchNormPass::readNew(OpBuilder &builder, Location loc,
                                 VariableOp after, const Twine &name,
                                 ArrayRef<int64_t> shape,
                                 ArrayRef<double> values) {
  VariableOp variable =
      makeVariable(*symbols, after, name.str(), shape, values);
  return ReadOp::create(builder, loc, variable.getType(),
                        variable.getSymName());
}

/// "batch_normalization" of "batch_normalization/moving_mean".
static StringRef layerOf(VariableOp variable) {
  return variable.getSymName().rsplit('/').first;
}

static bool allFinite(ArrayRef<double> values) {
  return llvm::all_of(values, [](double value) {
    return std::isfinite(static_cast<float>(value));
  });
}

bool FoldBatchNormPass::foldIntoWeights(BatchNormOp norm, Linear &linear,
                                        const Affine &affine) {
  // The channels are the last dimension of a kernel; of a depthwise kernel the
  // last two, which in row-major order is the same.
  size_t channels = affine.scale.size();
  for (auto [i, value] : llvm::enumerate(linear.kernelValues)) {
    value *= affine.scale[i % channels];
  }
  size_t biases = linear.biasValues.size();
  std::vector<double> bias(channels);
  for (size_t c = 0; c < channels; ++c) {
    bias[c] = linear.biasValues[biases == 1 ? 0 : c] * affine.scale[c] +
              affine.shift[c];
  }
  if (!allFinite(linear.kernelValues) || !allFinite(bias)) {
    return false;
  }
  OpBuilder builder(linear.op);
  Value kernel =
      readNew(builder, linear.op->getLoc(), linear.kernel,
              linear.kernel.getSymName() + ".folded",
              cast<RankedTensorType>(linear.kernel.getType()).getShape(),
              linear.kernelValues);
  Operation *folded = builder.clone(*linear.op);
  folded->setOperand(1, kernel);
  VariableOp mean = getVariable(norm.getMean(), *symbols);
  builder.setInsertionPoint(norm);
  int64_t size = channels;
  Value shift = linear.bias
                    ? readNew(builder, linear.biasAdd.getLoc(), linear.bias,
                              linear.bias.getSymName() + ".folded", size, bias)
                    : readNew(builder, norm.getLoc(), mean,
                              layerOf(mean) + "/shift.folded", size, bias);
  auto add = BinaryOp::create(builder, norm.getLoc(), BinaryKind::Add,
                              folded->getResult(0), shift);
  norm.replaceAllUsesWith(add.getY());
  return true;
}

void FoldBatchNormPass::replaceByAffine(BatchNormOp norm,
                                        const Affine &affine) {
  OpBuilder builder(norm);
  auto type = cast<RankedTensorType>(norm.getType());
  // [C], or [C, 1, …] so that it meets the axis when it is broadcast.
  SmallVector<int64_t> shape(type.getRank() - norm.getAxis(), 1);
  shape.front() = affine.scale.size();
  VariableOp mean = getVariable(norm.getMean(), *symbols);
  Location loc = norm.getLoc();
  Value scale = readNew(builder, loc, mean, layerOf(mean) + "/scale.folded",
                        shape, affine.scale);
  Value shift = readNew(builder, loc, mean, layerOf(mean) + "/shift.folded",
                        shape, affine.shift);
  Value product =
      BinaryOp::create(builder, loc, BinaryKind::Mul, norm.getX(), scale);
  Value sum = BinaryOp::create(builder, loc, BinaryKind::Add, product, shift);
  norm.replaceAllUsesWith(sum);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

void FoldBatchNormPass::eraseUnread(Operation *op) {
  SmallVector<Operation *> worklist{op};
  while (!worklist.empty()) {
    Operation *next = worklist.pop_back_val();
    if (!next->use_empty()) {
      continue;
    }
    for (Value operand : next->getOperands()) {
      Operation *maker = operand.getDefiningOp();
      if (maker && !llvm::is_contained(worklist, maker)) {
        worklist.insert(worklist.begin(), maker);
      }
    }
    if (auto read = dyn_cast<ReadOp>(next)) {
      unread.insert(symbols->lookup(read.getVariable()));
    }
    next->erase();
  }
}

void FoldBatchNormPass::rewrite(ModelOp model, BatchNormOp norm) {
  auto missed = [&](StringRef reason) {
    remark::missed(norm.getLoc(), remarkOptions(model, kPass, reason));
  };
  std::optional<Affine> affine = getAffine(norm);
  if (!affine) {
    return missed("weights_unknown");
  }
  StringRef reason;
  std::optional<Linear> linear = matchLinear(norm, reason);
  if (linear && !foldIntoWeights(norm, *linear, *affine)) {
    linear.reset();
    reason = "not_finite";
  }
  if (linear) {
    remark::passed(norm.getLoc(), remarkOptions(model, kPass, "folded"))
        << remark::metric("kernel", linear->kernel.getSymName());
  } else {
    missed(reason);
    replaceByAffine(norm, *affine);
  }
  eraseUnread(norm);
}

void FoldBatchNormPass::runOnOperation() {
  symbols.emplace(getOperation());
  unread.clear();
  for (ModelOp model : getOperation().getOps<ModelOp>()) {
    SmallVector<BatchNormOp> norms;
    model->walk([&](BatchNormOp norm) { norms.push_back(norm); });
    for (BatchNormOp norm : norms) {
      rewrite(model, norm);
    }
  }
  llvm::DenseSet<StringRef> read;
  getOperation()->walk([&](ReadOp op) { read.insert(op.getVariable()); });
  for (Operation *op : unread) {
    auto variable = cast<VariableOp>(op);
    // A weight penalty still needs its weight.
    if (!read.contains(variable.getSymName()) && !variable.getRegularizer() &&
        !variable.getOrthogonal()) {
      symbols->erase(variable);
    }
  }
}

// Training by the interpreter: a copy of the model in which noise has become
// constants and batch normalisation core ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Evaluate.h"
#include "dialect/Training/Term.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

namespace {

/// Numbers that depend on seed, call and position alone (splitmix64).
class Generator {
public:
  Generator(uint64_t seed, uint64_t call)
      : state(seed * 0x9E3779B97F4A7C15u + call) {
    next();
  }
  /// In [0, 1), with 20 bits: exact in any arithmetic.
  double uniform() { return static_cast<double>(next() >> 44) / (1 << 20); }
  double normal() {
    double u = uniform() + 0.5 / (1 << 20), v = uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::acos(-1.0) * v);
  }

private:
  uint64_t next() {
    state += 0x9E3779B97F4A7C15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  uint64_t state;
};

/// A copy of the module to be changed.
class Training {
public:
  Training(ModuleOp module, int64_t batch, uint64_t seed)
      : copy(cast<ModuleOp>(module->clone(mapping))),
        builder(module.getContext()), batch(batch), seed(seed) {}

  ModelOp model() { return *copy->getOps<ModelOp>().begin(); }
  Value find(Value value) {
    Value here = mapping.lookup(value);
    auto found = replaced.find(here);
    return found == replaced.end() ? here : found->second;
  }

  void fixNoise();
  void expandNorms();
  /// Adds values to the outputs; returns how many outputs there were.
  size_t ask(ArrayRef<Value> values);

  Draws draws;

  ReturnOp terminator() {
    return cast<ReturnOp>(model().getBody().front().getTerminator());
  }

private:
  Value constant(Operation *at, ArrayRef<int64_t> shape,
                 const std::vector<double> &values);
  SmallVector<int64_t> shapeOfDraws(Value x, ArrayRef<int64_t> noiseShape);
  Value combine(Operation *at, BinaryKind kind, Value x, Value y);
  const std::vector<double> &draw(ArrayRef<int64_t> shape, bool normal);
  Value fixed(DropoutOp op);
  Value fixed(NoiseOp op);
  Value expanded(BatchNormOp norm);

  IRMapping mapping;
  llvm::DenseMap<Value, Value> replaced;
  OwningOpRef<ModuleOp> copy;
  OpBuilder builder;
  int64_t batch;
  uint64_t seed;
};

} // namespace

Value Training::constant(Operation *at, ArrayRef<int64_t> shape,
                         const std::vector<double> &values) {
  builder.setInsertionPoint(at);
  auto type = RankedTensorType::get(shape, builder.getF64Type());
  return ConstantOp::create(builder, at->getLoc(), type,
                            DenseElementsAttr::get(type, ArrayRef(values)));
}

Value Training::combine(Operation *at, BinaryKind kind, Value x, Value y) {
  builder.setInsertionPoint(at);
  return BinaryOp::create(builder, at->getLoc(), x.getType(), kind, x, y);
}

SmallVector<int64_t> Training::shapeOfDraws(Value x,
                                            ArrayRef<int64_t> noiseShape) {
  SmallVector<int64_t> shape(cast<RankedTensorType>(x.getType()).getShape());
  if (!noiseShape.empty()) {
    shape.assign(noiseShape.begin(), noiseShape.end());
  }
  for (int64_t &size : shape) {
    size = size <= 0 ? batch : size; // dynamic, or 0 in a noise shape
  }
  return shape;
}

static int64_t count(ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                         std::multiplies<>());
}

/// The numbers of the next noise call.
const std::vector<double> &Training::draw(ArrayRef<int64_t> shape,
                                          bool normal) {
  Generator generator(seed, draws.size());
  draws.push_back({shape.vec(), std::vector<double>(count(shape))});
  for (double &number : draws.back().data) {
    number = normal ? generator.normal() : generator.uniform();
  }
  return draws.back().data;
}

Value Training::fixed(DropoutOp op) {
  double rate = op.getRate().convertToDouble();
  SmallVector<int64_t> shape = shapeOfDraws(op.getX(), op.getNoiseShape());
  std::vector<double> mask = draw(shape, /*normal=*/false);
  for (double &m : mask) {
    m = m >= rate ? 1 / (1 - rate) : 0;
  }
  return combine(op, BinaryKind::Mul, op.getX(), constant(op, shape, mask));
}

Value Training::fixed(NoiseOp op) {
  double amount = op.getAmount().convertToDouble();
  SmallVector<int64_t> shape = shapeOfDraws(op.getX(), op.getNoiseShape());
  bool isAlpha = op.getKind() == NoiseKind::AlphaDropout;
  std::vector<double> n = draw(shape, /*normal=*/!isAlpha);
  if (isAlpha) {
    double alpha = -1.7580993408473766;
    double a = 1 / std::sqrt((1 - amount) * (1 + amount * alpha * alpha));
    double b = -a * alpha * amount;
    std::vector<double> offset(n.size());
    for (size_t i = 0; i < n.size(); ++i) {
      bool kept = n[i] >= amount;
      n[i] = kept ? a : 0;
      offset[i] = kept ? b : a * alpha + b;
    }
    Value scaled =
        combine(op, BinaryKind::Mul, op.getX(), constant(op, shape, n));
    return combine(op, BinaryKind::Add, scaled, constant(op, shape, offset));
  }
  bool added = op.getKind() == NoiseKind::GaussianNoise;
  double sigma = added ? amount : std::sqrt(amount / (1 - amount));
  for (double &value : n) {
    value = (added ? 0 : 1) + sigma * value;
  }
  return combine(op, added ? BinaryKind::Add : BinaryKind::Mul, op.getX(),
                 constant(op, shape, n));
}

void Training::fixNoise() {
  for (Operation &op : llvm::make_early_inc_range(model().getBody().front())) {
    Value value;
    if (auto dropout = dyn_cast<DropoutOp>(op)) {
      bool draws = dropout.getRate().convertToDouble() > 0;
      value = draws ? fixed(dropout) : dropout.getX();
    } else if (auto noise = dyn_cast<NoiseOp>(op)) {
      bool draws = noise.getAmount().convertToDouble() > 0;
      value = draws ? fixed(noise) : noise.getX();
    }
    if (value) {
      op.getResult(0).replaceAllUsesWith(value);
      replaced[op.getResult(0)] = value; // the op stays, unused
    }
  }
}

/// (x - mean)/√(variance + ε)·gamma + beta with the moments of x over all
/// dimensions but the axis.
Value Training::expanded(BatchNormOp norm) {
  builder.setInsertionPoint(norm);
  training::Term x(builder, norm.getLoc(), norm.getX());
  ArrayRef<int64_t> shape = x.type().getShape();
  SmallVector<int64_t> aligned(shape.size() - norm.getAxis(), 1);
  aligned.front() = shape[norm.getAxis()];
  double count = double(batch);
  for (size_t dim = 1; dim < shape.size(); ++dim) {
    count *= dim == norm.getAxis() ? 1.0 : double(shape[dim]);
  }
  auto with = [&](BinaryKind kind, const training::Term &t, double number) {
    return x.with(combine(norm, kind, t.value, constant(norm, {1}, {number})));
  };
  auto meanOf = [&](const training::Term &t) {
    Type type = RankedTensorType::get(aligned, x.type().getElementType());
    return with(BinaryKind::Div, t.reduceTo(type), count);
  };
  training::Term centred = x - meanOf(x);
  double epsilon = norm.getEpsilon().convertToDouble();
  training::Term y =
      centred / sqrt(with(BinaryKind::Add, meanOf(square(centred)), epsilon));
  if (norm.getGamma()) {
    y = y * x.with(norm.getGamma()).reshape(aligned);
  }
  if (norm.getBeta()) {
    y = y + x.with(norm.getBeta()).reshape(aligned);
  }
  return y.value;
}

void Training::expandNorms() {
  for (Operation &op : llvm::make_early_inc_range(model().getBody().front())) {
    auto norm = dyn_cast<BatchNormOp>(op);
    if (norm && norm.getTrained()) {
      Value value = expanded(norm);
      norm.getResult().replaceAllUsesWith(value);
      replaced[norm.getResult()] = value;
      norm.removeTrainedAttr(); // it stays, unused
    }
  }
}

size_t Training::ask(ArrayRef<Value> values) {
  size_t outputs = terminator().getOutputs().size();
  for (Value value : values) {
    terminator().getOutputsMutable().append(value);
  }
  return outputs;
}

template <typename Number>
llvm::Expected<Values<Number>>
proof::evaluateIn(Mode mode, ModuleOp module, ArrayRef<Tensor<Number>> inputs,
                  uint64_t seed, ArrayRef<Value> asked) {
  int64_t batch = inputs.empty() ? 1 : inputs.front().shape.front();
  Training training(module, batch, seed);
  if (mode != Mode::Inference) {
    training.fixNoise();
    training.expandNorms();
  }
  SmallVector<Value> found;
  for (Value value : asked) {
    found.push_back(training.find(value));
  }
  size_t outputs = training.ask(found);
  auto result = evaluate<Number>(training.model(), inputs);
  if (!result) {
    return result.takeError();
  }
  Values<Number> values;
  for (auto [index, tensor] : llvm::enumerate(result->outputs)) {
    (index < outputs ? values.outputs : values.asked)
        .push_back(std::move(tensor));
  }
  values.draws = std::move(training.draws);
  for (const Number &penalty : result->penalties) {
    values.penalty += penalty;
  }
  auto ofWeights = weightPenalties<Number>(module);
  if (!ofWeights) {
    return ofWeights.takeError();
  }
  for (const Number &penalty : *ofWeights) {
    values.penalty += penalty;
  }
  return values;
}
template llvm::Expected<Values<double>>
proof::evaluateIn(Mode, ModuleOp, ArrayRef<Tensor<double>>, uint64_t,
                  ArrayRef<Value>);
template llvm::Expected<Values<Rational>>
proof::evaluateIn(Mode, ModuleOp, ArrayRef<Tensor<Rational>>, uint64_t,
                  ArrayRef<Value>);
template llvm::Expected<Values<Ball>> proof::evaluateIn(Mode, ModuleOp,
                                                        ArrayRef<Tensor<Ball>>,
                                                        uint64_t,
                                                        ArrayRef<Value>);

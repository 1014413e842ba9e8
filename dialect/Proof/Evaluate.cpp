// Training by the interpreter: a copy of the model in which noise and moments
// have become constants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Evaluate.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

/// More would be evaluated once each, from the start.
static constexpr int kMaxTrainedNorms = 16;

namespace {

/// Numbers that depend on seed, call and position alone (splitmix64).
class Draws {
public:
  Draws(uint64_t seed, uint64_t call)
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
  /// One trained batch normalisation that is left, or null.
  BatchNormOp trainedNorm();
  void fixNorm(BatchNormOp norm, const Tensor<double> &x);
  /// Adds values to the outputs; returns how many outputs there were.
  size_t ask(ArrayRef<Value> values);
  void takeBack(size_t outputs);
  ReturnOp terminator() {
    return cast<ReturnOp>(model().getBody().front().getTerminator());
  }

private:
  Value constant(Operation *at, ArrayRef<int64_t> shape,
                 const std::vector<double> &values);
  SmallVector<int64_t> shapeOfDraws(Value x, ArrayRef<int64_t> noiseShape);
  Value combine(Operation *at, BinaryKind kind, Value x, Value y);
  Value fixed(DropoutOp op, int call);
  Value fixed(NoiseOp op, int call);

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

Value Training::fixed(DropoutOp op, int call) {
  double rate = op.getRate().convertToDouble();
  SmallVector<int64_t> shape = shapeOfDraws(op.getX(), op.getNoiseShape());
  std::vector<double> mask(count(shape));
  Draws draws(seed, call);
  for (double &m : mask) {
    m = draws.uniform() >= rate ? 1 / (1 - rate) : 0;
  }
  return combine(op, BinaryKind::Mul, op.getX(), constant(op, shape, mask));
}

Value Training::fixed(NoiseOp op, int call) {
  double amount = op.getAmount().convertToDouble();
  SmallVector<int64_t> shape = shapeOfDraws(op.getX(), op.getNoiseShape());
  std::vector<double> n(count(shape)), offset(count(shape));
  Draws draws(seed, call);
  if (op.getKind() == NoiseKind::AlphaDropout) {
    double alpha = -1.7580993408473766;
    double a = 1 / std::sqrt((1 - amount) * (1 + amount * alpha * alpha));
    double b = -a * alpha * amount;
    for (size_t i = 0; i < n.size(); ++i) {
      bool kept = draws.uniform() >= amount;
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
    value = (added ? 0 : 1) + sigma * draws.normal();
  }
  return combine(op, added ? BinaryKind::Add : BinaryKind::Mul, op.getX(),
                 constant(op, shape, n));
}

void Training::fixNoise() {
  int call = 0;
  for (Operation &op : llvm::make_early_inc_range(model().getBody().front())) {
    Value value;
    if (auto dropout = dyn_cast<DropoutOp>(op)) {
      bool draws = dropout.getRate().convertToDouble() > 0;
      value = draws ? fixed(dropout, call++) : dropout.getX();
    } else if (auto noise = dyn_cast<NoiseOp>(op)) {
      bool draws = noise.getAmount().convertToDouble() > 0;
      value = draws ? fixed(noise, call++) : noise.getX();
    }
    if (value) {
      op.getResult(0).replaceAllUsesWith(value);
      replaced[op.getResult(0)] = value; // the op stays, unused
    }
  }
}

BatchNormOp Training::trainedNorm() {
  for (auto norm : model().getBody().front().getOps<BatchNormOp>()) {
    if (norm.getTrained()) {
      return norm;
    }
  }
  return {};
}

/// Puts the moments of x over all dimensions but the axis into the op.
void Training::fixNorm(BatchNormOp norm, const Tensor<double> &x) {
  int64_t axis = norm.getAxis(), channels = x.shape[axis];
  int64_t inner = count(ArrayRef(x.shape).drop_front(axis + 1));
  std::vector<double> mean(channels), variance(channels);
  double perChannel = double(x.data.size()) / double(channels);
  for (size_t i = 0; i < x.data.size(); ++i) {
    mean[i / inner % channels] += x.data[i] / perChannel;
  }
  for (size_t i = 0; i < x.data.size(); ++i) {
    double distance = x.data[i] - mean[i / inner % channels];
    variance[i / inner % channels] += distance * distance / perChannel;
  }
  norm.getMeanMutable().assign(constant(norm, {channels}, mean));
  norm.getVarianceMutable().assign(constant(norm, {channels}, variance));
  norm.removeTrainedAttr();
}

size_t Training::ask(ArrayRef<Value> values) {
  size_t outputs = terminator().getOutputs().size();
  for (Value value : values) {
    terminator().getOutputsMutable().append(value);
  }
  return outputs;
}

void Training::takeBack(size_t outputs) {
  MutableOperandRange range = terminator().getOutputsMutable();
  range.erase(outputs, range.size() - outputs);
}

/// Fixes the trained normalisations in their order: each needs the values
/// before it.
static llvm::Error fixNorms(Training &training,
                            ArrayRef<Tensor<double>> inputs) {
  for (int i = 0; BatchNormOp norm = training.trainedNorm(); ++i) {
    if (i == kMaxTrainedNorms) {
      return llvm::createStringError(
          "there are too many batch normalisations in training");
    }
    size_t outputs = training.ask(norm.getX());
    auto values = evaluate<double>(training.model(), inputs);
    if (!values) {
      return values.takeError();
    }
    training.takeBack(outputs);
    training.fixNorm(norm, values->outputs.back());
  }
  return llvm::Error::success();
}

template <typename Number>
static double asDouble(const Number &number) {
  if constexpr (std::is_same_v<Number, double>) {
    return number;
  } else {
    return number.toDouble();
  }
}

template <typename Number>
llvm::Expected<Values<Number>>
proof::evaluateIn(Mode mode, ModuleOp module, ArrayRef<Tensor<Number>> inputs,
                  uint64_t seed, ArrayRef<Value> asked) {
  int64_t batch = inputs.empty() ? 1 : inputs.front().shape.front();
  Training training(module, batch, seed);
  if (mode != Mode::Inference) {
    training.fixNoise();
    if constexpr (std::is_same_v<Number, double>) {
      if (llvm::Error error = fixNorms(training, inputs)) {
        return std::move(error);
      }
    } else if (training.trainedNorm()) {
      return llvm::createStringError("the moments of a batch are not rational");
    }
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
  for (const Number &penalty : result->penalties) {
    values.penalty += asDouble(penalty);
  }
  auto ofWeights = weightPenalties(module);
  if (!ofWeights) {
    return ofWeights.takeError();
  }
  values.penalty += std::accumulate(ofWeights->begin(), ofWeights->end(), 0.0);
  return values;
}
template llvm::Expected<Values<double>>
proof::evaluateIn(Mode, ModuleOp, ArrayRef<Tensor<double>>, uint64_t,
                  ArrayRef<Value>);
template llvm::Expected<Values<Rational>>
proof::evaluateIn(Mode, ModuleOp, ArrayRef<Tensor<Rational>>, uint64_t,
                  ArrayRef<Value>);

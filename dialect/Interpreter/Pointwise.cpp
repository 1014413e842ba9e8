// Functions of one and two numbers, and batch normalisation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Numbers.h"
#include "dialect/Interpreter/Operations.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

namespace {

/// The functions of UnaryKind; none where the value is not rational. NaN goes
/// through all of them, as in Keras.
template <typename Number>
class Function {
public:
  using A = Arithmetic<Number>;
  using Maybe = std::optional<Number>;

  Function(UnaryKind kind, ArrayRef<double> params)
      : kind(kind), params(params) {}

  Maybe operator()(const Number &x) const;

private:
  Maybe clippedRelu(const Number &x) const;

  /// The kinds that are made of exp, log, tanh and erf.
  Maybe transcendental(const Number &x) const;

  /// Parameter i; all but ClippedRelu's maximum are finite.
  Number param(size_t i) const { return A::of(params[i]).value_or(Number(0)); }

  static Number relu(const Number &x) { return maximum(x, Number(0)); }
  static Number clip(const Number &x, const Number &low, const Number &high) {
    return minimum(maximum(x, low), high);
  }
  static Maybe times(const Number &x, const Maybe &y) {
    return y ? Maybe(x * *y) : std::nullopt;
  }
  /// a·(e^(x/b) - 1)
  static Maybe scaledExpm1(const Number &a, const Number &x, const Number &b) {
    Maybe quotient = A::divide(x, b);
    return quotient ? times(a, A::expm1(*quotient)) : std::nullopt;
  }
  static Maybe sigmoid(const Number &x) {
    Maybe e = A::exp(-x);
    return e ? A::divide(Number(1), Number(1) + *e) : std::nullopt;
  }
  /// max(x, 0) + log(1 + e^-|x|), which does not overflow.
  static Maybe softplus(const Number &x) {
    Maybe e = A::exp(-A::abs(x));
    Maybe log = e ? A::log1p(*e) : std::nullopt;
    return log ? Maybe(relu(x) + *log) : std::nullopt;
  }
  /// x/2·(1 + f), with f = erf or tanh of a multiple of x.
  static Maybe gelu(const Number &x, const Maybe &f) {
    Maybe half = A::divide(x, Number(2));
    return f ? Maybe(*half * (Number(1) + *f)) : std::nullopt;
  }

  UnaryKind kind;
  ArrayRef<double> params;
};

} // namespace

template <typename Number>
std::optional<Number> Function<Number>::clippedRelu(const Number &x) const {
  Number slope = param(0), threshold = param(1);
  Maybe largest;
  if (!std::isinf(params[2])) {
    largest = param(2);
  }
  auto clipped = [&](const Number &y) {
    return largest ? minimum(y, *largest) : y;
  };
  if (slope == Number(0) && threshold == Number(0)) {
    return clipped(relu(x)); // 0·x would be NaN at -inf
  }
  return x > threshold ? clipped(x) : slope * (x - threshold);
}

template <typename Number>
std::optional<Number> Function<Number>::transcendental(const Number &x) const {
  switch (kind) {
  case UnaryKind::Elu:
    return x > Number(0) ? Maybe(x) : scaledExpm1(param(0), x, Number(1));
  case UnaryKind::Celu:
    return x > Number(0) ? Maybe(x) : scaledExpm1(param(0), x, param(0));
  case UnaryKind::Selu:
    return times(param(0), x > Number(0) ? Maybe(x)
                                         : scaledExpm1(param(1), x, Number(1)));
  case UnaryKind::Gelu:
    return gelu(x, A::erf(x * *A::of(M_SQRT1_2)));
  case UnaryKind::GeluTanh:
    return gelu(x, A::tanh(*A::of(std::sqrt(M_2_PI)) *
                           (x + *A::of(0.044715) * x * x * x)));
  case UnaryKind::Sigmoid:
    return sigmoid(x);
  case UnaryKind::Tanh:
    return A::tanh(x);
  case UnaryKind::Erf:
    return A::erf(x);
  case UnaryKind::Silu:
    return times(x, sigmoid(x));
  case UnaryKind::Exp:
    return A::exp(x);
  case UnaryKind::Log:
    return A::log(x);
  case UnaryKind::Softplus:
    return softplus(x);
  case UnaryKind::LogSigmoid:
    return times(Number(-1), softplus(-x));
  case UnaryKind::Mish: {
    Maybe inner = softplus(x);
    return inner ? times(x, A::tanh(*inner)) : std::nullopt;
  }
  default:
    llvm_unreachable("a function of operator()");
  }
}

template <typename Number>
std::optional<Number> Function<Number>::operator()(const Number &x) const {
  switch (kind) {
  case UnaryKind::Relu:
    return relu(x);
  case UnaryKind::Relu6:
    return clip(x, Number(0), Number(6));
  case UnaryKind::LeakyRelu:
    return x >= Number(0) ? x : param(0) * x;
  case UnaryKind::ClippedRelu:
    return clippedRelu(x);
  case UnaryKind::Abs:
    return A::abs(x);
  case UnaryKind::Step:
    return x > Number(0) ? Number(1) : A::isNaN(x) ? x : Number(0);
  case UnaryKind::Sign:
    return x > Number(0) ? Number(1) : x < Number(0) ? Number(-1) : x;
  case UnaryKind::Clip:
    return clip(x, param(0), param(1));
  case UnaryKind::Threshold:
    return x > param(0) ? x : param(1);
  case UnaryKind::Neg:
    return -x;
  case UnaryKind::Square:
    return x * x;
  case UnaryKind::Sqrt:
    return A::sqrt(x);
  case UnaryKind::HardSigmoid:
    return clip(param(0) * x + param(1), Number(0), Number(1));
  case UnaryKind::HardSilu: {
    Number shifted = *A::divide(x + Number(3), Number(6));
    return x * clip(shifted, Number(0), Number(1));
  }
  case UnaryKind::Softsign:
    return A::divide(x, Number(1) + A::abs(x));
  default:
    return transcendental(x);
  }
}

template <typename Number>
Result<Number> interpreter::run(UnaryOp op, Operands<Number> operands) {
  Tensor<Number> y = *operands[0];
  SmallVector<double> params = parametersOf(op);
  Function<Number> function(op.getKind(), params);
  for (Number &value : y.data) {
    std::optional<Number> result = function(value);
    if (!result) {
      return failureAt(op, "'" + stringifyUnaryKind(op.getKind()) +
                               "' has a value that is not rational");
    }
    value = *result;
  }
  return y;
}
KREG_INSTANTIATE(UnaryOp)

template <typename Number>
static std::optional<Number> apply(BinaryKind kind, const Number &a,
                                   const Number &b) {
  switch (kind) {
  case BinaryKind::Add:
    return a + b;
  case BinaryKind::Sub:
    return a - b;
  case BinaryKind::Mul:
    return a * b;
  case BinaryKind::Div:
    return Arithmetic<Number>::divide(a, b);
  case BinaryKind::Max:
    return maximum(a, b);
  case BinaryKind::Min:
    return minimum(a, b);
  }
  llvm_unreachable("all kinds are above");
}

/// Strides of a tensor along the dimensions of a result that it is broadcast
/// to: 0 where it repeats.
static SmallVector<int64_t> broadcastStrides(ArrayRef<int64_t> shape,
                                             size_t rank) {
  SmallVector<int64_t> strides = stridesOf(shape);
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    strides[dim] = shape[dim] == 1 ? 0 : strides[dim];
  }
  strides.insert(strides.begin(), rank - shape.size(), 0);
  return strides;
}

template <typename Number>
Result<Number> interpreter::run(BinaryOp op, Operands<Number> operands) {
  const Tensor<Number> &a = *operands[0], &b = *operands[1];
  size_t rank = std::max(a.shape.size(), b.shape.size());
  SmallVector<int64_t> shape(rank, 1);
  for (const Tensor<Number> *x : operands) {
    size_t skipped = rank - x->shape.size();
    for (size_t dim = skipped; dim < rank; ++dim) {
      int64_t size = x->shape[dim - skipped];
      shape[dim] = size == 1 ? shape[dim] : size;
    }
  }
  Tensor<Number> y = zeros<Number>(shape);
  walk(shape, broadcastStrides(a.shape, rank), 0,
       [&](int64_t i, int64_t at) { y.data[i] = a.data[at]; });
  bool rational = true;
  walk(shape, broadcastStrides(b.shape, rank), 0, [&](int64_t i, int64_t at) {
    std::optional<Number> value = apply(op.getKind(), y.data[i], b.data[at]);
    rational &= value.has_value();
    y.data[i] = value.value_or(Number(0));
  });
  if (!rational) {
    return failureAt(op, "divides by zero, which is not rational");
  }
  return y;
}
KREG_INSTANTIATE(BinaryOp)

template <typename Number>
Result<Number> interpreter::run(BatchNormOp op, Operands<Number> operands) {
  using A = Arithmetic<Number>;
  // x, mean, variance, then gamma and beta where there are any.
  const Tensor<Number> &mean = *operands[1], &variance = *operands[2];
  const Tensor<Number> *gamma = op.getGamma() ? operands[3] : nullptr;
  const Tensor<Number> *beta = op.getBeta() ? operands.back() : nullptr;
  Tensor<Number> y = *operands[0];
  int64_t channels = mean.shape[0];
  Number epsilon = *A::of(asElement(op.getEpsilon().convertToDouble(),
                                    op.getType().getElementType()));
  std::vector<Number> factor(channels);
  for (int64_t c = 0; c < channels; ++c) {
    std::optional<Number> root = A::sqrt(variance.data[c] + epsilon);
    std::optional<Number> result =
        root ? A::divide(gamma ? gamma->data[c] : Number(1), *root)
             : std::nullopt;
    if (!result) {
      return failureAt(op, "has a standard deviation that is not rational or "
                           "is zero");
    }
    factor[c] = *result;
  }
  int64_t inner = productOf(ArrayRef(y.shape).drop_front(op.getAxis() + 1));
  for (size_t i = 0; i < y.data.size(); ++i) {
    int64_t c = int64_t(i) / inner % channels;
    y.data[i] = (y.data[i] - mean.data[c]) * factor[c];
    if (beta) {
      y.data[i] += beta->data[c];
    }
  }
  return y;
}
KREG_INSTANTIATE(BatchNormOp)

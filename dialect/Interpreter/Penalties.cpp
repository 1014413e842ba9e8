// Penalties of activities and of weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Numbers.h"
#include "dialect/Interpreter/Operations.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

/// A coefficient as Keras multiplies with it: rounded to the element type.
template <typename Number>
static std::optional<Number> coefficient(double value, Type element) {
  return Arithmetic<Number>::of(asElement(value, element));
}

/// A penalty divided by dimension 0 of its tensor where the norm says so.
template <typename Number>
static Number normalized(const Number &value, const Tensor<Number> &x,
                         Norm norm) {
  if (norm == Norm::None || x.shape.empty()) {
    return value;
  }
  return x.shape[0] == 0
             ? Number(0)
             : *Arithmetic<Number>::divide(value, Number(x.shape[0]));
}

template <typename Number>
static llvm::Expected<Number> penalty(Operation *at, const Tensor<Number> &x,
                                      Type element, L1L2Attr regularizer,
                                      Norm norm) {
  Number value(0);
  std::optional<Number> l1 = coefficient<Number>(regularizer.l1(), element);
  std::optional<Number> l2 = coefficient<Number>(regularizer.l2(), element);
  if (!l1 || !l2) {
    return failureAt(at, "has a coefficient that is not finite");
  }
  if (regularizer.l1() != 0.0) {
    Number sum(0);
    for (const Number &element : x.data) {
      sum += Arithmetic<Number>::abs(element);
    }
    value += *l1 * sum;
  }
  if (regularizer.l2() != 0.0) {
    Number sum(0);
    for (const Number &element : x.data) {
      sum += element * element;
    }
    value += *l2 * sum;
  }
  return normalized(value, x, norm);
}

/// A row or column of a matrix, scaled to a norm of 1.
template <typename Number>
struct UnitVector {
  std::vector<Number> data;
  Number inverse;  ///< 1 / max(norm, epsilon)
  bool isConstant; ///< the norm is below epsilon
};

template <typename Number>
static Number dot(const std::vector<Number> &a, const std::vector<Number> &b) {
  Number sum(0);
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    sum += x * y;
  }
  return sum;
}

/// Where element i of a row or column lies in a row-major matrix.
static int64_t place(ArrayRef<int64_t> shape, OrthogonalMode mode,
                     int64_t vector, int64_t i) {
  return mode == OrthogonalMode::Rows ? vector * shape[1] + i
                                      : i * shape[1] + vector;
}

/// The rows or columns of a matrix; false where a norm is not rational.
template <typename Number>
static bool unitVectors(const Tensor<Number> &x, OrthogonalMode mode,
                        std::vector<UnitVector<Number>> &vectors) {
  bool rows = mode == OrthogonalMode::Rows;
  int64_t count = x.shape[rows ? 0 : 1], length = x.shape[rows ? 1 : 0];
  Number epsilon = *Arithmetic<Number>::of(1e-7); // Keras' backend.epsilon()
  for (int64_t v = 0; v < count; ++v) {
    UnitVector<Number> vector{{}, Number(0), false};
    for (int64_t i = 0; i < length; ++i) {
      vector.data.push_back(x.data[place(x.shape, mode, v, i)]);
    }
    Number squares = dot(vector.data, vector.data);
    std::optional<Number> factor = inverseNorm(squares, epsilon);
    if (!factor) {
      return false;
    }
    for (Number &element : vector.data) {
      element *= *factor;
    }
    vector.inverse = *factor;
    vector.isConstant = squares < epsilon * epsilon;
    vectors.push_back(std::move(vector));
  }
  return true;
}

/// #kreg.orthogonal: the factor times the mean of |u·v| over all pairs.
template <typename Number>
static llvm::Expected<Number> penalty(Operation *at, const Tensor<Number> &x,
                                      Type element, OrthogonalAttr regularizer,
                                      Norm norm) {
  using A = Arithmetic<Number>;
  if (x.shape[0] == 0 && norm == Norm::Batch) {
    return Number(0);
  }
  std::optional<Number> factor =
      coefficient<Number>(regularizer.factor(), element);
  std::vector<UnitVector<Number>> vectors;
  if (!factor || !unitVectors(x, regularizer.getMode(), vectors)) {
    return failureAt(at, "has a factor or a norm that is not rational");
  }
  Number sum(0);
  for (size_t a = 0; a < vectors.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      sum += A::abs(dot(vectors[a].data, vectors[b].data));
    }
  }
  int64_t pairs = int64_t(vectors.size()) * (int64_t(vectors.size()) - 1) / 2;
  std::optional<Number> mean = A::divide(*factor * sum, Number(pairs));
  if (!mean) {
    return failureAt(at, "has one vector, so that its penalty is 0/0");
  }
  return normalized(*mean, x, norm);
}

template <typename Number>
llvm::Expected<Number>
interpreter::penaltyOf(Operation *at, Value of, const Tensor<Number> &x,
                       OrthogonalAttr regularizer, Norm norm) {
  return penalty(at, x, getElementTypeOrSelf(of.getType()), regularizer, norm);
}
template llvm::Expected<double> interpreter::penaltyOf(Operation *, Value,
                                                       const Tensor<double> &,
                                                       OrthogonalAttr, Norm);
template llvm::Expected<Rational>
interpreter::penaltyOf(Operation *, Value, const Tensor<Rational> &,
                       OrthogonalAttr, Norm);
template llvm::Expected<Ball> interpreter::penaltyOf(Operation *, Value,
                                                     const Tensor<Ball> &,
                                                     OrthogonalAttr, Norm);

template <typename Number>
llvm::Expected<Number> interpreter::penaltyOf(Operation *at, Value of,
                                              const Tensor<Number> &x,
                                              L1L2Attr regularizer, Norm norm) {
  return penalty(at, x, getElementTypeOrSelf(of.getType()), regularizer, norm);
}
template llvm::Expected<double> interpreter::penaltyOf(Operation *, Value,
                                                       const Tensor<double> &,
                                                       L1L2Attr, Norm);
template llvm::Expected<Rational>
interpreter::penaltyOf(Operation *, Value, const Tensor<Rational> &, L1L2Attr,
                       Norm);
template llvm::Expected<Ball> interpreter::penaltyOf(Operation *, Value,
                                                     const Tensor<Ball> &,
                                                     L1L2Attr, Norm);

template <typename Number>
Result<Number> interpreter::run(PenaltyOp op, Operands<Number> operands) {
  llvm::Expected<Number> value = penaltyOf(op, op.getInput(), *operands[0],
                                           op.getRegularizer(), op.getNorm());
  if (!value) {
    return value.takeError();
  }
  return Tensor<Number>{{}, {*value}};
}
KREG_INSTANTIATE(PenaltyOp)

template <typename Number>
Result<Number> interpreter::run(OrthogonalPenaltyOp op,
                                Operands<Number> operands) {
  llvm::Expected<Number> value = penaltyOf(op, op.getInput(), *operands[0],
                                           op.getRegularizer(), op.getNorm());
  if (!value) {
    return value.takeError();
  }
  return Tensor<Number>{{}, {*value}};
}
KREG_INSTANTIATE(OrthogonalPenaltyOp)

template <typename Number>
Result<Number> interpreter::run(OrthogonalGradientOp op,
                                Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  OrthogonalMode mode = op.getRegularizer().getMode();
  std::optional<Number> factor = coefficient<Number>(
      op.getRegularizer().factor(), getElementTypeOrSelf(op.getType()));
  std::vector<UnitVector<Number>> vectors;
  if (!factor || !unitVectors(x, mode, vectors)) {
    return failureAt(op, "has a factor or a norm that is not rational");
  }
  int64_t pairs = int64_t(vectors.size()) * (int64_t(vectors.size()) - 1) / 2;
  std::optional<Number> share =
      Arithmetic<Number>::divide(*factor, Number(pairs));
  Tensor<Number> result = zeros<Number>(x.shape);
  if (result.data.empty()) {
    return result;
  }
  if (!share) {
    return failureAt(op, "has one vector, so that its penalty is 0/0");
  }
  for (size_t a = 0; a < vectors.size(); ++a) {
    const UnitVector<Number> &own = vectors[a];
    std::vector<Number> pull(own.data.size(), Number(0));
    for (size_t b = 0; b < vectors.size(); ++b) {
      Number product = b == a ? Number(0) : dot(own.data, vectors[b].data);
      for (size_t i = 0; i < pull.size(); ++i) {
        if (product > Number(0)) {
          pull[i] += vectors[b].data[i];
        } else if (product < Number(0)) {
          pull[i] -= vectors[b].data[i];
        }
      }
    }
    Number along = own.isConstant ? Number(0) : dot(own.data, pull);
    Number scale = normalized(*share * own.inverse, x, op.getNorm());
    for (size_t i = 0; i < pull.size(); ++i) {
      result.data[place(x.shape, mode, int64_t(a), int64_t(i))] =
          scale * (pull[i] - own.data[i] * along);
    }
  }
  return result;
}
KREG_INSTANTIATE(OrthogonalGradientOp)

template <typename Number>
llvm::Expected<std::vector<Number>> kreg::weightPenalties(ModuleOp module) {
  std::vector<Number> penalties;
  for (auto variable : module.getOps<VariableOp>()) {
    if (!variable.getRegularizer() && !variable.getOrthogonal()) {
      continue;
    }
    if (!variable.getValue()) {
      return failureAt(variable, "has no value");
    }
    Result<Number> weight = tensorOf<Number>(variable, *variable.getValue());
    if (!weight) {
      return weight.takeError();
    }
    Type element = getElementTypeOrSelf(variable.getType());
    llvm::Expected<Number> value =
        variable.getOrthogonal()
            ? penalty(variable, *weight, element, *variable.getOrthogonal(),
                      Norm::None)
            : penalty(variable, *weight, element, *variable.getRegularizer(),
                      Norm::None);
    if (!value) {
      return value.takeError();
    }
    penalties.push_back(*value);
  }
  return penalties;
}
template llvm::Expected<std::vector<double>> kreg::weightPenalties(ModuleOp);
template llvm::Expected<std::vector<Rational>> kreg::weightPenalties(ModuleOp);
template llvm::Expected<std::vector<Ball>> kreg::weightPenalties(ModuleOp);

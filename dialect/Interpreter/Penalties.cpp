// Penalties of activities and of weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Operations.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

/// A coefficient as Keras multiplies with it: rounded to the element type.
template <typename Number>
static std::optional<Number> coefficient(double value, Type element) {
  return Arithmetic<Number>::of(element.isF64() ? value
                                                : static_cast<float>(value));
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

/// The rows or columns of a matrix, each scaled to a norm of 1; false where
/// that is not rational.
template <typename Number>
static bool unitVectors(const Tensor<Number> &x, OrthogonalMode mode,
                        std::vector<std::vector<Number>> &vectors) {
  bool rows = mode == OrthogonalMode::Rows;
  int64_t count = x.shape[rows ? 0 : 1], length = x.shape[rows ? 1 : 0];
  Number epsilon = *Arithmetic<Number>::of(1e-7); // Keras' backend.epsilon()
  for (int64_t v = 0; v < count; ++v) {
    std::vector<Number> vector;
    Number squares(0);
    for (int64_t i = 0; i < length; ++i) {
      vector.push_back(x.data[rows ? v * length + i : i * count + v]);
      squares += vector.back() * vector.back();
    }
    std::optional<Number> factor = inverseNorm(squares, epsilon);
    if (!factor) {
      return false;
    }
    for (Number &element : vector) {
      element *= *factor;
    }
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
  std::vector<std::vector<Number>> vectors;
  if (!factor || !unitVectors(x, regularizer.getMode(), vectors)) {
    return failureAt(at, "has a factor or a norm that is not rational");
  }
  Number sum(0);
  for (size_t a = 0; a < vectors.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      Number product(0);
      for (size_t i = 0; i < vectors[a].size(); ++i) {
        product += vectors[a][i] * vectors[b][i];
      }
      sum += A::abs(product);
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

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
  if (norm == Norm::None || x.shape.empty()) {
    return value;
  }
  return x.shape[0] == 0
             ? Number(0)
             : *Arithmetic<Number>::divide(value, Number(x.shape[0]));
}

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

llvm::Expected<std::vector<double>> kreg::weightPenalties(ModuleOp module) {
  std::vector<double> penalties;
  for (auto variable : module.getOps<VariableOp>()) {
    if (!variable.getRegularizer()) {
      continue;
    }
    if (!variable.getValue()) {
      return failureAt(variable, "has no value");
    }
    Result<double> weight = tensorOf<double>(variable, *variable.getValue());
    if (!weight) {
      return weight.takeError();
    }
    llvm::Expected<double> value =
        penalty(variable, *weight, getElementTypeOrSelf(variable.getType()),
                *variable.getRegularizer(), Norm::None);
    if (!value) {
      return value.takeError();
    }
    penalties.push_back(*value);
  }
  return penalties;
}

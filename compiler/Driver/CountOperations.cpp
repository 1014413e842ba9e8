// How much arithmetic a kernel does, counted on its plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/CountOperations.h"

namespace kregc::driver {
namespace {

using plan::ElementType;
using plan::Expression;
using plan::ExpressionRef;
using plan::Operator;

bool isArithmetic(const Expression &expression) {
  switch (expression.op) {
  case Operator::Add:
  case Operator::Sub:
  case Operator::Mul:
  case Operator::Div:
  case Operator::Max:
  case Operator::Min:
  case Operator::Neg:
  case Operator::Abs:
  case Operator::Sqrt:
  case Operator::Exp:
  case Operator::Log:
  case Operator::Tanh:
  case Operator::Erf:
  case Operator::Pow:
    return expression.type == ElementType::F32 ||
           expression.type == ElementType::F64;
  default:
    return false;
  }
}

double count(const ExpressionRef &expression) {
  if (!expression) {
    return 0;
  }
  double sum = isArithmetic(*expression);
  for (const ExpressionRef &operand : expression->operands) {
    sum += count(operand);
  }
  return sum;
}

} // namespace

double countOperations(const plan::Plan &plan, int64_t batch) {
  double sum = 0;
  for (const plan::Stage &stage : plan.stages) {
    double points = 1;
    for (const plan::Loop &loop : stage.loops) {
      points *= static_cast<double>(loop.extent.at(batch));
    }
    for (const plan::Write &write : stage.writes) {
      sum += points * count(write.body);
    }
  }
  return sum;
}

} // namespace kregc::driver

// How much arithmetic and memory a kernel needs, counted on its plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/CountOperations.h"

#include "compiler/Host/HostPlan.h"
#include "compiler/Plan/Expressions.h"

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

/// The value of an expression of loops and numbers.
std::optional<int64_t> evaluate(const Expression &e,
                                const std::map<int64_t, int64_t> &loops) {
  if (e.op == Operator::Integer) {
    return e.integer;
  }
  if (e.op == Operator::Loop) {
    return loops.at(e.integer);
  }
  std::vector<int64_t> x;
  for (const ExpressionRef &operand : e.operands) {
    std::optional<int64_t> value = evaluate(*operand, loops);
    if (!value) {
      return std::nullopt;
    }
    x.push_back(*value);
  }
  switch (e.op) {
  case Operator::Add:
    return x[0] + x[1];
  case Operator::Sub:
    return x[0] - x[1];
  case Operator::Mul:
    return x[0] * x[1];
  case Operator::Less:
    return x[0] < x[1];
  case Operator::LessEqual:
    return x[0] <= x[1];
  case Operator::And:
    return x[0] && x[1];
  default:
    return std::nullopt;
  }
}

/// The share of steps for which a condition on loops of fixed extents is true.
double shareOf(const plan::Stage &stage, const ExpressionRef &condition) {
  std::map<int64_t, int64_t> loops;
  bool isFixed = true;
  plan::walk(condition, [&](const Expression &e) {
    if (e.op == Operator::Loop) {
      loops[e.integer] = 0;
      isFixed &= stage.loops[e.integer].extent.isStatic();
    }
  });
  if (!isFixed) {
    return 1;
  }
  double all = 0, done = 0;
  while (true) {
    std::optional<int64_t> value = evaluate(*condition, loops);
    if (!value) {
      return 1;
    }
    ++all;
    done += *value != 0;
    auto next = loops.begin();
    while (next != loops.end() &&
           ++next->second >= stage.loops[next->first].extent.at(1)) {
      next->second = 0;
      ++next;
    }
    if (next == loops.end()) {
      return done / all;
    }
  }
}

/// The operations of one step of a stage, in the mean: those that leave the
/// accumulator as it is are not done.
double countStep(const plan::Stage &stage, const ExpressionRef &body) {
  if (plan::isGuarded(*body)) {
    return shareOf(stage, body->operands[0]) *
           countStep(stage, body->operands[1]);
  }
  return count(body);
}

} // namespace

double countOperations(const plan::Plan &plan, int64_t batch) {
  double sum = 0;
  for (const plan::Stage &stage : plan.stages) {
    double points = 1;
    for (const plan::Extent &extent : plan::steppedExtents(stage)) {
      points *= static_cast<double>(extent.at(batch));
    }
    for (const plan::Write &write : stage.writes) {
      sum += points * countStep(stage, write.body);
    }
  }
  return sum;
}

double countBytes(const plan::Plan &plan, int64_t batch) {
  double sum = 0;
  for (int number : plan.arguments()) {
    const plan::Value &value = plan.values[number];
    auto bytes = static_cast<double>(host::bytesOf(value.type));
    for (const plan::Extent &extent : value.shape) {
      bytes *= static_cast<double>(extent.at(batch));
    }
    sum += bytes;
  }
  return sum;
}

} // namespace kregc::driver

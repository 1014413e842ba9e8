// Structural checks of a plan: what every code generator may rely on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Plan/Plan.h"

using namespace kregc::plan;

namespace {

/// Checks one plan; the first problem found is kept.
struct Verifier {
  const Plan &plan;
  std::string problem;

  bool fail(const std::string &text) {
    if (problem.empty()) {
      problem = text;
    }
    return false;
  }
  bool checkExpression(const Stage &stage, const Expression &e);
  bool checkStage(const Stage &stage);
};

} // namespace

static size_t operandCount(Operator op) {
  switch (op) {
  case Operator::Real:
  case Operator::Integer:
  case Operator::Loop:
  case Operator::Extent:
  case Operator::Accumulator:
    return 0;
  case Operator::Neg:
  case Operator::Abs:
  case Operator::Sqrt:
  case Operator::Exp:
  case Operator::Log:
  case Operator::Tanh:
  case Operator::Erf:
  case Operator::Floor:
  case Operator::Not:
  case Operator::Cast:
    return 1;
  case Operator::Select:
    return 3;
  case Operator::Random:
    return 6;
  default:
    return 2;
  }
}

bool Verifier::checkExpression(const Stage &stage, const Expression &e) {
  std::string where = "stage '" + stage.name + "': ";
  if (e.op == Operator::Read || e.op == Operator::ReadOr) {
    if (e.value < 0 || e.value >= static_cast<int>(plan.values.size())) {
      return fail(where + "reads value " + std::to_string(e.value) +
                  ", which the plan does not have");
    }
    size_t wanted =
        plan.values[e.value].shape.size() + (e.op == Operator::ReadOr);
    if (e.operands.size() != wanted) {
      return fail(where + "reads '" + plan.values[e.value].name + "' with " +
                  std::to_string(e.operands.size()) + " operands, wanted " +
                  std::to_string(wanted));
    }
  } else if (e.operands.size() != operandCount(e.op)) {
    return fail(where + "has an operator with " +
                std::to_string(e.operands.size()) + " operands, wanted " +
                std::to_string(operandCount(e.op)));
  }
  if (e.op == Operator::Loop &&
      (e.integer < 0 ||
       e.integer >= static_cast<int64_t>(stage.loops.size()))) {
    return fail(where + "names loop " + std::to_string(e.integer) + " of " +
                std::to_string(stage.loops.size()));
  }
  for (const ExpressionRef &operand : e.operands) {
    if (!operand || !checkExpression(stage, *operand)) {
      return fail(where + "has an expression without an operand");
    }
  }
  return true;
}

bool Verifier::checkStage(const Stage &stage) {
  std::string where = "stage '" + stage.name + "': ";
  size_t parallel = 0;
  bool reduces = false;
  for (const Loop &loop : stage.loops) {
    if (!loop.reduction && reduces) {
      return fail(where + "has a parallel loop behind a reduction");
    }
    reduces |= loop.reduction;
    parallel += !loop.reduction;
  }
  if (stage.writes.empty()) {
    return fail(where + "writes nothing");
  }
  for (const Write &write : stage.writes) {
    if (write.value < 0 ||
        write.value >= static_cast<int>(plan.values.size())) {
      return fail(where + "writes a value that the plan does not have");
    }
    const Value &value = plan.values[write.value];
    if (value.kind == Value::Kind::Input || value.kind == Value::Kind::Weight) {
      return fail(where + "writes the operand '" + value.name + "'");
    }
    if (value.shape.size() != parallel) {
      return fail(where + "has " + std::to_string(parallel) +
                  " parallel loops for '" + value.name + "' of rank " +
                  std::to_string(value.shape.size()));
    }
    if (reduces != (write.init != nullptr)) {
      return fail(where + "wants a start value exactly where it reduces");
    }
    if (!write.body || !checkExpression(stage, *write.body) ||
        (write.init && !checkExpression(stage, *write.init))) {
      return fail(where + "has no body");
    }
  }
  return true;
}

std::optional<std::string> kregc::plan::verify(const Plan &plan) {
  Verifier verifier{plan, {}};
  if (plan.name.empty()) {
    return "a plan without a name";
  }
  for (const Value &value : plan.values) {
    for (const Extent &extent : value.shape) {
      if (extent.constant < 0 || extent.perBatch < 0 || extent.divisor < 1) {
        return "value '" + value.name + "' has a negative extent";
      }
    }
  }
  for (const Stage &stage : plan.stages) {
    if (!verifier.checkStage(stage)) {
      return verifier.problem;
    }
  }
  return std::nullopt;
}

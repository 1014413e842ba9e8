// Chains of pointwise stages become one stage: a bias and an activation are one
// epilogue for a schedule.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/Translation.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::plan;

static bool isPointwise(const Stage &stage) {
  return stage.writes.size() == 1 &&
         llvm::none_of(stage.loops, [](const Loop &l) { return l.reduction; });
}

static int countReads(const ExpressionRef &e, int value) {
  int count = (e->op == Operator::Read || e->op == Operator::ReadOr) &&
              e->value == value;
  for (const ExpressionRef &operand : e->operands) {
    count += countReads(operand, value);
  }
  return count;
}

static int countReads(const Stage &stage, int value) {
  int count = 0;
  for (const Write &write : stage.writes) {
    count += countReads(write.body, value);
  }
  return count;
}

/// `e` with the loops of the inlined stage replaced by indices.
static ExpressionRef substituteLoops(const ExpressionRef &e,
                                     ArrayRef<ExpressionRef> indices) {
  if (e->op == Operator::Loop) {
    return indices[e->integer];
  }
  if (e->operands.empty()) {
    return e;
  }
  auto copy = std::make_shared<Expression>(*e);
  for (ExpressionRef &operand : copy->operands) {
    operand = substituteLoops(operand, indices);
  }
  return copy;
}

/// `e` with each plain read of `value` replaced by `body`.
static ExpressionRef substituteReads(const ExpressionRef &e, int value,
                                     const ExpressionRef &body) {
  if (e->op == Operator::Read && e->value == value) {
    return substituteLoops(body, e->operands);
  }
  if (e->operands.empty()) {
    return e;
  }
  auto copy = std::make_shared<Expression>(*e);
  for (ExpressionRef &operand : copy->operands) {
    operand = substituteReads(operand, value, body);
  }
  return copy;
}

static bool readsWithDefault(const ExpressionRef &e, int value) {
  if (e->op == Operator::ReadOr && e->value == value) {
    return true;
  }
  return llvm::any_of(e->operands, [&](const ExpressionRef &operand) {
    return readsWithDefault(operand, value);
  });
}

/// The one pointwise stage that reads `value`, once, or -1.
static int soleReader(const Plan &plan, int value) {
  int reader = -1, reads = 0;
  for (auto [i, stage] : llvm::enumerate(plan.stages)) {
    if (int n = countReads(stage, value)) {
      reads += n;
      reader = i;
    }
  }
  if (reads != 1 || !isPointwise(plan.stages[reader]) ||
      readsWithDefault(plan.stages[reader].writes[0].body, value)) {
    return -1;
  }
  return reader;
}

/// Drops the values that no stage writes or reads; `renumber` gives new
/// numbers.
static void dropUnusedTemporaries(Plan &plan) {
  std::vector<int> renumber(plan.values.size(), -1);
  std::vector<kregc::plan::Value> kept;
  for (auto [i, value] : llvm::enumerate(plan.values)) {
    bool used = value.kind != kregc::plan::Value::Kind::Temporary;
    for (const Stage &stage : plan.stages) {
      used |= countReads(stage, i) > 0 ||
              llvm::any_of(stage.writes,
                           [&, i = static_cast<int>(i)](const Write &w) {
                             return w.value == i;
                           });
    }
    if (!used) {
      continue;
    }
    renumber[i] = kept.size();
    kept.push_back(value);
  }
  plan.values = std::move(kept);
  std::function<ExpressionRef(const ExpressionRef &)> visit =
      [&](const ExpressionRef &e) -> ExpressionRef {
    auto copy = std::make_shared<Expression>(*e);
    if (copy->value >= 0) {
      copy->value = renumber[copy->value];
    }
    for (ExpressionRef &operand : copy->operands) {
      operand = visit(operand);
    }
    return copy;
  };
  for (Stage &stage : plan.stages) {
    for (Write &write : stage.writes) {
      write.value = renumber[write.value];
      write.body = visit(write.body);
      if (write.init) {
        write.init = visit(write.init);
      }
    }
  }
}

void kreg::inlinePointwise(Plan &plan) {
  for (size_t i = 0; i < plan.stages.size();) {
    const Stage &stage = plan.stages[i];
    int value = stage.writes[0].value;
    int reader = -1;
    if (isPointwise(stage) &&
        plan.values[value].kind == kregc::plan::Value::Kind::Temporary) {
      reader = soleReader(plan, value);
    }
    if (reader < 0) {
      ++i;
      continue;
    }
    Write &write = plan.stages[reader].writes[0];
    write.body = substituteReads(write.body, value, stage.writes[0].body);
    plan.stages.erase(plan.stages.begin() + i);
    i = 0;
  }
  dropUnusedTemporaries(plan);
}

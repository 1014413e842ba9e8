// About how long a kernel takes, for the question whether to share it between
// threads. A factor of two does not matter; the size of a tile's body does.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostPlan.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace llvm;

namespace kregc::host {
namespace {

/// Operations on numbers in an expression; those on indices cost little.
int64_t countOperations(const plan::ExpressionRef &expression,
                        DenseSet<const plan::Expression *> &seen) {
  using plan::Operator;
  if (!expression || expression->type == plan::ElementType::I32 ||
      !seen.insert(expression.get()).second) {
    return 0;
  }
  int64_t count = 1;
  switch (expression->op) {
  case Operator::Exp:
  case Operator::Log:
  case Operator::Tanh:
  case Operator::Erf:
  case Operator::Pow:
    count = 16;
    break;
  case Operator::Div:
  case Operator::Sqrt:
    count = 4;
    break;
  default:
    break;
  }
  for (const plan::ExpressionRef &operand : expression->operands) {
    count += countOperations(operand, seen);
  }
  return count;
}

/// Largest work per element of a batch: with it, no batch overflows an int64.
constexpr int64_t mostWork = int64_t(1) << 31;

int64_t nanoseconds(int64_t iterations, int64_t operations, int64_t rate) {
  int64_t total;
  if (MulOverflow(iterations, operations, total)) {
    return mostWork;
  }
  return std::min(mostWork, int64_t(divideCeil(uint64_t(total), rate)));
}

} // namespace

Size estimateWork(const plan::Plan &plan) {
  // Operations that one core does in a nanosecond: products and sums in
  // registers, or what comes from memory.
  int64_t rate = plan.schedule.family == plan::Family::Contraction ? 64 : 16;
  Size work;
  for (const plan::Stage &stage : plan.stages) {
    DenseSet<const plan::Expression *> seen;
    int64_t operations = 0;
    for (const plan::Write &write : stage.writes) {
      operations += countOperations(write.body, seen);
    }
    std::optional<Size> iterations = countElements(plan::steppedExtents(stage));
    if (!iterations) {
      return {mostWork, mostWork};
    }
    work.constant += nanoseconds(iterations->constant, operations, rate);
    work.perBatch += nanoseconds(iterations->perBatch, operations, rate);
  }
  return {std::min(work.constant, mostWork), std::min(work.perBatch, mostWork)};
}

} // namespace kregc::host

// What a schedule is chosen by.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/KernelShape.h"

#include "compiler/Plan/Expressions.h"

#include <algorithm>

namespace kregc {

using plan::Extent;
using plan::Family;
using plan::Loop;
using plan::Plan;
using plan::Schedule;
using plan::Stage;
using plan::Value;

// A task should take this many cycles, or taking it is a part of its time. That
// a kernel is worth another thread at all is the runtime's question.
constexpr double kTaskCycles = 6000;
// What exp, log and their like take, in operations.
constexpr double kFunctionOperations = 25;
// Batches that a schedule is judged by.
constexpr int64_t kBatches[] = {16, 32, 64, 128, 256};

KernelShape::KernelShape(const Plan &plan, const Target &target)
    : plan(plan), target(target) {
  for (const Value &value : plan.values) {
    if (value.kind == Value::Kind::Output) {
      domain = value.shape;
      break;
    }
  }
  for (const Stage &stage : plan.stages) {
    if (stage.role == Stage::Role::Anchor) {
      anchor = &stage;
    }
    if (domain.empty() && stage.role == Stage::Role::Penalty) {
      for (const Loop &l : stage.loops) {
        domain.push_back(l.extent);
      }
    }
  }
  if (!domain.empty()) {
    channels = std::max<int64_t>(1, domain.back().at(1));
  }
  if (rank() >= 2) {
    points = domain[rank() - 2];
  }
  for (const Loop &l : anchor ? anchor->loops : std::vector<Loop>()) {
    if (l.reduction) {
      innermost = l.extent.at(1);
      reduction *= innermost;
    }
  }
}

int64_t KernelShape::vector() const {
  if (!domain.back().isStatic()) {
    return target.vectorLanes; // a row as long as the batch wants
  }
  int64_t lanes = target.vectorLanes;
  while (lanes > 1 && lanes / 2 >= channels) {
    lanes /= 2;
  }
  return lanes;
}

bool KernelShape::hasPadding() const {
  for (const Stage &stage : plan.stages) {
    if (stage.role == Stage::Role::Producer) {
      return true;
    }
  }
  return false;
}

bool KernelShape::reducesRows() const {
  size_t outer = 0;
  for (const Loop &l : anchor ? anchor->loops : std::vector<Loop>()) {
    outer += !l.reduction;
  }
  return anchor && reduction > 1 && rank() >= 2 && outer + 1 == rank() &&
         plan.schedule.family == Family::Reduction;
}

int64_t KernelShape::inputBytes() const {
  int64_t bytes = 0;
  for (const Value &value : plan.values) {
    if (value.kind != Value::Kind::Input) {
      continue;
    }
    int64_t count = 4;
    for (const Extent &extent : value.shape) {
      count *= std::max<int64_t>(1, extent.at(1));
    }
    bytes += count;
  }
  return bytes;
}

int64_t KernelShape::inputBytesPerRow() const {
  return inputBytes() / std::max<int64_t>(1, rows());
}

double pointWaste(const Extent &extent, int64_t tile) {
  if (extent.isStatic()) {
    int64_t n = std::max<int64_t>(1, extent.at(1));
    return double(divideUp(n, tile) * tile) / n;
  }
  double sum = 0;
  for (int64_t batch : kBatches) {
    int64_t n = extent.at(batch);
    sum += double(divideUp(n, tile) * tile) / n;
  }
  return sum / std::size(kBatches);
}

int64_t divisorUpTo(int64_t n, int64_t limit) {
  for (int64_t d = std::min(n, limit); d > 1; --d) {
    if (n % d == 0) {
      return d;
    }
  }
  return 1;
}

int64_t chains(const KernelShape &shape, const Schedule &s) {
  int64_t wanted =
      int64_t(kFmaLatency) * shape.target.fmaPerCycle / (s.vectors * s.points);
  int64_t room =
      (shape.target.vectorRegisters - 2) / (s.vectors * s.points + 1);
  return divisorUpTo(shape.innermost,
                     std::min(wanted, std::max<int64_t>(room, 1)));
}

int64_t stripRows(const KernelShape &shape) {
  int64_t fit =
      std::max<int64_t>(1, shape.target.l2Bytes / 2 /
                               std::max<int64_t>(1, shape.inputBytesPerRow()));
  int64_t tasks = shape.hasPadding() ? 4 : 8;
  int64_t rows = shape.rows();
  return std::max<int64_t>(
      1, std::min({fit, rows, std::max<int64_t>(4, divideUp(rows, tasks))}));
}

void setParallel(const KernelShape &shape, Schedule &s,
                 double cyclesPerElement) {
  double cycles = cyclesPerElement;
  for (const Extent &e : shape.domain) {
    cycles *= std::max<int64_t>(1, e.at(1));
  }
  bool hasStrips = shape.rowDimension().has_value();
  if (hasStrips &&
      cycles * s.strip / std::max<int64_t>(1, shape.rows()) >= kTaskCycles) {
    s.parallel = *shape.rowDimension() > 0 ? 2 : 1;
  } else if (cycles * (hasStrips ? 1 : s.strip * s.points) >= kTaskCycles) {
    s.parallel = 1;
  }
}

double epilogueCycles(const KernelShape &shape, int64_t lanes) {
  double operations = 0;
  auto count = [&](const plan::Expression &e) {
    switch (e.op) {
    case plan::Operator::Exp:
    case plan::Operator::Log:
    case plan::Operator::Tanh:
    case plan::Operator::Erf:
    case plan::Operator::Pow:
    case plan::Operator::Random:
      operations += kFunctionOperations;
      break;
    default:
      operations += e.type == plan::ElementType::F32;
    }
  };
  for (const Stage &stage : shape.plan.stages) {
    if (stage.role == Stage::Role::Epilogue) {
      for (const plan::Write &write : stage.writes) {
        plan::walk(write.body, count);
      }
    }
  }
  return operations / double(shape.target.fmaPerCycle * lanes);
}

} // namespace kregc

// A schedule for each family of kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/ScheduleModel.h"

#include "compiler/Transforms/AccumulationModel.h"
#include "compiler/Transforms/ContractionModel.h"

#include <algorithm>
#include <cmath>

namespace kregc {

using plan::Family;
using plan::Plan;
using plan::Schedule;
using plan::Value;

/// Windows without a sum over channels: every tap is a load or two.
static Schedule chooseWindow(const KernelShape &shape, Family family) {
  Schedule s;
  s.family = family;
  s.vector = shape.vector();
  s.vectors = 1;
  int64_t extent = shape.points.isStatic() ? shape.points.at(1) : 8;
  double best = INFINITY;
  int64_t most =
      std::min<int64_t>(extent, shape.target.vectorRegisters / 2 - 2);
  for (int64_t points = 1; points <= most; ++points) {
    double step =
        std::max(double(points) / shape.target.fmaPerCycle, kFmaLatency / 2);
    double cost =
        (step + kStepCycles) * pointWaste(shape.points, points) / points;
    if (cost < best) {
      best = cost;
      s.points = points;
    }
  }
  if (shape.rank() < 2) {
    s.points = 1;
  }
  s.strip = stripRows(shape);
  setParallel(shape, s, double(shape.reduction) / s.vector);
  return s;
}

/// Rows of vectors, memory in, memory out.
static Schedule chooseStreaming(const KernelShape &shape, Family family) {
  Schedule s;
  s.family = family;
  s.vector = shape.vector();
  int64_t most = family == Family::Reduction ? 8 : 4;
  s.vectors = shape.domain.back().isStatic()
                  ? std::min<int64_t>(shape.vectors(s.vector), most)
                  : most;
  if (shape.reducesRows() && shape.channels < 4 * shape.target.vectorLanes) {
    s.points = shape.target.vectorLanes; // a row per lane
  } else if (family == Family::Reduction) {
    s.unroll = chains(shape, s);
  }
  // A task moves about half of L2.
  int64_t tile = s.vector * s.vectors * 4;
  int64_t row = shape.rank() >= 2
                    ? 4 * shape.channels * std::max<int64_t>(1, shape.reduction)
                    : tile;
  s.strip =
      std::clamp<int64_t>(shape.target.l2Bytes / 2 / (row * s.points), 1, 4096);
  if (shape.rank() >= 3) {
    s.strip = std::min(s.strip, shape.rows());
  }
  setParallel(shape, s,
              double(std::max<int64_t>(shape.reduction, 1)) / s.vector);
  return s;
}

KernelSchedule chooseSchedule(const Plan &plan, const Target &target) {
  KernelShape shape(plan, target);
  KernelSchedule choice;
  Family family = plan.schedule.family;
  if (family == Family::Contraction && !shape.anchor) {
    family = Family::Elementwise;
  }
  switch (family) {
  case Family::Accumulation:
    choice.main = chooseAccumulation(shape);
    break;
  case Family::Contraction:
    choice.main = chooseContraction(shape);
    choice.small = chooseSmall(shape, choice.main);
    choice.smallBatch = choice.small ? 2 : 0;
    break;
  case Family::Depthwise:
  case Family::Pooling:
    choice.main = chooseWindow(shape, family);
    break;
  default:
    choice.main = chooseStreaming(shape, family);
    break;
  }
  for (const Value &value : plan.values) {
    if (value.kind != Value::Kind::Input && value.kind != Value::Kind::Weight) {
      continue;
    }
    bool packs = family == Family::Contraction &&
                 value.kind == Value::Kind::Weight && !value.shape.empty() &&
                 value.shape.back() == shape.domain.back();
    choice.packings.push_back(packs ? choice.main.vector * choice.main.vectors
                                    : 0);
  }
  return choice;
}

void setSchedule(Plan &plan, const KernelSchedule &choice, bool small) {
  plan.schedule = small && choice.small ? *choice.small : choice.main;
  size_t operand = 0;
  for (Value &value : plan.values) {
    if (value.kind == Value::Kind::Input || value.kind == Value::Kind::Weight) {
      value.packing = choice.packings.at(operand++);
    }
  }
}

} // namespace kregc

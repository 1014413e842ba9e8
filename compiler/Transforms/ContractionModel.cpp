// The model counts, for one step of the reduction of a register tile, what a
// core must do: multiply-adds, loads, and lines from L2; the rest is rounding
// loss at the edges. Constants are properties of cores, not of kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/ContractionModel.h"

#include "compiler/Plan/Expressions.h"

#include <algorithm>
#include <cmath>

namespace kregc {

using plan::Extent;
using plan::Family;
using plan::Loop;
using plan::Plan;
using plan::Schedule;

constexpr double kLoadsPerCycle = 2;
constexpr double kL2BytesPerCycle = 32;
// How much of the traffic from L2 the core does not hide.
constexpr double kL2Exposed = 0.15;
// How much of the loads the multiply-adds do not hide where no operand is
// packed.
constexpr double kLoadsExposed = 0.25;

/// Cycles for one reduction step of one element, tile of `vectors` by `points`.
static double contractionCost(const KernelShape &shape, int64_t lanes,
                              int64_t vectors, int64_t points) {
  const Target &target = shape.target;
  double fmas =
      std::max(double(vectors * points) / target.fmaPerCycle, kFmaLatency);
  double loads = (vectors + points) / kLoadsPerCycle;
  double cycles = kStepCycles;
  if (shape.plan.schedule.family == Family::Accumulation) {
    cycles += fmas + kLoadsExposed * loads;
  } else {
    int64_t bytes = vectors * lanes * 4;
    cycles += std::max(fmas, loads);
    if (bytes * shape.reduction > target.l1Bytes / 2) {
      cycles += kL2Exposed * bytes / kL2BytesPerCycle;
    }
  }
  double channelWaste =
      double(divideUp(shape.channels, lanes * vectors) * lanes * vectors) /
      shape.channels;
  return cycles * channelWaste * pointWaste(shape.points, points) /
         double(vectors * lanes * points);
}

/// Registers: all accumulators, the smaller side of the operands, one to spare.
static bool fitsRegisters(const Target &target, int64_t vectors,
                          int64_t points) {
  return vectors * points + std::min(vectors, points) + 1 <=
         target.vectorRegisters;
}

/// By how many elements an access moves with a step of the loop.
static std::optional<int64_t>
strideAlong(const Plan &plan, const plan::Expression &access, int64_t l) {
  int64_t result = 0, stride = 1;
  const std::vector<Extent> &shape = plan.values[access.value].shape;
  for (size_t d = shape.size(); d-- > 0;) {
    auto index = plan::affine(access.operands[d]);
    if (!index) {
      return std::nullopt;
    }
    result += index->of(l) * stride;
    stride *= std::max<int64_t>(1, shape[d].at(1));
  }
  return result;
}

/// Whether all operands lie in memory along a long sum, and none along the last
/// dimension of the result: the products of one output channel.
static bool liesAlongSum(const KernelShape &shape) {
  const std::vector<Loop> &loops = shape.anchor->loops;
  int64_t sum = loops.size() - 1, last = -1;
  for (const Loop &l : loops) {
    last += !l.reduction;
  }
  if (!loops[sum].reduction || !loops[sum].extent.isStatic() || last < 0 ||
      shape.innermost < 4 * shape.target.vectorLanes) {
    return false;
  }
  bool lies = true;
  plan::walk(shape.anchor->writes[0].body, [&](const plan::Expression &e) {
    if (plan::isAccess(e)) {
      lies &= strideAlong(shape.plan, e, sum) == 1 &&
              strideAlong(shape.plan, e, last) != 1;
    }
  });
  return lies;
}

/// A few results at once, each summed up in the lanes of one vector.
static Schedule chooseDotProducts(const KernelShape &shape) {
  Schedule s;
  s.family = Family::Contraction;
  s.vector = 1;
  s.vectors = shape.domain.back().isStatic()
                  ? std::min<int64_t>(shape.channels, kFmaLatency)
                  : kFmaLatency;
  s.order = 1;
  s.unroll = shape.target.vectorLanes;
  s.strip = shape.rowDimension() ? stripRows(shape) : 8;
  setParallel(shape, s,
              double(shape.reduction) / shape.target.vectorLanes +
                  epilogueCycles(shape, 1));
  return s;
}

Schedule chooseContraction(const KernelShape &shape) {
  if (liesAlongSum(shape)) {
    return chooseDotProducts(shape);
  }
  Schedule s;
  s.family = Family::Contraction;
  s.vector = shape.vector();
  double best = INFINITY;
  int64_t mostVectors = std::min<int64_t>(shape.vectors(s.vector), 8);
  int64_t mostPoints = shape.rank() < 2          ? 1
                       : shape.points.isStatic() ? shape.points.at(1)
                                                 : shape.target.vectorRegisters;
  for (int64_t vectors = 1; vectors <= mostVectors; ++vectors) {
    for (int64_t points = 1; points <= mostPoints; ++points) {
      if (!fitsRegisters(shape.target, vectors, points)) {
        break;
      }
      double cost = contractionCost(shape, s.vector, vectors, points);
      if (cost < best) {
        best = cost;
        s.vectors = vectors;
        s.points = points;
      }
    }
  }
  s.order = s.vectors <= s.points ? 0 : 1;
  s.unroll = chains(shape, s);
  if (shape.rowDimension()) {
    s.strip = stripRows(shape);
  } else {
    int64_t rowBytes = 4 * shape.reduction * s.points;
    s.strip = std::clamp<int64_t>(shape.target.l2Bytes / 4 / rowBytes, 1, 8);
  }
  setParallel(shape, s,
              best * shape.reduction + epilogueCycles(shape, s.vector));
  return s;
}

std::optional<Schedule> chooseSmall(const KernelShape &shape,
                                    const Schedule &main) {
  bool pointsAreBatch = shape.rank() == 2 && !shape.points.isStatic();
  if (!pointsAreBatch || shape.points.at(1) * 2 > main.points) {
    return std::nullopt;
  }
  Schedule s = main;
  s.points = 1;
  s.order = 1;
  s.strip = 1;
  // Whole blocks of the packing, so that each vector is one load.
  int64_t most = std::min<int64_t>(shape.vectors(s.vector), 8);
  while ((s.vectors + main.vectors) <= most) {
    s.vectors += main.vectors;
  }
  s.unroll = chains(shape, s);
  s.parallel = 0;
  setParallel(shape, s,
              contractionCost(shape, s.vector, s.vectors, 1) * shape.reduction);
  // The strip of one row is not the task here; the blocks of channels are.
  s.parallel = s.parallel ? 2 : 0;
  return s;
}

} // namespace kregc

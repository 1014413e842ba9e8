// The model counts, for one step of the reduction of a register tile, what a
// core must do: multiply-adds, loads, and lines from L2; the rest is rounding
// loss at the edges. Constants are properties of cores, not of kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/ScheduleModel.h"

#include "compiler/Plan/Expressions.h"

#include <algorithm>
#include <cmath>

namespace kregc {
namespace {

using plan::Extent;
using plan::Family;
using plan::Loop;
using plan::Plan;
using plan::Schedule;
using plan::Stage;
using plan::Value;

constexpr double kLoadsPerCycle = 2;
constexpr double kL2BytesPerCycle = 32;
// How much of the traffic from L2 the core does not hide.
constexpr double kL2Exposed = 0.15;
// Multiply-adds take four cycles: fewer chains than this leave units idle.
constexpr double kFmaLatency = 4;
// How much of the loads the multiply-adds do not hide where no operand is
// packed.
constexpr double kLoadsExposed = 0.25;
// A loop's step itself: counter, branch, addresses.
constexpr double kStepCycles = 0.5;
// A task should take this many cycles, or taking it is a part of its time. That
// a kernel is worth another thread at all is the runtime's question.
constexpr double kTaskCycles = 6000;
// What exp, log and their like take, in operations.
constexpr double kFunctionOperations = 25;
// Batches that a schedule is judged by.
constexpr int64_t kBatches[] = {16, 32, 64, 128, 256};
constexpr int64_t kUsualBatch = 32;

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Facts of a plan that all families ask for.
struct Shape {
  const Plan &plan;
  const Target &target;
  std::vector<Extent> domain;
  const Stage *anchor = nullptr;
  int64_t channels = 1; ///< extent of the last dimension
  Extent points{1, 0, 1};
  int64_t reduction = 1; ///< steps of the anchor's reduction
  int64_t innermost = 1; ///< steps of its innermost loop

  Shape(const Plan &plan, const Target &target);

  size_t rank() const { return domain.size(); }
  int64_t vector() const;
  int64_t vectors(int64_t lanes) const { return divideUp(channels, lanes); }
  bool hasPadding() const;
  bool reducesRows() const;
  std::optional<size_t> rowDimension() const {
    return plan::rowDimension(plan, rank());
  }
  int64_t rows() const {
    return rowDimension() ? domain[*rowDimension()].at(1) : 1;
  }
};

Shape::Shape(const Plan &plan, const Target &target)
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

/// The target's vectors, or narrower ones for fewer channels.
int64_t Shape::vector() const {
  if (!domain.back().isStatic()) {
    return target.vectorLanes; // a row as long as the batch wants
  }
  int64_t lanes = target.vectorLanes;
  while (lanes > 1 && lanes / 2 >= channels) {
    lanes /= 2;
  }
  return lanes;
}

bool Shape::hasPadding() const {
  for (const Stage &stage : plan.stages) {
    if (stage.role == Stage::Role::Producer) {
      return true;
    }
  }
  return false;
}

/// Whether the anchor reduces rows of the last dimension to one number each.
bool Shape::reducesRows() const {
  size_t outer = 0;
  for (const Loop &l : anchor ? anchor->loops : std::vector<Loop>()) {
    outer += !l.reduction;
  }
  return anchor && reduction > 1 && rank() >= 2 && outer + 1 == rank() &&
         plan.schedule.family == Family::Reduction;
}

/// How many times more points than there are, over the batches that matter.
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

/// Cycles for one reduction step of one element, tile of `vectors` by `points`.
double contractionCost(const Shape &shape, int64_t lanes, int64_t vectors,
                       int64_t points) {
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
bool fitsRegisters(const Target &target, int64_t vectors, int64_t points) {
  return vectors * points + std::min(vectors, points) + 1 <=
         target.vectorRegisters;
}

/// The largest divisor of `n` up to `limit`.
int64_t divisorUpTo(int64_t n, int64_t limit) {
  for (int64_t d = std::min(n, limit); d > 1; --d) {
    if (n % d == 0) {
      return d;
    }
  }
  return 1;
}

/// Independent chains along the reduction where the tile has too few.
int64_t chains(const Shape &shape, const Schedule &s) {
  int64_t wanted =
      int64_t(kFmaLatency) * shape.target.fmaPerCycle / (s.vectors * s.points);
  int64_t room =
      (shape.target.vectorRegisters - 2) / (s.vectors * s.points + 1);
  return divisorUpTo(shape.innermost,
                     std::min(wanted, std::max<int64_t>(room, 1)));
}

/// Rows of a strip: its input stays in half of L2, and an image makes some
/// tasks.
int64_t stripRows(const Shape &shape, int64_t bytesPerRow) {
  int64_t fit = std::max<int64_t>(1, shape.target.l2Bytes / 2 /
                                         std::max<int64_t>(1, bytesPerRow));
  int64_t tasks = shape.hasPadding() ? 4 : 8;
  int64_t rows = shape.rows();
  return std::max<int64_t>(
      1, std::min({fit, rows, std::max<int64_t>(4, divideUp(rows, tasks))}));
}

/// Bytes of input that one row of results reads, roughly.
int64_t inputBytesPerRow(const Shape &shape) {
  int64_t bytes = 0;
  for (const Value &value : shape.plan.values) {
    if (value.kind != Value::Kind::Input) {
      continue;
    }
    int64_t count = 4;
    for (const Extent &e : value.shape) {
      count *= std::max<int64_t>(1, e.at(1));
    }
    bytes += count / std::max<int64_t>(1, shape.rows());
  }
  return bytes;
}

/// Tasks only where the outermost loops hold enough work at batch 1.
void setParallel(const Shape &shape, Schedule &s, double cyclesPerElement) {
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

/// Cycles per element of what stands behind the anchor.
double epilogueCycles(const Shape &shape, int64_t lanes) {
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

/// By how many elements an access moves with a step of the loop.
std::optional<int64_t> strideAlong(const Plan &plan,
                                   const plan::Expression &access, int64_t l) {
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
bool liesAlongSum(const Shape &shape) {
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
Schedule chooseDotProducts(const Shape &shape) {
  Schedule s;
  s.family = Family::Contraction;
  s.vector = 1;
  s.vectors = shape.domain.back().isStatic()
                  ? std::min<int64_t>(shape.channels, kFmaLatency)
                  : kFmaLatency;
  s.order = 1;
  s.unroll = shape.target.vectorLanes;
  s.strip =
      shape.rowDimension() ? stripRows(shape, inputBytesPerRow(shape)) : 8;
  setParallel(shape, s,
              double(shape.reduction) / shape.target.vectorLanes +
                  epilogueCycles(shape, 1));
  return s;
}

Schedule chooseContraction(const Shape &shape) {
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
    s.strip = stripRows(shape, inputBytesPerRow(shape));
  } else {
    int64_t rowBytes = 4 * shape.reduction * s.points;
    s.strip = std::clamp<int64_t>(shape.target.l2Bytes / 4 / rowBytes, 1, 8);
  }
  setParallel(shape, s,
              best * shape.reduction + epilogueCycles(shape, s.vector));
  return s;
}

/// Bytes of the operands for a batch of one.
int64_t bytesPerSample(const Shape &shape) {
  int64_t bytes = 0;
  for (const Value &value : shape.plan.values) {
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

/// Steps that add to a row each: blocks of its elements, and a task for each
/// block where there are some.
Schedule chooseScatter(const Shape &shape) {
  Schedule s;
  s.family = Family::Accumulation;
  s.vector = shape.vector();
  s.vectors = std::min<int64_t>(shape.vectors(s.vector), 8);
  s.strip = 0;
  s.parallel = shape.channels > s.vector * s.vectors;
  return s;
}

/// A gradient of weights. Its operands pass once through each tile of the
/// result, so what they read in one go has to fit into L2: the reduction is cut
/// into blocks where all of it does not. A padded operand is copied per block.
Schedule chooseAccumulation(const Shape &shape) {
  if (shape.anchor && plan::scatterOf(*shape.anchor)) {
    return chooseScatter(shape);
  }
  Schedule s = chooseContraction(shape);
  s.family = Family::Accumulation;
  s.strip = 0;
  std::vector<Extent> sums;
  for (const Loop &l : shape.anchor->loops) {
    if (l.reduction) {
      sums.push_back(l.extent);
    }
  }
  int64_t most = shape.target.l2Bytes / 2, bytes = bytesPerSample(shape);
  bool fits = bytes * kUsualBatch <= most;
  if (shape.rank() < 2 || (fits && (!shape.hasPadding() || sums.size() < 2))) {
    return s;
  }
  if (sums.size() == 1) {
    // Rows of samples, or the samples themselves.
    int64_t rows = sums[0].isStatic() ? sums[0].at(1) : sums[0].perBatch;
    int64_t perRow = std::max<int64_t>(1, bytes / std::max<int64_t>(1, rows));
    if (sums[0].constant == 0 || sums[0].isStatic()) {
      s.strip = divisorUpTo(rows, std::max<int64_t>(1, most / 4 / perRow));
      s.strip = s.strip < 8 ? 0 : s.strip;
    }
  } else {
    s.strip = 1;
    while (s.strip + 1 < int64_t(sums.size()) && bytes > most) {
      bytes /= std::max<int64_t>(1, sums[s.strip].at(1));
      ++s.strip;
    }
  }
  if (s.strip != 0) {
    s.unroll = 1;
    // A task for each block of channels. All of them read all of the batch, so
    // a small result has shares of the batch instead.
    int64_t elements = 1;
    for (const Extent &extent : shape.domain) {
      elements *= extent.at(1);
    }
    s.parallel = 4 * elements <= shape.target.l2Bytes / 4 ? 2 : 1;
  }
  return s;
}

/// One or a few rows: the weights stream through once, many vectors at a time.
std::optional<Schedule> chooseSmall(const Shape &shape, const Schedule &main) {
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

/// Windows without a sum over channels: every tap is a load or two.
Schedule chooseWindow(const Shape &shape, Family family) {
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
  s.strip = stripRows(shape, inputBytesPerRow(shape));
  setParallel(shape, s, double(shape.reduction) / s.vector);
  return s;
}

/// Rows of vectors, memory in, memory out.
Schedule chooseStreaming(const Shape &shape, Family family) {
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

} // namespace

KernelSchedule chooseSchedule(const Plan &plan, const Target &target) {
  Shape shape(plan, target);
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

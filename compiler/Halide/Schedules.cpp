// One loop nest per kernel. Its innermost loops over tiles hold, in registers:
// the accumulators of the anchor, the epilogue, and the penalty's partial sums;
// the output is stored from there. A padded input is copied strip by strip.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Schedules.h"

#include <algorithm>

namespace kregc::halide {

using ::Halide::Func;
using ::Halide::TailStrategy;
using ::Halide::Var;
using ::Halide::VarOrRVar;
using plan::Family;
using plan::Stage;

namespace {

class Scheduler {
public:
  explicit Scheduler(Translation &t)
      : t(t), s(t.plan.schedule),
        rank(t.partials.defined() ? t.partialVars.size() : t.outVars.size()),
        rows(plan::rowDimension(t.plan, rank)), lanes(s.vector),
        block(s.vector * s.vectors), points(s.points),
        // The strip of an accumulation is one of its reduction.
        stripTiles(s.family == Family::Accumulation ? 4 : s.strip) {}

  void run();

private:
  void nameLoops();
  void tileOut();
  void tilePartials();
  void makeParallel(Func f);
  void scheduleStage(StageFunc &stage);
  void computeInTile(StageFunc &stage);
  void computeInRow(StageFunc &stage);
  void computeRowPerLane(StageFunc &stage);
  void computeInStrip(StageFunc &stage);
  void computeInBlock(StageFunc &stage);
  void vectorizeCopy(StageFunc &stage, int64_t inner);
  void computePartial(StageFunc &stage);
  void accumulate(StageFunc &stage);
  void accumulateInBlocks(StageFunc &stage);
  void scatter(StageFunc &stage);
  std::vector<VarOrRVar> registerOrder(const StageFunc &stage, Var lane,
                                       Var vector) const;
  bool isRowWise(const StageFunc &stage) const;
  int readers(const StageFunc &stage) const;
  bool reductionReads(const StageFunc &stage) const;

  Translation &t;
  const plan::Schedule &s;
  size_t rank;
  std::optional<size_t> rows; ///< the dimension that strips are of, but points
  int lanes, block, points, stripTiles;
  Func root;
  std::vector<Var> tileLoops; ///< innermost first
  Var strip;                  ///< a padded strip is computed in this loop
  bool hasStrip = false;
  Var row; ///< loop over rows of the last dimension
  Var ci{"ci"}, co{"co"}, xi{"xi"}, xo{"xo"}, xs{"xs"}, yi{"yi"}, ys{"ys"},
      cs{"cs"};
};

bool keepsRegistersAcrossPoints(Family family) {
  return family == Family::Contraction || family == Family::Depthwise ||
         family == Family::Accumulation;
}

/// The order of the loops over tiles, innermost first.
void Scheduler::nameLoops() {
  const std::vector<Var> &dims =
      t.partials.defined() ? t.partialVars : t.outVars;
  if (rank == 1) {
    tileLoops = {co, cs};
    row = cs;
    return;
  }
  bool pointsInside = keepsRegistersAcrossPoints(s.family);
  tileLoops = pointsInside ? std::vector<Var>{xo} : std::vector<Var>{co, xo};
  row = xo;
  if (rows) {
    tileLoops.push_back(yi);
  }
  if (pointsInside) {
    tileLoops.push_back(co);
  }
  for (size_t phase = 0; phase < t.plan.phases; ++phase) {
    tileLoops.push_back(dims[rank - 3 - phase]);
  }
  strip = rows ? ys : xs;
  hasStrip = true;
  tileLoops.push_back(strip);
  for (size_t d = rows.value_or(0); d-- > 0;) {
    tileLoops.push_back(dims[d]);
  }
  // The channels of a depthwise kernel are independent: it pads a block of
  // them.
  if (s.family == Family::Depthwise) {
    strip = co;
  }
}

void Scheduler::tileOut() {
  Func out = t.out;
  const std::vector<Var> &d = t.outVars;
  TailStrategy guard = TailStrategy::GuardWithIf;
  std::vector<VarOrRVar> order{ci};
  out.split(d[rank - 1], co, ci, block, guard);
  if (rank == 1) {
    out.split(co, cs, co, stripTiles, guard);
  } else {
    out.split(d[rank - 2], xo, xi, points, guard);
    order.push_back(xi);
    if (rows) {
      out.split(d[*rows], ys, yi, stripTiles, guard);
    } else {
      out.split(xo, xs, xo, stripTiles, guard);
    }
  }
  order.insert(order.end(), tileLoops.begin(), tileLoops.end());
  out.reorder(order).vectorize(ci, lanes).unroll(ci);
  if (rank > 1) {
    out.unroll(xi);
  }
  makeParallel(out);
}

/// The same loops over the same tiles, by the same names: compute_with asks for
/// equal chains of splits, so the dimensions that are tiles are split by 1.
void Scheduler::tilePartials() {
  Func partials = t.partials;
  const std::vector<Var> &d = t.partialVars;
  TailStrategy guard = TailStrategy::GuardWithIf;
  std::vector<VarOrRVar> order{t.lane, ci};
  partials.split(d[rank - 1], co, ci, 1);
  if (rank == 1) {
    partials.split(co, cs, co, stripTiles, guard);
  } else {
    partials.split(d[rank - 2], xo, xi, 1);
    order.push_back(xi);
    if (rows) {
      partials.split(d[*rows], ys, yi, stripTiles, guard);
    } else {
      partials.split(xo, xs, xo, stripTiles, guard);
    }
  }
  order.insert(order.end(), tileLoops.begin(), tileLoops.end());
  partials.reorder(order).vectorize(t.lane, lanes);
  makeParallel(partials);
}

void Scheduler::makeParallel(Func f) {
  size_t depth = std::min<size_t>(s.parallel, tileLoops.size() - 1);
  for (size_t i = 0; i < depth; ++i) {
    f.parallel(tileLoops[tileLoops.size() - 1 - i]);
  }
}

void Scheduler::run() {
  nameLoops();
  if (t.out.defined()) {
    root = t.out;
    tileOut();
  }
  if (t.partials.defined()) {
    root = t.partials;
    tilePartials();
    if (t.out.defined()) {
      t.out.compute_with(t.partials, tileLoops.front());
    }
  }
  // What a sum reads may be computed in its loops: the sum is first.
  for (StageFunc &stage : t.stages) {
    if (stage.blockLoops != 0) {
      accumulateInBlocks(stage);
    }
  }
  for (StageFunc &stage : t.stages) {
    if (stage.blockLoops == 0) {
      scheduleStage(stage);
    }
  }
}

/// Stages and outputs that read what `stage` writes.
int Scheduler::readers(const StageFunc &stage) const {
  int count = 0;
  for (const plan::Write &write : stage.stage->writes) {
    count += t.plan.values[write.value].kind == plan::Value::Kind::Output;
    for (const Stage &other : t.plan.stages) {
      for (const plan::Write &body : other.writes) {
        count += plan::readsValue(body.body, write.value);
      }
    }
  }
  return count;
}

bool Scheduler::reductionReads(const StageFunc &stage) const {
  for (const StageFunc &other : t.stages) {
    if (other.reduces && other.stage->role != Stage::Role::Penalty &&
        plan::readsValue(other.stage->writes[0].body,
                         stage.stage->writes[0].value)) {
      return true;
    }
  }
  return false;
}

/// Whether a stage is about whole rows of the last dimension (softmax).
bool Scheduler::isRowWise(const StageFunc &stage) const {
  bool lower = false;
  for (const StageFunc &other : t.stages) {
    lower |= other.reduces && other.vars.size() + 1 == rank;
  }
  if (!lower || s.family != Family::Reduction) {
    return false;
  }
  return stage.vars.size() + 1 == rank || reductionReads(stage);
}

void Scheduler::scheduleStage(StageFunc &stage) {
  if (stage.stage->role == Stage::Role::Penalty) {
    return computePartial(stage);
  }
  if (stage.scatter) {
    return scatter(stage);
  }
  if (isRowWise(stage)) {
    return computeInRow(stage);
  }
  if (!stage.reduces) {
    if (reductionReads(stage)) {
      return s.family == Family::Accumulation ? computeInBlock(stage)
                                              : computeInStrip(stage);
    }
    if (readers(stage) <= 1 || !t.partials.defined()) {
      return; // inlined
    }
  }
  if (stage.vars.size() != rank) {
    stage.func.compute_root();
    return;
  }
  computeInTile(stage);
}

void Scheduler::computeInTile(StageFunc &stage) {
  Func f = stage.func;
  Var c = stage.vars[rank - 1];
  f.compute_at(root, tileLoops.front())
      .bound_extent(c, block)
      .vectorize(c, lanes)
      .unroll(c);
  if (rank > 1) {
    Var x = stage.vars[rank - 2];
    f.bound_extent(x, points).unroll(x);
  }
  // The tile is one element thick in the other dimensions; without a promise
  // Halide would size it by a formula of the batch, on the heap.
  for (size_t d = 0; d + 2 < rank; ++d) {
    f.bound_extent(stage.vars[d], 1);
  }
  if (stage.reduces) {
    accumulate(stage);
  }
}

/// The loops over the accumulators of a tile, innermost first.
std::vector<VarOrRVar> Scheduler::registerOrder(const StageFunc &stage,
                                                Var lane, Var vector) const {
  std::vector<VarOrRVar> order{lane};
  if (stage.chained) {
    order.insert(stage.chainsAreLanes ? order.begin() : order.end(),
                 stage.chain);
  }
  if (rank == 1) {
    order.push_back(vector);
  } else {
    Var x = stage.vars[rank - 2];
    order.push_back(s.order == 0 ? vector : x);
    order.push_back(s.order == 0 ? x : vector);
  }
  return order;
}

/// Sums over more than a cache holds: for each block of the reduction all tiles
/// are added up in registers, then to the result in memory. Tasks are blocks of
/// channels, or a fixed number of shares of the batch, so that the order of a
/// sum does not depend on the number of threads.
void Scheduler::accumulateInBlocks(StageFunc &stage) {
  Func f = stage.func;
  Var c = stage.vars[rank - 1], cv("cv"), cl("cl"), share("share");
  f.compute_root().vectorize(c, lanes, TailStrategy::GuardWithIf);
  if (stage.inShares) {
    // Each share has a result of its own; at the end they are added up.
    Func whole = f;
    f = whole.update().rfactor(stage.rvars[0], share);
    whole.update().vectorize(c, lanes, TailStrategy::GuardWithIf);
    f.compute_root()
        .vectorize(c, lanes, TailStrategy::GuardWithIf)
        .parallel(share);
  }
  stage.blocksOf = f;
  size_t firstBlock = stage.inShares, firstStep = firstBlock + stage.blockLoops;
  std::vector<std::pair<::Halide::RVar, Var>> blocks;
  std::vector<VarOrRVar> blockLoops;
  for (size_t i = firstBlock; i < firstStep; ++i) {
    blocks.push_back({stage.rvars[i], Var("block" + std::to_string(i))});
    blockLoops.insert(blockLoops.begin(), stage.rvars[i]);
  }
  Func part = f.update().rfactor(blocks);

  // All tiles of the result, once for each block.
  ::Halide::Stage total = f.update();
  total.split(c, co, ci, block, TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order{ci};
  Var tile = co;
  if (rank > 1) {
    total.split(stage.vars[rank - 2], xo, xi, points,
                TailStrategy::GuardWithIf);
    order.push_back(xi);
    order.push_back(xo);
    tile = xo;
  }
  for (size_t d = rank > 2 ? rank - 2 : 0; d-- > 0;) {
    order.push_back(stage.vars[d]);
  }
  std::vector<Var> tasks;
  if (s.parallel == 1) {
    tasks.push_back(co);
  } else {
    order.push_back(co);
  }
  if (stage.inShares) {
    tasks.push_back(share);
  }
  order.insert(order.end(), blockLoops.begin(), blockLoops.end());
  order.insert(order.end(), tasks.begin(), tasks.end());
  total.reorder(order).vectorize(ci, lanes).unroll(ci);
  if (rank > 1) {
    total.unroll(xi);
  }
  for (Var task : tasks) {
    total.parallel(task);
  }

  // One tile of one block, in registers.
  part.compute_at(f, tile).bound_extent(c, block).vectorize(c, lanes).unroll(c);
  for (size_t d = 0; d + 1 < rank; ++d) {
    part.bound_extent(stage.vars[d], d + 2 == rank ? points : 1);
  }
  for (const auto &[loop, var] : blocks) {
    part.bound_extent(var, 1);
  }
  if (stage.inShares) {
    part.bound_extent(share, 1);
  }
  ::Halide::Stage update = part.update();
  update.split(c, cv, cl, lanes);
  std::vector<VarOrRVar> inner = registerOrder(stage, cl, cv);
  inner.insert(inner.end(), stage.rvars.rbegin(),
               stage.rvars.rend() - firstStep);
  update.reorder(inner).vectorize(cl).unroll(cv);
  if (rank > 1) {
    part.unroll(stage.vars[rank - 2]);
    update.unroll(stage.vars[rank - 2]);
  }
}

/// Step by step through the whole of the result, or through the block of
/// channels that is the task: two steps may be about one place.
void Scheduler::scatter(StageFunc &stage) {
  if (stage.scatter->loop + 1 == static_cast<int64_t>(rank)) {
    return;
  }
  ::Halide::Stage update = stage.func.update();
  update.split(stage.vars[rank - 1], co, ci, block, TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order(stage.rvars.rbegin(), stage.rvars.rend());
  order.insert(s.parallel ? order.end() : order.begin(), co);
  order.insert(order.begin(), ci);
  update.reorder(order).vectorize(ci, lanes);
  if (s.parallel) {
    update.parallel(co);
  }
}

/// The accumulators of the tile. `order` 0 holds one point's operand and walks
/// over the channel vectors; 1 holds one vector and walks over the points.
void Scheduler::accumulate(StageFunc &stage) {
  Func f = stage.func;
  ::Halide::Stage update = f.update();
  Var c = stage.vars[rank - 1], cv("cv"), cl("cl");
  update.split(c, cv, cl, lanes);
  if (stage.chainsAreLanes) {
    f.vectorize(stage.chain);
    update.vectorize(stage.chain);
  } else if (stage.chained) {
    f.unroll(stage.chain);
    update.unroll(stage.chain);
  }
  std::vector<VarOrRVar> order = registerOrder(stage, cl, cv);
  order.insert(order.end(), stage.rvars.rbegin(), stage.rvars.rend());
  update.reorder(order).vectorize(cl).unroll(cv);
  if (rank > 1) {
    update.unroll(stage.vars[rank - 2]);
  }
  // A small window is written out: its loads are shared by the points.
  if (s.family == Family::Depthwise || s.family == Family::Pooling) {
    int64_t taps = 1;
    for (const plan::Loop &l : stage.stage->loops) {
      taps *= l.reduction ? l.extent.at(0) : 1;
    }
    if (taps <= 9) {
      for (const ::Halide::RVar &r : stage.rvars) {
        update.unroll(r);
      }
    }
  }
}

void Scheduler::computeInRow(StageFunc &stage) {
  Func f = stage.func;
  f.compute_at(root, row);
  if (t.rowsAreLanes() && rank >= 2) {
    return computeRowPerLane(stage);
  }
  if (!stage.reduces) {
    f.vectorize(stage.vars.back(), lanes, TailStrategy::GuardWithIf);
    return;
  }
  if (!stage.chainsAreLanes) {
    return;
  }
  stage.total.compute_at(root, row);
  f.vectorize(stage.chain);
  f.update().reorder(stage.chain, stage.rvars.back()).vectorize(stage.chain);
}

/// Short rows: one per lane, so that no reduction is across lanes. Elements lie
/// in memory with the rows innermost.
void Scheduler::computeRowPerLane(StageFunc &stage) {
  Func f = stage.func;
  Var x = stage.vars[rank - 2];
  f.bound_extent(x, points);
  for (size_t d = 0; d + 2 < rank; ++d) {
    f.bound_extent(stage.vars[d], 1);
  }
  if (!stage.reduces) {
    Var c = stage.vars[rank - 1];
    f.reorder_storage(x, c).reorder(x, c).vectorize(x, points);
    return;
  }
  std::vector<VarOrRVar> order{x};
  order.insert(order.end(), stage.rvars.rbegin(), stage.rvars.rend());
  f.vectorize(x, points);
  f.update().reorder(order).vectorize(x, points);
}

/// What the tiles of an accumulation read, once for each block of the
/// reduction; without blocks it is inlined.
void Scheduler::computeInBlock(StageFunc &stage) {
  for (const StageFunc &sum : t.stages) {
    if (sum.blockLoops == 0 ||
        !plan::readsValue(sum.stage->writes[0].body,
                          stage.stage->writes[0].value)) {
      continue;
    }
    stage.func.compute_at(sum.blocksOf,
                          sum.rvars[sum.inShares + sum.blockLoops - 1]);
    const plan::Extent &inner = stage.stage->loops.back().extent;
    vectorizeCopy(stage, inner.at(1));
    return;
  }
}

/// What is stored before the tiles, in rows of `inner` elements. Where the
/// lanes are those of a sum, its results have none.
void Scheduler::vectorizeCopy(StageFunc &stage, int64_t inner) {
  bool isDotProduct = s.family == Family::Contraction && lanes == 1;
  int width = isDotProduct ? static_cast<int>(s.unroll) : lanes;
  while (width > 1 && inner < width) {
    width /= 2;
  }
  if (width > 1) {
    stage.func.vectorize(stage.vars.back(), width);
  }
}

void Scheduler::computeInStrip(StageFunc &stage) {
  Func f = stage.func;
  if (!hasStrip) {
    f.compute_root();
    return;
  }
  f.compute_at(root, strip);
  int64_t inner = stage.stage->loops.back().extent.at(1);
  if (s.family == Family::Depthwise) {
    // A block's share of the channels, of which each makes several results.
    int64_t outer = t.domain.back().at(1);
    inner = std::min(inner, block * inner / outer);
  }
  vectorizeCopy(stage, inner);
}

void Scheduler::computePartial(StageFunc &stage) {
  Func f = stage.func;
  Var laneVar = stage.vars.back();
  f.compute_at(root, tileLoops.front())
      .vectorize(laneVar, lanes)
      .unroll(stage.chain);
  for (size_t d = 0; d + 1 < stage.vars.size(); ++d) {
    f.bound_extent(stage.vars[d], 1);
  }
  ::Halide::Stage update = f.update();
  std::vector<VarOrRVar> order{laneVar, stage.chain};
  order.insert(order.end(), stage.rvars.begin(), stage.rvars.end());
  update.reorder(order).vectorize(laneVar, lanes).unroll(stage.chain);
  for (const ::Halide::RVar &r : stage.rvars) {
    update.unroll(r);
  }
}

} // namespace

void applySchedule(Translation &translation) { Scheduler(translation).run(); }

} // namespace kregc::halide

// One loop nest per kernel. Its innermost loops over tiles hold, in registers:
// the accumulators of the anchor, the epilogue, and the penalty's partial sums;
// the output is stored from there. A padded input is copied strip by strip.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Schedules.h"

#include "compiler/Halide/Scheduler.h"

#include <algorithm>

namespace kregc::halide {

using ::Halide::Func;
using ::Halide::TailStrategy;
using ::Halide::Var;
using ::Halide::VarOrRVar;
using plan::Family;
using plan::Stage;

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
  // Elsewhere numbers are inlined, and a word out of four is used.
  if (drawsPerElement()) {
    for (Noise &noise : t.noises) {
      scheduleNoise(noise);
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

void applySchedule(Translation &translation) { Scheduler(translation).run(); }

} // namespace kregc::halide

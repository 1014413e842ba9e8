// Sums of many steps: accumulators in registers, blocks of the reduction, and
// steps that go to places that the data name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Scheduler.h"

namespace kregc::halide {

using ::Halide::Func;
using ::Halide::TailStrategy;
using ::Halide::Var;
using ::Halide::VarOrRVar;
using plan::Family;

/// The loops over the accumulators of a tile, innermost first.
std::vector<VarOrRVar> Scheduler::registerOrder(const StageFunc &stage,
                                                const Var &lane,
                                                const Var &vector) const {
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
  for (const Var &task : tasks) {
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

} // namespace kregc::halide

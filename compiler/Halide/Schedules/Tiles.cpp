// plan.schedule as Halide directives: register tiles over channels and points.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Backend.h"

using namespace Halide;
using namespace kregc;
using namespace kregc::halide;

namespace {

/// The loops of one tiled nest: channel blocks `co`, tiles of points `xo`,
/// rows `yo` in strips `ys`, and the dimensions outside of them. The names are
/// the same for every Func of the nest, because compute_with wants that.
struct Nest {
  Var c, x, y;
  Var co{"co"}, ci{"ci"}, xo{"xo"}, xi{"xi"}, ys{"ys"}, yo{"yo"};
  std::vector<Var> outer;
  bool hasX = false, hasY = false;
};

class TileScheduler {
public:
  TileScheduler(Backend &backend, int main, std::vector<int> penalties)
      : backend(backend), s(backend.plan.schedule), main(main),
        penalties(std::move(penalties)) {}
  void run();

private:
  int64_t block() const { return s.vector * s.vectors; }
  bool divides(size_t fromInner, int64_t size) const;
  std::vector<VarOrRVar> order(const std::vector<VarOrRVar> &inner) const;
  void scheduleResult(Func result);
  void schedulePartials(int value);
  void scheduleReduction(Func reduction, Func consumer);
  void scheduleProducers(Func consumer);
  void parallelise(Func f);

  Backend &backend;
  const plan::Schedule &s;
  int main;
  std::vector<int> penalties;
  Nest nest;
};

} // namespace

static bool isReduction(const Func &f) { return f.has_update_definition(); }

bool TileScheduler::divides(size_t fromInner, int64_t size) const {
  const auto &shape = backend.plan.values[main].shape;
  const plan::Extent &e = shape[shape.size() - 1 - fromInner];
  return e.isStatic() && e.at(0) % size == 0;
}

/// The loop order from the inside: tile, tiles of points, rows of the strip,
/// channel blocks, strips, the rest.
std::vector<VarOrRVar>
TileScheduler::order(const std::vector<VarOrRVar> &inner) const {
  std::vector<VarOrRVar> result = inner;
  if (nest.hasX) {
    result.push_back(nest.xo);
  }
  if (nest.hasY) {
    result.push_back(nest.yo);
  }
  result.push_back(nest.co);
  if (nest.hasY) {
    result.push_back(nest.ys);
  }
  for (const Var &v : nest.outer) {
    result.push_back(v);
  }
  return result;
}

void TileScheduler::parallelise(Func f) {
  if (s.parallel <= 0) {
    return;
  }
  if (!nest.outer.empty()) {
    f.parallel(nest.outer.back());
  } else if (nest.hasY) {
    f.parallel(nest.ys);
  }
  if (s.parallel > 1 && !nest.outer.empty() && nest.hasY) {
    f.parallel(nest.ys);
  }
}

void TileScheduler::scheduleResult(Func result) {
  bool even = divides(0, block());
  result.split(nest.c, nest.co, nest.ci, static_cast<int32_t>(block()),
               even ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> inner{nest.ci};
  if (nest.hasX) {
    bool evenX = divides(1, s.points);
    result.split(nest.x, nest.xo, nest.xi, static_cast<int32_t>(s.points),
                 evenX ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
    inner.push_back(nest.xi);
  }
  if (nest.hasY) {
    result.split(nest.y, nest.ys, nest.yo, static_cast<int32_t>(s.strip),
                 divides(2, s.strip) ? TailStrategy::RoundUp
                                     : TailStrategy::GuardWithIf);
  }
  result.reorder(order(inner));
  Var lanes("lanes");
  result.split(nest.ci, nest.ci, lanes, static_cast<int32_t>(s.vector))
      .vectorize(lanes)
      .unroll(nest.ci);
  if (nest.hasX) {
    result.unroll(nest.xi);
  }
  parallelise(result);
}

/// Partial sums: their tile is one vector; its loops carry the names of the
/// result's.
void TileScheduler::schedulePartials(int value) {
  Func partials = backend.results.at(value), sum = backend.funcs.at(value);
  std::vector<Var> v = partials.args();
  // [lanes, blocks, tiles, rows …]
  Var lane = v[0];
  partials.split(v[1], nest.co, nest.ci, 1);
  std::vector<VarOrRVar> inner{lane, nest.ci};
  if (nest.hasX) {
    partials.split(v[2], nest.xo, nest.xi, 1);
    inner.push_back(nest.xi);
  }
  if (nest.hasY) {
    partials.split(v[3], nest.ys, nest.yo, static_cast<int32_t>(s.strip),
                   divides(2, s.strip) ? TailStrategy::RoundUp
                                       : TailStrategy::GuardWithIf);
  }
  for (size_t i = 4; i < v.size(); ++i) {
    partials.rename(v[i], nest.outer[i - 4]);
  }
  partials.reorder(order(inner)).vectorize(lane);
  parallelise(partials);
  Var at = nest.hasX ? nest.xo : nest.co;
  sum.compute_at(partials, at).vectorize(sum.args()[0]);
  Stage update = sum.update();
  update.vectorize(sum.args()[0]);
  for (const Internal::ReductionVariable &r : update.get_schedule().rvars()) {
    update.unroll(RVar(r.var));
  }
}

void TileScheduler::scheduleReduction(Func f, Func consumer) {
  std::vector<Var> v = f.args();
  Var at = nest.hasX ? nest.xo : nest.co;
  f.compute_at(consumer, at).bound_extent(v[0], static_cast<int32_t>(block()));
  if (nest.hasX) {
    f.bound_extent(v[1], static_cast<int32_t>(s.points));
  }
  Var lanes("lanes");
  f.split(v[0], v[0], lanes, static_cast<int32_t>(s.vector))
      .vectorize(lanes)
      .unroll(v[0]);
  if (nest.hasX) {
    f.unroll(v[1]);
  }
  Stage update = f.update();
  std::vector<VarOrRVar> loops{lanes};
  update.split(v[0], v[0], lanes, static_cast<int32_t>(s.vector));
  if (s.order == 0) {
    loops.push_back(v[0]);
    if (nest.hasX) {
      loops.push_back(v[1]);
    }
  } else {
    if (nest.hasX) {
      loops.push_back(v[1]);
    }
    loops.push_back(v[0]);
  }
  std::vector<RVar> domain;
  for (const Internal::ReductionVariable &r : update.get_schedule().rvars()) {
    domain.emplace_back(r.var);
  }
  for (const RVar &r : domain) {
    loops.push_back(r);
  }
  update.reorder(loops).vectorize(lanes).unroll(v[0]);
  if (nest.hasX) {
    update.unroll(v[1]);
  }
  if (s.unroll > 1 && !domain.empty()) {
    update.unroll(domain[0], static_cast<int32_t>(s.unroll));
  }
}

/// Pads that the anchor reads are stored per strip; other producers stay
/// inlined.
void TileScheduler::scheduleProducers(Func consumer) {
  for (const plan::Stage &stage : backend.plan.stages) {
    if (stage.role != plan::Stage::Role::Producer) {
      continue;
    }
    int value = stage.writes[0].value;
    Func f = backend.funcs.at(value);
    if (nest.hasY) {
      f.compute_at(consumer, nest.ys);
    } else if (!nest.outer.empty()) {
      f.compute_at(consumer, nest.outer.front());
    } else {
      f.compute_root();
    }
    const plan::Extent &channels = backend.plan.values[value].shape.back();
    if (channels.isStatic() && channels.at(0) >= s.vector) {
      f.vectorize(f.args()[0], static_cast<int32_t>(s.vector),
                  TailStrategy::GuardWithIf);
    }
  }
}

void TileScheduler::run() {
  Func result = backend.results.at(main), value = backend.funcs.at(main);
  std::vector<Var> v = result.args();
  nest.c = v[0];
  nest.hasX = v.size() >= 2;
  nest.hasY = v.size() >= 3;
  if (nest.hasX) {
    nest.x = v[1];
  }
  if (nest.hasY) {
    nest.y = v[2];
  }
  for (size_t i = 3; i < v.size(); ++i) {
    nest.outer.push_back(v[i]);
  }

  scheduleResult(result);
  Func consumer = result;
  for (int penalty : penalties) {
    schedulePartials(penalty);
  }
  if (!penalties.empty()) {
    consumer = backend.results.at(penalties.front());
    Var at = nest.hasX ? nest.xo : nest.co;
    result.compute_with(consumer, at);
    for (size_t i = 1; i < penalties.size(); ++i) {
      backend.results.at(penalties[i]).compute_with(consumer, at);
    }
    if (!isReduction(value)) {
      value.compute_at(consumer, at)
          .bound_extent(v[0], static_cast<int32_t>(block()));
      Var lanes("lanes");
      value.split(v[0], v[0], lanes, static_cast<int32_t>(s.vector))
          .vectorize(lanes)
          .unroll(v[0]);
      if (nest.hasX) {
        value.bound_extent(v[1], static_cast<int32_t>(s.points)).unroll(v[1]);
      }
    }
  }
  for (auto &[index, f] : backend.funcs) {
    if (isReduction(f) &&
        backend.plan.values[index].kind != plan::Value::Kind::PenaltySum) {
      scheduleReduction(f, consumer);
    }
  }
  scheduleProducers(consumer);
}

/// Rows: every stage is computed for one row of the result at a time.
static void scheduleRows(Backend &backend, int main) {
  Func result = backend.results.at(main);
  std::vector<Var> v = result.args();
  auto lanes = static_cast<int32_t>(backend.plan.schedule.vector);
  result.vectorize(v[0], lanes, TailStrategy::GuardWithIf);
  if (v.size() > 1 && backend.plan.schedule.parallel > 0) {
    result.parallel(v.back());
  }
  for (auto &[index, f] : backend.funcs) {
    if (backend.plan.values[index].kind != plan::Value::Kind::Temporary) {
      continue;
    }
    if (v.size() > 1) {
      f.compute_at(result, v[1]);
    } else {
      f.compute_root();
    }
    if (!isReduction(f) && !f.args().empty()) {
      f.vectorize(f.args()[0], lanes, TailStrategy::GuardWithIf);
    }
  }
}

void kregc::halide::schedule(Backend &backend) {
  int main = -1, reductions = 0;
  std::vector<int> penalties;
  for (const plan::Stage &stage : backend.plan.stages) {
    int value = stage.writes[0].value;
    if (stage.role == plan::Stage::Role::Penalty) {
      penalties.push_back(value);
      continue;
    }
    reductions += isReduction(backend.funcs.at(value));
    if (backend.plan.values[value].kind == plan::Value::Kind::Output) {
      main = value;
    }
  }
  if (main >= 0 && reductions > 1) {
    return scheduleRows(backend, main);
  }
  if (main >= 0) {
    return TileScheduler(backend, main, penalties).run();
  }
  for (int penalty : penalties) {
    Func partials = backend.results.at(penalty),
         sum = backend.funcs.at(penalty);
    std::vector<Var> v = partials.args();
    partials.vectorize(v[0]);
    sum.compute_at(partials, v.size() > 1 ? v[1] : v[0]);
    sum.vectorize(sum.args()[0]);
    sum.update().vectorize(sum.args()[0]);
  }
}

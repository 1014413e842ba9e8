// Puts a plan's schedule on its Funcs: the class behind Schedules.h. Each of
// its files is about one kind of Func.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HALIDE_SCHEDULER_H
#define KREGC_COMPILER_HALIDE_SCHEDULER_H

#include "compiler/Halide/Translation.h"

#include <optional>

namespace kregc::halide {

inline bool keepsRegistersAcrossPoints(plan::Family family) {
  return family == plan::Family::Contraction ||
         family == plan::Family::Depthwise ||
         family == plan::Family::Accumulation;
}

class Scheduler {
public:
  explicit Scheduler(Translation &t)
      : t(t), s(t.plan.schedule),
        rank(t.partials.defined() ? t.partialVars.size() : t.outVars.size()),
        rows(plan::rowDimension(t.plan, rank)), lanes(s.vector),
        block(s.vector * s.vectors), points(s.points),
        // The strip of an accumulation is one of its reduction.
        stripTiles(s.family == plan::Family::Accumulation ? 4 : s.strip) {}

  void run();

private:
  void nameLoops();
  void tileOut();
  void tilePartials();
  void makeParallel(::Halide::Func f);
  void scheduleStage(StageFunc &stage);
  void scheduleNoise(Noise &noise);
  bool drawsPerElement() const;
  bool drawsPerElement(const StageFunc &stage,
                       const plan::Expression &random) const;
  std::pair<::Halide::Var, int64_t> noiseLoop() const;
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
  std::vector<::Halide::VarOrRVar>
  registerOrder(const StageFunc &stage, const ::Halide::Var &lane,
                const ::Halide::Var &vector) const;
  bool isRowWise(const StageFunc &stage) const;
  int readers(const StageFunc &stage) const;
  bool reductionReads(const StageFunc &stage) const;

  Translation &t;
  const plan::Schedule &s;
  size_t rank;
  std::optional<size_t> rows; ///< the dimension that strips are of, but points
  int lanes, block, points, stripTiles;
  ::Halide::Func root;
  std::vector<::Halide::Var> tileLoops; ///< innermost first
  ::Halide::Var strip; ///< a padded strip is computed in this loop
  bool hasStrip = false;
  ::Halide::Var row; ///< loop over rows of the last dimension
  ::Halide::Var ci{"ci"}, co{"co"}, xi{"xi"}, xo{"xo"}, xs{"xs"}, yi{"yi"},
      ys{"ys"}, cs{"cs"};
};

} // namespace kregc::halide

#endif // KREGC_COMPILER_HALIDE_SCHEDULER_H

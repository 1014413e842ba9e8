// Values of a Plan as Halide's buffers and Funcs, and expressions as Exprs.
// What is computed is decided here; when and where, in Schedules.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HALIDE_TRANSLATION_H
#define KREGC_COMPILER_HALIDE_TRANSLATION_H

#include "compiler/Plan/Expressions.h"

#include <Halide.h>

#include <map>

namespace kregc::halide {

/// One stage as a Func. `loops[i]` is the Var or RVar of loop i.
struct StageFunc {
  const plan::Stage *stage;
  ::Halide::Func func;
  std::vector<::Halide::Var> vars;   ///< of the loops that are not reductions
  std::vector<::Halide::RVar> rvars; ///< of the reductions, in order
  bool reduces = false;
  /// Of an accumulation: how many of the first reductions count blocks, which
  /// are added up in registers and then to memory. 0: all of it in registers.
  size_t blockLoops = 0;
  /// Whether the first reduction of all counts shares of the batch, each a
  /// task.
  bool inShares = false;
  ::Halide::Func blocksOf; ///< what has the loops over blocks
  /// Of a sum whose steps add to one place: the loop that is at `scatter->row`
  /// then. `func` is the pipeline's result itself.
  std::optional<plan::Scatter> scatter;

  /// Where one chain of dependent operations would be too slow, `func` has one
  /// dimension more, `chain`, and `total` combines the chains in a fixed order.
  /// A partial penalty sum has a chain per vector of the tile, the anchor has
  /// schedule.unroll of them, which are the lanes of one vector where
  /// schedule.vector is 1, and a reduction along rows one per lane.
  bool chained = false;
  bool chainsAreLanes = false;
  int64_t chains = 1;
  ::Halide::Var chain;
  ::Halide::Func total;

  /// What readers read.
  const ::Halide::Func &result() const { return chained ? total : func; }
};

/// The random numbers of one draw, by position; see kreg.random.
struct Noise {
  int state; ///< the value with seed and step
  int64_t draw;
  ::Halide::Func words; ///< the four of a counter
  ::Halide::Func numbers;
  ::Halide::Var counter, position;
};

/// The translation of one plan.
class Translation {
public:
  explicit Translation(const plan::Plan &plan);

  const plan::Plan &plan;
  ::Halide::Param<int32_t> batch;
  std::vector<StageFunc> stages; ///< as plan.stages
  std::vector<Noise> noises;

  /// The pipeline's results: all outputs as one Func of tuples, all arrays of
  /// partial sums as another. Undefined where there are none.
  ::Halide::Func out, partials;
  /// Their dimensions, in the order of the plan (outermost first).
  std::vector<::Halide::Var> outVars;
  std::vector<::Halide::Var> partialVars; ///< tiles of each dimension
  ::Halide::Var lane;

  /// The domain of the tiles: of the outputs, or of the tensor penalised.
  std::vector<plan::Extent> domain;

  ::Halide::Expr extent(const plan::Extent &e) const;
  /// The arguments of the C function before the results.
  std::vector<::Halide::Argument> arguments() const;
  std::vector<::Halide::Func> results() const;
  /// The stage that writes `value`, or -1 for operands.
  int writerOf(int value) const { return writer[value]; }
  /// Whether reductions along rows have a row per lane: rows are short.
  bool rowsAreLanes() const {
    return plan.schedule.family == plan::Family::Reduction &&
           plan.schedule.points > 1;
  }
  /// Whether the loop of tile dimension `d` may run past its extent.
  bool overhangs(size_t d) const;
  /// Whether a stage is computed before the tiles: what a reduction reads. If
  /// the anchor reduces one element only, or a tile has whole rows, all stages
  /// are of the tile.
  bool isBeforeTile(const plan::Stage &stage) const {
    return stage.role == plan::Stage::Role::Producer && anchorReduces &&
           !rowsAreLanes();
  }

private:
  struct Context;

  bool scatters(const plan::Stage &stage) const;
  void addOperand(int value);
  void addNoise(const plan::Stage &stage);
  const Noise &noiseOf(const plan::Expression &e) const;
  void addStage(const plan::Stage &stage);
  void addPointwise(StageFunc &result, Context &context);
  void addReduction(StageFunc &result, Context &context);
  void addScatter(StageFunc &result, Context &context);
  void addPartial(StageFunc &result, Context &context);
  void chooseChains(StageFunc &result) const;
  ::Halide::RDom addReductionLoops(StageFunc &result, Context &context) const;
  plan::ExpressionRef restrict(::Halide::RDom &reduction,
                               const StageFunc &result,
                               const Context &context) const;
  void defineChained(StageFunc &result, Context &context, plan::Operator op,
                     const ::Halide::Expr &init,
                     const plan::ExpressionRef &body,
                     const ::Halide::Expr &inside);
  void addResults();
  void stateLayout(::Halide::OutputImageParam buffer, const plan::Value &value,
                   bool bounds) const;
  void stateLayouts(const ::Halide::Func &func, const plan::Value &value) const;
  std::string nameOf(const std::string &part) const;

  ::Halide::Expr accumulate(const plan::ExpressionRef &e,
                            const Context &context) const;
  ::Halide::Expr translate(const plan::ExpressionRef &e,
                           const Context &context) const;
  ::Halide::Expr access(const plan::Expression &e,
                        const Context &context) const;
  ::Halide::Expr readOperand(int value,
                             std::vector<::Halide::Expr> indices) const;
  ::Halide::Expr load(int value,
                      const std::vector<::Halide::Expr> &indices) const;

  std::map<int, ::Halide::ImageParam> operands;
  std::vector<int> writer;
  bool anchorReduces = false; ///< a stage that is no penalty has a reduction
};

} // namespace kregc::halide

#endif // KREGC_COMPILER_HALIDE_TRANSLATION_H

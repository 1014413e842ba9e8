// Stages of a Plan as Funcs: pointwise ones, reductions, partial penalty sums.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Context.h"
#include "compiler/Halide/Math.h"

namespace kregc::halide {

using ::Halide::Expr;
using ::Halide::Func;
using ::Halide::RDom;
using ::Halide::Var;
using plan::Operator;
using plan::Stage;

/// The operator that combines the accumulator with a new element, if the body
/// is of that form and the chains may start at its initial value.
static std::optional<Operator> combinerOf(const plan::Write &write) {
  const plan::Expression *step = write.body.get();
  while (plan::isGuarded(*step)) {
    step = step->operands[1].get();
  }
  const plan::Expression &body = *step;
  bool isMax = body.op == Operator::Max || body.op == Operator::Min;
  bool isSum = body.op == Operator::Add && write.init->op == Operator::Real &&
               write.init->real == 0;
  if (!isMax && !isSum) {
    return std::nullopt;
  }
  for (const plan::ExpressionRef &operand : body.operands) {
    if (operand->op == Operator::Accumulator) {
      return body.op;
    }
  }
  return std::nullopt;
}

/// Shares of a batch that are tasks: as many on every machine, as the order of
/// a sum depends on it.
constexpr int32_t kShares = 4;

static Expr combine(Operator op, const Expr &a, const Expr &b) {
  switch (op) {
  case Operator::Max:
    return nanMax(a, b);
  case Operator::Min:
    return nanMin(a, b);
  default:
    return a + b;
  }
}

void Translation::chooseChains(StageFunc &result) const {
  const Stage &stage = *result.stage;
  const plan::Extent &innermost = stage.loops.back().extent;
  if (result.blockLoops != 0) {
    return;
  }
  if (!combinerOf(stage.writes[0]) || !innermost.isStatic()) {
    return;
  }
  int64_t steps = innermost.at(0), lanes = plan.schedule.vector;
  bool alongRow = plan.schedule.family == plan::Family::Reduction &&
                  result.vars.size() + 1 == domain.size();
  bool alongSum = stage.role == Stage::Role::Anchor && lanes == 1 &&
                  plan.schedule.family == plan::Family::Contraction;
  if (alongSum && plan.schedule.unroll > 1) {
    result.chained = result.chainsAreLanes = true;
    result.chains = plan.schedule.unroll;
  } else if (alongRow && !rowsAreLanes() && lanes > 1 && steps >= 4 * lanes) {
    result.chained = result.chainsAreLanes = true;
    result.chains = lanes;
  } else if (stage.role == Stage::Role::Anchor && plan.schedule.unroll > 1 &&
             steps % plan.schedule.unroll == 0) {
    result.chained = true;
    result.chains = plan.schedule.unroll;
  }
}

void Translation::addStage(const Stage &stage) {
  StageFunc result{};
  result.stage = &stage;
  result.func = Func(nameOf("s" + std::to_string(stages.size())));
  result.chain = Var("chain");
  Context context{stage, {}, {}, {}};
  for (const plan::Loop &l : stage.loops) {
    result.reduces |= l.reduction;
    if (!l.reduction) {
      Var var("d" + std::to_string(result.vars.size()));
      result.vars.push_back(var);
      context.loops.push_back(var);
    }
  }
  // A tile may run past the extents: what it reads from memory is clamped.
  // Where rows are lanes, one number per row lies along the tile's points.
  size_t rank = context.loops.size();
  bool isPerRow = rowsAreLanes() && rank + 1 == domain.size();
  std::vector<int64_t> tile = plan::tileShape(plan, rank + isPerRow);
  for (size_t d = 0; d < context.loops.size(); ++d) {
    bool clamp = !isBeforeTile(stage) && stage.role != Stage::Role::Penalty &&
                 !plan::dividesEvenly(stage.loops[d].extent, tile[d]);
    Expr last = extent(stage.loops[d].extent) - 1;
    Expr index = context.loops[d];
    // A vector of clamped channels would be a gather; likely() makes Halide
    // split off the tail.
    bool isChannel = d + 1 == context.loops.size();
    context.clamped.push_back(
        clamp ? ::Halide::min(isChannel ? ::Halide::likely(index) : index, last)
              : index);
  }
  if (stage.role == Stage::Role::Penalty) {
    addPartial(result, context);
  } else if (result.reduces && scatters(stage)) {
    addScatter(result, context);
  } else if (result.reduces) {
    addReduction(result, context);
  } else {
    addPointwise(result, context);
  }
  writer[stage.writes[0].value] = stages.size();
  stages.push_back(result);
}

/// Whether a stage makes the only result, and by steps that know their place.
bool Translation::scatters(const Stage &stage) const {
  return &stage == &plan.stages.back() &&
         plan.schedule.family == plan::Family::Accumulation &&
         plan.schedule.strip == 0 &&
         plan.values[stage.writes[0].value].kind == plan::Value::Kind::Output &&
         plan::scatterOf(stage).has_value();
}

/// Zeros, then for each step of the reduction, in order, one addition.
void Translation::addScatter(StageFunc &result, Context &context) {
  result.scatter = plan::scatterOf(*result.stage);
  context.clamped = context.loops; // there is no tile that runs past the end
  RDom reduction = addReductionLoops(result, context);
  for (const plan::ExpressionRef &condition : result.scatter->conditions) {
    reduction.where(translate(condition, context));
  }
  std::vector<Var> arguments = reversed(result.vars);
  result.func = Func(nameOf("out"));
  result.func(arguments) = translate(result.stage->writes[0].init, context);
  std::vector<Expr> place(arguments.begin(), arguments.end());
  place[arguments.size() - 1 - result.scatter->loop] =
      translate(result.scatter->row, context);
  context.accumulator = result.func(place);
  result.func(place) = translate(result.scatter->step, context);
}

void Translation::addPointwise(StageFunc &result, Context &context) {
  result.func(reversed(result.vars)) =
      translate(result.stage->writes[0].body, context);
}

/// Loop variables for the reductions of a stage: one each, but the rows of an
/// accumulation in blocks have one for the block and one inside of it.
RDom Translation::addReductionLoops(StageFunc &result, Context &context) const {
  std::vector<plan::Loop> loops;
  for (const plan::Loop &l : result.stage->loops) {
    if (l.reduction) {
      loops.push_back(l);
    }
  }
  int32_t strip = plan.schedule.strip;
  bool inBlocks = plan.schedule.family == plan::Family::Accumulation &&
                  result.stage->role == Stage::Role::Anchor && strip > 0;
  bool splitsRows = inBlocks && loops.size() == 1;
  ::Halide::Region ranges;
  for (const plan::Loop &l : loops) {
    ranges.emplace_back(0, extent(l.extent));
  }
  if (splitsRows) {
    ranges = {
        {0, ::Halide::Internal::simplify(extent(loops[0].extent) / strip)},
        {0, strip}};
  }
  result.blockLoops = !inBlocks ? 0 : splitsRows ? 1 : strip;
  result.inShares = inBlocks && plan.schedule.parallel > 1;
  Expr outer = ranges[0].extent, share;
  if (result.inShares) {
    share = ::Halide::Internal::simplify((outer + (kShares - 1)) / kShares);
    ranges[0].extent = share;
    ranges.insert(ranges.begin(), {0, kShares});
  }
  if (!result.scatter) {
    chooseChains(result);
  }
  if (result.chained) {
    int32_t chains = result.chains;
    ranges.back().extent = ::Halide::Internal::simplify(
        (ranges.back().extent + (chains - 1)) / chains);
  }
  RDom reduction(reversed(ranges), nameOf("r" + std::to_string(stages.size())));
  for (int i = reduction.dimensions(); i-- > 0;) {
    result.rvars.push_back(reduction[i]);
    context.loops.push_back(reduction[i]);
  }
  auto first = context.loops.end() - result.rvars.size();
  if (result.inShares) {
    Expr index = result.rvars[0] * share + result.rvars[1];
    reduction.where(index < outer);
    first = context.loops.erase(first);
    *first = ::Halide::min(index, outer - 1);
  }
  if (splitsRows) {
    *first = *first * strip + result.rvars.back();
    context.loops.pop_back();
  }
  context.clamped.insert(context.clamped.end(),
                         context.loops.begin() + context.clamped.size(),
                         context.loops.end());
  return reduction;
}

/// Steps that leave the accumulator as it is are not done: their condition goes
/// to the loops, where it is about loops alone and each of them is one of
/// Halide's. What remains is the body.
plan::ExpressionRef Translation::restrict(RDom &reduction,
                                          const StageFunc &result,
                                          const Context &context) const {
  plan::ExpressionRef body = result.stage->writes[0].body;
  int64_t innermost = result.stage->loops.size() - 1;
  Context plain = context;
  plain.clamped = context.loops;
  while (plan::isGuarded(*body)) {
    bool isPlain = true;
    plan::walk(body->operands[0], [&](const plan::Expression &e) {
      isPlain &=
          !plan::isAccess(e) && e.op != Operator::Accumulator &&
          !(e.op == Operator::Loop && e.integer == innermost && result.chained);
    });
    if (!isPlain) {
      break;
    }
    reduction.where(translate(body->operands[0], plain));
    body = body->operands[1];
  }
  return body;
}

void Translation::addReduction(StageFunc &result, Context &context) {
  const plan::Write &write = result.stage->writes[0];
  RDom reduction = addReductionLoops(result, context);
  plan::ExpressionRef body = restrict(reduction, result, context);
  int32_t chains = result.chains;
  Expr init = translate(write.init, context);
  if (result.chained) {
    Expr index = result.rvars.back() * chains + result.chain, inside;
    const plan::Extent &steps = result.stage->loops.back().extent;
    if (!plan::dividesEvenly(steps, chains)) {
      inside = index < extent(steps);
      index = ::Halide::min(::Halide::likely(index), extent(steps) - 1);
    }
    context.loops.back() = context.clamped.back() = index;
    defineChained(result, context, *combinerOf(write), init, body, inside);
    return;
  }
  std::vector<Var> arguments = reversed(result.vars);
  result.func(arguments) = init;
  context.accumulator =
      result.func(std::vector<Expr>(arguments.begin(), arguments.end()));
  result.func(arguments) = translate(body, context);
}

/// Defines `func` with a dimension for the chains, and `total`.
void Translation::defineChained(StageFunc &result, Context &context,
                                Operator op, const Expr &init,
                                const plan::ExpressionRef &body,
                                const Expr &inside) {
  std::vector<Var> arguments = reversed(result.vars);
  // Lanes are the innermost dimension; other chains leave it to the channels.
  size_t position = result.chainsAreLanes || arguments.empty() ? 0 : 1;
  arguments.insert(arguments.begin() + position, result.chain);
  std::vector<Expr> indices(arguments.begin(), arguments.end());
  result.func(arguments) = init;
  context.accumulator = result.func(indices);
  Expr next = translate(body, context);
  if (inside.defined()) {
    next = ::Halide::select(inside, next, context.accumulator);
  }
  result.func(arguments) = next;

  result.total = Func(nameOf("t" + std::to_string(stages.size())));
  Expr total;
  for (int64_t i = 0; i < result.chains; ++i) {
    indices[position] = static_cast<int32_t>(i);
    Expr one = result.func(indices);
    total = total.defined() ? combine(op, total, one) : one;
  }
  result.total(reversed(result.vars)) = total;
}

/// The sum over a tile: over its points in order, with one chain per vector.
void Translation::addPartial(StageFunc &result, Context &context) {
  const Stage &stage = *result.stage;
  size_t firstReduction = result.vars.size();
  if (stage.loops.size() == firstReduction + 2) {
    ::Halide::Region range{{0, extent(stage.loops[firstReduction].extent)}};
    RDom points(range, nameOf("r" + std::to_string(stages.size())));
    result.rvars.push_back(points[0]);
    context.loops.push_back(points[0]);
  }
  context.loops.push_back(result.chain);
  context.clamped = context.loops;
  result.chained = true;
  result.chains = stage.loops.back().extent.constant;
  defineChained(result, context, Operator::Add, 0.0f, stage.writes[0].body,
                Expr());
}

} // namespace kregc::halide

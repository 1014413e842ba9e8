// Plan to Halide: values become buffers or Funcs, stages definitions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Backend.h"

using namespace Halide;
using namespace kregc;
using namespace kregc::halide;
using plan::Operator;

static Type typeOf(plan::ElementType type) {
  switch (type) {
  case plan::ElementType::F32:
    return Float(32);
  case plan::ElementType::F64:
    return Float(64);
  case plan::ElementType::I32:
    return Int(32);
  case plan::ElementType::I1:
    return Bool();
  }
  return Float(32);
}

Backend::Backend(const plan::Plan &plan) : plan(plan) {
  operands.resize(plan.values.size());
  for (size_t s = 0; s < plan.stages.size(); ++s) {
    for (const plan::Write &write : plan.stages[s].writes) {
      stageOf[write.value] = s;
    }
  }
}

Expr Backend::extent(const plan::Extent &e) const {
  if (e.isStatic()) {
    return static_cast<int32_t>(e.at(0));
  }
  Expr n = batch;
  if (e.perBatch != 1) {
    n = n * static_cast<int32_t>(e.perBatch);
  }
  int32_t offset = e.constant + e.divisor - 1;
  if (offset != 0) {
    n = n + offset;
  }
  if (e.divisor != 1) {
    n = n / static_cast<int32_t>(e.divisor);
  }
  return n;
}

std::vector<Var> Backend::vars(size_t rank, bool partials) const {
  static const char *names[] = {"c", "x", "y", "z", "u", "v", "w", "t"};
  std::vector<Var> result;
  if (partials) {
    result.emplace_back("l");
  }
  for (size_t i = 0; i + partials < rank; ++i) {
    result.emplace_back(i < 8 ? names[i] : "d" + std::to_string(i));
  }
  return result;
}

/// Sizes of a buffer, innermost first; a packed weight has its block innermost
/// and the number of blocks outermost.
std::vector<Expr> Backend::bufferSizes(const plan::Value &value) const {
  std::vector<Expr> sizes;
  for (auto it = value.shape.rbegin(); it != value.shape.rend(); ++it) {
    sizes.push_back(extent(*it));
  }
  if (value.packing) {
    int32_t channels = value.shape.back().at(0), block = value.packing;
    sizes[0] = block;
    sizes.push_back((channels + block - 1) / block);
  }
  return sizes;
}

void Backend::constrain(OutputImageParam buffer,
                        const std::vector<Expr> &sizes) {
  Expr stride = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    buffer.dim(i).set_bounds(0, sizes[i]).set_stride(simplify(stride));
    stride = stride * sizes[i];
  }
}

void Backend::declareOperand(int index) {
  const plan::Value &value = plan.values[index];
  std::vector<Expr> sizes = bufferSizes(value);
  operands[index] =
      ImageParam(typeOf(value.type), sizes.size(), "v" + std::to_string(index));
  Expr stride = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    operands[index].dim(i).set_bounds(0, sizes[i]).set_stride(simplify(stride));
    stride = stride * sizes[i];
  }
}

namespace kregc::halide {

/// Translates the expressions of one stage.
struct Scope {
  Backend &backend;
  const plan::Stage &stage;
  std::vector<Expr> loops;        ///< per loop of the stage
  std::vector<Expr> clampedLoops; ///< the same, kept inside of the extent
  Expr accumulator;

  Expr translate(const plan::ExpressionRef &e, bool clamped = false);
  Expr read(const plan::Expression &e);
};

} // namespace kregc::halide

/// Reads an operand or a Func. Operands are read with clamped loops; a packed
/// weight has zeros where its channel would be out of bounds.
Expr Scope::read(const plan::Expression &e) {
  const plan::Value &value = backend.plan.values[e.value];
  bool operand = backend.operands[e.value].defined();
  size_t rank = value.shape.size();
  std::vector<Expr> indices(rank);
  for (size_t i = 0; i < rank; ++i) {
    bool channelOfPacked = value.packing != 0 && i + 1 == rank;
    indices[rank - 1 - i] =
        translate(e.operands[i], operand && !channelOfPacked);
  }
  if (e.op == Operator::ReadOr) {
    Expr inside = Internal::const_true();
    std::vector<Expr> safe(rank);
    for (size_t i = 0; i < rank; ++i) {
      Expr n = backend.extent(value.shape[rank - 1 - i]);
      const plan::ExpressionRef &index = e.operands[rank - 1 - i];
      bool plain = index->op == Operator::Loop &&
                   backend.plan.values[e.value].shape[rank - 1 - i] ==
                       stage.loops[index->integer].extent;
      if (plain) {
        safe[i] = indices[i];
        continue;
      }
      inside = inside && indices[i] >= 0 && indices[i] < n;
      safe[i] = clamp(likely(indices[i]), 0, n - 1);
    }
    Expr fallback = translate(e.operands.back());
    Expr element = operand ? backend.operands[e.value](safe)
                           : backend.funcs.at(e.value)(safe);
    return select(inside, element, fallback);
  }
  if (value.packing) {
    Expr channel = indices[0];
    indices[0] = channel % static_cast<int32_t>(value.packing);
    indices.push_back(channel / static_cast<int32_t>(value.packing));
  }
  if (operand) {
    return backend.operands[e.value](indices);
  }
  return backend.funcs.at(e.value)(indices);
}

Expr Scope::translate(const plan::ExpressionRef &e, bool clamped) {
  auto arg = [&](size_t i) { return translate(e->operands[i], clamped); };
  switch (e->op) {
  case Operator::Real:
    return Internal::make_const(typeOf(e->type), e->real);
  case Operator::Integer:
    return static_cast<int32_t>(e->integer);
  case Operator::Loop:
    return clamped ? clampedLoops[e->integer] : loops[e->integer];
  case Operator::Extent:
    return backend.extent(e->extent);
  case Operator::Accumulator:
    return accumulator;
  case Operator::Read:
  case Operator::ReadOr:
    return read(*e);
  case Operator::Add:
    return arg(0) + arg(1);
  case Operator::Sub:
    return arg(0) - arg(1);
  case Operator::Mul:
    return arg(0) * arg(1);
  case Operator::Div:
    return arg(0) / arg(1);
  case Operator::Mod:
    return arg(0) % arg(1);
  case Operator::Max:
    return nanMax(arg(0), arg(1));
  case Operator::Min:
    return nanMin(arg(0), arg(1));
  case Operator::Neg:
    return -arg(0);
  case Operator::Abs:
    return abs(arg(0));
  case Operator::Sqrt:
    return sqrt(arg(0));
  case Operator::Exp:
    return expOf(arg(0));
  case Operator::Log:
    return logOf(arg(0));
  case Operator::Tanh:
    return tanhOf(arg(0));
  case Operator::Erf:
    return erfOf(arg(0));
  case Operator::Pow:
    return pow(arg(0), arg(1));
  case Operator::Floor:
    return floor(arg(0));
  case Operator::Less:
    return arg(0) < arg(1);
  case Operator::LessEqual:
    return arg(0) <= arg(1);
  case Operator::Equal:
    return arg(0) == arg(1);
  case Operator::And:
    return arg(0) && arg(1);
  case Operator::Or:
    return arg(0) || arg(1);
  case Operator::Not:
    return !arg(0);
  case Operator::Select:
    return select(arg(0), arg(1), arg(2));
  case Operator::Cast:
    return cast(typeOf(e->type), arg(0));
  }
  return Expr();
}

void Backend::defineStage(int index) {
  const plan::Stage &stage = plan.stages[index];
  const plan::Write &write = stage.writes[0];
  size_t rank = plan.values[write.value].shape.size();
  std::vector<Var> pure = vars(rank, plan.values[write.value].kind ==
                                         plan::Value::Kind::PenaltySum);
  Scope scope{*this, stage, {}, {}, Expr()};
  std::vector<Range> ranges;
  for (const plan::Loop &loop : stage.loops) {
    if (loop.reduction) {
      ranges.emplace_back(0, extent(loop.extent));
    }
  }
  // The innermost loop of the plan is the innermost of the domain.
  std::reverse(ranges.begin(), ranges.end());
  RDom domain = ranges.empty() ? RDom() : RDom(Region(ranges), "r");
  bool tiled = stage.role == plan::Stage::Role::Anchor ||
               stage.role == plan::Stage::Role::Epilogue;
  size_t parallel = 0, reduced = 0;
  for (const plan::Loop &loop : stage.loops) {
    Expr variable;
    if (loop.reduction) {
      variable = domain[ranges.size() - 1 - reduced++];
    } else {
      variable = pure[rank - 1 - parallel++];
    }
    scope.loops.push_back(variable);
    bool clampIt = !loop.reduction && tiled && !clampLoops.empty() &&
                   clampLoops[rank - parallel];
    scope.clampedLoops.push_back(
        clampIt ? min(variable, extent(loop.extent) - 1) : variable);
  }
  Func func("f" + std::to_string(index));
  std::vector<Expr> at(pure.begin(), pure.end());
  if (write.init) {
    func(pure) = scope.translate(write.init);
    scope.accumulator = func(at);
    func(pure) = scope.translate(write.body);
  } else {
    func(pure) = scope.translate(write.body);
  }
  funcs[write.value] = func;
  plan::Value::Kind kind = plan.values[write.value].kind;
  if (kind == plan::Value::Kind::Temporary) {
    return;
  }
  // What is stored is a Func of its own, so that readers of the value and its
  // store can share one tile in registers.
  Func result("result" + std::to_string(write.value));
  result(pure) = func(at);
  results[write.value] = result;
}

void Backend::build() {
  for (size_t i = 0; i < plan.values.size(); ++i) {
    if (plan.values[i].kind == plan::Value::Kind::Input ||
        plan.values[i].kind == plan::Value::Kind::Weight) {
      declareOperand(i);
    }
  }
  for (size_t i = 0; i < plan.stages.size(); ++i) {
    defineStage(i);
  }
}

Pipeline Backend::pipeline() {
  std::vector<Func> outputs;
  for (int value : plan.arguments()) {
    if (operands[value].defined()) {
      continue;
    }
    Func func = results.at(value);
    constrain(func.output_buffer(), bufferSizes(plan.values[value]));
    outputs.push_back(func);
  }
  return Pipeline(outputs);
}

std::vector<Argument> Backend::arguments() {
  std::vector<Argument> result{batch};
  for (const ImageParam &operand : operands) {
    if (operand.defined()) {
      result.push_back(operand);
    }
  }
  return result;
}

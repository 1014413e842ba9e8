// Values of a Plan as Halide's buffers and Funcs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Translation.h"

#include "compiler/Halide/Context.h"

#include <algorithm>

namespace kregc::halide {

using ::Halide::Expr;
using ::Halide::Func;
using ::Halide::RDom;
using ::Halide::Var;
using plan::Stage;
using plan::Value;

::Halide::Type halideType(plan::ElementType type) {
  switch (type) {
  case plan::ElementType::F32:
    return ::Halide::Float(32);
  case plan::ElementType::F64:
    return ::Halide::Float(64);
  case plan::ElementType::I32:
    return ::Halide::Int(32);
  case plan::ElementType::I1:
    return ::Halide::Bool();
  }
  return {};
}

std::vector<plan::Extent> storedShape(const Value &value) {
  if (value.packing == 0) {
    return value.shape;
  }
  int64_t channels = value.shape.back().constant;
  std::vector<plan::Extent> shape(value.shape.begin(), value.shape.end() - 1);
  shape.insert(shape.begin(),
               {(channels + value.packing - 1) / value.packing, 0, 1});
  shape.push_back({value.packing, 0, 1});
  return shape;
}

/// Halide lists dimensions innermost first.
template <typename T>
static std::vector<T> reversed(std::vector<T> list) {
  std::reverse(list.begin(), list.end());
  return list;
}

Translation::Translation(const plan::Plan &plan)
    : plan(plan), batch("batch"), lane("lane"), writer(plan.values.size(), -1) {
  batch.set_min_value(1);
  using Kind = Value::Kind;
  for (size_t v = 0; v < plan.values.size(); ++v) {
    Kind kind = plan.values[v].kind;
    if (kind == Kind::Input || kind == Kind::Weight) {
      addOperand(v);
    } else if (kind == Kind::Output && domain.empty()) {
      domain = plan.values[v].shape;
    }
  }
  stages.reserve(plan.stages.size());
  for (const Stage &stage : plan.stages) {
    addStage(stage);
  }
  addResults();
}

std::string Translation::nameOf(const std::string &part) const {
  std::string name = plan.name + "_" + part;
  for (char &c : name) {
    if (!isalnum(static_cast<unsigned char>(c))) {
      c = '_';
    }
  }
  return name;
}

Expr Translation::extent(const plan::Extent &e) const {
  if (e.isStatic()) {
    return Expr(static_cast<int32_t>(e.at(0)));
  }
  // Halide does not believe a parameter's range; this it can prove.
  Expr count = ::Halide::max(batch, 1);
  Expr size = count * static_cast<int32_t>(e.perBatch) +
              static_cast<int32_t>(e.constant);
  int32_t divisor = e.divisor;
  return divisor == 1 ? size : (size + (divisor - 1)) / divisor;
}

bool Translation::overhangs(size_t d) const {
  return !plan::dividesEvenly(domain[d],
                              plan::tileShape(plan, domain.size())[d]);
}

void Translation::stateLayout(::Halide::OutputImageParam buffer,
                              const std::vector<plan::Extent> &shape) const {
  Expr stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    Expr size = extent(shape[i]);
    buffer.dim(shape.size() - 1 - i).set_bounds(0, size).set_stride(stride);
    stride = ::Halide::Internal::simplify(stride * size);
  }
  buffer.set_host_alignment(4);
}

void Translation::addOperand(int value) {
  const Value &v = plan.values[value];
  std::vector<plan::Extent> shape = storedShape(v);
  ::Halide::ImageParam param(halideType(v.type), shape.size(),
                             nameOf("v" + std::to_string(value)));
  stateLayout(param, shape);
  operands.emplace(value, param);
}

void Translation::addStage(const Stage &stage) {
  StageFunc result{};
  result.stage = &stage;
  result.func = Func(nameOf("s" + std::to_string(stages.size())));
  Context context{stage, {}, {}, {}, result.func};

  ::Halide::Region ranges;
  for (const plan::Loop &l : stage.loops) {
    if (l.reduction) {
      ranges.emplace_back(0, extent(l.extent));
    } else {
      Var var("d" + std::to_string(result.vars.size()));
      result.vars.push_back(var);
      context.loops.push_back(var);
    }
  }
  if (stage.role == Stage::Role::Penalty) {
    addPartial(result, context);
    stages.push_back(result);
    return;
  }
  // A tile may run past the extents: what it reads from memory is clamped.
  std::vector<int64_t> tile = plan::tileShape(plan, context.loops.size());
  for (size_t d = 0; d < context.loops.size(); ++d) {
    bool clamp = stage.role != Stage::Role::Producer &&
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
  std::vector<Var> arguments = reversed(result.vars);
  std::vector<Expr> inits, bodies;
  result.reduces = !ranges.empty();
  if (result.reduces) {
    RDom domain(reversed(ranges), nameOf("r" + std::to_string(stages.size())));
    for (int i = domain.dimensions(); i-- > 0;) {
      result.rvars.push_back(domain[i]);
      context.loops.push_back(domain[i]);
      context.clamped.push_back(domain[i]);
    }
    for (const plan::Write &write : stage.writes) {
      inits.push_back(translate(write.init, context));
    }
    result.func(arguments) =
        inits.size() == 1 ? ::Halide::Tuple(inits[0]) : ::Halide::Tuple(inits);
  }
  std::vector<Expr> indices(arguments.begin(), arguments.end());
  for (size_t w = 0; w < stage.writes.size(); ++w) {
    if (result.reduces) {
      Expr old = result.func(indices);
      context.accumulator = old;
    }
    bodies.push_back(translate(stage.writes[w].body, context));
  }
  result.func(arguments) = ::Halide::Tuple(bodies);
  for (const plan::Write &write : stage.writes) {
    writer[write.value] = stages.size();
  }
  stages.push_back(result);
}

void Translation::addPartial(StageFunc &result, Context &context) {
  const Stage &stage = *result.stage;
  result.chain = Var("chain");
  result.reduces = true;
  size_t firstReduction = result.vars.size();
  bool hasPoints = stage.loops.size() == firstReduction + 2;
  std::vector<Var> arguments = result.vars;
  arguments.insert(arguments.end() - 1, result.chain); // the lane is innermost
  arguments = reversed(arguments);
  if (hasPoints) {
    ::Halide::Region range{{0, extent(stage.loops[firstReduction].extent)}};
    RDom points(range, nameOf("r" + std::to_string(stages.size())));
    result.rvars.push_back(points[0]);
    context.loops.push_back(points[0]);
  }
  context.loops.push_back(result.chain);
  context.clamped = context.loops;
  result.func(arguments) = 0.0f;
  std::vector<Expr> indices(arguments.begin(), arguments.end());
  Expr old = result.func(indices);
  context.accumulator = old;
  result.func(arguments) = translate(stage.writes[0].body, context);

  // The chains in a fixed order.
  result.total = Func(nameOf("t" + std::to_string(stages.size())));
  std::vector<Expr> chainIndices = indices;
  Expr total;
  for (int64_t v = 0; v < stage.loops.back().extent.constant; ++v) {
    chainIndices[1] = static_cast<int32_t>(v);
    Expr one = result.func(chainIndices);
    total = total.defined() ? total + one : one;
  }
  result.total(reversed(result.vars)) = total;
  writer[stage.writes[0].value] = stages.size();
}

void Translation::addResults() {
  std::vector<Expr> outputs, sums;
  const std::vector<plan::Extent> *sumShape = nullptr;
  for (int v : plan.arguments()) {
    const Value &value = plan.values[v];
    if (writer[v] < 0) {
      continue;
    }
    StageFunc &stage = stages[writer[v]];
    if (value.kind == Value::Kind::Output) {
      if (outVars.empty()) {
        outVars = stage.vars;
      }
      std::vector<Expr> indices(outVars.rbegin(), outVars.rend());
      outputs.push_back(load(v, indices));
    } else {
      if (!sumShape) {
        sumShape = &value.shape;
        partialVars.assign(stage.vars.begin(), stage.vars.end() - 1);
        lane = stage.vars.back();
      }
      std::vector<Expr> indices(stage.vars.rbegin(), stage.vars.rend());
      sums.push_back(stage.total(indices));
    }
  }
  if (!outputs.empty()) {
    out = Func(nameOf("out"));
    out(reversed(outVars)) = ::Halide::Tuple(outputs);
    for (::Halide::OutputImageParam buffer : out.output_buffers()) {
      stateLayout(buffer, domain);
    }
  }
  if (!sums.empty()) {
    std::vector<Var> arguments = partialVars;
    arguments.push_back(lane);
    partials = Func(nameOf("partials"));
    partials(reversed(arguments)) = ::Halide::Tuple(sums);
    for (::Halide::OutputImageParam buffer : partials.output_buffers()) {
      stateLayout(buffer, *sumShape);
    }
  }
}

std::vector<::Halide::Argument> Translation::arguments() const {
  std::vector<::Halide::Argument> result{batch};
  for (int v : plan.arguments()) {
    auto operand = operands.find(v);
    if (operand != operands.end()) {
      result.push_back(operand->second);
    }
  }
  return result;
}

std::vector<Func> Translation::results() const {
  std::vector<Func> result;
  if (out.defined()) {
    result.push_back(out);
  }
  if (partials.defined()) {
    result.push_back(partials);
  }
  return result;
}

} // namespace kregc::halide

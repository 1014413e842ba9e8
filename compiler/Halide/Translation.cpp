// Values of a Plan as Halide's buffers and Funcs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Translation.h"

#include "compiler/Halide/Context.h"

#include <algorithm>

namespace kregc::halide {

using ::Halide::Expr;
using ::Halide::Func;
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
  for (const Stage &stage : plan.stages) {
    for (const plan::Loop &l : stage.loops) {
      anchorReduces |= l.reduction && stage.role != Stage::Role::Penalty;
    }
  }
  stages.reserve(plan.stages.size());
  for (const Stage &stage : plan.stages) {
    addNoise(stage);
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
                              const Value &value, bool bounds) const {
  std::vector<plan::Extent> shape = plan::storedShape(value);
  Expr stride = 1;
  for (size_t i : reversed(plan::memoryOrder(value))) {
    Expr size = extent(shape[i]);
    auto dimension = buffer.dim(shape.size() - 1 - i);
    if (bounds) {
      dimension.set_bounds(0, size);
    }
    dimension.set_stride(stride);
    stride = ::Halide::Internal::simplify(stride * size);
  }
  buffer.set_host_alignment(4);
}

void Translation::stateLayouts(const Func &func, const Value &value) const {
  // The buffers of one Func have the bounds of the first by themselves.
  bool first = true;
  for (const ::Halide::OutputImageParam &buffer : func.output_buffers()) {
    stateLayout(buffer, value, first);
    first = false;
  }
}

void Translation::addOperand(int value) {
  const Value &v = plan.values[value];
  ::Halide::ImageParam param(halideType(v.type), plan::storedShape(v).size(),
                             nameOf("v" + std::to_string(value)));
  stateLayout(param, v, /*bounds=*/true);
  operands.emplace(value, param);
}

void Translation::addResults() {
  std::vector<Expr> outputs, sums;
  const Value *output = nullptr, *sum = nullptr;
  for (int v : plan.arguments()) {
    const Value &value = plan.values[v];
    if (writer[v] < 0) {
      continue;
    }
    StageFunc &stage = stages[writer[v]];
    if (value.kind == Value::Kind::Output) {
      if (!output) {
        output = &value;
        outVars = stage.vars;
      }
      std::vector<Expr> indices(outVars.rbegin(), outVars.rend());
      outputs.push_back(load(v, indices));
    } else {
      if (!sum) {
        sum = &value;
        partialVars.assign(stage.vars.begin(), stage.vars.end() - 1);
        lane = stage.vars.back();
      }
      std::vector<Expr> indices(stage.vars.rbegin(), stage.vars.rend());
      sums.push_back(stage.total(indices));
    }
  }
  if (!outputs.empty() && stages.back().scatter) {
    out = stages.back().func;
    stateLayouts(out, *output);
  } else if (!outputs.empty()) {
    out = Func(nameOf("out"));
    out(reversed(outVars)) = ::Halide::Tuple(outputs);
    stateLayouts(out, *output);
  }
  if (!sums.empty()) {
    std::vector<Var> arguments = partialVars;
    arguments.push_back(lane);
    partials = Func(nameOf("partials"));
    partials(reversed(arguments)) = ::Halide::Tuple(sums);
    stateLayouts(partials, *sum);
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

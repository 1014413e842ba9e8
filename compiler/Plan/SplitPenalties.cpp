// A penalty becomes an array of partial sums, one vector per register tile, so
// that it is added up where the tile is computed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Plan/Plan.h"

using namespace kregc::plan;

static std::shared_ptr<Expression> make(Operator op, ElementType type,
                                        std::vector<ExpressionRef> operands) {
  auto e = std::make_shared<Expression>();
  e->op = op;
  e->type = type;
  e->operands = std::move(operands);
  return e;
}

static ExpressionRef loop(int64_t number) {
  auto e = make(Operator::Loop, ElementType::I32, {});
  e->integer = number;
  return e;
}

static ExpressionRef integer(int64_t value) {
  auto e = make(Operator::Integer, ElementType::I32, {});
  e->integer = value;
  return e;
}

static ExpressionRef extentOf(const Extent &extent) {
  if (extent.isStatic()) {
    return integer(extent.at(0));
  }
  auto e = make(Operator::Extent, ElementType::I32, {});
  e->extent = extent;
  return e;
}

static ExpressionRef index(Operator op, ExpressionRef a, ExpressionRef b) {
  return make(op, ElementType::I32, {std::move(a), std::move(b)});
}

/// The term that a penalty adds up: what stands beside the accumulator, before
/// it was made a double.
static ExpressionRef termOf(const ExpressionRef &body) {
  for (const ExpressionRef &operand : body->operands) {
    if (operand->op != Operator::Accumulator) {
      return operand->op == Operator::Cast ? operand->operands[0] : operand;
    }
  }
  return body;
}

static ExpressionRef substitute(const ExpressionRef &e,
                                const std::vector<ExpressionRef> &loops) {
  if (e->op == Operator::Loop) {
    return loops[e->integer];
  }
  if (e->operands.empty()) {
    return e;
  }
  auto copy = std::make_shared<Expression>(*e);
  for (ExpressionRef &operand : copy->operands) {
    operand = substitute(operand, loops);
  }
  return copy;
}

/// ceil(extent / size).
static Extent tiles(Extent extent, int64_t size) {
  return {extent.constant, extent.perBatch, extent.divisor * size};
}

static bool divides(const Extent &extent, int64_t size) {
  return extent.divisor == 1 && extent.perBatch % size == 0 &&
         extent.constant % size == 0;
}

/// The penalty's loops are the tensor's dimensions d0 … dn. Its partial sums
/// are an array [d0 …, tiles of points, blocks of channels, lanes]; the last
/// dimension is the tensor's channels, the one before it its points.
static void split(Plan &plan, Stage &stage) {
  const Schedule &s = plan.schedule;
  int64_t block = s.vector * s.vectors;
  std::vector<Loop> tensor = stage.loops;
  size_t rank = tensor.size();
  bool hasPoints = rank >= 2;
  size_t outer = rank >= 2 ? rank - 2 : 0;

  std::vector<Loop> loops;
  std::vector<ExpressionRef> indices(rank);
  for (size_t i = 0; i < outer; ++i) {
    indices[i] = loop(i);
    loops.push_back({tensor[i].extent, false});
  }
  int64_t tile = loops.size();
  if (hasPoints) {
    loops.push_back({tiles(tensor[rank - 2].extent, s.points), false});
  }
  int64_t channelBlock = loops.size();
  loops.push_back({tiles(tensor[rank - 1].extent, block), false});
  int64_t lane = loops.size();
  loops.push_back({{s.vector, 0, 1}, false});
  std::vector<Extent> shape;
  for (const Loop &l : loops) {
    shape.push_back(l.extent);
  }

  ExpressionRef inside;
  auto guard = [&](const ExpressionRef &i, const Extent &extent, int64_t size) {
    if (divides(extent, size)) {
      return;
    }
    ExpressionRef test =
        make(Operator::Less, ElementType::I1, {i, extentOf(extent)});
    inside =
        inside ? make(Operator::And, ElementType::I1, {inside, test}) : test;
  };
  if (hasPoints) {
    indices[rank - 2] = index(
        Operator::Add, index(Operator::Mul, loop(tile), integer(s.points)),
        loop(loops.size()));
    loops.push_back({{s.points, 0, 1}, true});
    guard(indices[rank - 2], tensor[rank - 2].extent, s.points);
  }
  ExpressionRef channel =
      index(Operator::Add,
            index(Operator::Add,
                  index(Operator::Mul, loop(channelBlock), integer(block)),
                  index(Operator::Mul, loop(loops.size()), integer(s.vector))),
            loop(lane));
  loops.push_back({{s.vectors, 0, 1}, true});
  indices[rank - 1] = channel;
  guard(channel, tensor[rank - 1].extent, block);

  Write &write = stage.writes[0];
  auto zero = make(Operator::Real, ElementType::F32, {});
  ExpressionRef term = substitute(termOf(write.body), indices);
  if (inside) {
    term = make(Operator::Select, ElementType::F32, {inside, term, zero});
  }
  write.body = make(Operator::Add, ElementType::F32,
                    {make(Operator::Accumulator, ElementType::F32, {}), term});
  write.init = zero;
  stage.loops = std::move(loops);
  plan.values[write.value].type = ElementType::F32;
  plan.values[write.value].shape = std::move(shape);
}

void kregc::plan::splitPenalties(Plan &plan) {
  for (Stage &stage : plan.stages) {
    if (stage.role == Stage::Role::Penalty && !stage.loops.empty()) {
      split(plan, stage);
    }
  }
}

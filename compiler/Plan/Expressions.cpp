// Building, walking and rewriting the expressions of a Plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Plan/Expressions.h"

namespace kregc::plan {

std::vector<int64_t> tileShape(const Plan &plan, size_t rank) {
  std::vector<int64_t> tile(rank, 1);
  if (rank >= 1) {
    tile[rank - 1] = plan.schedule.vector * plan.schedule.vectors;
  }
  if (rank >= 2) {
    tile[rank - 2] = plan.schedule.points;
  }
  return tile;
}

std::vector<Extent> storedShape(const Value &value) {
  if (value.packing == 0 || value.shape.empty()) {
    return value.shape;
  }
  int64_t channels = value.shape.back().constant;
  std::vector<Extent> shape = {
      {(channels + value.packing - 1) / value.packing, 0, 1}};
  shape.insert(shape.end(), value.shape.begin(), value.shape.end() - 1);
  shape.push_back({value.packing, 0, 1});
  return shape;
}

std::vector<size_t> memoryOrder(const Value &value) {
  std::vector<size_t> order = value.order;
  for (size_t d = order.size(); d < storedShape(value).size(); ++d) {
    order.push_back(d);
  }
  return order;
}

std::optional<size_t> rowDimension(const Plan &plan, size_t rank) {
  size_t behind = 2 + plan.phases;
  return rank > behind ? std::optional(rank - behind - 1) : std::nullopt;
}

/// Whether it has a loop of which `is` is true.
static bool anyLoop(const ExpressionRef &e,
                    const std::function<bool(int64_t)> &is) {
  bool found = false;
  walk(e, [&](const Expression &node) {
    found |= node.op == Operator::Loop && is(node.integer);
  });
  return found;
}

std::optional<Scatter> scatterOf(const Stage &stage) {
  if (stage.writes.size() != 1 || !stage.writes[0].init) {
    return std::nullopt;
  }
  auto isParallel = [&](int64_t l) { return !stage.loops[l].reduction; };
  std::optional<Scatter> scatter;
  std::vector<ExpressionRef> conditions;
  ExpressionRef body = stage.writes[0].body;
  while (isGuarded(*body)) {
    const ExpressionRef &condition = body->operands[0];
    bool isPlace = !scatter && condition->op == Operator::Equal &&
                   condition->operands[1]->op == Operator::Loop &&
                   isParallel(condition->operands[1]->integer) &&
                   !anyLoop(condition->operands[0], isParallel);
    if (isPlace) {
      scatter = Scatter{
          condition->operands[1]->integer, condition->operands[0], {}, {}};
    } else {
      conditions.push_back(condition);
    }
    body = body->operands[1];
  }
  if (!scatter) {
    return std::nullopt;
  }
  scatter->conditions = std::move(conditions);
  scatter->step = body;
  auto isPlace = [&](int64_t l) { return l == scatter->loop; };
  for (const ExpressionRef &condition : scatter->conditions) {
    if (anyLoop(condition, isPlace)) {
      return std::nullopt;
    }
  }
  return anyLoop(body, isPlace) ? std::nullopt : scatter;
}

std::vector<Extent> steppedExtents(const Stage &stage) {
  std::vector<Extent> extents;
  for (const Loop &loop : stage.loops) {
    extents.push_back(loop.extent);
  }
  if (std::optional<Scatter> scatter = scatterOf(stage)) {
    extents.erase(extents.begin() + scatter->loop);
  }
  return extents;
}

bool dividesEvenly(const Extent &extent, int64_t tile) {
  return extent.divisor == 1 && extent.constant % tile == 0 &&
         extent.perBatch % tile == 0;
}

static std::shared_ptr<Expression> make(Operator op, ElementType type) {
  auto result = std::make_shared<Expression>();
  result->op = op;
  result->type = type;
  return result;
}

ExpressionRef real(double value, ElementType type) {
  auto result = make(Operator::Real, type);
  result->real = value;
  return result;
}

ExpressionRef integer(int64_t value) {
  auto result = make(Operator::Integer, ElementType::I32);
  result->integer = value;
  return result;
}

ExpressionRef loop(int64_t number) {
  auto result = make(Operator::Loop, ElementType::I32);
  result->integer = number;
  return result;
}

ExpressionRef extentOf(Extent extent) {
  if (extent.isStatic()) {
    return integer(extent.at(0));
  }
  auto result = make(Operator::Extent, ElementType::I32);
  result->extent = extent;
  return result;
}

ExpressionRef apply(Operator op, ElementType type,
                    std::vector<ExpressionRef> operands) {
  auto result = make(op, type);
  result->operands = std::move(operands);
  return result;
}

ExpressionRef read(int value, ElementType type,
                   std::vector<ExpressionRef> indices) {
  auto result = make(Operator::Read, type);
  result->value = value;
  result->operands = std::move(indices);
  return result;
}

void walk(const ExpressionRef &e,
          const std::function<void(const Expression &)> &visitor) {
  visitor(*e);
  for (const ExpressionRef &operand : e->operands) {
    walk(operand, visitor);
  }
}

ExpressionRef
rewrite(const ExpressionRef &e,
        const std::function<ExpressionRef(const ExpressionRef &)> &change) {
  if (e->operands.empty()) {
    return change(e);
  }
  auto copy = std::make_shared<Expression>(*e);
  for (ExpressionRef &operand : copy->operands) {
    operand = rewrite(operand, change);
  }
  return change(copy);
}

bool isAccess(const Expression &e) {
  return e.op == Operator::Read || e.op == Operator::ReadOr;
}

bool isGuarded(const Expression &e) {
  return e.op == Operator::Select && e.operands[2]->op == Operator::Accumulator;
}

bool readsValue(const ExpressionRef &e, int value) {
  bool found = false;
  walk(e, [&](const Expression &node) {
    found |= isAccess(node) && node.value == value;
  });
  return found;
}

bool Affine::isLoop(int64_t number) const {
  return constant == 0 && coefficients.size() == 1 && of(number) == 1;
}

bool Affine::isConstant(int64_t number) const {
  return coefficients.empty() && constant == number;
}

int64_t Affine::of(int64_t loop) const {
  auto found = coefficients.find(loop);
  return found == coefficients.end() ? 0 : found->second;
}

static Affine sum(Affine a, const Affine &b, int64_t factor) {
  a.constant += b.constant * factor;
  for (auto [loop, coefficient] : b.coefficients) {
    a.coefficients[loop] += coefficient * factor;
    if (a.coefficients[loop] == 0) {
      a.coefficients.erase(loop);
    }
  }
  return a;
}

std::optional<Affine> affine(const ExpressionRef &e) {
  switch (e->op) {
  case Operator::Integer:
    return Affine{{}, e->integer};
  case Operator::Loop:
    return Affine{{{e->integer, 1}}, 0};
  case Operator::Add:
  case Operator::Sub:
  case Operator::Mul:
    break;
  default:
    return std::nullopt;
  }
  auto a = affine(e->operands[0]), b = affine(e->operands[1]);
  if (!a || !b) {
    return std::nullopt;
  }
  if (e->op != Operator::Mul) {
    return sum(*a, *b, e->op == Operator::Add ? 1 : -1);
  }
  if (!a->coefficients.empty()) {
    std::swap(a, b);
  }
  if (!a->coefficients.empty()) {
    return std::nullopt;
  }
  return sum({}, *b, a->constant);
}

ExpressionRef toExpression(const Affine &form) {
  ExpressionRef result;
  auto add = [&](const ExpressionRef &term) {
    result =
        result ? apply(Operator::Add, ElementType::I32, {result, term}) : term;
  };
  for (auto [number, coefficient] : form.coefficients) {
    add(coefficient == 1 ? loop(number)
                         : apply(Operator::Mul, ElementType::I32,
                                 {loop(number), integer(coefficient)}));
  }
  if (form.constant != 0 || !result) {
    add(integer(form.constant));
  }
  return result;
}

} // namespace kregc::plan

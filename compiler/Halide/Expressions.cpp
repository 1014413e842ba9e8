// Expressions of a Plan as Halide's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Context.h"
#include "compiler/Halide/Math.h"

#include <algorithm>

namespace kregc::halide {

using ::Halide::Expr;
using ::Halide::Internal::Call;
using plan::Operator;
using plan::Value;

/// Between floats, a comparison that NaN makes false.
static Expr compare(Call::IntrinsicOp op, const Expr &a, const Expr &b,
                    const Expr &plain) {
  return a.type().is_float()
             ? Call::make(::Halide::Bool(), op, {a, b}, Call::PureIntrinsic)
             : plain;
}

/// Whether the index stays in [0, size) for all values of the loops.
static bool staysInside(const plan::Stage &stage,
                        const plan::ExpressionRef &index,
                        const plan::Extent &size) {
  auto form = plan::affine(index);
  if (!form) {
    return false;
  }
  if (form->coefficients.size() == 1) {
    int64_t l = form->coefficients.begin()->first;
    if (form->isLoop(l) && stage.loops[l].extent == size) {
      return true;
    }
  }
  int64_t low = form->constant, high = form->constant;
  for (auto [l, coefficient] : form->coefficients) {
    const plan::Extent &extent = stage.loops[l].extent;
    if (!extent.isStatic()) {
      return false;
    }
    int64_t reach = coefficient * (extent.at(0) - 1);
    (reach < 0 ? low : high) += reach;
  }
  return size.isStatic() && low >= 0 && high < size.at(0);
}

Expr Translation::readOperand(int value, std::vector<Expr> indices) const {
  const Value &v = plan.values[value];
  if (v.packing != 0) {
    int32_t block = v.packing;
    Expr channel = indices.back();
    indices.back() = channel % block;
    indices.insert(indices.begin(), channel / block);
  }
  std::reverse(indices.begin(), indices.end());
  return operands.at(value)(indices);
}

/// `indices` are innermost first.
Expr Translation::load(int value, const std::vector<Expr> &indices) const {
  return stages[writer[value]].result()(indices);
}

Expr Translation::access(const plan::Expression &e,
                         const Context &context) const {
  const Value &value = plan.values[e.value];
  size_t rank = value.shape.size();
  // What the tile holds is computed past the extents; memory is not, and what
  // packing fills up is there.
  bool inTile =
      writer[e.value] >= 0 && !isBeforeTile(*stages[writer[e.value]].stage);
  Context plain = context;
  plain.clamped = context.loops;
  const Context &outer = inTile || value.packing != 0 ? plain : context;

  std::vector<Expr> indices;
  Expr outside;
  for (size_t d = 0; d < rank; ++d) {
    const plan::ExpressionRef &index = e.operands[d];
    if (e.op == Operator::ReadOr &&
        !staysInside(context.stage, index, value.shape[d])) {
      Expr i = translate(index, plain), size = extent(value.shape[d]);
      Expr out = i < 0 || i >= size;
      outside = outside.defined() ? outside || out : out;
      indices.push_back(::Halide::clamp(::Halide::likely(i), 0, size - 1));
    } else if (context.stage.role == plan::Stage::Role::Penalty && !inTile &&
               !staysInside(context.stage, index, value.shape[d])) {
      // The last tile's sum is guarded; what it reads must exist all the same.
      Expr i = translate(index, plain);
      indices.push_back(
          ::Halide::min(::Halide::likely(i), extent(value.shape[d]) - 1));
    } else {
      indices.push_back(translate(index, outer));
    }
  }
  Expr element;
  if (writer[e.value] >= 0) {
    std::reverse(indices.begin(), indices.end());
    element = load(e.value, indices);
  } else {
    element = readOperand(e.value, std::move(indices));
  }
  if (!outside.defined()) {
    return element;
  }
  return ::Halide::select(outside, translate(e.operands.back(), context),
                          element);
}

static bool accumulates(const plan::Expression &e) {
  return e.op == Operator::Add &&
         std::any_of(e.operands.begin(), e.operands.end(),
                     [](const plan::ExpressionRef &operand) {
                       return operand->op == Operator::Accumulator;
                     });
}

/// A step of a sum, a + b·c, or one that is left out somewhere: the one place
/// where operators are Halide's fast ones, so that it becomes a multiply-add.
Expr Translation::accumulate(const plan::ExpressionRef &ref,
                             const Context &context) const {
  const std::vector<plan::ExpressionRef> &x = ref->operands;
  switch (ref->op) {
  case Operator::Add:
    return accumulate(x[0], context) + accumulate(x[1], context);
  case Operator::Mul:
    return accumulate(x[0], context) * accumulate(x[1], context);
  case Operator::Select:
    return ::Halide::select(translate(x[0], context), accumulate(x[1], context),
                            accumulate(x[2], context));
  default:
    return translate(ref, context);
  }
}

/// Whether its value is a positive normal number, infinite or NaN.
static bool isPositiveNormal(const plan::Expression &e) {
  constexpr double kLeastNormal = 0x1p-126;
  auto isPositive = [](const plan::ExpressionRef &x) {
    return x->op == Operator::Real ? x->real >= kLeastNormal
                                   : isPositiveNormal(*x);
  };
  auto isNotNegative = [&](const plan::ExpressionRef &x) {
    return x->op == Operator::Exp || x->op == Operator::Abs || isPositive(x);
  };
  switch (e.op) {
  case Operator::Add:
    return (isPositive(e.operands[0]) && isNotNegative(e.operands[1])) ||
           (isPositive(e.operands[1]) && isNotNegative(e.operands[0]));
  case Operator::Max:
    return isPositive(e.operands[0]) || isPositive(e.operands[1]);
  case Operator::Min:
    return isPositive(e.operands[0]) && isPositive(e.operands[1]);
  default:
    return false;
  }
}

Expr Translation::translate(const plan::ExpressionRef &ref,
                            const Context &context) const {
  const plan::Expression &e = *ref;
  ::Halide::Type type = halideType(e.type);
  switch (e.op) {
  case Operator::Real:
    return ::Halide::Internal::make_const(type, e.real);
  case Operator::Integer:
    return ::Halide::Internal::make_const(type, e.integer);
  case Operator::Loop:
    return context.clamped[e.integer];
  case Operator::Extent:
    return extent(e.extent);
  case Operator::Accumulator:
    return context.accumulator;
  case Operator::Read:
  case Operator::ReadOr:
    return access(e, context);
  default:
    break;
  }
  if (accumulates(e)) {
    return accumulate(ref, context);
  }
  if (e.op == Operator::Random) {
    return noiseOf(e).numbers(translate(e.operands.back(), context));
  }
  std::vector<Expr> x;
  for (const plan::ExpressionRef &operand : e.operands) {
    x.push_back(translate(operand, context));
  }
  switch (e.op) {
  case Operator::Add:
    return strictAdd(x[0], x[1]);
  case Operator::Sub:
    return strictSub(x[0], x[1]);
  case Operator::Mul:
    return strictMul(x[0], x[1]);
  case Operator::Div:
    return strictDiv(x[0], x[1]);
  case Operator::Mod:
    return x[0] % x[1];
  case Operator::Max:
    return nanMax(x[0], x[1]);
  case Operator::Min:
    return nanMin(x[0], x[1]);
  case Operator::Neg:
    return -x[0];
  case Operator::Abs:
    return ::Halide::abs(x[0]);
  case Operator::Sqrt:
    // LLVM makes x of the square of a root, also where x is negative; the
    // addition hides the root from it.
    return strictAdd(::Halide::sqrt(x[0]), 0.0f);
  case Operator::Exp:
    return accurateExp(x[0]);
  case Operator::Log:
    return isPositiveNormal(*e.operands[0]) ? accurateLogOfNormal(x[0])
                                            : accurateLog(x[0]);
  case Operator::Tanh:
    return accurateTanh(x[0]);
  case Operator::Erf:
    return accurateErf(x[0]);
  case Operator::Pow:
    return ::Halide::pow(x[0], x[1]);
  case Operator::Floor:
    return ::Halide::floor(x[0]);
  case Operator::Less:
    return compare(Call::strict_lt, x[0], x[1], x[0] < x[1]);
  case Operator::LessEqual:
    return compare(Call::strict_le, x[0], x[1], x[0] <= x[1]);
  case Operator::Equal:
    return compare(Call::strict_eq, x[0], x[1], x[0] == x[1]);
  case Operator::And:
    return x[0] && x[1];
  case Operator::Or:
    return x[0] || x[1];
  case Operator::Not:
    return !x[0];
  case Operator::Select:
    return ::Halide::select(x[0], x[1], x[2]);
  case Operator::Cast:
    return ::Halide::cast(type, x[0]);
  default:
    return {};
  }
}

} // namespace kregc::halide

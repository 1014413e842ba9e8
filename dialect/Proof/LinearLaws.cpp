// Value laws of linear combinations: sums of terms times numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/ValueLaws.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

namespace {

/// A number times a term; times 1 where there is no term (-1).
struct Part {
  int term;
  Rational factor;
};

} // namespace

/// The term of an operand and its factor; none if a factor is infinite.
static std::optional<Part> partOf(const State &state, int id) {
  std::optional<double> number = splatOf(state.at(id));
  if (number && state.at(id).shape.empty()) {
    std::optional<Rational> value = Rational::of(*number);
    return value ? std::optional(Part{-1, *value}) : std::nullopt;
  }
  Part part = {state.find(id), 1};
  if (std::optional<Scaled> x = scaled(state, id);
      x && state.at(x->x).shape == state.at(id).shape) {
    part.term = state.find(x->x);
    for (int factor : x->factors) {
      std::optional<Rational> value = Rational::of(*splatOf(state.at(factor)));
      if (!value) {
        return std::nullopt;
      }
      part.factor *= *value;
    }
  }
  return part;
}

static std::optional<std::vector<Part>> partsOf(const State &state,
                                                ArrayRef<int> operands) {
  std::vector<Part> parts;
  for (int operand : operands) {
    std::optional<Part> part = partOf(state, operand);
    if (!part) {
      return std::nullopt;
    }
    parts.push_back(std::move(*part));
  }
  return parts;
}

static bool isZero(const Node &node) { return splatOf(node) == 0.0; }

/// What all factors are multiples of, with the sign of the first that is not 0;
/// 1 if there is none.
static Rational commonFactor(ArrayRef<Part> parts) {
  Rational common = 0;
  bool negative = false;
  for (const Part &part : parts) {
    negative = common == Rational(0) ? part.factor < Rational(0) : negative;
    common = Rational::gcd(common, part.factor);
  }
  common = common == Rational(0) ? 1 : common;
  return negative ? -common : common;
}

/// The double that a number is; rounded where a test does without.
static std::optional<double> exactly(const State &state,
                                     const Rational &number) {
  double value = number.toDouble();
  bool exact = std::isfinite(value) && Rational::of(value) == number;
  return state.need(Condition::LinearExact, exact) ? std::optional(value)
                                                   : std::nullopt;
}

/// factor · term.
static int times(State &state, double factor, int term) {
  if (factor == 1) {
    return term;
  }
  Node product;
  product.op = "product";
  product.operands = {scalar(state, factor), term};
  product.shape = state.at(term).shape;
  product.layer = state.at(term).layer;
  llvm::sort(product.operands);
  return state.make(std::move(product));
}

/// A tensor of zeros.
static int zeros(State &state, const Node &like) {
  Node zero = with(like, {}, like.shape);
  zero.op = "constant";
  zero.attrs = {};
  zero.attrs["values"] = llvm::json::Array{0};
  return state.make(std::move(zero));
}

/// The factors as doubles, without their common factor, which comes last.
static std::optional<std::vector<double>> divided(const State &state,
                                                  ArrayRef<Part> parts) {
  std::vector<double> numbers;
  Rational common = commonFactor(parts);
  for (const Part &part : parts) {
    std::optional<double> number =
        exactly(state, *Rational::divide(part.factor, common));
    if (!number) {
      return std::nullopt;
    }
    numbers.push_back(*number);
  }
  std::optional<double> number = exactly(state, common);
  if (!number) {
    return std::nullopt;
  }
  numbers.push_back(*number);
  return numbers;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// Where constants are computed, a factor goes to them instead.
static bool isLeftToFolds(State &state, const Node &sum) {
  return state.folds && llvm::any_of(sum.operands, [&](int id) {
           return state.isConstant(id);
         });
}

/// The parts of a sum, those of sums in it that have a factor among them; each
/// term once, in the order of their ids. Sets `changed` if that is not how it
/// stands.
static std::optional<std::vector<Part>> combined(State &state, const Node &sum,
                                                 bool &changed) {
  std::optional<std::vector<Part>> parts = partsOf(state, sum.operands);
  if (!parts) {
    return std::nullopt;
  }
  std::map<int, Rational> factors;
  size_t count = 0;
  for (const Part &part : *parts) {
    const Node *inner = part.term < 0 ? nullptr : &state.at(part.term);
    if (inner && inner->is("sum") && !isLeftToFolds(state, *inner) &&
        count + inner->operands.size() < kMaxFlat) {
      std::optional<std::vector<Part>> own = partsOf(state, inner->operands);
      if (!own) {
        return std::nullopt;
      }
      for (const Part &innerPart : *own) {
        factors[innerPart.term] += part.factor * innerPart.factor;
      }
      count += own->size();
      changed = true;
    } else if (part.term < 0 || !isZero(state.at(part.term))) {
      factors[part.term] += part.factor;
      ++count;
    }
  }
  changed |= factors.size() != sum.operands.size();
  std::vector<Part> result;
  std::optional<Part> number; // comes last: the sign is that of a term
  for (const auto &[term, factor] : factors) {
    changed |= factor == Rational(0);
    if (factor == Rational(0)) {
      continue;
    }
    (term < 0 ? number.emplace(Part{term, factor})
              : result.emplace_back(Part{term, factor}));
  }
  if (number) {
    result.push_back(*number);
  }
  changed |= commonFactor(result) != Rational(1);
  return result;
}

/// Whether broadcasting makes this shape of those of the operands.
static bool reaches(const State &state, ArrayRef<int> operands,
                    const std::vector<int64_t> &shape) {
  std::vector<int64_t> reached(shape.size(), 1);
  size_t rank = 0;
  for (int operand : operands) {
    const std::vector<int64_t> &own = state.at(operand).shape;
    rank = std::max(rank, own.size());
    for (size_t i = 1; i <= own.size(); ++i) {
      int64_t &size = reached[shape.size() - i];
      size = size == 1 ? own[own.size() - i] : size;
    }
  }
  return rank == shape.size() && reached == shape;
}

Equal proof::applyLinear(State &state, const Node &node) {
  if (node.is("binary", "sub")) {
    int minus = times(state, -1, node.operands[1]);
    Node sum = with(node, {node.operands[0], minus}, node.shape);
    sum.op = "sum";
    sum.attrs = {};
    return state.make(std::move(sum));
  }
  if (!node.is("sum") || isLeftToFolds(state, node)) {
    return std::nullopt;
  }
  bool changed = false;
  auto parts = combined(state, node, changed);
  auto numbers = parts && changed ? divided(state, *parts) : std::nullopt;
  if (!numbers) {
    return std::nullopt;
  }
  std::vector<int> operands;
  for (size_t i = 0; i < parts->size(); ++i) {
    int term = (*parts)[i].term;
    operands.push_back(term < 0 ? scalar(state, (*numbers)[i])
                                : times(state, (*numbers)[i], term));
  }
  if (!reaches(state, operands, node.shape)) {
    operands.push_back(zeros(state, node));
  }
  llvm::sort(operands);
  int sum = operands.size() == 1
                ? operands[0]
                : state.make(with(node, std::move(operands), node.shape));
  return times(state, numbers->back(), sum);
}

//===----------------------------------------------------------------------===//
// Concatenations
//===----------------------------------------------------------------------===//

/// The parts of a concatenation and of those in it that have a factor.
static std::optional<std::vector<Part>> joined(const State &state,
                                               const Node &node) {
  std::optional<std::vector<Part>> parts = partsOf(state, node.operands);
  std::vector<Part> result;
  for (Part &part : parts ? *parts : std::vector<Part>()) {
    const Node &inner = state.at(part.term);
    if (isZero(inner)) {
      part.factor = 0; // a multiple of everything
    }
    if (!inner.is("concat") || inner.attrs != node.attrs) {
      result.push_back(std::move(part));
      continue;
    }
    std::optional<std::vector<Part>> own = partsOf(state, inner.operands);
    if (!own) {
      return std::nullopt;
    }
    for (Part &innerPart : *own) {
      innerPart.factor *= part.factor;
      result.push_back(std::move(innerPart));
    }
  }
  return parts ? std::optional(std::move(result)) : std::nullopt;
}

Equal proof::applyScaleThroughConcat(State &state, const Node &node) {
  auto parts = node.is("concat") ? joined(state, node) : std::nullopt;
  bool changed = parts && (parts->size() != node.operands.size() ||
                           commonFactor(*parts) != Rational(1));
  for (size_t i = 1; parts && i < parts->size(); ++i) {
    changed |= (*parts)[i - 1].factor == Rational(0) &&
               (*parts)[i].factor == Rational(0);
  }
  auto numbers = changed ? divided(state, *parts) : std::nullopt;
  if (!numbers) {
    return std::nullopt;
  }
  int64_t axis = node.integer("axis");
  std::vector<int> operands;
  for (size_t i = 0; i < parts->size(); ++i) {
    int term = (*parts)[i].term;
    if ((*numbers)[i] != 0) {
      operands.push_back(times(state, (*numbers)[i], term));
      continue;
    }
    Node zero = with(node, {}, state.at(term).shape);
    if (!operands.empty() && isZero(state.at(operands.back()))) {
      zero.shape[axis] += state.at(operands.back()).shape[axis];
      operands.pop_back();
    }
    operands.push_back(zeros(state, zero));
  }
  return times(state, numbers->back(),
               state.make(with(node, std::move(operands), node.shape)));
}

//===----------------------------------------------------------------------===//
// Zero
//===----------------------------------------------------------------------===//

/// Whether an op makes zeros of zeros, its first operand.
static bool isLinear(const Node &node) {
  static constexpr StringLiteral ops[] = {
      "reshape", "transpose", "pad",   "slice",         "repeat",
      "resize",  "dropout",   "dense", "conv",          "depthwise_conv",
      "pool",    "reduce",    "unary", "conv_transpose"};
  return llvm::is_contained(ops, node.op) ||
         node.is("noise", "gaussian_dropout");
}

/// f(0) of any shape, for the same f in all operands; what moves elements and
/// draws in row-major order, or takes the largest, does not change it.
static Equal movedFunctionOfZeros(State &state, const Node &node) {
  static constexpr StringLiteral moves[] = {"reshape", "transpose", "slice",
                                            "repeat", "concat"};
  bool extremum = node.is("pool", "max") || node.is("reduce", "max") ||
                  node.is("reduce", "min");
  if (!extremum && !llvm::is_contained(moves, node.op)) {
    return std::nullopt;
  }
  Node f = state.operand(node);
  bool drawn = f.is("noise") && !f.attrs.get("noise_shape");
  bool same = (f.is("unary") || (drawn && node.is("reshape"))) &&
              llvm::all_of(node.operands, [&](int id) {
                const Node &other = state.at(id);
                return other.op == f.op && other.attrs == f.attrs &&
                       isZero(state.operand(other));
              });
  return same ? Equal(state.make(with(f, {zeros(state, node)}, node.shape)))
              : std::nullopt;
}

Equal proof::applyZero(State &state, const Node &node) {
  auto isZeroAt = [&](int id) { return isZero(state.at(id)); };
  std::vector<double> params = node.numbers("params");
  bool zero = false;
  if (node.is("product")) {
    zero = llvm::any_of(node.operands, isZeroAt);
  } else if (node.is("sum") || node.is("concat") || node.is("maximum") ||
             node.is("minimum")) {
    zero = llvm::all_of(node.operands, isZeroAt);
  } else if (node.is("unary", "clipped_relu") && params.size() == 3 &&
             params[2] == 0) {
    zero = state.need(Condition::ZeroSlope0, params[0] == 0) &&
           state.need(Condition::ZeroThresholdNotNegative, params[1] >= 0);
  }
  if (!zero && isLinear(node) && isZeroAt(node.operands[0])) {
    zero = state.need(Condition::ZeroKeepsZero,
                      !node.is("unary") || keepsZero(node));
  }
  return zero ? Equal(zeros(state, node)) : movedFunctionOfZeros(state, node);
}

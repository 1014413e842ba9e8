// The laws of penalties: S1 = Σ|x| and S2 = Σx² of a tensor in terms of those
// of the tensors it was made from.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/State.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

namespace {

/// What a penalty becomes: factor·S(tensor) for each tensor, and a constant
/// (times the batch, like the sum itself).
struct Targets {
  std::vector<std::pair<int, Rational>> terms;
  Rational constant;
  bool computed = false;  ///< a factor is a number that a law computes
  int power = 0;          ///< of the terms' penalties; 0: as it was
  bool undivided = false; ///< they are not divided by the batch any more
};
using Moved = std::optional<Targets>;

Targets to(int tensor, Rational factor = 1) {
  Targets targets;
  targets.computed = factor != Rational(1);
  targets.terms.emplace_back(tensor, std::move(factor));
  return targets;
}

Rational ratio(int64_t a, int64_t b) {
  return *Rational::divide(Rational(long(a)), Rational(long(b)));
}

int64_t productOf(const std::vector<int64_t> &values) {
  int64_t product = 1;
  for (int64_t value : values) {
    product *= value;
  }
  return product;
}

bool allAre(const std::vector<int64_t> &values, int64_t wanted) {
  return llvm::all_of(values, [&](int64_t v) { return v == wanted; });
}

/// Elements of x per element of `node` along the axes.
int64_t rowLength(const Node &x, const std::vector<int64_t> &axes) {
  int64_t length = 1;
  for (int64_t axis : axes) {
    length *= x.shape[axis];
  }
  return length;
}

/// What the laws see.
struct Place {
  State &state;
  const Node &node;
  PenaltyKey key;
  bool gradientsOnly;

  bool need(Condition condition, bool holds) const {
    return state.need(condition, holds);
  }
  const Node &x() const { return state.operand(node); }
  int first() const { return node.operands[0]; }
  bool nonNegative() const {
    return llvm::all_of(node.operands,
                        [&](int id) { return state.isNonNegative(id); });
  }
};

/// First of all: of a fixed batch no penalty stays divided.
Moved moveFixedBatch(const Place &p) {
  int64_t batch = p.state.fixedBatch;
  if (!p.key.perBatch || !p.need(Condition::FixedBatchFixed, batch > 0)) {
    return std::nullopt;
  }
  Targets targets = to(p.key.tensor, ratio(1, std::max<int64_t>(batch, 1)));
  targets.undivided = true;
  return targets;
}

Moved moveZero(const Place &p) {
  return p.node.is("constant") &&
                 p.node.numbers("values") == std::vector<double>{0}
             ? Moved(Targets())
             : std::nullopt;
}

Moved moveReshape(const Place &p) {
  return p.node.is("reshape") ? Moved(to(p.first())) : std::nullopt;
}

Moved moveTranspose(const Place &p) {
  return p.node.is("transpose") && p.need(Condition::TransposeBatchStays,
                                          p.node.integers("perm")[0] == 0)
             ? Moved(to(p.first()))
             : std::nullopt;
}

Moved movePad(const Place &p) {
  return p.node.is("pad") ? Moved(to(p.first())) : std::nullopt;
}

Moved moveConcat(const Place &p) {
  if (!p.node.is("concat") || p.node.integer("axis") == 0) {
    return std::nullopt;
  }
  Targets targets;
  for (int operand : p.node.operands) {
    targets.terms.emplace_back(operand, 1);
  }
  return targets;
}

Moved moveRepeat(const Place &p) {
  if (!p.node.is("repeat")) {
    return std::nullopt;
  }
  return to(p.first(), long(productOf(p.node.integers("factors"))));
}

Moved moveSign(const Place &p) {
  bool applies = p.node.is("unary", "abs") || p.node.is("unary", "neg");
  return applies ? Moved(to(p.first())) : std::nullopt;
}

/// S1(x²) = S2(x): the only law that changes the power.
Moved moveSquare(const Place &p) {
  if (!p.node.is("unary", "square") ||
      !p.need(Condition::SquarePower1, p.key.power == 1)) {
    return std::nullopt;
  }
  Targets targets = to(p.first());
  targets.power = 2;
  return targets;
}

/// The factor of a penalty of c·x for the penalty of x.
Rational factorOf(const Rational &c, int power) {
  return power == 2 ? c * c : c < Rational(0) ? -c : c;
}

/// One operand has the shape of the product; the others are one number each.
Moved moveScale(const Place &p) {
  bool division = p.node.is("binary", "div");
  if (!p.node.is("product") && !division) {
    return std::nullopt;
  }
  int x = -1;
  Rational factor = 1;
  for (auto [i, operand] : llvm::enumerate(p.node.operands)) {
    const Node &node = p.state.at(operand);
    std::vector<double> values = node.numbers("values");
    if (x < 0 && !node.is("constant") && node.shape == p.node.shape) {
      x = operand;
      continue;
    }
    if (!node.is("constant") || values.empty() || (division && i == 0) ||
        !p.need(Condition::ScaleOneNumber, values.size() == 1)) {
      return std::nullopt;
    }
    std::optional<Rational> c = Rational::of(values[0]);
    c = c && division ? Rational::divide(1, *c) : c;
    if (!c) {
      return std::nullopt;
    }
    factor = factor * factorOf(*c, p.key.power);
  }
  return x < 0 ? std::nullopt : Moved(to(x, factor));
}

Moved moveAvgPool(const Place &p) {
  const Node &pool = p.node;
  if (!pool.is("pool", "avg")) {
    return std::nullopt;
  }
  std::vector<int64_t> window = pool.integers("window");
  bool tiles = pool.integers("strides") == window &&
               allAre(pool.integers("pads_low"), 0) &&
               allAre(pool.integers("pads_high"), 0);
  for (size_t dim = 0; dim < window.size(); ++dim) {
    tiles &= p.x().shape[dim + 1] == pool.shape[dim + 1] * window[dim];
  }
  return p.need(Condition::AvgPoolPower1, p.key.power == 1) &&
                 p.need(Condition::AvgPoolTiles, tiles) &&
                 p.need(Condition::AvgPoolNonNegative, p.nonNegative())
             ? Moved(to(p.first(), ratio(1, productOf(window))))
             : std::nullopt;
}

Moved moveReduce(const Place &p) {
  bool mean = p.node.is("reduce", "mean");
  if (!mean && !p.node.is("reduce", "sum")) {
    return std::nullopt;
  }
  int64_t length = rowLength(p.x(), p.node.integers("axes"));
  return length > 0 && p.need(Condition::ReducePower1, p.key.power == 1) &&
                 p.need(Condition::ReduceNonNegative, p.nonNegative())
             ? Moved(to(p.first(), mean ? ratio(1, length) : Rational(1)))
             : std::nullopt;
}

Moved moveSum(const Place &p) {
  if (!p.node.is("sum")) {
    return std::nullopt;
  }
  Targets targets;
  bool same = true;
  for (int operand : p.node.operands) {
    same &= p.state.at(operand).shape == p.node.shape;
    targets.terms.emplace_back(operand, 1);
  }
  return p.need(Condition::SumPower1, p.key.power == 1) &&
                 p.need(Condition::SumNoBroadcast, same) &&
                 p.need(Condition::SumNonNegative, p.nonNegative())
             ? Moved(std::move(targets))
             : std::nullopt;
}

/// Rows per sample: of a row's elements one remains.
Targets rows(const Node &node, const std::vector<int64_t> &axes) {
  Targets targets;
  targets.constant = ratio(node.elements(), rowLength(node, axes));
  targets.computed = true;
  return targets;
}

Moved moveSoftmaxL1(const Place &p) {
  return p.node.is("softmax") && p.node.shape[p.node.integer("axis")] > 0 &&
                 p.need(Condition::SoftmaxL1Power1, p.key.power == 1)
             ? Moved(rows(p.node, {p.node.integer("axis")}))
             : std::nullopt;
}

Moved moveUnitNormL2(const Place &p) {
  return p.node.is("normalize", "l2") && p.node.elements() > 0 &&
                 p.need(Condition::UnitNormL2Power2, p.key.power == 2) &&
                 p.need(Condition::UnitNormL2GradientsOnly, p.gradientsOnly)
             ? Moved(rows(p.node, p.node.integers("axes")))
             : std::nullopt;
}

/// Whether x is independent of the noise that `p.node` adds to it. It always
/// is: each call has its own draw.
bool isIndependent(const Place &p) {
  return !p.state.dependsOnDraw(p.first(), p.node.integer("draw", -1));
}

Moved moveDropout(const Place &p) {
  double rate = p.node.number("rate");
  if (!p.node.is("dropout") || !isIndependent(p) ||
      !p.need(Condition::DropoutMode, p.state.mode == Mode::Expectation) ||
      !p.need(Condition::DropoutRateBelow1, rate < 1)) {
    return std::nullopt;
  }
  std::optional<Rational> inverse =
      Rational::divide(1, Rational(1) - *Rational::of(rate));
  return to(p.first(), p.key.power == 1 ? 1 : inverse.value_or(1));
}

/// A rate of 1 has no finite deviation.
Moved moveGaussianDropout(const Place &p) {
  double rate = p.node.number("amount");
  if (!p.node.is("noise", "gaussian_dropout") || !isIndependent(p) ||
      rate >= 1 ||
      !p.need(Condition::GaussianDropoutMode,
              p.state.mode == Mode::Expectation)) {
    return std::nullopt;
  }
  if (p.key.power == 2) {
    return to(p.first(),
              *Rational::divide(1, Rational(1) - *Rational::of(rate)));
  }
  double variance = rate / (1 - rate), sigma = std::sqrt(variance);
  double factor =
      sigma * std::sqrt(2 / std::acos(-1.0)) * std::exp(-1 / (2 * variance)) +
      std::erf(1 / (sigma * std::sqrt(2.0)));
  return to(p.first(), *Rational::of(factor));
}

Moved moveGaussianNoise(const Place &p) {
  if (!p.node.is("noise", "gaussian_noise") || !isIndependent(p) ||
      !p.need(Condition::GaussianNoiseMode,
              p.state.mode == Mode::Expectation) ||
      !p.need(Condition::GaussianNoisePower2, p.key.power == 2)) {
    return std::nullopt;
  }
  Targets targets = to(p.first());
  Rational sigma = *Rational::of(p.node.number("amount"));
  targets.constant = Rational(long(p.node.elements())) * sigma * sigma;
  return targets;
}

struct NamedMove {
  const char *law;
  Targets targets;
};

std::optional<NamedMove> findMove(const Place &place) {
#define MOVE_LAW(Id, name, equation, modes)                                    \
  if (Moved moved = move##Id(place)) {                                         \
    return NamedMove{name, std::move(*moved)};                                 \
  }
#include "dialect/Proof/Laws.def"
  return std::nullopt;
}

/// The longest way from a leaf to each node, in normal form.
class Depths {
public:
  explicit Depths(const State &state)
      : state(state), depths(state.nodes.size(), -1) {}

  int of(int id) {
    id = state.find(id);
    if (depths[id] < 0) {
      int depth = 0;
      for (int operand : state.nodes[id].operands) {
        depth = std::max(depth, of(operand) + 1);
      }
      depths[id] = depth;
    }
    return depths[id];
  }

private:
  const State &state;
  std::vector<int> depths;
};

} // namespace

/// The deepest penalty first: what reaches a tensor is merged before it moves
/// on.
static void moveSum(State &state, PenaltySum &sum, int model,
                    bool gradientsOnly, std::vector<Move> &moves) {
  Depths depths(state);
  std::set<std::pair<int, PenaltyKey>> open;
  auto enqueue = [&](const PenaltyKey &key) {
    open.insert({-depths.of(key.tensor), key});
  };
  for (const auto &[key, coefficient] : sum.terms) {
    enqueue(key);
  }
  while (!open.empty()) {
    PenaltyKey key = open.begin()->second;
    open.erase(open.begin());
    Place place = {state, state.nodes[key.tensor], key, gradientsOnly};
    std::optional<NamedMove> move = findMove(place);
    if (!move) {
      continue;
    }
    moves.push_back({move->law, model, key});
    Coefficient coefficient = sum.terms[key];
    sum.terms.erase(key);
    for (const auto &[tensor, factor] : move->targets.terms) {
      int power = move->targets.power ? move->targets.power : key.power;
      PenaltyKey target = {state.find(tensor), power,
                           key.perBatch && !move->targets.undivided};
      sum.terms[target].add(coefficient.value * factor,
                            coefficient.computed || move->targets.computed);
      enqueue(target);
    }
    sum.constants[key.perBatch ? 0 : 1].add(
        coefficient.value * move->targets.constant, true);
  }
}

PenaltySum proof::moveSites(State &state, ArrayRef<Site> sites, int model,
                            bool gradientsOnly, std::vector<Move> &moves) {
  PenaltySum sum;
  for (const Site &site : sites) {
    for (int power : {1, 2}) {
      double coefficient = power == 1 ? site.l1 : site.l2;
      if (coefficient != 0) {
        PenaltyKey key = {state.find(site.tensor), power, site.perBatch};
        sum.terms[key].add(*Rational::of(coefficient), false);
      }
    }
  }
  moveSum(state, sum, model, gradientsOnly, moves);
  return sum;
}

void proof::movePenalties(State &state, const Graph &graph,
                          bool gradientsOnly) {
  state.moves.clear();
  for (int model : {0, 1}) {
    state.sums[model] = moveSites(state, graph.models[model].sites, model,
                                  gradientsOnly, state.moves);
  }
}

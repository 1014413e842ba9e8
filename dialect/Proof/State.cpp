// Normal forms of terms, and bounds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/State.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

void Coefficient::add(const Rational &term, bool byLaw) {
  bool first = magnitude == Rational(0);
  value += term;
  magnitude += term < Rational(0) ? -term : term;
  computed |= byLaw || !first;
}

State::State(const Graph &graph, Mode mode, const ProveOptions &options,
             bool folds)
    : mode(mode), options(options), folds(folds),
      fixedBatch(graph.fixedBatch()), nodes(graph.nodes), constants(graph) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    parents.push_back(static_cast<int>(i));
  }
}

int State::find(int id) const {
  while (parents[id] != id) {
    id = parents[id];
  }
  return id;
}

void State::unite(StringRef law, int node, int same) {
  steps.push_back({law.str(), node, same});
  parents[find(node)] = find(same);
}

/// A permutation of the laws for each number of steps: (a·i + b) mod count with
/// a prime to count.
std::vector<size_t> State::order(size_t count) const {
  std::vector<size_t> result(count);
  std::iota(result.begin(), result.end(), 0);
  if (options.order == 0) {
    return result;
  }
  uint64_t mixed = (options.order + steps.size()) * 0x9E3779B97F4A7C15u;
  uint64_t factor = 1 + (mixed >> 40) % (count - 1);
  while (std::gcd(factor, uint64_t(count)) != 1) {
    ++factor;
  }
  for (size_t &index : result) {
    index = (factor * index + (mixed >> 8)) % count;
  }
  return result;
}

/// Makes find(id) the normal form of node `id`, whose operands have theirs.
void State::simplify(int id) {
  std::vector<int> operands;
  for (int operand : nodes[id].operands) {
    operands.push_back(find(operand));
  }
  auto [entry, isNew] = known.try_emplace(keyOf(nodes[id], operands), id);
  if (!isNew) {
    unite("same", id, entry->second);
  } else if (std::optional<Rewrite> step = rewrite(*this, id);
             step && find(step->same) != id) {
    unite(step->law, id, step->same);
  }
}

void State::normalise() {
  for (int id = 0, end = static_cast<int>(nodes.size()); id < end; ++id) {
    simplify(id);
  }
}

int State::make(Node node) {
  auto [entry, isNew] = written.try_emplace(keyOf(node, node.operands), 0);
  if (!isNew) {
    return entry->second;
  }
  int id = static_cast<int>(nodes.size());
  entry->second = id;
  nodes.push_back(std::move(node));
  parents.push_back(id);
  if (!options.asWritten) {
    simplify(id);
  }
  return id;
}

bool State::dependsOnDraw(int id, int64_t draw) const {
  std::vector<int> stack = {find(id)};
  std::set<int> seen(stack.begin(), stack.end());
  while (!stack.empty()) {
    const Node &node = nodes[stack.back()];
    stack.pop_back();
    if (node.integer("draw", -1) == draw) {
      return true;
    }
    for (int operand : node.operands) {
      if (seen.insert(find(operand)).second) {
        stack.push_back(find(operand));
      }
    }
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

const ConstantValue *State::constantOf(int id) {
  id = find(id);
  return constants.of(id, nodes[id],
                      [&](int operand) { return constantOf(operand); });
}

static bool isComputed(const Node &node) {
  return !node.is("weight") && !node.is("constant");
}

std::optional<int> State::closeConstant(const Node &node) {
  // The node that is being simplified is known by its key.
  int id = known.lookup(keyOf(node, node.operands));
  const ConstantValue *value = constantOf(id);
  if (!value) {
    return std::nullopt;
  }
  std::vector<int> &others = ofShape[node.shape];
  for (int other : others) {
    if (find(other) != id &&
        need(Condition::ConstantComputed,
             isComputed(node) || isComputed(nodes[other])) &&
        need(Condition::ConstantClose,
             areClose(*value, *constantOf(other), options.tolerance))) {
      return other;
    }
  }
  others.push_back(id);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

static Interval unaryRange(const Node &node, Interval x) {
  StringRef kind = node.text("kind");
  if (kind == "relu") {
    return {std::max(x.lo, 0.0), std::max(x.hi, 0.0)};
  }
  if (kind == "relu6") {
    return {std::clamp(x.lo, 0.0, 6.0), std::clamp(x.hi, 0.0, 6.0)};
  }
  if (kind == "sigmoid" || kind == "hard_sigmoid" || kind == "step") {
    return {0, 1};
  }
  std::vector<double> params = node.numbers("params");
  bool clipped = kind == "clipped_relu" && params.size() == 3;
  if (clipped && params[0] == 0 && params[1] >= 0 && params[2] >= 0) {
    return {0, std::clamp(x.hi, 0.0, params[2])};
  }
  if (kind == "clip" && params.size() == 2 && params[0] <= params[1]) {
    return {std::clamp(x.lo, params[0], params[1]),
            std::clamp(x.hi, params[0], params[1])};
  }
  if (kind == "tanh" || kind == "softsign" || kind == "erf" || kind == "sign") {
    return {x.lo >= 0 ? 0.0 : -1.0, 1};
  }
  if (kind == "exp" || kind == "abs" || kind == "square" ||
      kind == "softplus" || kind == "sqrt") {
    return {0, kInfinity};
  }
  bool keepsSign = kind == "leaky_relu" || kind == "elu" || kind == "gelu" ||
                   kind == "silu" || kind == "selu";
  return {keepsSign && x.lo >= 0 ? 0 : -kInfinity, kInfinity};
}

static Interval constantRange(const Node &node) {
  Interval range = {kInfinity, -kInfinity};
  for (double value : node.numbers("values")) {
    if (std::isnan(value)) {
      return {-kInfinity, kInfinity};
    }
    range = {std::min(range.lo, value), std::max(range.hi, value)};
  }
  return range;
}

static bool keepsRange(const Node &node) {
  return node.is("reshape") || node.is("transpose") || node.is("slice") ||
         node.is("repeat") || node.is("concat") || node.is("pool") ||
         node.is("resize") || (node.is("reduce") && node.text("kind") != "sum");
}

Interval State::range(int id) {
  id = find(id);
  auto found = ranges.find(id);
  if (found != ranges.end()) {
    return found->second;
  }
  const Node &node = nodes[id];
  Interval hull = {kInfinity, -kInfinity};
  bool nonNegative = true;
  if (!node.is("dense") && !node.is("conv")) { // nothing follows from these
    for (int operand : node.operands) {
      Interval x = range(operand);
      hull = {std::min(hull.lo, x.lo), std::max(hull.hi, x.hi)};
      nonNegative &= x.lo >= 0;
    }
  }
  Interval result = {-kInfinity, kInfinity};
  if (node.is("unary")) {
    result = unaryRange(node, hull);
  } else if (node.is("softmax")) {
    result = {0, 1};
  } else if (node.is("constant")) {
    result = constantRange(node);
  } else if (keepsRange(node)) {
    result = hull;
  } else if (node.is("pad")) {
    result = {std::min(hull.lo, 0.0), std::max(hull.hi, 0.0)};
  } else if (node.is("dropout") || node.is("sum") || node.is("product") ||
             node.is("reduce") || node.is("maximum") || node.is("minimum")) {
    result.lo = nonNegative ? 0 : -kInfinity;
  }
  ranges[id] = result;
  return result;
}

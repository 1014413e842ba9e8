// Expected penalties: sums of tensors without noise, and closed forms for noise
// directly under the penalty.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Expectation.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

/// Whether the value of a term depends on any draw.
static bool isRandom(const State &state, int id) {
  std::vector<int> stack = {state.find(id)};
  std::set<int> seen(stack.begin(), stack.end());
  while (!stack.empty()) {
    const Node &node = state.nodes[stack.back()];
    stack.pop_back();
    if (node.attrs.get("draw")) {
      return true;
    }
    for (int operand : node.operands) {
      if (seen.insert(state.find(operand)).second) {
        stack.push_back(state.find(operand));
      }
    }
  }
  return false;
}

bool proof::anyOutputIsRandom(const Graph &graph, const State &state) {
  const ModelTerms &a = graph.models[0], &b = graph.models[1];
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    bool same = state.find(a.outputs[i]) == state.find(b.outputs[i]);
    if (!same &&
        (isRandom(state, a.outputs[i]) || isRandom(state, b.outputs[i]))) {
      return true;
    }
  }
  return false;
}

namespace {

/// A term's value, from an op of one of the models that computes it.
class Evaluator {
public:
  Evaluator(const Graph &graph, State &state, ArrayRef<ModuleOp> modules,
            ArrayRef<Tensor<double>> inputs)
      : graph(graph), state(state), modules(modules), inputs(inputs) {
    for (size_t id = 0; id < graph.nodes.size(); ++id) {
      if (graph.origins[id]) {
        members.try_emplace(state.find(static_cast<int>(id)), id);
      }
    }
  }

  /// E Σ|t|^power.
  llvm::Expected<double> mean(const PenaltyKey &key);

private:
  llvm::Expected<Tensor<double>> valueOf(int id);

  const Graph &graph;
  State &state;
  ArrayRef<ModuleOp> modules;
  ArrayRef<Tensor<double>> inputs;
  std::map<int, size_t> members; ///< a node of the models in each class
};

llvm::Error noClosedForm(const Node &node) {
  return llvm::createStringError("the mean of a penalty of layer '" +
                                 node.layer +
                                 "' over the noise before it is not known");
}

} // namespace

llvm::Expected<Tensor<double>> Evaluator::valueOf(int id) {
  auto found = members.find(state.find(id));
  if (found == members.end() || isRandom(state, id)) {
    return noClosedForm(state.at(id));
  }
  Value origin = graph.origins[found->second];
  Operation *parent = origin.getParentBlock()->getParentOp();
  ModuleOp module = parent->getParentOfType<ModuleOp>();
  auto values = evaluateIn<double>(state.mode, module, inputs, 1, origin);
  if (!values) {
    return values.takeError();
  }
  return std::move(values->asked.front());
}

/// E|x + n| for n from N(0, σ²).
static double meanOfShifted(double x, double sigma) {
  double root = std::sqrt(2.0);
  return sigma * std::sqrt(2 / std::acos(-1.0)) *
             std::exp(-x * x / (2 * sigma * sigma)) +
         x * std::erf(x / (sigma * root));
}

/// E|noise(x)|^power of one element.
static std::optional<double> meanOfNoise(const Node &noise, int power,
                                         double x) {
  double amount = noise.number("amount");
  if (noise.is("noise", "gaussian_noise")) {
    return power == 1 ? meanOfShifted(x, amount) : x * x + amount * amount;
  }
  if (noise.is("dropout") && noise.number("rate") == 1) {
    return 0; // of another rate it has moved on
  }
  if (!noise.is("noise", "alpha_dropout")) {
    return std::nullopt;
  }
  double alpha = -1.7580993408473766;
  double a = 1 / std::sqrt((1 - amount) * (1 + amount * alpha * alpha));
  double b = -a * alpha * amount;
  double kept = std::pow(std::fabs(a * x + b), power);
  double dropped = std::pow(std::fabs(a * alpha + b), power);
  return (1 - amount) * kept + amount * dropped;
}

llvm::Expected<double> Evaluator::mean(const PenaltyKey &key) {
  const Node &node = state.at(key.tensor);
  bool noise = node.isNoise();
  auto x = valueOf(noise ? node.operands[0] : key.tensor);
  if (!x) {
    return x.takeError();
  }
  double sum = 0;
  for (double value : x->data) {
    std::optional<double> term = noise ? meanOfNoise(node, key.power, value)
                                       : std::pow(std::fabs(value), key.power);
    if (!term) {
      return noClosedForm(node);
    }
    sum += *term;
  }
  return key.perBatch ? sum / double(x->shape.front()) : sum;
}

llvm::Expected<std::pair<double, double>>
proof::expectedPenalties(const Graph &graph, State &state,
                         ArrayRef<ModuleOp> modules,
                         ArrayRef<Tensor<double>> inputs) {
  Evaluator evaluator(graph, state, modules, inputs);
  double batch = double(inputs.front().shape.front());
  std::pair<double, double> sums;
  for (const Difference &difference : compare(state, graph).penalties) {
    llvm::Expected<double> mean = evaluator.mean(difference.key);
    if (!mean) {
      return mean.takeError();
    }
    sums.first += difference.a.value.toDouble() * *mean;
    sums.second += difference.b.value.toDouble() * *mean;
  }
  for (int times : {0, 1}) {
    double factor = times == 1 ? batch : 1;
    sums.first += factor * state.sums[0].constants[times].value.toDouble();
    sums.second += factor * state.sums[1].constants[times].value.toDouble();
  }
  return sums;
}

// Expected penalties: sums of tensors without noise, and closed forms for noise
// directly under the penalty.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Expectation.h"

#include "dialect/Interpreter/Arithmetic.h"
#include "dialect/Interpreter/Window.h"

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
template <typename Number>
class Evaluator {
public:
  Evaluator(const Graph &graph, State &state, ArrayRef<ModuleOp> modules,
            ArrayRef<Tensor<Number>> inputs)
      : graph(graph), state(state), modules(modules), inputs(inputs) {
    for (size_t id = 0; id < graph.nodes.size(); ++id) {
      if (graph.origins[id]) {
        members.try_emplace(state.find(static_cast<int>(id)), id);
      }
    }
  }

  /// E Σ|t|^power.
  llvm::Expected<Number> mean(const PenaltyKey &key);

private:
  llvm::Expected<Tensor<Number>> valueOf(int id);
  /// max_pool(dropout(x)) with a draw for each element of x.
  bool isPooledDropout(const Node &node) const {
    return node.is("pool", "max") && state.operand(node).is("dropout") &&
           state.operand(node).attrs.get("draw") &&
           !state.operand(node).attrs.get("noise_shape") &&
           state.operand(node).number("rate") < 1;
  }

  const Graph &graph;
  State &state;
  ArrayRef<ModuleOp> modules;
  ArrayRef<Tensor<Number>> inputs;
  std::map<int, size_t> members; ///< a node of the models in each class
};

llvm::Error noClosedForm(const Node &node) {
  return llvm::createStringError("the mean of a penalty of layer '" +
                                 node.layer +
                                 "' over the noise before it is not known");
}

} // namespace

template <typename Number>
llvm::Expected<Tensor<Number>> Evaluator<Number>::valueOf(int id) {
  auto found = members.find(state.find(id));
  if (found == members.end() || isRandom(state, id)) {
    return noClosedForm(state.at(id));
  }
  Value origin = graph.origins[found->second];
  Operation *parent = origin.getParentBlock()->getParentOp();
  ModuleOp module = parent->getParentOfType<ModuleOp>();
  auto values = evaluateIn<Number>(state.mode, module, inputs, 1, origin);
  if (!values) {
    return values.takeError();
  }
  return std::move(values->asked.front());
}

template <typename Number>
static Number number(double x) {
  return *interpreter::Arithmetic<Number>::of(x);
}

static double pi(double) { return std::acos(-1.0); }
static Ball pi(const Ball &) { return Ball::pi(); }

/// E|x + n| = σ√(2/π)·e^(-x²/2σ²) + x·erf(x/σ√2) for n from N(0, σ²).
template <typename Number>
static Number meanOfShifted(const Number &x, const Number &sigma) {
  using A = interpreter::Arithmetic<Number>;
  Number twice = Number(2) * sigma * sigma;
  Number bell = *A::exp(*A::divide(-(x * x), twice));
  Number peak = *A::sqrt(*A::divide(twice, pi(x)));
  return peak * bell + x * *A::erf(*A::divide(x, *A::sqrt(twice)));
}

/// |x|^power
template <typename Number>
static Number raised(const Number &x, int power) {
  return power == 1 ? interpreter::Arithmetic<Number>::abs(x) : x * x;
}

/// E|noise(x)|^power of one element.
template <typename Number>
static std::optional<Number> meanOfNoise(const Node &noise, int power,
                                         const Number &x) {
  using A = interpreter::Arithmetic<Number>;
  Number amount = number<Number>(noise.number("amount"));
  if (noise.is("noise", "gaussian_noise")) {
    return power == 1 ? meanOfShifted(x, amount) : x * x + amount * amount;
  }
  if (noise.is("dropout") && noise.number("rate") == 1) {
    return Number(0); // of another rate it has moved on
  }
  if (!noise.is("noise", "alpha_dropout")) {
    return std::nullopt;
  }
  Number alpha = number<Number>(-1.7580993408473766), kept = Number(1) - amount;
  Number a = *A::divide(Number(1),
                        *A::sqrt(kept * (Number(1) + amount * alpha * alpha)));
  Number b = -(a * alpha * amount);
  return kept * raised(a * x + b, power) +
         amount * raised(a * alpha + b, power);
}

/// E|max(y1 …)|^power of elements x1 … behind a dropout, each its own draw: the
/// largest positive one that is kept, else 0, else the largest if all are kept.
/// Sorts `x`, by insertion: an order that balls do not decide does no harm.
template <typename Number>
static Number meanOfMaximum(std::vector<Number> &x, const Number &rate,
                            int power) {
  for (size_t i = 1; i < x.size(); ++i) {
    for (size_t j = i; j > 0 && x[j - 1] < x[j]; --j) {
      std::swap(x[j - 1], x[j]);
    }
  }
  Number kept = Number(1) - rate, chance = kept, sum(0);
  auto scaled = [&](const Number &value) {
    return raised(*interpreter::Arithmetic<Number>::divide(value, kept), power);
  };
  for (const Number &value : x) {
    if (!(value > Number(0))) {
      break;
    }
    sum += chance * scaled(value);
    chance *= rate;
  }
  if (!(x.front() > Number(0))) {
    Number all(1);
    for (size_t i = 0; i < x.size(); ++i) {
      all *= kept;
    }
    sum += all * scaled(x.front());
  }
  return sum;
}

/// E Σ|y|^power of y = max_pool(dropout(x)).
template <typename Number>
static Number meanOfPooled(const Node &pool, double rate, int power,
                           const Tensor<Number> &x) {
  std::vector<int64_t> size = pool.integers("window");
  std::vector<int64_t> ones(size.size(), 1);
  interpreter::Window window(x.shape, size, pool.integers("strides"), ones,
                             pool.integers("pads_low"),
                             pool.integers("pads_high"));
  int64_t channels = x.shape.back();
  std::map<int64_t, std::vector<Number>> taken; // by element of the result
  window.forEachTap([&](int64_t from, int64_t to, int64_t) {
    for (int64_t c = 0; c < channels; ++c) {
      taken[to * channels + c].push_back(x.data[from * channels + c]);
    }
  });
  Number sum(0);
  for (auto &[element, values] : taken) {
    sum += meanOfMaximum(values, number<Number>(rate), power);
  }
  return sum;
}

template <typename Number>
llvm::Expected<Number> Evaluator<Number>::mean(const PenaltyKey &key) {
  const Node &node = state.at(key.tensor);
  bool noise = node.isNoise(), pooled = isPooledDropout(node);
  auto x = valueOf(noise    ? node.operands[0]
                   : pooled ? state.operand(node).operands[0]
                            : key.tensor);
  if (!x) {
    return x.takeError();
  }
  Number sum(0);
  if (pooled) {
    sum = meanOfPooled(node, state.operand(node).number("rate"), key.power, *x);
    x->data.clear();
  }
  for (const Number &value : x->data) {
    std::optional<Number> term =
        noise ? meanOfNoise(node, key.power, value) : raised(value, key.power);
    if (!term) {
      return noClosedForm(node);
    }
    sum += *term;
  }
  Number batch(static_cast<long>(x->shape.front()));
  return key.perBatch ? *interpreter::Arithmetic<Number>::divide(sum, batch)
                      : sum;
}

static void convert(const Rational &from, double &to) { to = from.toDouble(); }
static void convert(const Rational &from, Ball &to) { to = Ball::of(from); }

template <typename Number>
llvm::Expected<std::pair<Number, Number>>
proof::expectedPenalties(const Graph &graph, State &state,
                         ArrayRef<ModuleOp> modules,
                         ArrayRef<Tensor<Number>> inputs) {
  Evaluator<Number> evaluator(graph, state, modules, inputs);
  Number batch(static_cast<long>(inputs.front().shape.front()));
  std::pair<Number, Number> sums(Number(0), Number(0));
  auto add = [](Number &sum, const Rational &factor, const Number &value) {
    Number converted;
    convert(factor, converted);
    sum += converted * value;
  };
  for (const Difference &difference : compare(state, graph).penalties) {
    llvm::Expected<Number> mean = evaluator.mean(difference.key);
    if (!mean) {
      return mean.takeError();
    }
    add(sums.first, difference.a.value, *mean);
    add(sums.second, difference.b.value, *mean);
  }
  for (int times : {0, 1}) {
    Number factor = times == 1 ? batch : Number(1);
    add(sums.first, state.sums[0].constants[times].value, factor);
    add(sums.second, state.sums[1].constants[times].value, factor);
  }
  return sums;
}
template llvm::Expected<std::pair<double, double>>
proof::expectedPenalties(const Graph &, State &, ArrayRef<ModuleOp>,
                         ArrayRef<Tensor<double>>);
template llvm::Expected<std::pair<Ball, Ball>>
proof::expectedPenalties(const Graph &, State &, ArrayRef<ModuleOp>,
                         ArrayRef<Tensor<Ball>>);

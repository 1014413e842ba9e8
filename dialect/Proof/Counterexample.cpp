// The search: candidates in doubles, then an enclosure that confirms one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Counterexample.h"
#include "dialect/Proof/Expectation.h"
#include "dialect/Proof/TrialInputs.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

StringRef proof::name(Certainty certainty) {
  switch (certainty) {
  case Certainty::Exact:
    return "exactly";
  case Certainty::Enclosed:
    return "with error bounds";
  case Certainty::Doubles:
    return "in doubles, too large for error bounds";
  }
  llvm_unreachable("a certainty without a name");
}

//===----------------------------------------------------------------------===//
// Margins and sizes
//===----------------------------------------------------------------------===//

namespace {

/// Whether two models are the same but for numbers that Keras uses as float32:
/// weights, constants, coefficients, parameters of functions.
class SameShape {
public:
  explicit SameShape(const Graph &graph) : graph(graph) {}

  bool operator()() {
    const ModelTerms &a = graph.models[0], &b = graph.models[1];
    bool same = a.outputs.size() == b.outputs.size() &&
                a.sites.size() == b.sites.size();
    for (size_t i = 0; same && i < a.outputs.size(); ++i) {
      same = match(a.outputs[i], b.outputs[i]);
    }
    for (size_t i = 0; same && i < a.sites.size(); ++i) {
      same = a.sites[i].perBatch == b.sites[i].perBatch &&
             match(a.sites[i].tensor, b.sites[i].tensor);
    }
    return same;
  }

private:
  bool match(int left, int right);

  const Graph &graph;
  std::map<int, int> matched;
};

} // namespace

/// Attributes but for numbers.
static llvm::json::Object withoutNumbers(const Node &node) {
  llvm::json::Object attrs = node.attrs;
  attrs.erase("params");
  attrs.erase("epsilon");
  return attrs;
}

bool SameShape::match(int left, int right) {
  SmallVector<std::pair<int, int>> stack = {{left, right}};
  while (!stack.empty()) {
    auto [i, j] = stack.pop_back_val();
    auto [known, isNew] = matched.try_emplace(i, j);
    if (!isNew) {
      if (known->second != j) {
        return false;
      }
      continue;
    }
    const Node &a = graph.nodes[i], &b = graph.nodes[j];
    bool isConstant = a.is("weight") || a.is("constant");
    if (a.op != b.op || a.shape != b.shape ||
        a.operands.size() != b.operands.size() ||
        (!isConstant && withoutNumbers(a) != withoutNumbers(b))) {
      return false;
    }
    for (auto [x, y] : llvm::zip_equal(a.operands, b.operands)) {
      stack.push_back({x, y});
    }
  }
  return true;
}

double proof::surelyDifferent(const Graph &graph, const State &state,
                              const ProveOptions &options) {
  // Draws and factors of interpreted noise are doubles: 1e-12 is beyond them.
  constexpr double kLeast = 1e-12;
  return SameShape(graph)() && !roundsWeights(state)
             ? kLeast
             : std::max(10 * options.tolerance, kLeast);
}

namespace {

/// What evaluating both models at a batch of 1 takes, roughly.
struct Cost {
  double work = 0;     ///< multiplications
  double elements = 0; ///< numbers that are kept
  double digits = 0;   ///< bits of the longest exact fraction
};

} // namespace

/// Bits of an exact value from those of the operands: products add them up,
/// and a quotient has no bound that is worth computing.
static double digitsOf(const Node &node, ArrayRef<double> operands) {
  double sum = 0, largest = 0;
  for (double x : operands) {
    sum += x;
    largest = std::max(largest, x);
  }
  StringRef kind = node.text("kind");
  if (node.is("binary", "div") || node.is("normalize") ||
      (node.is("unary") && kind == "softsign")) {
    return std::numeric_limits<double>::infinity();
  }
  if (node.is("unary")) {
    bool isSquare = kind == "square" || kind == "hard_silu";
    return (isSquare ? 2 : 1) * largest + 64;
  }
  bool adds = node.is("sum") || node.is("concat") || node.is("binary", "add") ||
              node.is("binary", "sub") || node.is("binary", "max") ||
              node.is("binary", "min");
  return (adds ? largest : sum) + 64;
}

static Cost costOf(const Graph &graph) {
  Cost cost;
  std::vector<double> digits;
  for (const Node &node : graph.nodes) {
    double each = 1, elements = 1;
    if (node.is("dense") || node.is("conv")) {
      const Node &kernel = graph.nodes[node.operands[1]];
      each = double(kernel.elements()) / double(kernel.shape.back());
    }
    for (int64_t size : node.shape) {
      elements *= size < 0 ? 1.0 : double(size);
    }
    cost.elements += elements;
    cost.work += elements * each;
    SmallVector<double> operands;
    for (int operand : node.operands) {
      operands.push_back(digits[operand]);
    }
    // The bits of a small float32 with its exponent, or of an input.
    digits.push_back(operands.empty() ? 200 : digitsOf(node, operands));
    cost.digits = std::max(cost.digits, digits.back());
  }
  return cost;
}

// What is worth waiting for: seconds of each kind of number, and less memory
// than a small machine has.
static constexpr double kDoubleWork = 1e10, kDoubleElements = 1e8;
static constexpr double kBallWork = 1e8, kBallElements = 1e7;
static constexpr double kExactWork = 2e4, kExactDigits = 5000;

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

namespace {

/// |a - b| > margin·scale, for sure: with doubles as they are, with balls for
/// all their members.
bool differ(double a, double b, double scale, double margin) {
  return std::isfinite(a) && std::isfinite(b) && std::isfinite(scale) &&
         std::fabs(a - b) > margin * scale;
}
bool differ(const Ball &a, const Ball &b, double scale, double margin) {
  return std::isfinite(scale) && (a - b).lowerOfAbs() > margin * scale;
}

double largest(double x) { return std::fabs(x); }
double largest(const Ball &x) { return x.upperOfAbs(); }

/// A bound of the numbers of two tensors.
template <typename Number>
double scaleOf(const Tensor<Number> &a, const Tensor<Number> &b) {
  double scale = 0;
  for (const Tensor<Number> *tensor : {&a, &b}) {
    for (const Number &x : tensor->data) {
      scale = std::max(scale, largest(x));
    }
  }
  return scale;
}

template <typename Number>
std::vector<Tensor<Number>> converted(ArrayRef<Tensor<double>> tensors) {
  std::vector<Tensor<Number>> result;
  for (const Tensor<double> &tensor : tensors) {
    result.push_back({tensor.shape, {}});
    for (double value : tensor.data) {
      result.back().data.push_back(*Number::of(value));
    }
  }
  return result;
}

/// Both models at one input.
template <typename Number>
struct Both {
  Values<Number> a, b;
};

/// The search in one mode.
class Search {
public:
  Search(const Graph &graph, State &state, ArrayRef<ModuleOp> modules,
         double margin)
      : graph(graph), state(state), modules(modules), margin(margin),
        cost(costOf(graph)) {}

  std::optional<Counterexample> run(std::string &problem);

private:
  template <typename Number>
  llvm::Expected<Both<Number>> evaluate(ArrayRef<Tensor<Number>> inputs) const;
  template <typename Number>
  llvm::Expected<std::pair<Number, Number>>
  penalties(const Both<Number> &values, ArrayRef<Tensor<Number>> inputs) const;

  llvm::Expected<bool> isCandidate(Counterexample &example) const;
  bool outputsDiffer(Counterexample &example) const;
  bool isEnclosed(const Counterexample &example) const;
  bool isExact(const Counterexample &example) const;
  std::optional<Certainty> certaintyOf(const Counterexample &example,
                                       double batch) const;
  bool isMean(const Counterexample &example) const {
    return state.mode == Mode::Expectation && example.output < 0;
  }

  const Graph &graph;
  State &state;
  ArrayRef<ModuleOp> modules;
  double margin;
  Cost cost;
};

} // namespace

template <typename Number>
llvm::Expected<Both<Number>>
Search::evaluate(ArrayRef<Tensor<Number>> inputs) const {
  Both<Number> both;
  for (int model : {0, 1}) {
    auto values = evaluateIn<Number>(state.mode, modules[model], inputs, 1, {});
    if (!values) {
      return values.takeError();
    }
    (model == 0 ? both.a : both.b) = std::move(*values);
  }
  return both;
}

/// The sums of penalties: in expectation their means, without what both have in
/// common.
template <typename Number>
llvm::Expected<std::pair<Number, Number>>
Search::penalties(const Both<Number> &values,
                  ArrayRef<Tensor<Number>> inputs) const {
  bool draws = graph.models[0].noiseCalls + graph.models[1].noiseCalls > 0;
  if (state.mode == Mode::Expectation && draws) {
    return expectedPenalties<Number>(graph, state, modules, inputs);
  }
  return std::pair(values.a.penalty, values.b.penalty);
}

/// Finds the first output element that differs.
bool Search::outputsDiffer(Counterexample &example) const {
  for (size_t i = 0; i < example.a.outputs.size(); ++i) {
    const Tensor<double> &left = example.a.outputs[i];
    const Tensor<double> &right = example.b.outputs[i];
    double scale = scaleOf(left, right);
    for (size_t j = 0; j < left.data.size(); ++j) {
      if (differ(left.data[j], right.data[j], scale, margin)) {
        example.output = static_cast<int>(i);
        example.element = static_cast<int64_t>(j);
        example.left = left.data[j];
        example.right = right.data[j];
        return true;
      }
    }
  }
  return false;
}

/// Whether the models differ at the example's inputs, in doubles.
llvm::Expected<bool> Search::isCandidate(Counterexample &example) const {
  auto values = evaluate<double>(example.inputs);
  if (!values) {
    return values.takeError();
  }
  auto sums = std::pair(values->a.penalty, values->b.penalty);
  example.a = values->a;
  example.b = values->b;
  bool outputsCount =
      state.mode != Mode::Expectation || !anyOutputIsRandom(graph, state);
  if (outputsCount && outputsDiffer(example)) {
    return true;
  }
  if (state.mode == Mode::Expectation) {
    auto means = penalties<double>(*values, example.inputs);
    if (!means) {
      return means.takeError();
    }
    sums = *means;
  }
  std::tie(example.left, example.right) = sums;
  double scale = std::fabs(sums.first) + std::fabs(sums.second);
  return differ(sums.first, sums.second, scale, margin);
}

/// Whether the balls that contain the true values are apart, with a precision
/// that grows while they are too wide to say.
bool Search::isEnclosed(const Counterexample &example) const {
  for (long bits : {64L, 128L, 256L}) {
    Ball::Precision precision(bits);
    std::vector<Tensor<Ball>> inputs = converted<Ball>(example.inputs);
    auto values = evaluate<Ball>(inputs);
    if (!values) {
      llvm::consumeError(values.takeError());
      return false;
    }
    Ball left, right;
    double scale = 0;
    if (example.output >= 0) {
      const Tensor<Ball> &a = values->a.outputs[example.output];
      const Tensor<Ball> &b = values->b.outputs[example.output];
      left = a.data[example.element];
      right = b.data[example.element];
      scale = scaleOf(a, b);
    } else {
      auto sums = penalties<Ball>(*values, inputs);
      if (!sums) {
        llvm::consumeError(sums.takeError());
        return false;
      }
      std::tie(left, right) = *sums;
      scale = left.upperOfAbs() + right.upperOfAbs();
    }
    if (!precision.undecided && differ(left, right, scale, margin)) {
      return true;
    }
  }
  return false;
}

/// Whether exact fractions differ, where all values are rational.
bool Search::isExact(const Counterexample &example) const {
  auto values = evaluate<Rational>(converted<Rational>(example.inputs));
  if (!values) {
    llvm::consumeError(values.takeError());
    return false;
  }
  return example.output < 0
             ? values->a.penalty != values->b.penalty
             : values->a.outputs[example.output].data[example.element] !=
                   values->b.outputs[example.output].data[example.element];
}

/// How sure the difference of an example is; none if it may be rounding.
std::optional<Certainty> Search::certaintyOf(const Counterexample &example,
                                             double batch) const {
  if (cost.work * batch > kBallWork || cost.elements * batch > kBallElements) {
    return Certainty::Doubles;
  }
  if (!isEnclosed(example)) {
    return std::nullopt;
  }
  bool exact = cost.work * batch <= kExactWork && cost.digits <= kExactDigits &&
               !isMean(example) && isExact(example);
  return exact ? Certainty::Exact : Certainty::Enclosed;
}

static bool isFinite(const Values<double> &values) {
  return std::isfinite(values.penalty) &&
         llvm::all_of(values.outputs, [](const Tensor<double> &tensor) {
           return llvm::all_of(tensor.data,
                               [](double x) { return std::isfinite(x); });
         });
}

std::optional<Counterexample> Search::run(std::string &problem) {
  problem = "no input that was tried tells them apart";
  double spent = 0;
  for (Filling filling : fillings(cost.work, state.fixedBatch)) {
    double batch = double(filling.batch);
    spent += cost.work * batch;
    if (cost.elements * batch > kDoubleElements || spent > kDoubleWork) {
      problem += ", and they are too large to try more";
      return std::nullopt;
    }
    Counterexample example;
    example.input = filling.text();
    example.inputs = fill(graph, filling);
    auto result = isCandidate(example);
    if (!result) {
      problem = llvm::toString(result.takeError());
      return std::nullopt;
    }
    if (*result) {
      if (auto certainty = certaintyOf(example, batch)) {
        example.certainty = *certainty;
        return example;
      }
      problem = "the difference that doubles show may be rounding";
    } else if (!isFinite(example.a) || !isFinite(example.b)) {
      problem = "not all results are finite numbers";
    }
  }
  return std::nullopt;
}

std::optional<Counterexample>
proof::findCounterexample(const Graph &graph, State &state,
                          ArrayRef<ModuleOp> modules,
                          const ProveOptions &options, std::string &problem) {
  return Search(graph, state, modules, surelyDifferent(graph, state, options))
      .run(problem);
}

// From normal forms to verdicts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Prove.h"
#include "dialect/Proof/Explain.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

StringRef proof::name(Verdict::Kind kind) {
  switch (kind) {
  case Verdict::Equal:
    return "equal";
  case Verdict::NotEqual:
    return "not-equal";
  case Verdict::Undecided:
    return "undecided";
  }
  llvm_unreachable("a verdict without a name");
}

static std::string placeOf(const Node &node) {
  return node.layer.empty() ? "'" + node.op + "'"
                            : "layer '" + node.layer + "'";
}

/// Where the normal forms part, for a verdict that could not be reached.
static std::string firstDifference(const Graph &graph, const State &state,
                                   const Comparison &comparison) {
  if (int i = comparison.differentOutput; i >= 0) {
    return "output " + std::to_string(i) + " (" +
           placeOf(graph.nodes[graph.models[0].outputs[i]]) + " and " +
           placeOf(graph.nodes[graph.models[1].outputs[i]]) +
           ") could not be proved equal";
  }
  if (!comparison.penalties.empty()) {
    const Difference &first = comparison.penalties.front();
    return llvm::formatv("the penalties of {0} could not be proved equal",
                         placeOf(state.at(first.key.tensor)))
        .str();
  }
  return "constants of the penalties differ by little";
}

/// What to say where the penalties are the same but for their division by the
/// batch, as in files of different Keras versions.
static std::string adviceOnBatch(const State &state,
                                 const Comparison &comparison) {
  auto valueOf = [&](int model, const PenaltyKey &key) {
    auto found = state.sums[model].terms.find(key);
    return found == state.sums[model].terms.end() ? Rational(0)
                                                  : found->second.value;
  };
  std::optional<bool> firstDivides;
  for (const Difference &difference : comparison.penalties) {
    PenaltyKey key = difference.key, other = key;
    other.perBatch = !key.perBatch;
    bool divides = key.perBatch == (difference.a.value != Rational(0));
    if (valueOf(0, key) != valueOf(1, other) ||
        valueOf(1, key) != valueOf(0, other) ||
        firstDivides.value_or(divides) != divides) {
      return "";
    }
    firstDivides = divides;
  }
  if (!firstDivides || !comparison.outputsAgree()) {
    return "";
  }
  return llvm::formatv("; only the {0} model divides these penalties by the "
                       "batch size B: coefficients λ{1}B in the second would "
                       "make them equal for batches of one size, none for all",
                       *firstDivides ? "first" : "second",
                       *firstDivides ? "/" : "·")
      .str();
}

/// Two numbers with as many digits as it takes to see that they differ.
static std::pair<std::string, std::string> digits(double a, double b) {
  for (int digits : {7, 17}) {
    std::string left = llvm::formatv("{0}", llvm::format("%.*g", digits, a));
    std::string right = llvm::formatv("{0}", llvm::format("%.*g", digits, b));
    if (left != right || digits == 17) {
      return {left, right};
    }
  }
  llvm_unreachable("17 digits are tried last");
}

static std::string describe(const Counterexample &found, Mode mode) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (found.output >= 0) {
    os << "output " << found.output << " differs: element " << found.element
       << " is ";
  } else {
    os << "the penalties differ: "
       << (mode == Mode::Expectation ? "their means are " : "");
  }
  auto [left, right] = digits(found.left, found.right);
  os << left << " and " << right << " for " << found.input << ", "
     << name(found.certainty);
  return text;
}

namespace {

/// One comparison.
class Prover {
public:
  Prover(std::array<ModuleOp, 2> modules, const ProveOptions &options,
         llvm::function_ref<std::string(const std::string &)> check)
      : modules(modules), options(options), check(check) {}

  llvm::Expected<Result> run(ArrayRef<Mode> modes);

private:
  std::unique_ptr<State> reduced(Mode mode, bool folds);
  Verdict decide(std::unique_ptr<State> &state);
  void decideDifference(State &state, Verdict &verdict);
  bool refutedInSpiteOfRounding(State &state, Verdict &verdict);
  bool isProved(ArrayRef<NewCoefficients> repair, const State &found);
  bool accepted(const State &state, StringRef claim, Verdict &verdict);

  std::array<ModuleOp, 2> modules;
  const ProveOptions options;
  llvm::function_ref<std::string(const std::string &)> check;
  Graph graph;
  std::vector<std::unique_ptr<State>> states;
  SmallVector<const State *> proved;
};

} // namespace

bool Prover::accepted(const State &state, StringRef claim, Verdict &verdict) {
  std::string problem = check(certificate(graph, &state, claim));
  if (!problem.empty()) {
    verdict.reason = "the checker does not accept the proof: " + problem;
  }
  return problem.empty();
}

/// Whether the models are equal with the new coefficients that were `found`, by
/// a proof of its own with the same laws.
bool Prover::isProved(ArrayRef<NewCoefficients> repair, const State &found) {
  Graph repaired = withRepair(graph, repair);
  State state(repaired, found.mode, options, found.folds);
  state.normalise();
  movePenalties(state, repaired);
  return compare(state, repaired).isEqual() &&
         check(certificate(repaired, &state, StringRef("equal"))).empty();
}

void Prover::decideDifference(State &state, Verdict &verdict) {
  Comparison comparison = compare(state, graph);
  std::string problem;
  verdict.counterexample =
      findCounterexample(graph, state, modules, options, problem);
  if (!verdict.counterexample) {
    verdict.reason =
        firstDifference(graph, state, comparison) + ", and " + problem;
    return;
  }
  verdict.kind = Verdict::NotEqual;
  verdict.reason = describe(*verdict.counterexample, state.mode) +
                   adviceOnBatch(state, comparison);
  verdict.repair = findRepair(graph, state);
  if (!verdict.repair.empty() && !isProved(verdict.repair, state)) {
    verdict.repair.clear();
  }
  movePenalties(state, graph, /*gradientsOnly=*/true);
  if (compare(state, graph).gradientsAgree() &&
      accepted(state, "same-gradients", verdict)) {
    verdict.sameGradients = true;
  }
}

/// Weights that a law computed agree up to rounding of the terms that made
/// them, which may be large and cancel: then what is left may differ all the
/// same.
bool Prover::refutedInSpiteOfRounding(State &state, Verdict &verdict) {
  std::string problem;
  // What a law lets through without a condition of its own is to be seen.
  if (!roundsWeights(state) || options.dropped) {
    return false;
  }
  verdict.counterexample =
      findCounterexample(graph, state, modules, options, problem);
  if (!verdict.counterexample) {
    return false;
  }
  verdict.kind = Verdict::NotEqual;
  verdict.reason = describe(*verdict.counterexample, state.mode) +
                   "; equal they would be only up to rounding of constants "
                   "whose terms cancel";
  return true;
}

/// Both models in normal form, their penalties moved.
std::unique_ptr<State> Prover::reduced(Mode mode, bool folds) {
  auto state = std::make_unique<State>(graph, mode, options, folds);
  state->normalise();
  movePenalties(*state, graph);
  return state;
}

Verdict Prover::decide(std::unique_ptr<State> &state) {
  Verdict verdict;
  verdict.mode = state->mode;
  Comparison comparison = compare(*state, graph);
  if (!comparison.isEqual() && !graph.weights.empty()) {
    auto folded = reduced(state->mode, /*folds=*/true);
    Comparison other = compare(*folded, graph);
    if (other.isEqual() ||
        (other.outputsAgree() && !comparison.outputsAgree())) {
      state = std::move(folded);
      comparison = std::move(other);
    }
  }
  verdict.story = explain(graph, *state);
  if (!comparison.isEqual()) {
    decideDifference(*state, verdict);
    return verdict;
  }
  if (accepted(*state, "equal", verdict) &&
      !refutedInSpiteOfRounding(*state, verdict)) {
    verdict.kind = Verdict::Equal;
    verdict.sameGradients = true;
    verdict.rounded = comparison.rounded;
    verdict.reason =
        llvm::formatv("proved in {0} steps{1}",
                      state->steps.size() + state->moves.size(),
                      comparison.rounded ? ", up to rounding of constants" : "")
            .str();
    proved.push_back(state.get());
  }
  return verdict;
}

llvm::Expected<Result> Prover::run(ArrayRef<Mode> modes) {
  for (int model : {0, 1}) {
    if (llvm::Error error = addModel(graph, model, modules[model], options)) {
      return std::move(error);
    }
  }
  Result result;
  std::string difference = signatureDifference(graph);
  for (Mode mode : modes) {
    if (!difference.empty()) {
      Verdict verdict;
      verdict.mode = mode;
      verdict.kind = Verdict::NotEqual;
      verdict.reason = difference;
      result.verdicts.push_back(std::move(verdict));
      continue;
    }
    states.push_back(reduced(mode, /*folds=*/false));
    result.verdicts.push_back(decide(states.back()));
  }
  if (!proved.empty()) {
    SmallVector<StringRef> claims(proved.size(), "equal");
    result.certificate = certificate(graph, proved, claims);
  }
  return result;
}

llvm::Expected<Result>
proof::prove(std::array<ModuleOp, 2> modules, ArrayRef<Mode> modes,
             const ProveOptions &options,
             llvm::function_ref<std::string(const std::string &)> check) {
  return Prover(modules, options, check).run(modes);
}

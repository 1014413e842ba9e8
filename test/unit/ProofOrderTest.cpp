// The order in which laws are applied does not matter: what any law makes of a
// term, wherever it applies, has the normal form of the term. So two terms have
// one normal form if they are equal by any laws in any order and direction, as
// far as laws of small terms tell.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SmallTerms.h"

#include "checker/Check.h"
#include "dialect/Proof/Compare.h"

#include "gtest/gtest.h"

#include <cstdlib>

using namespace mlir::kreg;
using namespace kregc::testing;
using proof::Mode;
using proof::ProveOptions;
using proof::State;

namespace {

/// Both terms of a step as models of their own, with the inputs of the term.
Graph asModels(const SmallTerm &term, const std::vector<Node> &nodes, int a,
               int b) {
  Graph graph = term.graph;
  graph.nodes = nodes;
  graph.models[0].outputs = {a};
  graph.models[1].outputs = {b};
  return graph;
}

/// Tries each law by itself on terms as they are written.
class Steps {
public:
  int count = 0, checked = 0;
  /// A law and one that the normal form needed: how their order is tried.
  std::set<std::pair<std::string, std::string>> pairs;
  std::set<std::string> laws;
  /// Terms of which a law makes what has another normal form.
  std::vector<std::string> apart;

  void tryAll(const SmallTerm &term, Mode mode);
  /// `ops` applied to `term`, 1 to `depth` of them; of those with all, one of
  /// `stride`.
  void compose(const SmallTerm &term, const std::vector<SmallOp> &ops,
               int depth, int stride);

private:
  void normalise(const SmallTerm &term, Mode mode, const State &written,
                 const proof::Rewrite &step, uint64_t order);
  int next = 0;
};

} // namespace

void Steps::normalise(const SmallTerm &term, Mode mode, const State &written,
                      const proof::Rewrite &step, uint64_t order) {
  Graph graph = asModels(term, written.nodes, term.top, step.same);
  ProveOptions options;
  options.order = order;
  State state(graph, mode, options);
  state.normalise();
  for (const proof::Step &other : state.steps) {
    pairs.emplace(step.law, other.law);
  }
  std::string words = term.words + " (" + name(mode).str() + "): " + step.law;
  if (state.find(term.top) != state.find(step.same)) {
    apart.push_back(words);
  } else if (order == 0 && ++checked % 7 == 0) {
    kregc::checker::Verdict verdict = kregc::checker::check(
        proof::certificate(graph, &state, mlir::StringRef("equal")));
    if (!verdict.accepted) {
      apart.push_back(words + ": " + verdict.problem);
    }
  }
}

void Steps::tryAll(const SmallTerm &term, Mode mode) {
  ProveOptions asWritten;
  asWritten.asWritten = true;
  State written(term.graph, mode, asWritten);
  std::vector<proof::Rewrite> steps = allRewrites(written, term.top);
  for (const proof::Rewrite &step : steps) {
    ++count;
    laws.insert(step.law);
    for (uint64_t order : {0, 1}) {
      normalise(term, mode, written, step, order);
    }
  }
}

void Steps::compose(const SmallTerm &term, const std::vector<SmallOp> &ops,
                    int depth, int stride) {
  for (const SmallOp &op : ops) {
    SmallTerm longer = term;
    if (depth > 1) {
      if (op.apply(longer)) {
        compose(longer, ops, depth - 1, stride);
      }
    } else if (++next % stride == 0 && op.apply(longer)) {
      tryAll(longer, Mode::Training);
      tryAll(longer, Mode::Inference);
    }
  }
}

/// All compositions of two ops, and of three: all in the slow suite, else one
/// of 29. A law looks at no more than three ops in a row.
TEST(ProofOrder, EveryStepKeepsTheNormalForm) {
  std::vector<SmallOp> ops = smallOps();
  Steps steps;
  bool slow = std::getenv("KREGC_RANDOM_ROUNDS") != nullptr;
  for (std::vector<int64_t> shape : {std::vector<int64_t>{-1, 4, 2}, {-1, 4}}) {
    for (int depth : {1, 2, 3}) {
      steps.compose(SmallTerm(shape), ops, depth, depth == 3 && !slow ? 29 : 1);
    }
  }
  std::cout << ops.size() << " ops, " << steps.laws.size() << " laws, "
            << steps.count << " steps, " << steps.pairs.size()
            << " pairs of laws, " << steps.apart.size() << " apart\n";
  for (const std::string &words : steps.apart) {
    ADD_FAILURE() << words;
    if (steps.apart.size() > 40 && &words == &steps.apart[40]) {
      break;
    }
  }
  EXPECT_GT(steps.pairs.size(), 500U);
}

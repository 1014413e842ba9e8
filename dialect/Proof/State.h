// A proof in progress: which terms are known to be equal, and why.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_STATE_H
#define KREGC_DIALECT_PROOF_STATE_H

#include "dialect/Interpreter/Rational.h"
#include "dialect/Proof/Constants.h"
#include "dialect/Proof/Graph.h"
#include "dialect/Proof/Law.h"

#include "llvm/ADT/StringMap.h"

#include <map>
#include <optional>
#include <set>

namespace mlir::kreg::proof {

/// `node` equals `same` by `law` ("same" is congruence: one op on equal
/// operands). Places are ids of nodes.
struct Step {
  std::string law;
  int node, same;
};

/// Which penalty: Σ|x|^power of a tensor, divided by the batch or not, of one
/// of the two models.
struct PenaltyKey {
  int tensor;
  int power;
  bool perBatch;
  bool operator<(const PenaltyKey &b) const {
    return std::tie(tensor, power, perBatch) <
           std::tie(b.tensor, b.power, b.perBatch);
  }
};

/// A coefficient, and how large the numbers were that made it.
struct Coefficient {
  Rational value;
  Rational magnitude;    ///< sum of the absolute terms
  bool computed = false; ///< by a law, not only compared
  void add(const Rational &term, bool byLaw);
};

/// A sum of penalties. `constants` are sums that depend on no tensor: [0] as it
/// is, [1] times the batch.
struct PenaltySum {
  std::map<PenaltyKey, Coefficient> terms;
  Coefficient constants[2];
};

/// The penalties of `key` in model `model` were moved by `law`.
struct Move {
  std::string law;
  int model;
  PenaltyKey key;
};

/// Bounds of a tensor's elements.
struct Interval {
  double lo, hi;
};

class State {
public:
  /// `folds`: also by laws that compute with weights.
  State(const Graph &graph, Mode mode, const ProveOptions &options = {},
        bool folds = false);

  const Mode mode;
  const ProveOptions options;
  const bool folds;
  const int64_t fixedBatch; ///< 0: batches of any size
  std::vector<Node> nodes;  ///< those of the graph, then what laws made
  std::vector<Step> steps;
  std::vector<Move> moves;
  PenaltySum sums[2];

  /// The simplest term that is known to equal `id`.
  int find(int id) const;
  const Node &at(int id) const { return nodes[find(id)]; }
  /// The definition of operand i of a node.
  const Node &operand(const Node &node, size_t i = 0) const {
    return at(node.operands[i]);
  }

  /// Brings every node to its normal form, operands first.
  void normalise();

  /// The id of a term just as it is written here (a proof speaks of it); find()
  /// gives its normal form. Appends it if it is new.
  int make(Node node);

  Interval range(int id);
  bool isNonNegative(int id) { return range(id).lo >= 0; }

  /// A law asks for each of its conditions here: whether it `holds`, or a test
  /// has dropped it.
  bool need(Condition condition, bool holds) const {
    return holds || options.dropped == condition;
  }
  /// The order in which `count` laws are tried at this step: a test may ask for
  /// another one than that of the table.
  std::vector<size_t> order(size_t count) const;

  /// Whether a term depends on weights and constants with values alone.
  bool isConstant(int id) { return constantOf(id) != nullptr; }
  /// A term that is known to be constant and close to `node`, which is one too;
  /// one of the two must be computed.
  std::optional<int> closeConstant(const Node &node);

  /// Whether the value of `id` depends on draw number `draw`.
  bool dependsOnDraw(int id, int64_t draw) const;

private:
  void simplify(int id);
  void unite(StringRef law, int node, int same);

  std::vector<int> parents;
  llvm::StringMap<int> known;   ///< terms by their key in normal form
  llvm::StringMap<int> written; ///< what laws made, by the key as it stands
  const ConstantValue *constantOf(int id);

  std::map<int, Interval> ranges;
  Constants constants;
  /// Constants that are the simplest of their class, by shape.
  std::map<std::vector<int64_t>, std::vector<int>> ofShape;
};

/// A law that applies to a node: its name and the equal term, as an id.
struct Rewrite {
  const char *law;
  int same;
};

/// The first value law that changes node `id`, whose operands are in normal
/// form.
std::optional<Rewrite> rewrite(State &state, int id);

/// What each value law by itself makes of node `id`.
std::vector<Rewrite> allRewrites(State &state, int id);

/// The penalties of sites, moved as far as laws allow; `gradientsOnly` also by
/// those that only keep gradients. What was done is appended to `moves` as done
/// in model `model`.
PenaltySum moveSites(State &state, ArrayRef<Site> sites, int model,
                     bool gradientsOnly, std::vector<Move> &moves);

/// Moves the penalties of both models.
void movePenalties(State &state, const Graph &graph,
                   bool gradientsOnly = false);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_STATE_H

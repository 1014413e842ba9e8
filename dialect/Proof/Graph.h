// Two models as one graph of terms, which holds everything a proof about them
// needs: the certificate is this graph as JSON and what was done with it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_GRAPH_H
#define KREGC_DIALECT_PROOF_GRAPH_H

#include "dialect/Proof/Law.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace mlir::kreg::proof {

/// The three readings of a model (docs/penalties.md, Modes).
enum class Mode { Inference, Training, Expectation };
StringRef name(Mode mode);

/// What a person may choose about a comparison.
struct ProveOptions {
  /// How far two constants may be apart that a law computed, relative to the
  /// terms that made them.
  double tolerance = 1e-6;
  /// Weights without values are the same symbol if they have the same path,
  /// not the same place in their file.
  bool matchByName = false;
  /// Whether two layers without an activation between them may be merged.
  bool mergeLinear = false;
  /// For tests: a side condition that the prover ignores, and a seed for the
  /// order in which it tries laws (0: that of the table).
  std::optional<Condition> dropped = std::nullopt;
  uint64_t order = 0;
  /// For tests: terms that laws make stay as they are written.
  bool asWritten = false;
};

/// A tensor: an op applied to tensors. Ops and attributes are those of the
/// dialect but for
///   input {index; batch, if the file fixes its size}, weight {sha256} (of its
///   float32 values, little-endian) or weight {symbol} (a file without weights:
///   its number or its path), constant {values} (one number where all are the
///   same); draw, on dropout and noise: the number of the noise call in its
///   model, in call order; what it draws is a function of that number alone;
///   sum and product: of all operands, broadcast (any number of them);
///   batch_norm_train {epsilon, axis, gamma, beta}: with the batch's moments.
/// Attributes without a meaning here (seeds, momenta) and those that have their
/// default are left out.
struct Node {
  std::string op;
  llvm::json::Object attrs;
  std::vector<int> operands;
  std::vector<int64_t> shape; ///< -1 is the batch
  std::string layer;          ///< for messages; no part of the term

  int64_t integer(StringRef attr, int64_t missing = 0) const;
  double number(StringRef attr, double missing = 0) const;
  StringRef text(StringRef attr) const;
  std::vector<int64_t> integers(StringRef attr) const;
  std::vector<double> numbers(StringRef attr) const;
  bool is(StringRef wanted) const { return op == wanted; }
  bool is(StringRef wanted, StringRef kind) const {
    return op == wanted && text("kind") == kind;
  }
  bool isNoise() const { return op == "dropout" || op == "noise"; }
  /// Elements without the batch.
  int64_t elements() const;
};

/// Op, attributes, operands and shape as one string: equal for equal terms.
std::string keyOf(const Node &node, llvm::ArrayRef<int> operands);

/// One penalty: coefficient·Σ|x|^power, divided by the batch or not.
struct Site {
  int tensor = 0;
  bool perBatch = false;
  double l1 = 0, l2 = 0; ///< as Keras multiplies: rounded to float32
  std::string layer;     ///< whose regularizer it is
  bool isFixed = false;  ///< no l1 and l2 of a layer that a repair could change
};

/// What is compared of a model.
struct ModelTerms {
  std::vector<int> inputs, outputs;
  std::vector<Site> sites;
  int noiseCalls = 0;
};

struct Graph {
  std::vector<Node> nodes;               ///< operands come before their users
  llvm::StringMap<ElementsAttr> weights; ///< values by their sha256
  /// What each node was read from; null for weights that no op reads.
  std::vector<Value> origins;
  ModelTerms models[2];

  /// The size of the batch, if the inputs of both models fix the same; else 0.
  int64_t fixedBatch() const;
};

/// The float32 numbers of an attribute, -0 as 0; none if it holds others.
std::optional<std::vector<float>> floatsOf(ElementsAttr value);

/// Adds the (only) kreg.model of a module in penalty form to the graph as model
/// `which`. Errors name an op that the prover has no meaning for.
llvm::Error addModel(Graph &graph, int which, ModuleOp module,
                     const ProveOptions &options = {});

/// Why two models cannot be compared at all: another number or other shapes of
/// inputs or outputs. Empty if they can.
std::string signatureDifference(const Graph &graph);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_GRAPH_H

// Small terms for the prover's laws: all compositions of ops of a list.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_SMALLTERMS_H
#define KREGC_TEST_UNIT_SMALLTERMS_H

#include "dialect/Proof/Graph.h"

#include <functional>
#include <optional>

namespace kregc::testing {

using mlir::kreg::proof::Graph;
using mlir::kreg::proof::Node;

/// A graph that is written down node by node.
class SmallTerm {
public:
  Graph graph;
  int top = 0;       ///< the term that the next op takes
  std::string words; ///< the ops, the innermost first

  explicit SmallTerm(std::vector<int64_t> shape);

  const std::vector<int64_t> &shape() const { return graph.nodes[top].shape; }
  int add(std::string op, std::vector<int> operands, std::vector<int64_t> shape,
          llvm::json::Object attrs = llvm::json::Object());
  int unary(const std::string &kind, int x, std::vector<double> params = {});
  int number(double value, std::vector<int64_t> shape = {});
  int weight(std::vector<int64_t> shape);
  /// An input that is like the current term.
  int other();
};

/// An op with its attributes; applies itself to the current term, or says that
/// it does not fit.
struct SmallOp {
  std::string name;
  std::function<bool(SmallTerm &)> apply;
};

/// The ops of all laws of values, each with the attributes that its laws look
/// at.
std::vector<SmallOp> smallOps();

} // namespace kregc::testing

#endif // KREGC_TEST_UNIT_SMALLTERMS_H

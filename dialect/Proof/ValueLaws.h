// The value laws: what a term equals, as far as its top ops tell.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_VALUELAWS_H
#define KREGC_DIALECT_PROOF_VALUELAWS_H

#include "dialect/Proof/State.h"

#include "llvm/ADT/STLExtras.h"

namespace mlir::kreg::proof {

/// The id of the equal term, or none where the law does not apply.
using Equal = std::optional<int>;

/// apply<Id> of each row of Laws.def: `node`'s operands are in normal form.
#define VALUE_LAW(Id, name, equation, modes)                                   \
  Equal apply##Id(State &state, const Node &node);
#include "dialect/Proof/Laws.def"

inline bool allAre(const std::vector<int64_t> &values, int64_t wanted) {
  return llvm::all_of(values, [&](int64_t v) { return v == wanted; });
}

/// A new node like `node` but with other operands, of their shape.
Node with(const Node &node, std::vector<int> operands,
          std::vector<int64_t> shape);

/// f(g(x)) = g(f(x)) for ops f and g of one operand: f goes in. `f` and `g` are
/// copies, because the list of nodes grows.
int swap(State &state, Node f, Node g);

/// The number that every element of a constant is.
std::optional<double> splatOf(const Node &node);

/// f(0) = 0.
bool keepsZero(const Node &f);
/// f(c·x) = c·f(x) for every c >= 0.
bool isHomogeneous(const Node &f);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_VALUELAWS_H

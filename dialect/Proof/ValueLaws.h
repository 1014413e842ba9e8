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

/// c·d·…·x, as ids; the factors are scalar constants in the order of their ids.
struct Scaled {
  int x;
  std::vector<int> factors;
};

/// A term as numbers times one tensor; none where it is no such product.
std::optional<Scaled> scaled(const State &state, int id);
bool anyNegative(const State &state, const Scaled &x);

/// What a node of one operand is applied to, factors aside: f(c·g(x)). Factors
/// move outwards, so that they may stand between two ops that can change
/// places.
struct Under {
  Node g; ///< a copy, because laws append to the list of nodes
  Scaled scale;
};
Under under(const State &state, const Node &f);

/// f(c·x), a new term with the shape of x.
int scaledAndApplied(State &state, const Node &f, const Under &inner, int x);

/// f(c·g(x)) = g(f(c·x)) for ops f and g of one operand: f goes in.
int swap(State &state, const Node &f, const Under &inner);

/// c·(x·y), a form that the law of factors makes.
bool isFactored(const State &state, const Node &node);

/// Longer sums, products and extrema are kept as terms of their own: a chain of
/// n sums would otherwise be n² long.
inline constexpr size_t kMaxFlat = 64;

/// A constant of one number.
int scalar(State &state, double number);

/// Whether a·b is a double; far from underflow, where fma rounds too.
bool isExact(double a, double b);

/// The number that every element of a constant is.
std::optional<double> splatOf(const Node &node);

/// f(0) = 0.
bool keepsZero(const Node &f);
/// f(c·x) = c·f(x) for every c >= 0.
bool isHomogeneous(const Node &f);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_VALUELAWS_H

// What value laws look at: a claim that two terms are equal, and helpers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_CLAIM_H
#define KREGC_CHECKER_CLAIM_H

#include "checker/Terms.h"

#include <algorithm>
#include <initializer_list>

namespace kregc::checker {

/// One step: `n` is claimed to equal `m`.
struct Claim {
  Terms &terms;
  const std::string &law;
  int node;
  const Term &n;
  int same;
  const Term &m; ///< `same` as it is written

  const Term &of(int id) const { return terms.of(id); }
  const Term &x(size_t i = 0) const { return of(n.operands.at(i)); }
  bool equal(int a, int b) const { return terms.equal(a, b); }
  /// A side condition of the law, by its name in docs/proof.md.
  void need(const char *condition, bool holds) const {
    terms.need(law, condition, holds);
  }
  /// n is claimed to equal its operand i.
  bool isOperand(size_t i = 0) const { return equal(n.operands.at(i), same); }
};

/// A constant of one value everywhere.
inline bool holds(const Term &term, double value) {
  Numbers numbers = term.numbers("values");
  return term.is("constant") && !numbers.empty() &&
         std::all_of(numbers.begin(), numbers.end(),
                     [&](double number) { return number == value; });
}

inline bool sameOp(const Term &a, const Term &b) {
  return a.op == b.op && a.attrs == b.attrs;
}

/// b applied to the same kind of op as a, on equal operands.
inline bool congruent(const Claim &c, const Term &a, const Term &b) {
  if (!sameOp(a, b) || a.shape != b.shape ||
      a.operands.size() != b.operands.size()) {
    return false;
  }
  for (size_t i = 0; i < a.operands.size(); ++i) {
    if (!c.equal(a.operands[i], b.operands[i])) {
      return false;
    }
  }
  return true;
}

/// Laws of functions of each element and of factors (ElementLaws.cpp), each by
/// its name in docs/proof.md: whether they say so; throw Wrong where a
/// condition does not hold.
bool leakyRelu0(const Claim &c);
bool clippedRelu(const Claim &c);
bool clippedRelu6(const Claim &c);
bool onRange(const Claim &c);
bool relu6OnRange(const Claim &c);
bool twice(const Claim &c);
bool half(const Claim &c);
bool even(const Claim &c);
bool negation(const Claim &c);
bool factors(const Claim &c);
bool scaleThroughEven(const Claim &c);
bool unaryThroughMove(const Claim &c);
bool unaryThroughConcat(const Claim &c);
bool unaryThroughPad(const Claim &c);
bool unaryThroughMaxPool(const Claim &c);
bool unaryThroughDropout(const Claim &c);
bool noiseThroughReshape(const Claim &c);
bool scaleThroughUnary(const Claim &c);
bool scaleThroughLinear(const Claim &c);
bool scaleThroughMaximum(const Claim &c);
bool scaleThroughSum(const Claim &c);
/// Laws that compute with weights (ConstantLaws.cpp).
bool batchNormAffine(const Claim &c);
bool scaleIntoKernel(const Claim &c);
bool scaleOverSum(const Claim &c);
bool groupConstants(const Claim &c);
bool denseDense(const Claim &c);
bool denseOverSum(const Claim &c);
bool constant(const Claim &c);

} // namespace kregc::checker

#endif // KREGC_CHECKER_CLAIM_H

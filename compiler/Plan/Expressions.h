// Building, walking and rewriting the expressions of a Plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_PLAN_EXPRESSIONS_H
#define KREGC_COMPILER_PLAN_EXPRESSIONS_H

#include "compiler/Plan/Plan.h"

#include <functional>
#include <map>

namespace kregc::plan {

ExpressionRef real(double value, ElementType type = ElementType::F32);
ExpressionRef integer(int64_t value);
ExpressionRef loop(int64_t number);
ExpressionRef extentOf(Extent extent); ///< an Integer where it is static
ExpressionRef apply(Operator op, ElementType type,
                    std::vector<ExpressionRef> operands);
ExpressionRef read(int value, ElementType type,
                   std::vector<ExpressionRef> indices);

/// Calls `visitor` on `e` and everything below it.
void walk(const ExpressionRef &e,
          const std::function<void(const Expression &)> &visitor);

/// The whole expression from the leaves up: `change` gets each node with its
/// operands already changed and returns what takes its place.
ExpressionRef
rewrite(const ExpressionRef &e,
        const std::function<ExpressionRef(const ExpressionRef &)> &change);

bool isAccess(const Expression &e); ///< Read or ReadOr
/// select(condition, step, acc): a step that is left out where the condition,
/// operand 0, is false; the step is operand 1.
bool isGuarded(const Expression &e);
bool readsValue(const ExpressionRef &e, int value);

/// constant + Σ coefficients[l] · loop l; no coefficient is 0.
struct Affine {
  std::map<int64_t, int64_t> coefficients;
  int64_t constant = 0;

  /// Whether it is exactly loop `number`.
  bool isLoop(int64_t number) const;
  bool isConstant(int64_t number) const;
  int64_t of(int64_t loop) const; ///< its coefficient, 0 if absent
};

/// `e` in affine form, if it has one.
std::optional<Affine> affine(const ExpressionRef &e);
ExpressionRef toExpression(const Affine &form);

} // namespace kregc::plan

#endif // KREGC_COMPILER_PLAN_EXPRESSIONS_H

// The functions that the ops need, over each kind of number. Where a value is
// not a number of the kind (only with Rational) a function gives none.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_INTERPRETER_ARITHMETIC_H
#define KREGC_DIALECT_INTERPRETER_ARITHMETIC_H

#include "dialect/Interpreter/Rational.h"

#include <cmath>
#include <optional>

namespace mlir::kreg::interpreter {

template <typename Number>
struct Arithmetic;

template <>
struct Arithmetic<double> {
  using Maybe = std::optional<double>;
  static Maybe of(double x) { return x; }
  static Maybe divide(double a, double b) { return a / b; }
  static Maybe sqrt(double x) { return std::sqrt(x); }
  static Maybe exp(double x) { return std::exp(x); }
  static Maybe expm1(double x) { return std::expm1(x); }
  static Maybe log(double x) { return std::log(x); }
  static Maybe log1p(double x) { return std::log1p(x); }
  static Maybe tanh(double x) { return std::tanh(x); }
  static Maybe erf(double x) { return std::erf(x); }
  static bool isNaN(double x) { return std::isnan(x); }
  static double abs(double x) { return std::fabs(x); }
};

/// The transcendental functions have a rational value at one rational x only.
template <>
struct Arithmetic<Rational> {
  using Maybe = std::optional<Rational>;
  static Maybe of(double x) { return Rational::of(x); }
  static Maybe divide(const Rational &a, const Rational &b) {
    return Rational::divide(a, b);
  }
  static Maybe sqrt(const Rational &x) { return Rational::sqrt(x); }
  static Maybe exp(const Rational &x) { return only(x, 0, 1); }
  static Maybe expm1(const Rational &x) { return only(x, 0, 0); }
  static Maybe log(const Rational &x) { return only(x, 1, 0); }
  static Maybe log1p(const Rational &x) { return only(x, 0, 0); }
  static Maybe tanh(const Rational &x) { return only(x, 0, 0); }
  static Maybe erf(const Rational &x) { return only(x, 0, 0); }
  static bool isNaN(const Rational &) { return false; }
  static Rational abs(const Rational &x) { return x < 0 ? -x : x; }

private:
  static Maybe only(const Rational &x, int at, int value) {
    return x == at ? Maybe(Rational(value)) : std::nullopt;
  }
};

/// NaN if one of them is, as NumPy and Keras have it.
template <typename Number>
Number maximum(const Number &a, const Number &b) {
  return Arithmetic<Number>::isNaN(a) ||
                 !(a < b || Arithmetic<Number>::isNaN(b))
             ? a
             : b;
}
template <typename Number>
Number minimum(const Number &a, const Number &b) {
  return Arithmetic<Number>::isNaN(a) ||
                 !(b < a || Arithmetic<Number>::isNaN(b))
             ? a
             : b;
}

/// min(1/√squares, 1/ε): the factor to a norm of 1 of Keras' `normalize`. None
/// where the root is not rational.
template <typename Number>
std::optional<Number> inverseNorm(const Number &squares,
                                  const Number &epsilon) {
  using A = Arithmetic<Number>;
  Number largest = *A::divide(Number(1), epsilon);
  if (squares == Number(0)) {
    return largest;
  }
  std::optional<Number> root = A::sqrt(squares);
  return root ? std::optional(minimum(*A::divide(Number(1), *root), largest))
              : std::nullopt;
}

} // namespace mlir::kreg::interpreter

#endif // KREGC_DIALECT_INTERPRETER_ARITHMETIC_H

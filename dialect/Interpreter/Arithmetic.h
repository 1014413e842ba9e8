// The functions that the ops need, over each kind of number. Where a value is
// not a number of the kind (only with Rational) a function gives none;
// with Ball it gives one that is not finite.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_INTERPRETER_ARITHMETIC_H
#define KREGC_DIALECT_INTERPRETER_ARITHMETIC_H

#include "dialect/Interpreter/Ball.h"
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

template <>
struct Arithmetic<Ball> {
  using Maybe = std::optional<Ball>;
  static Maybe of(double x) { return Ball::of(x); }
  static Maybe divide(const Ball &a, const Ball &b) {
    return Ball::divide(a, b);
  }
  static Maybe sqrt(const Ball &x) { return x.sqrt(); }
  static Maybe exp(const Ball &x) { return x.exp(); }
  static Maybe expm1(const Ball &x) { return x.expm1(); }
  static Maybe log(const Ball &x) { return x.log(); }
  static Maybe log1p(const Ball &x) { return x.log1p(); }
  static Maybe tanh(const Ball &x) { return x.tanh(); }
  static Maybe erf(const Ball &x) { return x.erf(); }
  static bool isNaN(const Ball &) { return false; }
  static Ball abs(const Ball &x) { return x.abs(); }
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

// Balls have these without a comparison.
template <>
inline Ball maximum(const Ball &a, const Ball &b) {
  return Ball::maximum(a, b);
}
template <>
inline Ball minimum(const Ball &a, const Ball &b) {
  return Ball::minimum(a, b);
}

/// min(1/√squares, 1/ε): the factor to a norm of 1 of Keras' `normalize`. None
/// where the root is not rational.
template <typename Number>
std::optional<Number> inverseNorm(const Number &squares,
                                  const Number &epsilon) {
  std::optional<Number> root = Arithmetic<Number>::sqrt(squares);
  return root ? Arithmetic<Number>::divide(Number(1), maximum(*root, epsilon))
              : std::nullopt;
}

} // namespace mlir::kreg::interpreter

#endif // KREGC_DIALECT_INTERPRETER_ARITHMETIC_H

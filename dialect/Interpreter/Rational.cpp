// Exact rational numbers: what is not a one-liner.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Rational.h"

#include <cmath>

using namespace mlir::kreg;

std::optional<Rational> Rational::of(double number) {
  if (!std::isfinite(number)) {
    return std::nullopt;
  }
  Rational result;
  mpq_set_d(result.value, number);
  return result;
}

std::optional<Rational> Rational::divide(const Rational &a, const Rational &b) {
  if (mpq_sgn(b.value) == 0) {
    return std::nullopt; // GMP would raise a signal
  }
  Rational result;
  mpq_div(result.value, a.value, b.value);
  return result;
}

Rational Rational::gcd(const Rational &a, const Rational &b) {
  Rational result; // gcd(p/q, r/s) = gcd(p, r)/lcm(q, s) in lowest terms
  mpz_gcd(mpq_numref(result.value), mpq_numref(a.value), mpq_numref(b.value));
  mpz_lcm(mpq_denref(result.value), mpq_denref(a.value), mpq_denref(b.value));
  return result;
}

std::optional<Rational> Rational::sqrt(const Rational &x) {
  // In lowest terms both parts are squares or the root is irrational.
  if (mpq_sgn(x.value) < 0 || !mpz_perfect_square_p(mpq_numref(x.value)) ||
      !mpz_perfect_square_p(mpq_denref(x.value))) {
    return std::nullopt;
  }
  Rational result;
  mpz_sqrt(mpq_numref(result.value), mpq_numref(x.value));
  mpz_sqrt(mpq_denref(result.value), mpq_denref(x.value));
  return result;
}

std::string Rational::toString() const {
  std::string text(mpz_sizeinbase(mpq_numref(value), 10) +
                       mpz_sizeinbase(mpq_denref(value), 10) + 3,
                   '\0');
  mpq_get_str(text.data(), 10, value);
  text.resize(text.find('\0'));
  return text;
}

// Exact rational numbers: GMP's with the operators of a number, for a project
// that is built without exceptions (gmpxx.h needs them).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_INTERPRETER_RATIONAL_H
#define KREGC_DIALECT_INTERPRETER_RATIONAL_H

#include <cstdint>
#include <gmp.h>
#include <optional>
#include <ostream>
#include <string>

namespace mlir::kreg {

/// A fraction in lowest terms.
class Rational {
public:
  Rational() { mpq_init(value); }
  Rational(long number) : Rational() { mpq_set_si(value, number, 1); }
  Rational(int number) : Rational(static_cast<long>(number)) {}
  Rational(const Rational &other) : Rational() { mpq_set(value, other.value); }
  Rational(Rational &&other) noexcept : Rational() {
    mpq_swap(value, other.value);
  }
  ~Rational() { mpq_clear(value); }
  Rational &operator=(Rational other) noexcept {
    mpq_swap(value, other.value);
    return *this;
  }

  /// The number that a double is; none for NaN and the infinities.
  static std::optional<Rational> of(double number);
  /// a / b; none where b is 0.
  static std::optional<Rational> divide(const Rational &a, const Rational &b);
  /// The largest number of which both are multiples by whole numbers.
  static Rational gcd(const Rational &a, const Rational &b);
  /// The root of a number that is the square of a rational; none of others.
  static std::optional<Rational> sqrt(const Rational &x);

  const __mpq_struct *get() const { return value; }    ///< for other libraries
  double toDouble() const { return mpq_get_d(value); } ///< rounded toward 0
  std::string toString() const;                        ///< "-3/4", "5"

  Rational &operator+=(const Rational &b) {
    mpq_add(value, value, b.value);
    return *this;
  }
  Rational &operator-=(const Rational &b) {
    mpq_sub(value, value, b.value);
    return *this;
  }
  Rational &operator*=(const Rational &b) {
    mpq_mul(value, value, b.value);
    return *this;
  }
  Rational operator-() const {
    Rational result = *this;
    mpq_neg(result.value, result.value);
    return result;
  }
  friend Rational operator+(Rational a, const Rational &b) { return a += b; }
  friend Rational operator-(Rational a, const Rational &b) { return a -= b; }
  friend Rational operator*(Rational a, const Rational &b) { return a *= b; }
  friend bool operator==(const Rational &a, const Rational &b) {
    return mpq_equal(a.value, b.value) != 0;
  }
  friend bool operator!=(const Rational &a, const Rational &b) {
    return !(a == b);
  }
  friend bool operator<(const Rational &a, const Rational &b) {
    return mpq_cmp(a.value, b.value) < 0;
  }
  friend bool operator>(const Rational &a, const Rational &b) { return b < a; }
  friend bool operator<=(const Rational &a, const Rational &b) {
    return !(b < a);
  }
  friend bool operator>=(const Rational &a, const Rational &b) {
    return !(a < b);
  }
  friend std::ostream &operator<<(std::ostream &os, const Rational &x) {
    return os << x.toString();
  }

private:
  mpq_t value;
};

} // namespace mlir::kreg

#endif // KREGC_DIALECT_INTERPRETER_RATIONAL_H

// Real numbers as balls: what is computed contains the true value, by Arb.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_INTERPRETER_BALL_H
#define KREGC_DIALECT_INTERPRETER_BALL_H

#include "dialect/Interpreter/Rational.h"

#include <cstddef>
#include <optional>

namespace mlir::kreg {

struct BallAccess; // of Ball.cpp

/// A midpoint and a radius. Every operation gives a ball that contains each
/// result of numbers of its operands; a result that need not exist (1/0) is a
/// ball that is not finite. A comparison that the balls do not decide is
/// remembered (Precision::undecided) and may answer either.
class Ball {
public:
  /// The precision of the balls of this thread while this object lives, in bits
  /// of the midpoint.
  class Precision {
  public:
    explicit Precision(long bits) : bits(bits), outer(current) {
      current = this;
    }
    ~Precision() { current = outer; }
    Precision(const Precision &) = delete;
    Precision &operator=(const Precision &) = delete;

    /// Whether a comparison could not be decided; what came of it is no
    /// enclosure.
    bool undecided = false;

  private:
    friend struct BallAccess;
    long bits;
    Precision *outer;
    static thread_local Precision *current;
  };

  Ball();
  Ball(long number);
  Ball(int number) : Ball(static_cast<long>(number)) {}
  Ball(const Ball &other);
  Ball(Ball &&other) noexcept;
  ~Ball();
  Ball &operator=(const Ball &other);
  Ball &operator=(Ball &&other) noexcept;

  /// The number that a double is; none for NaN and the infinities.
  static std::optional<Ball> of(double number);
  static Ball of(const Rational &number);
  static Ball pi();

  bool isFinite() const;
  double toDouble() const; ///< near the midpoint
  /// Bounds of |x|, rounded outwards; an upper one may be infinite.
  double lowerOfAbs() const, upperOfAbs() const;

  static Ball divide(const Ball &a, const Ball &b);
  static Ball maximum(const Ball &a, const Ball &b);
  static Ball minimum(const Ball &a, const Ball &b);
  Ball abs() const;
  Ball sqrt() const, exp() const, expm1() const, log() const, log1p() const;
  Ball tanh() const, erf() const;

  Ball &operator+=(const Ball &b);
  Ball &operator-=(const Ball &b);
  Ball &operator*=(const Ball &b);
  Ball operator-() const;
  friend Ball operator+(Ball a, const Ball &b) { return a += b; }
  friend Ball operator-(Ball a, const Ball &b) { return a -= b; }
  friend Ball operator*(Ball a, const Ball &b) { return a *= b; }

  friend bool operator<(const Ball &a, const Ball &b);
  friend bool operator==(const Ball &a, const Ball &b);
  friend bool operator>(const Ball &a, const Ball &b) { return b < a; }
  friend bool operator<=(const Ball &a, const Ball &b) { return !(b < a); }
  friend bool operator>=(const Ball &a, const Ball &b) { return !(a < b); }
  friend bool operator!=(const Ball &a, const Ball &b) { return !(a == b); }

private:
  friend struct BallAccess;

  /// An arb_struct, whose header would bring its macros here.
  alignas(std::max_align_t) std::byte storage[48];
};

} // namespace mlir::kreg

#endif // KREGC_DIALECT_INTERPRETER_BALL_H

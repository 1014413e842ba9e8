// Balls over Arb.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Ball.h"

#include <arb_hypgeom.h>
#include <cmath>

using namespace mlir::kreg;

thread_local Ball::Precision *Ball::Precision::current = nullptr;

namespace mlir::kreg {

/// What the functions of this file need of a ball.
struct BallAccess {
  static arb_ptr of(Ball &ball) {
    static_assert(sizeof(arb_struct) <= sizeof ball.storage);
    return reinterpret_cast<arb_ptr>(ball.storage);
  }
  static arb_srcptr of(const Ball &ball) {
    return reinterpret_cast<arb_srcptr>(ball.storage);
  }
  /// Without a Precision that of a double.
  static long bits() {
    return Ball::Precision::current ? Ball::Precision::current->bits : 53;
  }
  static bool decide(int surely, int surelyNot) {
    if (!surely && !surelyNot && Ball::Precision::current) {
      Ball::Precision::current->undecided = true;
    }
    return surely != 0;
  }
};

bool operator<(const Ball &a, const Ball &b) {
  return BallAccess::decide(arb_lt(BallAccess::of(a), BallAccess::of(b)),
                            arb_ge(BallAccess::of(a), BallAccess::of(b)));
}

bool operator==(const Ball &a, const Ball &b) {
  return BallAccess::decide(arb_eq(BallAccess::of(a), BallAccess::of(b)),
                            arb_ne(BallAccess::of(a), BallAccess::of(b)));
}

} // namespace mlir::kreg

Ball::Ball() { arb_init(BallAccess::of(*this)); }
Ball::Ball(long number) : Ball() { arb_set_si(BallAccess::of(*this), number); }
Ball::Ball(const Ball &other) : Ball() {
  arb_set(BallAccess::of(*this), BallAccess::of(other));
}
Ball::Ball(Ball &&other) noexcept : Ball() {
  arb_swap(BallAccess::of(*this), BallAccess::of(other));
}
Ball::~Ball() { arb_clear(BallAccess::of(*this)); }
Ball &Ball::operator=(const Ball &other) {
  if (this != &other) {
    arb_set(BallAccess::of(*this), BallAccess::of(other));
  }
  return *this;
}
Ball &Ball::operator=(Ball &&other) noexcept {
  arb_swap(BallAccess::of(*this), BallAccess::of(other));
  return *this;
}

std::optional<Ball> Ball::of(double number) {
  if (!std::isfinite(number)) {
    return std::nullopt;
  }
  Ball ball;
  arb_set_d(BallAccess::of(ball), number);
  return ball;
}

Ball Ball::of(const Rational &number) {
  Ball ball;
  fmpq_t fraction;
  fmpq_init(fraction);
  fmpq_set_mpq(fraction, number.get());
  arb_set_fmpq(BallAccess::of(ball), fraction, BallAccess::bits());
  fmpq_clear(fraction);
  return ball;
}

Ball Ball::pi() {
  Ball ball;
  arb_const_pi(BallAccess::of(ball), BallAccess::bits());
  return ball;
}

bool Ball::isFinite() const {
  return arb_is_finite(BallAccess::of(*this)) != 0;
}

double Ball::toDouble() const {
  return arf_get_d(arb_midref(BallAccess::of(*this)), ARF_RND_NEAR);
}

/// A bound of |x| by `bound`, rounded by `rounding`.
template <typename Bound>
static double absolute(arb_srcptr x, Bound bound, arf_rnd_t rounding) {
  arf_t result;
  arf_init(result);
  bound(result, x, 53);
  double number = arf_get_d(result, rounding);
  arf_clear(result);
  return number;
}

double Ball::lowerOfAbs() const {
  return absolute(BallAccess::of(*this), arb_get_abs_lbound_arf, ARF_RND_DOWN);
}

double Ball::upperOfAbs() const {
  return absolute(BallAccess::of(*this), arb_get_abs_ubound_arf, ARF_RND_UP);
}

Ball Ball::operator-() const {
  Ball result;
  arb_neg(BallAccess::of(result), BallAccess::of(*this));
  return result;
}

Ball Ball::abs() const {
  Ball result;
  arb_abs(BallAccess::of(result), BallAccess::of(*this));
  return result;
}

// The functions of one and two numbers are all of one form.
#define KREG_BALL_UPDATE(OPERATOR, FUNCTION)                                   \
  Ball &Ball::operator OPERATOR(const Ball &b) {                               \
    FUNCTION(BallAccess::of(*this), BallAccess::of(*this), BallAccess::of(b),  \
             BallAccess::bits());                                              \
    return *this;                                                              \
  }
KREG_BALL_UPDATE(+=, arb_add)
KREG_BALL_UPDATE(-=, arb_sub)
KREG_BALL_UPDATE(*=, arb_mul)
#undef KREG_BALL_UPDATE

#define KREG_BALL_OF_TWO(NAME, FUNCTION)                                       \
  Ball Ball::NAME(const Ball &a, const Ball &b) {                              \
    Ball result;                                                               \
    FUNCTION(BallAccess::of(result), BallAccess::of(a), BallAccess::of(b),     \
             BallAccess::bits());                                              \
    return result;                                                             \
  }
KREG_BALL_OF_TWO(divide, arb_div)
KREG_BALL_OF_TWO(maximum, arb_max)
KREG_BALL_OF_TWO(minimum, arb_min)
#undef KREG_BALL_OF_TWO

#define KREG_BALL_OF_ONE(NAME, FUNCTION)                                       \
  Ball Ball::NAME() const {                                                    \
    Ball result;                                                               \
    FUNCTION(BallAccess::of(result), BallAccess::of(*this),                    \
             BallAccess::bits());                                              \
    return result;                                                             \
  }
KREG_BALL_OF_ONE(sqrt, arb_sqrt)
KREG_BALL_OF_ONE(exp, arb_exp)
KREG_BALL_OF_ONE(expm1, arb_expm1)
KREG_BALL_OF_ONE(log, arb_log)
KREG_BALL_OF_ONE(log1p, arb_log1p)
KREG_BALL_OF_ONE(tanh, arb_tanh)
KREG_BALL_OF_ONE(erf, arb_hypgeom_erf)
#undef KREG_BALL_OF_ONE

// Balls contain what they should, and say when they do not know.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Arithmetic.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mlir::kreg;

namespace {

/// The ball of a - b; two balls of one number contain 0 in their difference.
bool mayBeEqual(const Ball &a, const Ball &b) {
  return (a - b).lowerOfAbs() == 0;
}

TEST(Ball, GetsNarrowerWithThePrecision) {
  double radius[2];
  for (int i : {0, 1}) {
    Ball::Precision precision(i == 0 ? 64 : 256);
    Ball third = Ball::divide(1, 3);
    radius[i] = (Ball(3) * third - 1).upperOfAbs();
    EXPECT_TRUE(mayBeEqual(Ball(3) * third, 1));
  }
  EXPECT_GT(radius[0], 0);
  EXPECT_LT(radius[1], 1e-50 * radius[0]);
}

TEST(Ball, ContainsTheFunctionsOfDoubles) {
  Ball::Precision precision(128);
  using A = interpreter::Arithmetic<Ball>;
  for (double x : {-7.5, -0.3, 0.0, 0.25, 1.0, 4.0, 30.0}) {
    Ball ball = *Ball::of(x);
    EXPECT_NEAR(A::exp(ball)->toDouble(), std::exp(x), 1e-15 * std::exp(x));
    EXPECT_NEAR(A::tanh(ball)->toDouble(), std::tanh(x), 1e-15);
    EXPECT_NEAR(A::erf(ball)->toDouble(), std::erf(x), 1e-15);
    EXPECT_NEAR(A::abs(ball).toDouble(), std::fabs(x), 0);
    EXPECT_NEAR(interpreter::maximum(ball, Ball(1)).toDouble(),
                std::max(x, 1.0), 0);
  }
  EXPECT_TRUE(
      mayBeEqual(Ball::of(*Rational::divide(1, 3)), Ball::divide(1, 3)));
}

TEST(Ball, IsNotFiniteWhereAResultNeedNotExist) {
  Ball::Precision precision(64);
  EXPECT_FALSE(Ball::divide(1, 0).isFinite());
  EXPECT_FALSE(Ball(-1).log().isFinite());
  Ball third = Ball::divide(1, 3);
  EXPECT_FALSE(Ball::divide(1, Ball(3) * third - 1).isFinite());
  EXPECT_FALSE(Ball::of(std::nan("")).has_value());
  // Far beyond doubles there are still numbers.
  Ball huge = Ball(1 << 20);
  for (int i = 0; i < 40; ++i) {
    huge *= huge;
  }
  EXPECT_TRUE(huge.isFinite());
  EXPECT_TRUE(std::isinf(huge.upperOfAbs()));
}

TEST(Ball, RemembersComparisonsThatItCannotDecide) {
  Ball::Precision precision(64);
  EXPECT_TRUE(Ball(1) < Ball(2));
  EXPECT_FALSE(Ball(2) < Ball(2));
  EXPECT_TRUE(Ball(2) == Ball(2));
  EXPECT_FALSE(precision.undecided);
  Ball one = Ball(3) * Ball::divide(1, 3);
  {
    Ball::Precision inner(128);
    (void)(one < Ball(1));
    EXPECT_TRUE(inner.undecided);
  }
  EXPECT_FALSE(precision.undecided);
  (void)(one == Ball(1));
  EXPECT_TRUE(precision.undecided);
}

} // namespace

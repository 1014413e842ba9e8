// The interpreter's penalties, exact arithmetic, and what it refuses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/InterpreterTestSupport.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::test;

static const std::string kT = "tensor<?x2xf32>";

//===----------------------------------------------------------------------===//
// Penalties
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, PenaltiesDivideByTheBatch) {
  const std::string body = "%y = kreg.unary neg %x : " + kT +
                           "\n%p = kreg.penalty %y, <0.5 : f64, 0.25 : f64> "
                           "per batch : " +
                           kT +
                           "\n%q = kreg.penalty %y, <0.5 : f64, 0.25 : f64> "
                           "per none : " +
                           kT;
  auto result = run<double>(kT, kT, body, {{2, 2}, {1, -2, 3, -4}}, "%p, %q");
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->penalties, {(0.5 * 10 + 0.25 * 30) / 2, 12.5});
  auto empty = run<double>(kT, kT, body, {{0, 2}, {}}, "%p, %q");
  ASSERT_TRUE(bool(empty)) << llvm::toString(empty.takeError());
  expectNear(empty->penalties, {0, 0});
}

TEST_F(Interpreter, ABatchThatBecameAnotherDimensionDividesByDimension0) {
  auto result = run<double>(
      kT, "tensor<2x?xf32>",
      "%y = kreg.transpose %x perm [1, 0] : (" + kT +
          ") -> tensor<2x?xf32>\n%p = kreg.penalty %y, <1.0 : f64, 0.0 : f64> "
          "per batch : tensor<2x?xf32>",
      {{3, 2}, {1, 1, 1, 1, 1, 1}}, "%p");
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->penalties, {3});
}

TEST_F(Interpreter, CoefficientsAreRoundedToFloat32) {
  auto result = run<double>(
      kT, kT,
      "%y = kreg.unary neg %x : " + kT +
          "\n%p = kreg.penalty %y, <0.1 : f64, 0.0 : f64> per none : " + kT,
      {{1, 2}, {1, 0}}, "%p");
  ASSERT_TRUE(bool(result));
  EXPECT_EQ(result->penalties[0], double(0.1f));
}

// Keras leaves out the sum of a zero coefficient, and NaN or infinity with it.
TEST_F(Interpreter, ZeroCoefficientsDoNotMultiply) {
  auto result = run<double>(
      kT, kT,
      "%y = kreg.unary neg %x : " + kT +
          "\n%p = kreg.penalty %y, <1.0 : f64, 0.0 : f64> per none : " + kT +
          "\n%q = kreg.penalty %y, <0.0 : f64, 1.0 : f64> per none : " + kT,
      {{1, 2}, {1e200, 0}}, "%p, %q");
  ASSERT_TRUE(bool(result));
  expectNear(result->penalties, {1e200, kInf});
}

TEST_F(Interpreter, LayersPenaliseTheirOutputs) {
  auto result = run<double>(
      kT, kT,
      R"(%y = kreg.layer "outer" A penalised <1.0 : f64, 0.0 : f64> per batch {
           %0 = kreg.layer "inner" B penalised <0.0 : f64, 1.0 : f64> per none {
             %1 = kreg.dropout %x rate 0.5 : tensor<?x2xf32>
             kreg.yield %1 : tensor<?x2xf32>
           } : tensor<?x2xf32>
           %2 = kreg.unary relu %0 : tensor<?x2xf32>
           kreg.yield %2 : tensor<?x2xf32>
         } : tensor<?x2xf32>)",
      {{2, 2}, {1, -2, 3, -4}});
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->penalties, {30, 2});
  expectNear(result->outputs[0].data, {1, 0, 3, 0});
}

TEST_F(Interpreter, KernelsOfCoreOps) {
  auto result =
      run<double>(kT, kT,
                  R"(%y, %s = kreg.kernel "k" (%a = %x : tensor<?x2xf32>) {
           %0 = kreg.unary relu %a : tensor<?x2xf32>
           %1 = kreg.penalty %0, <1.0 : f64, 0.0 : f64> per none : tensor<?x2xf32>
           kreg.yield %0, %1 : tensor<?x2xf32>, f64
         } : tensor<?x2xf32>, f64
         %p = kreg.divide_by_batch %s by %y : tensor<?x2xf32>)",
                  {{2, 2}, {1, -2, 3, -4}}, "%p");
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->penalties, {2});
}

TEST_F(Interpreter, WeightPenalties) {
  parse(R"(
    kreg.variable @a penalised <0.5 : f64, 0.25 : f64> : tensor<2xf32> = dense<[1.0, -2.0]> : tensor<2xf32>
    kreg.variable @b : tensor<2xf32> = dense<1.0> : tensor<2xf32>
    kreg.variable @c penalised <0.0 : f64, 1.0 : f64> : tensor<2xf32> = dense<3.0> : tensor<2xf32>
    kreg.model @m(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
      kreg.return %x : tensor<?x2xf32>
    })");
  auto penalties = weightPenalties(*module);
  ASSERT_TRUE(bool(penalties)) << llvm::toString(penalties.takeError());
  expectNear(*penalties, {0.5 * 3 + 0.25 * 5, 18});
}

//===----------------------------------------------------------------------===//
// Exact arithmetic
//===----------------------------------------------------------------------===//

static Rational ratio(long a, long b) {
  return *Rational::divide(Rational(a), Rational(b));
}

TEST(RationalNumbers, AreExact) {
  EXPECT_EQ(ratio(1, 3) + ratio(1, 6), ratio(1, 2));
  EXPECT_EQ(ratio(1, 3) - ratio(1, 2), ratio(-1, 6));
  EXPECT_EQ(ratio(2, 3) * ratio(9, 4), ratio(3, 2));
  EXPECT_EQ(ratio(-6, 4).toString(), "-3/2");
  EXPECT_LT(ratio(1, 3), ratio(34, 100));
  EXPECT_EQ(*Rational::of(0.1), *Rational::of(0.1) * ratio(7, 7));
  EXPECT_NE(*Rational::of(0.1), ratio(1, 10)); // a double is not a tenth
  EXPECT_EQ(Rational::sqrt(ratio(9, 4)), ratio(3, 2));
  EXPECT_FALSE(Rational::sqrt(Rational(2)));
  EXPECT_FALSE(Rational::sqrt(Rational(-4)));
  EXPECT_FALSE(Rational::divide(Rational(1), Rational(0)));
  EXPECT_FALSE(Rational::of(kNaN));
  EXPECT_FALSE(Rational::of(-kInf));
  EXPECT_EQ(ratio(3, 4).toDouble(), 0.75);
}

TEST_F(Interpreter, RationalMeansAndPenalties) {
  const std::string t = "tensor<?x3x1xf32>";
  auto result = run<Rational>(
      t, "tensor<?x1xf32>",
      "%y = kreg.reduce mean %x axes [1] : (" + t +
          ") -> tensor<?x1xf32>\n%p = kreg.penalty %y, <0.5 : f64, 0.25 : f64> "
          "per batch : tensor<?x1xf32>",
      {{1, 3, 1}, {Rational(1), Rational(0), Rational(0)}}, "%p");
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_EQ(result->outputs[0].data[0], ratio(1, 3));
  EXPECT_EQ(result->penalties[0], ratio(1, 6) + ratio(1, 36));
}

TEST_F(Interpreter, RationalFunctionsWhereTheyAre) {
  using Numbers = std::vector<Rational>;
  EXPECT_EQ(map("unary elu %x params [1.0]", Numbers{0, 3}), (Numbers{0, 3}));
  EXPECT_EQ(map("unary hard_silu %x", Numbers{-1, 9}),
            (Numbers{ratio(-1, 3), 9}));
  EXPECT_EQ(map("unary sigmoid %x", Numbers{0}), Numbers{ratio(1, 2)});
  EXPECT_EQ(map("softmax %x axis 1", Numbers{5, 5, 5}),
            (Numbers{ratio(1, 3), ratio(1, 3), ratio(1, 3)}));
  EXPECT_EQ(map("unary sqrt %x", Numbers{ratio(1, 4)}), Numbers{ratio(1, 2)});
  EXPECT_EQ(map("unary clipped_relu %x params [0.0, 0.0, 0x7FF0000000000000]",
                Numbers{-1, 100}),
            (Numbers{0, 100}));
}

TEST_F(Interpreter, IrrationalValuesNameTheirOp) {
  const std::string t = "tensor<?x1xf32>";
  auto fails = [&](const std::string &body) {
    return message(
        run<Rational>(t, t, body, {{1, 1}, {Rational(2)}}).takeError());
  };
  EXPECT_EQ(fails(R"(%y = kreg.layer "act" Activation {
                       %0 = kreg.unary gelu %x : tensor<?x1xf32>
                       kreg.yield %0 : tensor<?x1xf32>
                     } : tensor<?x1xf32>)"),
            "layer 'act': 'kreg.unary' op 'gelu' has a value that is not "
            "rational");
  EXPECT_EQ(fails("%0 = kreg.binary sub %x, %x : (" + t + ", " + t + ") -> " +
                  t + "\n%y = kreg.binary div %x, %0 : (" + t + ", " + t +
                  ") -> " + t),
            "'kreg.binary' op divides by zero, which is not rational");
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, RefusesInputsThatDoNotFit) {
  ModelOp model =
      parse("kreg.model @m(%a: tensor<?x2xf32>, %b: tensor<?x1xf32>) -> "
            "tensor<?x2xf32> {\nkreg.return %a : tensor<?x2xf32>\n}");
  auto fails = [&](std::vector<Tensor<double>> inputs) {
    return message(evaluate<double>(model, inputs).takeError());
  };
  EXPECT_EQ(fails({{{1, 2}, {1, 2}}}),
            "'kreg.model' op has 2 inputs, but got 1");
  EXPECT_EQ(fails({{{1, 3}, {1, 2, 3}}, {{1, 1}, {1}}}),
            "'kreg.model' op input 0 of type 'tensor<?x2xf32>' got a tensor of "
            "shape [1, 3] with 3 elements, at a batch of 1");
  EXPECT_EQ(fails({{{1, 2}, {1, 2}}, {{2, 1}, {1, 2}}}),
            "'kreg.model' op input 1 of type 'tensor<?x1xf32>' got a tensor of "
            "shape [2, 1] with 2 elements, at a batch of 1");
  EXPECT_EQ(fails({{{1, 2}, {1}}, {{1, 1}, {1}}}),
            "'kreg.model' op input 0 of type 'tensor<?x2xf32>' got a tensor of "
            "shape [1, 2] with 1 elements");
}

TEST_F(Interpreter, RefusesWeightsWithoutAValue) {
  auto result =
      run<double>("tensor<?x1xf32>", "tensor<?x1xf32>",
                  "%k = kreg.read @k : tensor<1x1xf32>\n"
                  "%y = kreg.dense %x, %k : (tensor<?x1xf32>, "
                  "tensor<1x1xf32>) -> tensor<?x1xf32>",
                  {{1, 1}, {1}}, "", "kreg.variable @k : tensor<1x1xf32>");
  EXPECT_EQ(message(result.takeError()),
            "'kreg.read' op reads 'k', which has no value");
}

// The ops of the feed-forward layers in the interpreter: values that Keras
// 3.15.1 gives, or that can be checked by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/InterpreterTestSupport.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::test;

namespace {

class InterpreterLayers : public Interpreter {
protected:
  /// The only output of one op on x: "kreg.<op> : (<in>) -> <out>".
  Doubles apply(const std::string &op, const std::string &in,
                const std::string &out, Tensor<double> x,
                const std::string &before = "", const std::string &types = "") {
    auto result = run<double>(in, out,
                              before + "\n%y = kreg." + op + " : (" + in +
                                  types + ") -> " + out,
                              std::move(x));
    EXPECT_TRUE(bool(result)) << llvm::toString(result.takeError());
    return result->outputs[0].data;
  }

  /// Conv1DTranspose of [1, 10, 100] with the kernel [1, 2, …].
  Doubles transposed(int taps, const std::string &window, int extent) {
    std::string kernel = "tensor<" + std::to_string(taps) + "x1x1xf32>";
    std::string values;
    for (int i = 1; i <= taps; ++i) {
      values +=
          (i == 1 ? "[[" : ", [[") + std::to_string(i) + ".0]]"; // F = C = 1
    }
    return apply("conv_transpose %x, %k " + window, "tensor<?x3x1xf32>",
                 "tensor<?x" + std::to_string(extent) + "x1xf32>",
                 {{1, 3, 1}, {1, 10, 100}},
                 "%k = kreg.constant dense<[" + values + "]> : " + kernel,
                 ", " + kernel);
  }
};

} // namespace

TEST_F(InterpreterLayers, TransposedConvolutionsAreThoseOfKeras) {
  // valid, stride 2
  expectNear(transposed(3, "strides [2] dilations [1] pads [0] to [0]", 7),
             {1, 2, 13, 20, 130, 200, 300});
  // same, stride 2
  expectNear(transposed(3, "strides [2] dilations [1] pads [0] to [1]", 6),
             {1, 2, 13, 20, 130, 200});
  // A stride above the window: points without a tap, at the end too.
  expectNear(transposed(2, "strides [3] dilations [1] pads [0] to [-1]", 9),
             {1, 2, 0, 10, 20, 0, 100, 200, 0});
  // same, dilated
  expectNear(transposed(3, "strides [1] dilations [2] pads [2] to [2]", 3),
             {102, 20, 203});
}

TEST_F(InterpreterLayers, BilinearUpsamplingIsThatOfKeras) {
  Tensor<double> x{{1, 2, 3, 1}, {1, 2, 4, 8, 16, 32}};
  const std::string in = "tensor<?x2x3x1xf32>";
  expectNear(
      apply("resize bilinear %x to [4, 6]", in, "tensor<?x4x6x1xf32>", x),
      {1,      1.25,  1.75,  2.5, 3.5,  4,      2.75,    3.4375,
       4.8125, 6.875, 9.625, 11,  6.25, 7.8125, 10.9375, 15.625,
       21.875, 25,    8,     10,  14,   20,     28,      32});
  expectNear(
      apply("resize bilinear %x to [3, 2]", in, "tensor<?x3x2x1xf32>", x),
      {1.25, 3.5, 5.625, 15.75, 10, 28});
}

TEST_F(InterpreterLayers, NormalisationsAreThoseOfKeras) {
  const std::string t = "tensor<?x4xf32>";
  auto normalized = [&](const std::string &op, Tensor<double> x) {
    auto result = run<double>(t, t, "%y = kreg.normalize " + op + " : " + t, x);
    EXPECT_TRUE(bool(result)) << llvm::toString(result.takeError());
    return result->outputs[0].data;
  };
  Tensor<double> x{{1, 4}, {1, 2, 3, 6}};
  expectNear(normalized("standard %x axes [1] epsilon 0.5", x),
             {-1, -0.5, 0, 1.5});
  expectNear(normalized("rms %x axes [1] epsilon 0.5", x),
             {0.2773500979, 0.5547001958, 0.8320502943, 1.6641005887}, 1e-8);
  expectNear(normalized("l2 %x axes [1] epsilon 1.0e-12",
                        {{3, 4}, {3, 4, 0, 0, 0, 0, 0, 0, 1, kNaN, 0, 0}}),
             {.6, .8, 0, 0, 0, 0, 0, 0, kNaN, kNaN, kNaN, kNaN});
  // Below epsilon the divisor is epsilon.
  expectNear(normalized("l2 %x axes [1] epsilon 4.0", {{1, 4}, {2, 0, 0, 0}}),
             {0.5, 0, 0, 0});
}

TEST_F(InterpreterLayers, NormalisationTakesStatisticsOverItsAxes) {
  auto result = run<double>(
      "tensor<?x2x2xf32>", "tensor<?x2x2xf32>",
      "%y = kreg.normalize rms %x axes [1] epsilon 0.0 : tensor<?x2x2xf32>",
      {{1, 2, 2}, {1, 3, 7, 3}});
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->outputs[0].data, {0.2, 1, 1.4, 1});
}

TEST_F(InterpreterLayers, SlicesAndRepeats) {
  Tensor<double> x{{1, 5, 1}, {1, 2, 3, 4, 5}};
  const std::string in = "tensor<?x5x1xf32>";
  expectNear(apply("slice %x low [0, 1, 0] high [0, 2, 0]", in,
                   "tensor<?x2x1xf32>", x),
             {2, 3});
  expectNear(apply("slice %x low [0, 0, 0] high [0, 1, 0] strides [1, 3, 1]",
                   in, "tensor<?x2x1xf32>", x),
             {1, 4});
  expectNear(apply("repeat %x factors [1, 2, 3]", "tensor<?x2x1xf32>",
                   "tensor<?x4x3xf32>", {{1, 2, 1}, {7, 8}}),
             {7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8});
}

TEST_F(InterpreterLayers, EmbeddingsOfIdsOutsideAreNaN) {
  const std::string table =
      "%t = kreg.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>";
  expectNear(apply("embedding %x, %t", "tensor<?x6xf32>", "tensor<?x6x2xf32>",
                   {{1, 6}, {1, 0, 1.75, -1, 2, kNaN}}, table,
                   ", tensor<2x2xf32>"),
             {3, 4, 1, 2, 3, 4, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN});
  auto exact =
      run<Rational>("tensor<?x1xf32>", "tensor<?x1x2xf32>",
                    table + "\n%y = kreg.embedding %x, %t : (tensor<?x1xf32>, "
                            "tensor<2x2xf32>) -> tensor<?x1x2xf32>",
                    {{1, 1}, {Rational(2)}});
  EXPECT_NE(message(exact.takeError()).find("outside of its table"),
            std::string::npos);
}

TEST_F(InterpreterLayers, MinimaPropagateNaN) {
  expectNear(apply("reduce min %x axes [1]", "tensor<?x3xf32>", "tensor<?xf32>",
                   {{3, 3}, {3, 1, 2, 1, kNaN, 2, kInf, kInf, kInf}}),
             {1, kNaN, kInf});
}

TEST_F(InterpreterLayers, NoiseIsTheIdentityAtInference) {
  Doubles x = {1, -2, kNaN};
  expectNear(map("noise gaussian_noise %x amount 3.0", x), x);
  expectNear(map("noise gaussian_dropout %x amount 0.5 seed 1", x), x);
  expectNear(map("noise alpha_dropout %x amount 1.0", x), x);
}

//===----------------------------------------------------------------------===//
// Orthogonal penalties
//===----------------------------------------------------------------------===//

TEST_F(InterpreterLayers, OrthogonalPenaltiesAreMeansOverPairs) {
  const std::string t = "tensor<?x2xf32>";
  auto penalties = [&](Tensor<double> x) {
    auto result = run<double>(
        t, t,
        "%y = kreg.layer \"l\" L penalised orthogonal <0.5, rows> per batch {\n"
        "kreg.yield %x : " +
            t + "\n} : " + t +
            "\n%c = kreg.orthogonal_penalty %y, <0.5, columns> per none : " + t,
        std::move(x), "%c");
    EXPECT_TRUE(bool(result)) << llvm::toString(result.takeError());
    return result->penalties;
  };
  // Rows (3, 4), (4, 3), (0, 1): cosines 24/25, 4/5, 3/5. Columns (3, 4, 0),
  // (4, 3, 1): 24/(5·√26).
  expectNear(penalties({{3, 2}, {3, 4, 4, 3, 0, 1}}),
             {0.5 * 24 / (5 * std::sqrt(26)),
              0.5 * (24.0 / 25 + 4.0 / 5 + 3.0 / 5) / 3 / 3});
  // One row has no pairs; zeros are orthogonal to all.
  expectNear(penalties({{1, 2}, {1, 0}}), {0, kNaN});
  expectNear(penalties({{0, 2}, {}}), {0, 0});
}

TEST_F(InterpreterLayers, OrthogonalPenaltiesOfWeights) {
  parse("kreg.variable @k trainable orthogonal <0.25, columns> : "
        "tensor<2x2xf32> = dense<[[3.0, 0.0], [-4.0, 2.0]]> : tensor<2x2xf32>\n"
        "kreg.model @m(%x: tensor<?x1xf32>) -> tensor<?x1xf32> {\n"
        "kreg.return %x : tensor<?x1xf32>\n}");
  auto penalties = weightPenalties(*module);
  ASSERT_TRUE(bool(penalties)) << llvm::toString(penalties.takeError());
  expectNear(*penalties, {0.25 * 0.8});
}

// The interpreter by itself: the formula of each op at values that can be
// checked by hand, what it does with NaN, and what it refuses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/InterpreterTestSupport.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::test;

//===----------------------------------------------------------------------===//
// Functions of one number
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, PiecewiseLinearFunctions) {
  Doubles x = {-3, -1, 0, 1, 9, kNaN};
  expectNear(map("unary relu %x", x), {0, 0, 0, 1, 9, kNaN});
  expectNear(map("unary relu6 %x", x), {0, 0, 0, 1, 6, kNaN});
  expectNear(map("unary leaky_relu %x params [0.25]", x),
             {-0.75, -0.25, 0, 1, 9, kNaN});
  expectNear(map("unary abs %x", x), {3, 1, 0, 1, 9, kNaN});
  expectNear(map("unary neg %x", x), {3, 1, 0, -1, -9, kNaN});
  expectNear(map("unary hard_sigmoid %x params [0.2, 0.5]", x),
             {0, 0.3, 0.5, 0.7, 1, kNaN});
  expectNear(map("unary hard_silu %x", x), {0, -1.0 / 3, 0, 2.0 / 3, 9, kNaN});
  expectNear(map("unary clip %x params [-2.0, 1.5]", x),
             {-2, -1, 0, 1, 1.5, kNaN});
  expectNear(map("unary threshold %x params [0.0, -7.0]", x),
             {-7, -7, -7, 1, 9, -7});
}

// The values are those that Keras 3.15.1 gives.
TEST_F(Interpreter, ReluLayer) {
  expectNear(map("unary clipped_relu %x params [0.1, 0.5, 6.0]",
                 Doubles{-1, 0.2, 0.5, 3, 9, kNaN}),
             {-1.5 * 0.1F, -0.3 * 0.1F, 0, 3, 6, kNaN}); // float32's 0.1
  // No maximum, and at -inf no 0·inf.
  expectNear(map("unary clipped_relu %x params [0.0, 0.0, 0x7FF0000000000000]",
                 Doubles{-kInf, 1, kInf, kNaN}),
             {0, 1, kInf, kNaN});
}

TEST_F(Interpreter, SmoothFunctions) {
  Doubles x = {-3, -1, 0, 1, 3};
  expectNear(map("unary gelu %x", x), {-.00405, -.15866, 0, .84134, 2.99595},
             1e-5);
  expectNear(map("unary selu %x params [1.0507009873554805, "
                 "1.6732632423543772]",
                 x),
             {-1.67057, -1.11133, 0, 1.0507, 3.1521}, 1e-5);
  expectNear(map("unary mish %x", x), {-.14565, -.3034, 0, .8651, 2.98654},
             1e-5);
  Doubles gelu, elu, celu, silu, sigmoid, softplus, softsign;
  for (double v : x) {
    gelu.push_back(
        v / 2 *
        (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v))));
    elu.push_back(v > 0 ? v : 0.5 * (std::exp(v) - 1));
    celu.push_back(v > 0 ? v : 0.5 * (std::exp(v / 0.5) - 1));
    sigmoid.push_back(1 / (1 + std::exp(-v)));
    silu.push_back(v * sigmoid.back());
    softplus.push_back(std::log(1 + std::exp(v)));
    softsign.push_back(v / (1 + std::fabs(v)));
  }
  expectNear(map("unary gelu_tanh %x", x), gelu);
  expectNear(map("unary elu %x params [0.5]", x), elu);
  expectNear(map("unary celu %x params [0.5]", x), celu);
  expectNear(map("unary sigmoid %x", x), sigmoid);
  expectNear(map("unary silu %x", x), silu);
  expectNear(map("unary softplus %x", x), softplus);
  expectNear(map("unary softsign %x", x), softsign);
  for (double &v : softplus) {
    v = -v;
  }
  // log_sigmoid(x) = -softplus(-x); x is symmetric.
  expectNear(map("unary log_sigmoid %x", x),
             Doubles(softplus.rbegin(), softplus.rend()));
  expectNear(map("unary tanh %x", Doubles{0.5}), {std::tanh(0.5)});
  expectNear(map("unary exp %x", x),
             {std::exp(-3), std::exp(-1), 1, std::exp(1), std::exp(3)});
  expectNear(map("unary log %x", Doubles{1, 2, 0, -1}),
             {0, std::log(2), -kInf, kNaN});
  expectNear(map("unary sqrt %x", Doubles{0, 2, -1}), {0, std::sqrt(2), kNaN});
  expectNear(map("unary square %x", Doubles{-3, kInf}), {9, kInf});
}

TEST_F(Interpreter, LargeArgumentsDoNotOverflow) {
  Doubles x = {-1000, 1000};
  expectNear(map("unary softplus %x", x), {0, 1000});
  expectNear(map("unary log_sigmoid %x", x), {-1000, 0});
  expectNear(map("unary sigmoid %x", x), {0, 1});
  expectNear(map("unary mish %x", x), {0, 1000});
  expectNear(map("softmax %x axis 1", x), {0, 1});
}

// But for the threshold, of which Keras asks "x > a ?", to which NaN says no.
TEST_F(Interpreter, NaNGoesThroughEveryFunction) {
  for (unsigned kind = 0; kind <= getMaxEnumValForUnaryKind(); ++kind) {
    auto k = static_cast<UnaryKind>(kind);
    std::string params;
    for (size_t i = 0; i < getNumParameters(k); ++i) {
      params += (i == 0 ? " params [" : ", ") + std::string("1.0");
    }
    params += params.empty() ? "" : "]";
    std::string name = stringifyUnaryKind(k).str();
    SCOPED_TRACE(name);
    double want = k == UnaryKind::Threshold ? 1 : kNaN;
    expectNear(map("unary " + name + " %x" + params, Doubles{kNaN}), {want});
  }
}

//===----------------------------------------------------------------------===//
// Other ops
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, BinaryOpsBroadcast) {
  auto result = run<double>(
      "tensor<?x2x1xf32>", "tensor<?x2x3xf32>",
      "%c = kreg.constant dense<[1.0, 2.0, 4.0]> : tensor<3xf32>\n"
      "%0 = kreg.binary add %x, %c : (tensor<?x2x1xf32>, tensor<3xf32>) -> "
      "tensor<?x2x3xf32>\n"
      "%1 = kreg.binary mul %0, %c : (tensor<?x2x3xf32>, tensor<3xf32>) -> "
      "tensor<?x2x3xf32>\n"
      "%y = kreg.binary sub %1, %x : (tensor<?x2x3xf32>, tensor<?x2x1xf32>) -> "
      "tensor<?x2x3xf32>",
      {{1, 2, 1}, {10, 20}});
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_EQ(result->outputs[0].shape, (std::vector<int64_t>{1, 2, 3}));
  expectNear(result->outputs[0].data, {1, 14, 46, 1, 24, 76});
}

TEST_F(Interpreter, MaximaPropagateNaN) {
  const std::string t = "tensor<?x4x1xf32>";
  auto pooled = run<double>(t, "tensor<?x2x1xf32>",
                            "%y = kreg.pool max %x window [2] strides [2] pads "
                            "[0] to [0] : (" +
                                t + ") -> tensor<?x2x1xf32>",
                            {{1, 4, 1}, {kNaN, 1, 2, 3}});
  ASSERT_TRUE(bool(pooled));
  expectNear(pooled->outputs[0].data, {kNaN, 3});
  auto reduced = run<double>(t, "tensor<?x1xf32>",
                             "%y = kreg.reduce max %x axes [1] : (" + t +
                                 ") -> tensor<?x1xf32>",
                             {{1, 4, 1}, {1, kNaN, 2, 3}});
  ASSERT_TRUE(bool(reduced));
  expectNear(reduced->outputs[0].data, {kNaN});
  const std::string s = "tensor<?x2xf32>";
  auto both = run<double>(
      s, s,
      "%c = kreg.constant dense<1.0> : tensor<2xf32>\n"
      "%0 = kreg.binary max %x, %c : (" +
          s + ", tensor<2xf32>) -> " + s +
          "\n%y = kreg.binary min %c, %0 : (tensor<2xf32>, " + s + ") -> " + s,
      {{1, 2}, {kNaN, 3}});
  ASSERT_TRUE(bool(both));
  expectNear(both->outputs[0].data, {kNaN, 1});
}

TEST_F(Interpreter, AveragesLeavePaddingOut) {
  auto result = run<double>("tensor<?x3x1xf32>", "tensor<?x2x1xf32>",
                            "%y = kreg.pool avg %x window [2] strides [2] pads "
                            "[1] to [0] : (tensor<?x3x1xf32>) -> "
                            "tensor<?x2x1xf32>",
                            {{1, 3, 1}, {3, 4, 6}});
  ASSERT_TRUE(bool(result));
  expectNear(result->outputs[0].data, {3, 5});
}

TEST_F(Interpreter, GroupedDilatedConvolution) {
  // Two groups of one channel; taps 2 apart; one zero in front.
  auto result = run<double>(
      "tensor<?x4x2xf32>", "tensor<?x3x2xf32>",
      "%k = kreg.read @k : tensor<2x1x2xf32>\n"
      "%y = kreg.conv %x, %k strides [1] dilations [2] pads [1] to [0] groups "
      "2 "
      ": (tensor<?x4x2xf32>, tensor<2x1x2xf32>) -> tensor<?x3x2xf32>",
      {{1, 4, 2}, {1, 10, 2, 20, 3, 30, 4, 40}}, "",
      "kreg.variable @k : tensor<2x1x2xf32> = dense<[[[1.0, 2.0]], [[3.0, "
      "4.0]]]> : tensor<2x1x2xf32>");
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(
      result->outputs[0].data,
      {3 * 2, 4 * 20, 1 + 3 * 3, 2 * 10 + 4 * 30, 2 + 3 * 4, 2 * 20 + 4 * 40});
}

TEST_F(Interpreter, DepthwiseConvolution) {
  auto result = run<double>(
      "tensor<?x2x2xf32>", "tensor<?x1x4xf32>",
      "%k = kreg.constant dense<[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, "
      "8.0]]]> : tensor<2x2x2xf32>\n"
      "%y = kreg.depthwise_conv %x, %k strides [1] dilations [1] pads [0] to "
      "[0] : (tensor<?x2x2xf32>, tensor<2x2x2xf32>) -> tensor<?x1x4xf32>",
      {{1, 2, 2}, {1, 10, 2, 20}});
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->outputs[0].data, {11, 14, 170, 200});
}

TEST_F(Interpreter, Moves) {
  auto result = run<double>(
      "tensor<?x2x2xf32>", "tensor<?x8xf32>",
      "%0 = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x2xf32>) -> "
      "tensor<?x2x2xf32>\n"
      "%1 = kreg.pad %x low [0, 0, 1] high [0, 0, 0] : (tensor<?x2x2xf32>) -> "
      "tensor<?x2x3xf32>\n"
      "%2 = kreg.reduce sum %1 axes [1] keepdims : (tensor<?x2x3xf32>) -> "
      "tensor<?x1x3xf32>\n"
      "%3 = kreg.reshape %0 : tensor<?x2x2xf32> to tensor<?x4xf32>\n"
      "%4 = kreg.reshape %2 : tensor<?x1x3xf32> to tensor<?x3xf32>\n"
      "%5 = kreg.reduce mean %x axes [1, 2] : (tensor<?x2x2xf32>) -> "
      "tensor<?xf32>\n"
      "%6 = kreg.reshape %5 : tensor<?xf32> to tensor<?x1xf32>\n"
      "%y = kreg.concat %3, %4, %6 axis 1 : (tensor<?x4xf32>, tensor<?x3xf32>, "
      "tensor<?x1xf32>) -> tensor<?x8xf32>",
      {{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}});
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->outputs[0].data, {1, 3, 2, 4, 0, 4, 6, 2.5, //
                                       5, 7, 6, 8, 0, 12, 14, 6.5});
}

TEST_F(Interpreter, BatchNormalisation) {
  auto result = run<double>(
      "tensor<?x2xf32>", "tensor<?x2xf32>",
      "%m = kreg.constant dense<[1.0, 2.0]> : tensor<2xf32>\n"
      "%v = kreg.constant dense<[3.0, 8.0]> : tensor<2xf32>\n"
      "%b = kreg.constant dense<[0.5, -0.5]> : tensor<2xf32>\n"
      "%y = kreg.batch_norm %x mean %m variance %v beta %b epsilon 1.0 axis 1 "
      ": (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> "
      "tensor<?x2xf32>",
      {{1, 2}, {5, 8}});
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  expectNear(result->outputs[0].data, {2.5, 1.5});
}

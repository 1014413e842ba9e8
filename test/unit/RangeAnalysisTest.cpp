// Bounds of the elements of tensors: what each op makes of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Analysis/RangeAnalysis.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::kreg;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The bounds of the output of a model of tensors ?x4x6x2 with `body`, which
/// reads %x, %unit = sigmoid(%x) in [0, 1], %sign = tanh(%x) in [-1, 1] and the
/// results of `before`.
static Bounds boundsOf(StringRef body, StringRef type = "tensor<?x4x6x2xf32>",
                       StringRef before = "") {
  MLIRContext context;
  context.loadDialect<KregDialect, arith::ArithDialect>();
  std::string text =
      ("kreg.model @m(%x: tensor<?x4x6x2xf32>) -> " + type +
       " {\n%unit = kreg.unary sigmoid %x : tensor<?x4x6x2xf32>\n"
       "%sign = kreg.unary tanh %x : tensor<?x4x6x2xf32>\n" +
       before + "%y = " + body + "\nkreg.return %y : " + type + "\n}")
          .str();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << text;
    return {};
  }
  auto model = *module->getOps<ModelOp>().begin();
  RangeAnalysis ranges(model);
  return ranges.of(model.getBody().front().getTerminator()->getOperand(0));
}

static void expectBounds(Bounds bounds, double lo, double hi) {
  EXPECT_EQ(bounds.lo, lo);
  EXPECT_EQ(bounds.hi, hi);
}

static Bounds unary(const std::string &text) {
  return boundsOf("kreg.unary " + text + " : tensor<?x4x6x2xf32>");
}

TEST(RangeAnalysis, FunctionsOfOneNumber) {
  expectBounds(unary("relu %x"), 0, kInfinity);
  expectBounds(unary("relu %sign"), 0, 1);
  expectBounds(unary("relu6 %x"), 0, 6);
  expectBounds(unary("relu6 %sign"), 0, 1);
  expectBounds(unary("leaky_relu %sign params [0.25]"), -0.25, 1);
  expectBounds(unary("leaky_relu %sign params [-0.25]"), -kInfinity, kInfinity);
  expectBounds(unary("clipped_relu %x params [0.0, 0.0, 3.0]"), 0, 3);
  expectBounds(unary("clipped_relu %x params [0.1, 0.0, 3.0]"), -kInfinity,
               kInfinity);
  expectBounds(unary("elu %sign params [2.0]"), -2, 1);
  expectBounds(unary("elu %unit params [2.0]"), 0, 1);
  expectBounds(unary("gelu %unit"), 0, 1);
  expectBounds(unary("silu %unit"), 0, 1);
  EXPECT_LT(unary("gelu %x").lo, -0.17);
  EXPECT_LT(unary("silu %x").lo, -0.278);
  expectBounds(unary("sigmoid %x"), 0, 1);
  expectBounds(unary("tanh %unit"), 0, 1);
  expectBounds(unary("tanh %x"), -1, 1);
  expectBounds(unary("exp %x"), 0, kInfinity);
  expectBounds(unary("abs %sign"), 0, 1);
  expectBounds(unary("neg %unit"), -1, 0);
  expectBounds(unary("square %sign"), 0, 1);
  expectBounds(unary("sqrt %x"), 0, kInfinity);
  expectBounds(unary("log %unit"), -kInfinity, kInfinity);
}

TEST(RangeAnalysis, FunctionsOfTwoNumbers) {
  auto binary = [](const std::string &text) {
    return boundsOf("kreg.binary " + text +
                    " : (tensor<?x4x6x2xf32>, tensor<?x4x6x2xf32>) -> "
                    "tensor<?x4x6x2xf32>");
  };
  expectBounds(binary("add %unit, %unit"), 0, 2);
  expectBounds(binary("add %unit, %sign"), -1, 2);
  expectBounds(binary("add %unit, %x"), -kInfinity, kInfinity);
  expectBounds(binary("sub %unit, %unit"), -1, 1);
  expectBounds(binary("mul %unit, %sign"), -1, 1);
  expectBounds(binary("mul %unit, %unit"), 0, 1);
  expectBounds(binary("mul %x, %x"), -kInfinity, kInfinity);
  // The divisor may be -0.
  expectBounds(binary("div %unit, %unit"), -kInfinity, kInfinity);
  expectBounds(binary("max %unit, %x"), 0, kInfinity);
  expectBounds(binary("min %unit, %x"), -kInfinity, 1);
}

TEST(RangeAnalysis, MovesAndSums) {
  expectBounds(boundsOf("kreg.pool max %sign window [2, 2] strides [2, 2] pads "
                        "[0, 0] to [0, 0] : (tensor<?x4x6x2xf32>) -> "
                        "tensor<?x2x3x2xf32>",
                        "tensor<?x2x3x2xf32>"),
               -1, 1);
  auto reduce = [](const std::string &kind) {
    return boundsOf("kreg.reduce " + kind +
                        " %sign axes [1, 2] : (tensor<?x4x6x2xf32>) -> "
                        "tensor<?x2xf32>",
                    "tensor<?x2xf32>");
  };
  expectBounds(reduce("sum"), -24, 24);
  expectBounds(reduce("mean"), -1, 1);
  expectBounds(reduce("max"), -1, 1);
  expectBounds(boundsOf("kreg.softmax %x axis 3 : tensor<?x4x6x2xf32>"), 0, 1);
  expectBounds(boundsOf("kreg.dropout %unit rate 0.5 : tensor<?x4x6x2xf32>"), 0,
               kInfinity);
  expectBounds(boundsOf("kreg.dropout %sign rate 0.5 : tensor<?x4x6x2xf32>"),
               -kInfinity, kInfinity);
  expectBounds(
      boundsOf("kreg.reshape %unit : tensor<?x4x6x2xf32> to tensor<?x48xf32>",
               "tensor<?x48xf32>"),
      0, 1);
  expectBounds(boundsOf("kreg.transpose %unit perm [0, 3, 1, 2] : "
                        "(tensor<?x4x6x2xf32>) -> tensor<?x2x4x6xf32>",
                        "tensor<?x2x4x6xf32>"),
               0, 1);
  expectBounds(boundsOf("kreg.concat %unit, %sign axis 3 : "
                        "(tensor<?x4x6x2xf32>, tensor<?x4x6x2xf32>) -> "
                        "tensor<?x4x6x4xf32>",
                        "tensor<?x4x6x4xf32>"),
               -1, 1);
}

TEST(RangeAnalysis, PaddingAddsZero) {
  // 2 + unit is in [2, 3], and padded in [0, 3].
  expectBounds(
      boundsOf("kreg.pad %s low [0, 1, 0, 0] high [0, 1, 0, 0] : "
               "(tensor<?x4x6x2xf32>) -> tensor<?x6x6x2xf32>",
               "tensor<?x6x6x2xf32>",
               "%two = kreg.constant dense<2.0> : tensor<2xf32>\n"
               "%s = kreg.binary add %unit, %two : (tensor<?x4x6x2xf32>, "
               "tensor<2xf32>) -> tensor<?x4x6x2xf32>\n"),
      0, 3);
}

TEST(RangeAnalysis, WeightsHaveNoBounds) {
  expectBounds(boundsOf("kreg.dense %unit, %k : (tensor<?x4x6x2xf32>, "
                        "tensor<2x2xf32>) -> tensor<?x4x6x2xf32>",
                        "tensor<?x4x6x2xf32>",
                        "%k = kreg.constant dense<1.0> : tensor<2x2xf32>\n"),
               -kInfinity, kInfinity);
}

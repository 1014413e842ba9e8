// From core ops through kernels and linalg to plans: what a plan computes is
// what the ops mean, for every op, at several batches, NaN and infinity too.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/Passes.h"
#include "compiler/Transforms/Passes.h"
#include "test/unit/PlanReference.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::test;
using kregc::test::Tensor;

namespace {

struct Options {
  bool special = false; ///< NaN and infinities among the inputs
  double low = -2.0, high = 2.0;
};

class Numbers {
public:
  explicit Numbers(Options options) : options(options) {}

  Tensor make(RankedTensorType type, int64_t batch) {
    Index shape(type.getShape());
    for (int64_t &n : shape) {
      n = ShapedType::isDynamic(n) ? batch : n;
    }
    Tensor tensor(shape);
    std::uniform_real_distribution<double> uniform(options.low, options.high);
    for (double &v : tensor.data) {
      v = double(float(uniform(random)));
      if (options.special && random() % 8 == 0) {
        static const double kSpecial[] = {NAN, INFINITY, -INFINITY, -0.0};
        v = kSpecial[random() % 4];
      }
    }
    return tensor;
  }

private:
  Options options;
  std::mt19937 random{17};
};

} // namespace

static void expectNear(double found, double wanted, const std::string &where) {
  if (std::isnan(wanted) || std::isinf(wanted)) {
    EXPECT_TRUE(std::isnan(wanted) ? std::isnan(found) : found == wanted)
        << where << ": found " << found << ", wanted " << wanted;
    return;
  }
  EXPECT_NEAR(found, wanted, 2e-5 * (1.0 + std::fabs(wanted))) << where;
}

static OwningOpRef<ModuleOp> parse(const std::string &text,
                                   MLIRContext &context) {
  context.loadDialect<KregDialect, arith::ArithDialect>();
  auto module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module) << text;
  return module;
}

static LogicalResult toKernelForm(ModuleOp module) {
  PassManager passes(module.getContext());
  OpPassManager &model = passes.nest<ModelOp>();
  model.addPass(createFormKernelsPass());
  model.addPass(createConvertKregToLinalgPass());
  return passes.run(module);
}

static int countKernels(ModuleOp module) {
  int kernels = 0;
  module.walk([&](KernelOp) { ++kernels; });
  return kernels;
}

/// Compares the two forms of the model in `text` at several batches and returns
/// the number of its kernels.
static int compare(const std::string &text, Options options = {}) {
  MLIRContext context;
  OwningOpRef<ModuleOp> module = parse(text, context);
  if (!module) {
    return 0;
  }
  OwningOpRef<ModuleOp> kernels = module->clone();
  if (failed(toKernelForm(*kernels))) {
    ADD_FAILURE() << text;
    return 0;
  }
  Numbers numbers(options);
  Weights weights;
  for (VariableOp variable : module->getOps<VariableOp>()) {
    auto type = cast<RankedTensorType>(variable.getType());
    weights[variable.getSymName().str()] =
        Numbers({false, 0.1, 1.0}).make(type, 0);
  }
  ModelOp before = *module->getOps<ModelOp>().begin();
  ModelOp after = *kernels->getOps<ModelOp>().begin();
  for (int64_t batch : {1, 2, 3, 7, 0}) {
    std::vector<Tensor> inputs;
    for (Type type : before.getArgumentTypes()) {
      inputs.push_back(numbers.make(cast<RankedTensorType>(type), batch));
    }
    Results wanted = runPenaltyForm(before, inputs, weights);
    Results found = runKernelForm(after, inputs, weights);
    std::string where = " at batch " + std::to_string(batch) + " of\n" + text;
    EXPECT_EQ(found.outputs.size(), wanted.outputs.size());
    for (size_t i = 0; i < wanted.outputs.size(); ++i) {
      EXPECT_EQ(found.outputs[i].shape, wanted.outputs[i].shape) << where;
      for (size_t k = 0; k < wanted.outputs[i].data.size(); ++k) {
        expectNear(found.outputs[i].data.at(k), wanted.outputs[i].data[k],
                   "output " + std::to_string(i) + " element " +
                       std::to_string(k) + where);
        if (testing::Test::HasFailure()) {
          return 0; // one element says it all
        }
      }
    }
    EXPECT_EQ(found.penalties.size(), wanted.penalties.size());
    for (size_t i = 0; i < wanted.penalties.size(); ++i) {
      expectNear(found.penalties[i], wanted.penalties[i],
                 "penalty " + std::to_string(i) + where);
    }
  }
  return countKernels(*kernels);
}

/// The text of a model of one op on %x, its weight @w (if `weight` is not
/// empty) and its result's penalty.
static std::string oneOp(const std::string &op, const std::string &x,
                         const std::string &y, const std::string &weight = "") {
  std::string text;
  if (!weight.empty()) {
    text += "kreg.variable @\"w\" : " + weight + "\n";
  }
  text += "kreg.model @m(%x: " + x + ") -> " + y + " {\n";
  if (!weight.empty()) {
    text += "  %w = kreg.read @\"w\" : " + weight + "\n";
  }
  std::string operands = weight.empty() ? x : x + ", " + weight;
  text += "  %y = " + op + " : (" + operands + ") -> " + y + "\n";
  text += "  %p = kreg.penalty %y, <0.25 : f64, 0.5 : f64> per batch : " + y +
          "\n  kreg.return %y : " + y + " penalties %p\n}\n";
  return text;
}

TEST(KernelToPlan, Dense) {
  EXPECT_EQ(compare(oneOp("kreg.dense %x, %w", "tensor<?x5xf32>",
                          "tensor<?x3xf32>", "tensor<5x3xf32>")),
            1);
  EXPECT_EQ(compare(oneOp("kreg.dense %x, %w", "tensor<?x4x5xf32>",
                          "tensor<?x4x3xf32>", "tensor<5x3xf32>")),
            1);
  compare(oneOp("kreg.dense %x, %w", "tensor<2x5xf32>", "tensor<2x3xf32>",
                "tensor<5x3xf32>"));
}

static std::string convOp(const std::string &op, const std::string &strides,
                          const std::string &dilations, const std::string &low,
                          const std::string &high,
                          const std::string &groups = "") {
  return op + " %x, %w strides [" + strides + "] dilations [" + dilations +
         "] pads [" + low + "] to [" + high + "]" + groups;
}

TEST(KernelToPlan, Convolution) {
  std::string x = "tensor<?x6x7x4xf32>";
  std::string w = "tensor<3x2x4x5xf32>";
  compare(oneOp(convOp("kreg.conv", "1, 1", "1, 1", "0, 0", "0, 0"), x,
                "tensor<?x4x6x5xf32>", w));
  compare(oneOp(convOp("kreg.conv", "2, 3", "1, 1", "1, 0", "1, 1"), x,
                "tensor<?x3x3x5xf32>", w));
  compare(oneOp(convOp("kreg.conv", "1, 2", "2, 3", "2, 0", "1, 2"), x,
                "tensor<?x5x3x5xf32>", w));
  compare(
      oneOp(convOp("kreg.conv", "1, 1", "1, 1", "1, 0", "1, 1", " groups 2"), x,
            "tensor<?x6x7x6xf32>", "tensor<3x2x2x6xf32>"));
  compare(oneOp(convOp("kreg.conv", "2", "1", "2", "0"), "tensor<?x9x3xf32>",
                "tensor<?x5x2xf32>", "tensor<3x3x2xf32>"));
  compare(oneOp(convOp("kreg.conv", "1, 2, 1", "1, 1, 1", "0, 1, 0", "1, 0, 0"),
                "tensor<?x3x4x3x2xf32>", "tensor<?x3x2x2x3xf32>",
                "tensor<2x2x2x2x3xf32>"));
}

TEST(KernelToPlan, DepthwiseConvolution) {
  std::string x = "tensor<?x6x7x3xf32>";
  compare(oneOp(convOp("kreg.depthwise_conv", "1, 1", "1, 1", "1, 1", "1, 1"),
                x, "tensor<?x6x7x3xf32>", "tensor<3x3x3x1xf32>"));
  compare(oneOp(convOp("kreg.depthwise_conv", "2, 1", "1, 2", "0, 1", "1, 2"),
                x, "tensor<?x3x6x6xf32>", "tensor<3x3x3x2xf32>"));
}

TEST(KernelToPlan, Pooling) {
  for (bool special : {false, true}) {
    Options options{special};
    for (const char *kind : {"max", "avg"}) {
      std::string op = std::string("kreg.pool ") + kind;
      compare(oneOp(op + " %x window [2, 2] strides [2, 2] pads [0, 0] to "
                         "[0, 0]",
                    "tensor<?x5x4x3xf32>", "tensor<?x2x2x3xf32>"),
              options);
      compare(oneOp(op + " %x window [3, 2] strides [2, 1] pads [1, 0] to "
                         "[1, 1]",
                    "tensor<?x5x4x3xf32>", "tensor<?x3x4x3xf32>"),
              options);
    }
  }
}

TEST(KernelToPlan, Reductions) {
  for (bool special : {false, true}) {
    for (const char *kind : {"sum", "mean", "max"}) {
      std::string op = std::string("kreg.reduce ") + kind + " %x axes ";
      std::string x = "tensor<?x3x4x2xf32>";
      compare(oneOp(op + "[1, 2]", x, "tensor<?x2xf32>"), {special});
      compare(oneOp(op + "[2] keepdims", x, "tensor<?x3x1x2xf32>"), {special});
      compare(oneOp(op + "[1, 2, 3] keepdims", x, "tensor<?x1x1x1xf32>"),
              {special});
    }
  }
}

TEST(KernelToPlan, Softmax) {
  auto text = [](int axis) {
    return "kreg.model @m(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {\n"
           "  %y = kreg.softmax %x axis " +
           std::to_string(axis) +
           " : tensor<?x3x4xf32>\n"
           "  %p = kreg.penalty %y, <0.5 : f64, 0.5 : f64> per none : "
           "tensor<?x3x4xf32>\n"
           "  kreg.return %y : tensor<?x3x4xf32> penalties %p\n}\n";
  };
  for (int axis : {1, 2}) {
    // Over another axis than the last there are transposes around it.
    EXPECT_EQ(compare(text(axis), {false, -100, 100}), axis == 2 ? 1 : 3);
    compare(text(axis), {true});
  }
}

TEST(KernelToPlan, Moves) {
  std::string x = "tensor<?x3x4x2xf32>";
  compare(
      oneOp("kreg.transpose %x perm [0, 3, 1, 2]", x, "tensor<?x2x3x4xf32>"));
  compare(oneOp("kreg.pad %x low [0, 1, 0, 2] high [0, 0, 3, 1]", x,
                "tensor<?x4x7x5xf32>"));
  compare(R"(
    kreg.model @m(%x: tensor<?x3x4xf32>, %z: tensor<?x3x1xf32>) -> tensor<?x3x9xf32> {
      %a = kreg.unary relu %x : tensor<?x3x4xf32>
      %y = kreg.concat %a, %z, %x axis 2 : (tensor<?x3x4xf32>, tensor<?x3x1xf32>, tensor<?x3x4xf32>) -> tensor<?x3x9xf32>
      %p = kreg.penalty %y, <1.0 : f64, 0.0 : f64> per batch : tensor<?x3x9xf32>
      kreg.return %y : tensor<?x3x9xf32> penalties %p
    })");
}

TEST(KernelToPlan, FunctionsOfOneNumber) {
  const char *functions[] = {"relu %x",
                             "relu6 %x",
                             "leaky_relu %x params [0.25]",
                             "clipped_relu %x params [0.0, 0.0, 1.5]",
                             "clipped_relu %x params [0.5, -0.5, 1.5]",
                             "elu %x params [1.5]",
                             "gelu %x",
                             "gelu_tanh %x",
                             "sigmoid %x",
                             "tanh %x",
                             "silu %x",
                             "exp %x",
                             "abs %x",
                             "neg %x",
                             "square %x",
                             "sqrt %x",
                             "log %x",
                             "selu %x params [1.05, 1.67]",
                             "celu %x params [0.5]",
                             "hard_sigmoid %x params [0.2, 0.5]",
                             "hard_silu %x",
                             "softplus %x",
                             "softsign %x",
                             "mish %x",
                             "log_sigmoid %x"};
  for (const char *function : functions) {
    std::string text =
        "kreg.model @m(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {\n  %y = "
        "kreg.unary " +
        std::string(function) +
        " : tensor<?x5xf32>\n  kreg.return %y : tensor<?x5xf32>\n}\n";
    EXPECT_EQ(compare(text, {false, -9, 9}), 1);
    compare(text, {true});
  }
}

TEST(KernelToPlan, FunctionsOfTwoNumbers) {
  for (const char *kind : {"add", "sub", "mul", "div", "max", "min"}) {
    for (const char *b : {"?x3x4", "4", "3x1", "?x1x4"}) {
      std::string type = "tensor<" + std::string(b) + "xf32>";
      std::string text =
          "kreg.model @m(%a: tensor<?x3x4xf32>, %b: " + type +
          ") -> tensor<?x3x4xf32> {\n  %y = kreg.binary " + kind +
          " %a, %b : (tensor<?x3x4xf32>, " + type +
          ") -> tensor<?x3x4xf32>\n  kreg.return %y : tensor<?x3x4xf32>\n}\n";
      compare(text, {true});
    }
  }
}

TEST(KernelToPlan, BatchNorm) {
  compare(R"(
    kreg.variable @"mean" : tensor<3xf32>
    kreg.variable @"v" : tensor<3xf32>
    kreg.model @m(%x: tensor<?x3x2xf32>) -> (tensor<?x3x2xf32>, tensor<?x3x2xf32>) {
      %m = kreg.read @"mean" : tensor<3xf32>
      %v = kreg.read @"v" : tensor<3xf32>
      %y = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1 : (tensor<?x3x2xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x2xf32>
      %z = kreg.batch_norm %x mean %m variance %v gamma %v beta %m epsilon 1.0e-3 axis 1 : (tensor<?x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x2xf32>
      kreg.return %y, %z : tensor<?x3x2xf32>, tensor<?x3x2xf32>
    })");
}

TEST(KernelToPlan, PenaltiesOfEveryKindInOneKernel) {
  // Of what is before the activation, of what is behind it, and one that is
  // always 0; with and without the division.
  EXPECT_EQ(compare(R"(
    kreg.variable @"w" : tensor<4x3xf32>
    kreg.variable @"b" : tensor<3xf32>
    kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
      %w = kreg.read @"w" : tensor<4x3xf32>
      %b = kreg.read @"b" : tensor<3xf32>
      %0 = kreg.dense %x, %w : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
      %1 = kreg.binary add %0, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
      %y = kreg.unary relu %1 : tensor<?x3xf32>
      %p = kreg.penalty %1, <0.01 : f64, 0.0 : f64> per batch : tensor<?x3xf32>
      %q = kreg.penalty %y, <0.0 : f64, 0.01 : f64> per none : tensor<?x3xf32>
      %r = kreg.penalty %y, <0.02 : f64, 0.01 : f64> per batch : tensor<?x3xf32>
      %s = kreg.penalty %y, <0.0 : f64, 0.0 : f64> per batch : tensor<?x3xf32>
      kreg.return %y : tensor<?x3xf32> penalties %s, %p, %q, %r
    })"),
            1);
}

TEST(KernelToPlan, PenaltyOfAnInput) {
  EXPECT_EQ(compare(R"(
    kreg.model @m(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
      %p = kreg.penalty %x, <0.01 : f64, 0.5 : f64> per batch : tensor<?x2x3xf32>
      %y = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
      %q = kreg.penalty %y, <0.5 : f64, 0.0 : f64> per batch : tensor<?x6xf32>
      kreg.return %y : tensor<?x6xf32> penalties %p, %q
    })"),
            2); // one pass for both penalties, and a copy for the output
}

TEST(KernelToPlan, PenaltyWithoutATensorResult) {
  EXPECT_EQ(compare(R"(
    kreg.model @m(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
      %a = kreg.unary tanh %x : tensor<?x6xf32>
      %p = kreg.penalty %a, <0.5 : f64, 0.25 : f64> per batch : tensor<?x6xf32>
      %y = kreg.unary relu %x : tensor<?x6xf32>
      kreg.return %y : tensor<?x6xf32> penalties %p
    })"),
            2);
}

TEST(KernelToPlan, OutputsThatAreNotResults) {
  EXPECT_EQ(compare(R"(
    kreg.model @m(%x: tensor<?x6xf32>) -> (tensor<?x6xf32>, tensor<?x2x3xf32>, tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x3x2xf32>) {
      %r = kreg.reshape %x : tensor<?x6xf32> to tensor<?x2x3xf32>
      %y = kreg.unary tanh %x : tensor<?x6xf32>
      %s = kreg.reshape %y : tensor<?x6xf32> to tensor<?x3x2xf32>
      kreg.return %x, %r, %y, %y, %s : tensor<?x6xf32>, tensor<?x2x3xf32>, tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x3x2xf32>
    })"),
            5);
}

TEST(KernelToPlan, ResidualBlock) {
  // The sum joins the second convolution: its other operand is there before.
  EXPECT_EQ(compare(R"(
    kreg.variable @"v" : tensor<3x3x2x2xf32>
    kreg.variable @"w" : tensor<3x3x2x2xf32>
    kreg.model @m(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
      %v = kreg.read @"v" : tensor<3x3x2x2xf32>
      %w = kreg.read @"w" : tensor<3x3x2x2xf32>
      %0 = kreg.conv %x, %v strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1] : (tensor<?x4x4x2xf32>, tensor<3x3x2x2xf32>) -> tensor<?x4x4x2xf32>
      %a = kreg.unary relu %0 : tensor<?x4x4x2xf32>
      %1 = kreg.conv %a, %w strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1] : (tensor<?x4x4x2xf32>, tensor<3x3x2x2xf32>) -> tensor<?x4x4x2xf32>
      %2 = kreg.binary add %a, %1 : (tensor<?x4x4x2xf32>, tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32>
      %y = kreg.unary silu %2 : tensor<?x4x4x2xf32>
      %p = kreg.penalty %2, <0.01 : f64, 0.0 : f64> per batch : tensor<?x4x4x2xf32>
      kreg.return %y : tensor<?x4x4x2xf32> penalties %p
    })"),
            2);
}

TEST(KernelToPlan, PadsBeforeWindows) {
  const char *head = R"(
    kreg.variable @"w" : tensor<3x3x2x2xf32>
    kreg.model @m(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
      %w = kreg.read @"w" : tensor<3x3x2x2xf32>
      %0 = kreg.pad %x low [0, 1, 0, 0] high [0, 0, 2, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x5x6x2xf32>
  )";
  EXPECT_EQ(compare(std::string(head) + R"(
      %y = kreg.conv %0, %w strides [1, 1] dilations [1, 1] pads [0, 0] to [1, 0] : (tensor<?x5x6x2xf32>, tensor<3x3x2x2xf32>) -> tensor<?x4x4x2xf32>
      kreg.return %y : tensor<?x4x4x2xf32>
    })"),
            1);
  EXPECT_EQ(compare(std::string(head) + R"(
      %y = kreg.pool max %0 window [3, 3] strides [1, 1] pads [0, 0] to [1, 0] : (tensor<?x5x6x2xf32>) -> tensor<?x4x4x2xf32>
      kreg.return %y : tensor<?x4x4x2xf32>
    })"),
            1);
}

TEST(KernelToPlan, FunctionsBehindAFlatten) {
  EXPECT_EQ(compare(R"(
    kreg.model @m(%x: tensor<?x4x4x2xf32>) -> tensor<?x8xf32> {
      %0 = kreg.pool avg %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
      %1 = kreg.reshape %0 : tensor<?x2x2x2xf32> to tensor<?x8xf32>
      %y = kreg.unary relu %1 : tensor<?x8xf32>
      %p = kreg.penalty %y, <0.01 : f64, 1.0 : f64> per batch : tensor<?x8xf32>
      kreg.return %y : tensor<?x8xf32> penalties %p
    })"),
            1);
}

TEST(KernelToPlan, NoCycleThroughAView) {
  // %2 reads the kernel of %0 through a view: it cannot be in it.
  EXPECT_EQ(compare(R"(
    kreg.variable @"w" : tensor<4x4xf32>
    kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %w = kreg.read @"w" : tensor<4x4xf32>
      %0 = kreg.dense %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
      %v = kreg.reshape %0 : tensor<?x4xf32> to tensor<?x2x2xf32>
      %t = kreg.transpose %v perm [0, 2, 1] : (tensor<?x2x2xf32>) -> tensor<?x2x2xf32>
      %1 = kreg.reshape %t : tensor<?x2x2xf32> to tensor<?x4xf32>
      %2 = kreg.binary mul %0, %1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
      kreg.return %2 : tensor<?x4xf32>
    })"),
            3);
}

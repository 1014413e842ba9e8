// Large models: a ResNet-50 with random weights against itself, every layer
// renamed and every penalty moved to a layer of its own; long chains.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Check.h"
#include "dialect/Proof/Prove.h"
#include "dialect/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <ctime>

using namespace mlir;
using namespace mlir::kreg;
using proof::Mode;
using proof::Verdict;

namespace {

/// Writes the layers of one of the two models.
class ResNet {
public:
  /// `standalone`: penalties have layers of their own, and names are others.
  explicit ResNet(bool standalone) : standalone(standalone) {}
  std::string text();

private:
  struct Image {
    std::string name;
    int64_t size, channels;
  };

  std::string fresh() { return "%t" + std::to_string(values++); }
  std::string layerName() {
    return (standalone ? "b_" : "a_") + std::to_string(layers++);
  }
  static std::string type(int64_t size, int64_t channels) {
    std::string n = std::to_string(size);
    return "tensor<?x" + n + "x" + n + "x" + std::to_string(channels) + "xf32>";
  }
  static std::string type(const Image &x) { return type(x.size, x.channels); }
  /// A variable of its own; the op that reads it.
  std::string weight(const std::string &type, std::string &ops) {
    std::string name = (standalone ? "@v" : "@w") + std::to_string(weights++);
    variables += "kreg.variable " + name + " trainable : " + type + "\n";
    std::string value = fresh();
    ops += value + " = kreg.read " + name + " : " + type + "\n";
    return value;
  }
  Image layer(const std::string &kind, std::string ops,
              const std::string &result, Image x, bool penalised);
  Image conv(Image x, int64_t window, int64_t stride, int64_t channels);
  Image norm(Image x);
  Image relu(Image x);
  Image add(Image x, Image y);
  Image block(Image x, int64_t stride, int64_t channels);

  bool standalone;
  std::string variables, body;
  int values = 0, layers = 0, weights = 0;
};

} // namespace

ResNet::Image ResNet::layer(const std::string &kind, std::string ops,
                            const std::string &result, Image x,
                            bool penalised) {
  x.name = fresh();
  const std::string penalty = " penalised <1.0e-5, 2.0e-5> per batch";
  body += x.name + " = kreg.layer \"" + layerName() + "\" " + kind +
          (penalised && !standalone ? penalty : "") + " {\n" + ops +
          "kreg.yield " + result + " : " + type(x) + "\n} : " + type(x) + "\n";
  if (penalised && standalone) {
    std::string input = x.name;
    x.name = fresh();
    body += x.name + " = kreg.layer \"" + layerName() +
            "\" ActivityRegularization" + penalty + " {\nkreg.yield " + input +
            " : " + type(x) + "\n} : " + type(x) + "\n";
  }
  return x;
}

ResNet::Image ResNet::conv(Image x, int64_t window, int64_t stride,
                           int64_t channels) {
  auto list = [](int64_t n) {
    return "[" + std::to_string(n) + ", " + std::to_string(n) + "]";
  };
  std::string ops, w = std::to_string(window);
  std::string kernelType = "tensor<" + w + "x" + w + "x" +
                           std::to_string(x.channels) + "x" +
                           std::to_string(channels) + "xf32>";
  std::string kernel = weight(kernelType, ops), result = fresh();
  int64_t pad = window / 2;
  Image y = {"", (x.size + 2 * pad - window) / stride + 1, channels};
  ops += result + " = kreg.conv " + x.name + ", " + kernel + " strides " +
         list(stride) + " dilations [1, 1] pads " + list(pad) + " to " +
         list(pad) + " : (" + type(x) + ", " + kernelType + ") -> " + type(y) +
         "\n";
  return layer("Conv2D", ops, result, y, /*penalised=*/true);
}

ResNet::Image ResNet::norm(Image x) {
  std::string ops, vector = "tensor<" + std::to_string(x.channels) + "xf32>";
  std::string m = weight(vector, ops), v = weight(vector, ops),
              g = weight(vector, ops), b = weight(vector, ops),
              result = fresh();
  ops += result + " = kreg.batch_norm " + x.name + " mean " + m + " variance " +
         v + " gamma " + g + " beta " + b +
         " epsilon 1.0e-3 axis 3 trained : (" + type(x) + ", " + vector + ", " +
         vector + ", " + vector + ", " + vector + ") -> " + type(x) + "\n";
  return layer("BatchNormalization", ops, result, x, false);
}

ResNet::Image ResNet::relu(Image x) {
  std::string result = fresh();
  return layer("ReLU",
               result + " = kreg.unary relu " + x.name + " : " + type(x) + "\n",
               result, x, /*penalised=*/true);
}

ResNet::Image ResNet::add(Image x, Image y) {
  std::string result = fresh();
  return layer("Add",
               result + " = kreg.binary add " + x.name + ", " + y.name +
                   " : (" + type(x) + ", " + type(x) + ") -> " + type(x) + "\n",
               result, x, false);
}

ResNet::Image ResNet::block(Image x, int64_t stride, int64_t channels) {
  Image y = relu(norm(conv(x, 1, stride, channels)));
  y = relu(norm(conv(y, 3, 1, channels)));
  y = norm(conv(y, 1, 1, 4 * channels));
  bool projected = stride != 1 || x.channels != 4 * channels;
  return relu(add(projected ? norm(conv(x, 1, stride, 4 * channels)) : x, y));
}

std::string ResNet::text() {
  Image x = relu(norm(conv({"%x", 224, 3}, 7, 2, 64)));
  int64_t channels = 64;
  for (int count : {3, 4, 6, 3}) {
    for (int i = 0; i < count; ++i) {
      x = block(x, i == 0 ? 2 : 1, channels);
    }
    channels *= 2;
  }
  return variables + "kreg.model @m(%x: " + type(224, 3) + ") -> " + type(x) +
         " {\n" + body + "kreg.return " + x.name + " : " + type(x) + "\n}\n";
}

/// Gives every variable values, by its number: those of both models agree.
static void fillWeights(ModuleOp module) {
  uint32_t state = 1;
  for (auto variable : module.getOps<VariableOp>()) {
    auto type = cast<RankedTensorType>(variable.getType());
    std::vector<float> numbers(type.getNumElements());
    for (float &number : numbers) {
      state = state * 1664525 + 1013904223;
      number = float(state >> 8) / (1 << 24) + 0.01F;
    }
    auto blob = HeapAsmResourceBlob::allocateAndCopyInferAlign<float>(numbers);
    variable.setValueAttr(cast<ElementsAttr>(Attribute(
        DenseF32ResourceElementsAttr::get(type, "w", std::move(blob)))));
  }
}

static double secondsSince(std::clock_t start) {
  return double(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(ProofScale, ResNet50) {
  MLIRContext context;
  context.loadDialect<KregDialect, arith::ArithDialect>();
  std::vector<OwningOpRef<ModuleOp>> models;
  for (bool standalone : {false, true}) {
    models.push_back(
        parseSourceString<ModuleOp>(ResNet(standalone).text(), &context));
    ASSERT_TRUE(models.back());
    fillWeights(*models.back());
    PassManager passes(&context);
    passes.addNestedPass<ModelOp>(createDissolveLayersPass());
    ASSERT_TRUE(succeeded(passes.run(*models.back())));
  }
  std::string last;
  double checking = 0;
  auto check = [&](const std::string &certificate) {
    std::clock_t start = std::clock();
    kregc::checker::Verdict verdict = kregc::checker::check(certificate);
    checking = std::max(checking, secondsSince(start));
    return verdict.accepted ? "" : verdict.problem;
  };
  std::clock_t start = std::clock();
  auto result = proof::prove(
      {*models[0], *models[1]},
      {Mode::Inference, Mode::Training, Mode::Expectation}, {}, check);
  double proving = secondsSince(start);
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  for (const Verdict &verdict : result->verdicts) {
    EXPECT_EQ(verdict.kind, Verdict::Equal) << verdict.reason;
  }
  std::cout << "ResNet-50 in three modes: " << proving
            << " s, a certificate is checked in " << checking << " s\n";
  EXPECT_LT(proving, 5);
  EXPECT_LT(checking, 1);
}

/// A thousand layers, each with a sum over all before it.
TEST(ProofScale, ThousandSums) {
  const std::string row = "tensor<?x4xf32>";
  std::string text = "kreg.model @m(%v0: " + row + ") -> " + row + " {\n";
  for (int i = 0; i < 1000; ++i) {
    std::string from = "%v" + std::to_string(i), to = std::to_string(i + 1);
    text += "%r" + to + " = kreg.unary relu " + from + " : " + row + "\n%v" +
            to + " = kreg.binary add %r" + to + ", " + from + " : (" + row +
            ", " + row + ") -> " + row + "\n%p" + to + " = kreg.penalty %v" +
            to + ", <0.5, 0.25> per batch : " + row + "\n";
  }
  text += "kreg.return %v1000 : " + row + " penalties %p1";
  for (int i = 2; i <= 1000; ++i) {
    text += ", %p" + std::to_string(i);
  }
  MLIRContext context;
  context.loadDialect<KregDialect, arith::ArithDialect>();
  auto a = parseSourceString<ModuleOp>(text + "\n}", &context);
  auto b = parseSourceString<ModuleOp>(text + "\n}", &context);
  ASSERT_TRUE(a && b);
  std::clock_t start = std::clock();
  auto result = proof::prove(
      {*a, *b}, Mode::Training, {}, [](const std::string &certificate) {
        auto verdict = kregc::checker::check(certificate);
        return verdict.accepted ? "" : verdict.problem;
      });
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_EQ(result->verdicts.front().kind, Verdict::Equal)
      << result->verdicts.front().reason;
  EXPECT_LT(secondsSince(start), 5);
}

// Training steps as kernels against what Keras recorded: losses, gradients of
// every weight, penalties. The levels between the file and the host code take
// part; host code and runtime do not.
//
//   KREGC_STEP_TIMES=1 …/StepKernelsTest --gtest_filter=*seed_cnn*    time of
//   each kernel
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "HostExecutor.h"

#include "compiler/Pipelines/Pipelines.h"
#include "dialect/Interpreter/Interpreter.h"
#include "dialect/Training/Passes.h"
#include "frontends/Import/ImportLosses.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"
#include "test/unit/RecordedCases.h"
#include "test/unit/WeightPenalty.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc;
using namespace kregc::test;

/// All that a step is made of on its way to kernels.
static void loadDialects(MLIRContext &context) {
  context.loadDialect<KregDialect, arith::ArithDialect, linalg::LinalgDialect,
                      math::MathDialect, tensor::TensorDialect>();
}

namespace {

class StepKernels : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override;
  /// To kernel form; the first error, if there was one.
  std::string lower();
  std::vector<std::vector<float>> arguments() const;
  /// Adds the gradient of the weight's own penalty, which the update adds.
  void addWeightPenalty(StringRef path, std::vector<double> &gradient);

  MLIRContext context;
  RecordedCase recorded;
  OwningOpRef<ModuleOp> module;
  int64_t batch = 0;
};

} // namespace

void StepKernels::SetUp() {
  loadDialects(context);
  recorded = readRecordedCase(GetParam());
  keras::ReadOptions options;
  options.kerasVersion = recorded.kerasVersion;
  llvm::Expected<keras::Model> read =
      keras::readModel(recorded.modelPath, options);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  auto imported = importModel(*read, context);
  ASSERT_TRUE(bool(imported)) << llvm::toString(imported.takeError());
  module = std::move(*imported);
  auto losses = keras::readLosses(
      recorded.loss->root(),
      recorded.lossWeights ? &recorded.lossWeights->root() : nullptr,
      std::vector<std::string>(read->outputs.size()));
  ASSERT_TRUE(bool(losses)) << llvm::toString(losses.takeError());
  setLosses(*module->getOps<ModelOp>().begin(), *losses);
  batch = recorded.training.series("x_").front()->shape.front();
}

std::string StepKernels::lower() {
  std::string error;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    error = error.empty() ? diagnostic.str() : error;
    return success();
  });
  PassManager passes(&context);
  buildTrainingPipeline(passes);
  buildKernelsPhase(passes, "host");
  bool failed = mlir::failed(passes.run(*module));
  return failed && error.empty() ? "failed without a message" : error;
}

static std::vector<float> toFloats(const NpzArray &array) {
  std::vector<double> wide = array.toDouble();
  return {wide.begin(), wide.end()};
}

/// x…, t…, sample weights per output: given, by class, or 1.
std::vector<std::vector<float>> StepKernels::arguments() const {
  std::vector<std::vector<float>> list;
  for (const NpzArray *x : recorded.training.series("x_")) {
    list.push_back(toFloats(*x));
  }
  auto targets = recorded.training.series("t_");
  for (const NpzArray *t : targets) {
    list.push_back(toFloats(*t));
  }
  std::vector<float> weights(batch, 1);
  if (const NpzArray *given = recorded.training.find("sample_weight")) {
    weights = toFloats(*given);
  } else if (const NpzArray *byClass = recorded.training.find("class_weight")) {
    std::vector<float> table = toFloats(*byClass);
    for (auto [weight, t] : llvm::zip(weights, targets.front()->toDouble())) {
      weight = table[static_cast<size_t>(t)];
    }
  }
  list.insert(list.end(), targets.size(), weights);
  return list;
}

void StepKernels::addWeightPenalty(StringRef path,
                                   std::vector<double> &gradient) {
  auto variable = module->lookupSymbol<VariableOp>(path);
  ASSERT_TRUE(variable) << path.str();
  std::optional<L1L2Attr> regularizer = variable.getRegularizer();
  if (!regularizer) {
    return;
  }
  for (auto [sum, w] : llvm::zip(gradient, valuesOf(variable))) {
    double sign = (w > 0) - (w < 0);
    sum += static_cast<float>(regularizer->l1()) * sign +
           2.0 * static_cast<float>(regularizer->l2()) * w;
  }
}

static void printTimes(HostExecutor &executor, int64_t batch,
                       const std::vector<std::vector<float>> &arguments) {
  std::vector<double> best;
  for (int round = 0; round < 50; ++round) {
    executor.run(batch, arguments);
    best.resize(executor.times().size(), INFINITY);
    for (auto [least, time] : llvm::zip(best, executor.times())) {
      least = std::min(least, time);
    }
  }
  double sum = 0;
  for (auto [call, time] : llvm::zip(executor.plan().calls, best)) {
    printf("%9.4f ms  %s\n", time, call.kernel->name.c_str());
    sum += time;
  }
  printf("%9.4f ms\n", sum);
}

TEST_P(StepKernels, LossAndGradients) {
  ASSERT_EQ(lower(), "");
  auto model = module->lookupSymbol<ModelOp>("step");
  ASSERT_TRUE(model);
  auto executor = HostExecutor::make(model, /*checked=*/false);
  ASSERT_TRUE(executor);
  HostExecutor::Results step = executor->run(batch, arguments());
  if (std::getenv("KREGC_STEP_TIMES")) {
    printTimes(*executor, batch, arguments());
  }
  double rtol = recorded.trainingRtol, atol = recorded.trainingAtol;

  double total = weightPenalty(*module);
  for (double scalar : step.scalars) {
    total += scalar;
  }
  const NpzArray *wanted = recorded.training.find("loss_total");
  ASSERT_TRUE(wanted);
  expectClose("loss_total", {total}, wanted->toDouble(), rtol, atol);

  size_t compared = 0;
  for (unsigned i = 0; i < step.outputs.size(); ++i) {
    auto name = model.getResultAttrOfType<StringAttr>(i, "kreg.name");
    StringRef path = name ? name.getValue() : "";
    if (!path.consume_front("grad/")) {
      continue; // outputs; Keras recorded moving statistics after three steps
    }
    const NpzArray *gradient = recorded.training.find(name.str());
    ASSERT_TRUE(gradient) << path.str();
    ++compared;
    if (module->lookupSymbol<VariableOp>(path).getOrthogonal()) {
      continue; // the update adds the penalty's gradient; OptimizersTest has it
    }
    std::vector<double> sum(step.outputs[i].begin(), step.outputs[i].end());
    addWeightPenalty(path, sum);
    expectClose(path.str(), sum, gradient->toDouble(), rtol, atol);
  }
  size_t gradients = 0;
  for (const NpzArray &array : recorded.training.arrays) {
    gradients += llvm::StringRef(array.name).starts_with("grad/");
  }
  EXPECT_EQ(compared, gradients);
}

//===----------------------------------------------------------------------===//
// Against the interpreter: what no recorded case has
//===----------------------------------------------------------------------===//

namespace {

struct SmallModel {
  const char *name;
  const char *text; ///< with one input and one output
};

const char *const kWeights = R"(
kreg.variable @k trainable : tensor<3x3x2x4xf32>
kreg.variable @d trainable : tensor<3x3x4x2xf32>
kreg.variable @m trainable : tensor<8x3xf32>
kreg.variable @b trainable : tensor<5xf32>
kreg.variable @t4 trainable : tensor<4x4x5x4xf32>
kreg.variable @c5 trainable : tensor<3x2x5x3xf32>
kreg.variable @t2 trainable : tensor<2x3x8xf32>
kreg.variable @t1 trainable : tensor<2x35x3xf32>
kreg.variable @e trainable : tensor<6x150xf32>
kreg.variable @r trainable : tensor<7x1xf32>
kreg.variable @l trainable : tensor<7x35xf32>
kreg.variable @v trainable : tensor<3x2x3x3x2xf32>
kreg.variable @q trainable : tensor<1x1x16x5xf32>
kreg.variable @n trainable : tensor<3x3x4x16xf32>
kreg.variable @w trainable : tensor<1x2x16x70xf32>
)";

const SmallModel kModels[] = {
    {"noise", R"(
kreg.model @model(%x: tensor<?x6x8xf32>) -> tensor<?x6x3xf32> {
  %m = kreg.read @m : tensor<8x3xf32>
  %0 = kreg.dropout %x rate 0.3 : tensor<?x6x8xf32>
  %1 = kreg.dense %0, %m : (tensor<?x6x8xf32>, tensor<8x3xf32>) -> tensor<?x6x3xf32>
  %2 = kreg.dropout %1 rate 0.4 noise_shape [0, 1, 3] : tensor<?x6x3xf32>
  %3 = kreg.noise gaussian_noise %2 amount 0.5 : tensor<?x6x3xf32>
  %4 = kreg.noise gaussian_dropout %3 amount 0.25 : tensor<?x6x3xf32>
  %5 = kreg.noise alpha_dropout %4 amount 0.2 : tensor<?x6x3xf32>
  kreg.return %5 : tensor<?x6x3xf32>
})"},
    // Rows of 64 numbers and rows with a tail, one number per channel, one per
    // row, and more channels than a tile has.
    {"noise_of_windows", R"(
kreg.model @model(%x: tensor<?x8x8x4xf32>) -> tensor<?x70xf32> {
  %n = kreg.read @n : tensor<3x3x4x16xf32>
  %w = kreg.read @w : tensor<1x2x16x70xf32>
  %0 = kreg.dropout %x rate 0.3 : tensor<?x8x8x4xf32>
  %1 = kreg.conv %0, %n strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1]
    : (tensor<?x8x8x4xf32>, tensor<3x3x4x16xf32>) -> tensor<?x8x8x16xf32>
  %2 = kreg.dropout %1 rate 0.25 : tensor<?x8x8x16xf32>
  %p = kreg.penalty %2, <0.1, 0.2> per batch : tensor<?x8x8x16xf32>
  %3 = kreg.pool max %2 window [2, 2] strides [2, 2] pads [0, 0] to [0, 0]
    : (tensor<?x8x8x16xf32>) -> tensor<?x4x4x16xf32>
  %4 = kreg.dropout %3 rate 0.5 noise_shape [0, 1, 1, 16] : tensor<?x4x4x16xf32>
  %5 = kreg.dropout %4 rate 0.1 noise_shape [0, 4, 1, 1] : tensor<?x4x4x16xf32>
  %6 = kreg.conv %5, %w strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x4x4x16xf32>, tensor<1x2x16x70xf32>) -> tensor<?x4x3x70xf32>
  %7 = kreg.noise gaussian_noise %6 amount 0.5 : tensor<?x4x3x70xf32>
  %8 = kreg.reduce mean %7 axes [1, 2] : (tensor<?x4x3x70xf32>) -> tensor<?x70xf32>
  %9 = kreg.dropout %8 rate 0.2 : tensor<?x70xf32>
  kreg.return %9 : tensor<?x70xf32> penalties %p
})"},
    {"noise_of_rows", R"(
kreg.model @model(%x: tensor<?x1x64xf32>) -> tensor<?x1x64xf32> {
  %0 = kreg.dropout %x rate 0.3 noise_shape [0, 1, 1] : tensor<?x1x64xf32>
  %1 = kreg.noise gaussian_dropout %0 amount 0.25 : tensor<?x1x64xf32>
  %2 = kreg.softmax %1 axis 2 : tensor<?x1x64xf32>
  %3 = kreg.dropout %2 rate 0.5 : tensor<?x1x64xf32>
  kreg.return %3 : tensor<?x1x64xf32>
})"},
    {"windows", R"(
kreg.model @model(%x: tensor<?x7x8x2xf32>) -> tensor<?x2x2x8xf32> {
  %k = kreg.read @k : tensor<3x3x2x4xf32>
  %d = kreg.read @d : tensor<3x3x4x2xf32>
  %0 = kreg.conv %x, %k strides [1, 1] dilations [2, 1] pads [2, 1] to [1, 0]
    : (tensor<?x7x8x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x6x7x4xf32>
  %1 = kreg.unary relu6 %0 : tensor<?x6x7x4xf32>
  %2 = kreg.pool max %1 window [3, 2] strides [2, 2] pads [1, 0] to [0, 1]
    : (tensor<?x6x7x4xf32>) -> tensor<?x3x4x4xf32>
  %p = kreg.penalty %2, <0.1, 0.2> per batch : tensor<?x3x4x4xf32>
  %3 = kreg.depthwise_conv %2, %d strides [2, 2] dilations [1, 1] pads [1, 1] to [1, 1]
    : (tensor<?x3x4x4xf32>, tensor<3x3x4x2xf32>) -> tensor<?x2x2x8xf32>
  kreg.return %3 : tensor<?x2x2x8xf32> penalties %p
})"},
    {"transposed", R"(
kreg.model @model(%x: tensor<?x3x4x4xf32>) -> tensor<?x4x4x4xf32> {
  %k = kreg.read @k : tensor<3x3x2x4xf32>
  %0 = kreg.conv_transpose %x, %k strides [2, 3] dilations [1, 1] pads [0, 1] to [1, -1]
    : (tensor<?x3x4x4xf32>, tensor<3x3x2x4xf32>) -> tensor<?x6x12x2xf32>
  %1 = kreg.unary tanh %0 : tensor<?x6x12x2xf32>
  %2 = kreg.pool avg %1 window [2, 3] strides [1, 3] pads [0, 0] to [0, 0]
    : (tensor<?x6x12x2xf32>) -> tensor<?x5x4x2xf32>
  %3 = kreg.slice %2 low [0, 1, 0, 0] high [0, 0, 0, 0] : (tensor<?x5x4x2xf32>) -> tensor<?x4x4x2xf32>
  %4 = kreg.conv %3, %k strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1]
    : (tensor<?x4x4x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x4x4x4xf32>
  kreg.return %4 : tensor<?x4x4x4xf32>
})"},
    // Phases of equal windows, and in the gradient of the last convolution of
    // unequal ones; their penalty is of rows that no strip divides.
    {"phases", R"(
kreg.model @model(%x: tensor<?x5x3x2xf32>) -> tensor<?x5x3x3xf32> {
  %k = kreg.read @k : tensor<3x3x2x4xf32>
  %t = kreg.read @t4 : tensor<4x4x5x4xf32>
  %b = kreg.read @b : tensor<5xf32>
  %c = kreg.read @c5 : tensor<3x2x5x3xf32>
  %0 = kreg.conv %x, %k strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1]
    : (tensor<?x5x3x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x5x3x4xf32>
  %1 = kreg.conv_transpose %0, %t strides [2, 2] dilations [1, 1] pads [1, 1] to [1, 1]
    : (tensor<?x5x3x4xf32>, tensor<4x4x5x4xf32>) -> tensor<?x10x6x5xf32>
  %2 = kreg.binary add %1, %b : (tensor<?x10x6x5xf32>, tensor<5xf32>) -> tensor<?x10x6x5xf32>
  %3 = kreg.unary relu6 %2 : tensor<?x10x6x5xf32>
  %p = kreg.penalty %3, <0.1, 0.2> per batch : tensor<?x10x6x5xf32>
  %4 = kreg.conv %3, %c strides [2, 2] dilations [1, 1] pads [0, 0] to [1, 0]
    : (tensor<?x10x6x5xf32>, tensor<3x2x5x3xf32>) -> tensor<?x5x3x3xf32>
  kreg.return %4 : tensor<?x5x3x3xf32> penalties %p
})"},
    // A phase without a tap, then one tap each.
    {"phases_of_rows", R"(
kreg.model @model(%x: tensor<?x7x8xf32>) -> tensor<?x40x35xf32> {
  %s = kreg.read @t2 : tensor<2x3x8xf32>
  %t = kreg.read @t1 : tensor<2x35x3xf32>
  %0 = kreg.conv_transpose %x, %s strides [3] dilations [1] pads [0] to [0]
    : (tensor<?x7x8xf32>, tensor<2x3x8xf32>) -> tensor<?x20x3xf32>
  %1 = kreg.unary tanh %0 : tensor<?x20x3xf32>
  %p = kreg.penalty %1, <0.1, 0.2> per batch : tensor<?x20x3xf32>
  %2 = kreg.conv_transpose %1, %t strides [2] dilations [1] pads [0] to [0]
    : (tensor<?x20x3xf32>, tensor<2x35x3xf32>) -> tensor<?x40x35xf32>
  kreg.return %2 : tensor<?x40x35xf32> penalties %p
})"},
    {"phases_of_volumes", R"(
kreg.model @model(%x: tensor<?x2x3x2x2xf32>) -> tensor<?x4x4x4x3xf32> {
  %v = kreg.read @v : tensor<3x2x3x3x2xf32>
  %0 = kreg.conv_transpose %x, %v strides [2, 1, 2] dilations [1, 1, 1] pads [1, 0, 0] to [0, 0, 1]
    : (tensor<?x2x3x2x2xf32>, tensor<3x2x3x3x2xf32>) -> tensor<?x4x4x4x3xf32>
  kreg.return %0 : tensor<?x4x4x4x3xf32>
})"},
    // A kernel gradient is made transposed.
    {"narrow", R"(
kreg.model @model(%x: tensor<?x7x6x16xf32>) -> tensor<?x7x6x5xf32> {
  %q = kreg.read @q : tensor<1x1x16x5xf32>
  %0 = kreg.conv %x, %q strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x7x6x16xf32>, tensor<1x1x16x5xf32>) -> tensor<?x7x6x5xf32>
  kreg.return %0 : tensor<?x7x6x5xf32>
})"},
    // Ids are fractions; rows of several blocks, and of one number.
    {"embedding", R"(
kreg.model @model(%x: tensor<?x9xf32>) -> tensor<?x150xf32> {
  %e = kreg.read @e : tensor<6x150xf32>
  %r = kreg.read @r : tensor<7x1xf32>
  %eight = kreg.constant dense<8.0> : tensor<f32>
  %low = kreg.constant dense<-1.5> : tensor<f32>
  %0 = kreg.unary abs %x : tensor<?x9xf32>
  %1 = kreg.binary mul %0, %eight : (tensor<?x9xf32>, tensor<f32>) -> tensor<?x9xf32>
  %2 = kreg.binary add %1, %low : (tensor<?x9xf32>, tensor<f32>) -> tensor<?x9xf32>
  %4 = kreg.unary clip %2 params [-0.875, 5.875] : tensor<?x9xf32>
  %5 = kreg.embedding %4, %e : (tensor<?x9xf32>, tensor<6x150xf32>) -> tensor<?x9x150xf32>
  %6 = kreg.embedding %4, %r : (tensor<?x9xf32>, tensor<7x1xf32>) -> tensor<?x9x1xf32>
  %7 = kreg.binary mul %5, %6 : (tensor<?x9x150xf32>, tensor<?x9x1xf32>) -> tensor<?x9x150xf32>
  %8 = kreg.reduce mean %7 axes [1] : (tensor<?x9x150xf32>) -> tensor<?x150xf32>
  kreg.return %8 : tensor<?x150xf32>
})"},
    // Even, odd and no factor, one element, few and many channels.
    {"interpolation", R"(
kreg.model @model(%x: tensor<?x3x4x8xf32>) -> tensor<?x36x60x3xf32> {
  %m = kreg.read @m : tensor<8x3xf32>
  %0 = kreg.dense %x, %m : (tensor<?x3x4x8xf32>, tensor<8x3xf32>) -> tensor<?x3x4x3xf32>
  %1 = kreg.resize bilinear %0 to [6, 12] : (tensor<?x3x4x3xf32>) -> tensor<?x6x12x3xf32>
  %2 = kreg.unary tanh %1 : tensor<?x6x12x3xf32>
  %3 = kreg.resize bilinear %2 to [36, 60] : (tensor<?x6x12x3xf32>) -> tensor<?x36x60x3xf32>
  kreg.return %3 : tensor<?x36x60x3xf32>
})"},
    {"interpolation_of_lines", R"(
kreg.model @model(%x: tensor<?x5x1x7xf32>) -> tensor<?x5x4x35xf32> {
  %t = kreg.read @l : tensor<7x35xf32>
  %0 = kreg.dense %x, %t : (tensor<?x5x1x7xf32>, tensor<7x35xf32>) -> tensor<?x5x1x35xf32>
  %1 = kreg.resize bilinear %0 to [5, 4] : (tensor<?x5x1x35xf32>) -> tensor<?x5x4x35xf32>
  %2 = kreg.unary sigmoid %1 : tensor<?x5x4x35xf32>
  kreg.return %2 : tensor<?x5x4x35xf32>
})"},
    {"strided_slice", R"(
kreg.model @model(%x: tensor<?x9x8xf32>) -> tensor<?x4x3xf32> {
  %m = kreg.read @m : tensor<8x3xf32>
  %0 = kreg.dense %x, %m : (tensor<?x9x8xf32>, tensor<8x3xf32>) -> tensor<?x9x3xf32>
  %1 = kreg.slice %0 low [0, 1, 0] high [0, 0, 0] strides [1, 2, 1] : (tensor<?x9x3xf32>) -> tensor<?x4x3xf32>
  %2 = kreg.softmax %1 axis 2 : tensor<?x4x3xf32>
  kreg.return %2 : tensor<?x4x3xf32>
})"},
};

class SmallSteps : public testing::TestWithParam<SmallModel> {};

/// Numbers that float32 holds and no two of which are equal.
std::vector<float> numbers(size_t count, int seed) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    uint32_t hash = uint32_t(i * 2654435761u + seed * 40503u) ^ 0x9E3779B9u;
    hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
    values[i] = float(int32_t(hash >> 8) - (1 << 23)) / float(1 << 23);
  }
  return values;
}

} // namespace

/// Runs the model as the interpreter does and as kernels.
static void compareWithInterpreter(ModuleOp module, StringRef name) {
  MLIRContext &context = *module.getContext();
  constexpr int64_t kBatch = 5;
  auto model = module.lookupSymbol<ModelOp>(name);
  PassManager kernels(&context);
  std::vector<std::vector<float>> inputs;
  std::vector<Tensor<double>> exact;
  for (BlockArgument argument : model.getBody().getArguments()) {
    std::vector<int64_t> shape(
        cast<RankedTensorType>(argument.getType()).getShape());
    shape[0] = kBatch;
    int64_t count = 1;
    for (int64_t size : shape) {
      count *= size;
    }
    inputs.push_back(numbers(count, 10 + int(inputs.size())));
    exact.push_back({shape, {inputs.back().begin(), inputs.back().end()}});
  }
  auto wanted = evaluate<double>(model, exact);
  ASSERT_TRUE(bool(wanted)) << llvm::toString(wanted.takeError());

  buildKernelsPhase(kernels, "host");
  ASSERT_TRUE(succeeded(kernels.run(module)));
  // Halide's checks on: what is read and written lies inside of its buffer.
  auto executor = HostExecutor::make(module.lookupSymbol<ModelOp>(name),
                                     /*checked=*/true);
  ASSERT_TRUE(executor);
  HostExecutor::Results got = executor->run(kBatch, inputs);
  // Sums of some hundred numbers below 1 of float32.
  constexpr double kTolerance = 3e-5;
  expectClose("scalars", got.scalars, wanted->penalties, kTolerance,
              kTolerance);
  for (size_t i = 0; i < got.outputs.size(); ++i) {
    std::vector<double> wide(got.outputs[i].begin(), got.outputs[i].end());
    expectClose("output " + std::to_string(i), wide, wanted->outputs[i].data,
                kTolerance, kTolerance);
  }
}

TEST_P(SmallSteps, AreTheInterpreters) {
  MLIRContext context;
  loadDialects(context);
  auto module = parseSourceString<ModuleOp>(
      std::string(kWeights) + GetParam().text, &context);
  ASSERT_TRUE(module);
  Builder builder(&context);
  (*module->getOps<ModelOp>().begin())
      ->setAttr(
          "kreg.losses",
          builder.getArrayAttr(builder.getDictionaryAttr(builder.getNamedAttr(
              "kind", builder.getStringAttr("mean_squared_error")))));
  for (auto [i, variable] : llvm::enumerate(module->getOps<VariableOp>())) {
    auto type = cast<RankedTensorType>(variable.getType());
    variable.setValueAttr(cast<ElementsAttr>(DenseElementsAttr::get(
        type, llvm::ArrayRef(numbers(type.getNumElements(), int(i))))));
  }
  PassManager steps(&context);
  buildTrainingPipeline(steps);
  ASSERT_TRUE(succeeded(steps.run(*module)));

  compareWithInterpreter(*module, "step");
}

/// What a forward pass would make NaN of: ids that are no row.
TEST(SmallKernels, EmbeddingGradientOfNoRow) {
  MLIRContext context;
  loadDialects(context);
  auto module = parseSourceString<ModuleOp>(R"(
kreg.model @model(%x: tensor<?x9xf32>, %dy: tensor<?x9x40xf32>) -> tensor<3x40xf32> {
  %c = kreg.constant dense<5.0> : tensor<f32>
  %ids = kreg.binary mul %x, %c : (tensor<?x9xf32>, tensor<f32>) -> tensor<?x9xf32>
  %0 = kreg.embedding_gradient %ids, %dy : (tensor<?x9xf32>, tensor<?x9x40xf32>) -> tensor<3x40xf32>
  kreg.return %0 : tensor<3x40xf32>
})",
                                            &context);
  ASSERT_TRUE(module);
  compareWithInterpreter(*module, "model");
}

INSTANTIATE_TEST_SUITE_P(Models, SmallSteps, testing::ValuesIn(kModels),
                         [](const auto &info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Keras, StepKernels,
                         testing::ValuesIn(recordedTrainingNames()),
                         [](const auto &info) { return info.param; });

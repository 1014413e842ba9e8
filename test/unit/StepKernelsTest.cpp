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

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc;
using namespace kregc::test;

namespace {

class StepKernels : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override;
  /// To kernel form; the first error, if there was one.
  std::string lower();
  std::vector<std::vector<float>> arguments() const;
  /// Adds the gradient of the weight's own penalty, which the update adds.
  void addWeightPenalty(StringRef path, std::vector<double> &gradient);
  double weightPenalty() const;

  MLIRContext context;
  RecordedCase recorded;
  OwningOpRef<ModuleOp> module;
  int64_t batch = 0;
};

} // namespace

void StepKernels::SetUp() {
  context.loadDialect<KregDialect, arith::ArithDialect, linalg::LinalgDialect,
                      math::MathDialect, tensor::TensorDialect>();
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

double StepKernels::weightPenalty() const {
  llvm::Expected<std::vector<double>> parts = weightPenalties(*module);
  EXPECT_TRUE(bool(parts));
  double sum = 0;
  for (double part : parts ? *parts : std::vector<double>()) {
    sum += part;
  }
  return sum;
}

static void expectClose(const std::string &what, const std::vector<double> &got,
                        const std::vector<double> &want, double rtol,
                        double atol) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    double excess =
        std::fabs(got[i] - want[i]) / (atol + rtol * std::fabs(want[i]));
    worst = excess <= worst ? worst : excess; // NaN stays
  }
  EXPECT_LE(worst, 1.0) << what << ": the worst of " << got.size()
                        << " numbers, in multiples of the tolerance";
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

  double total = weightPenalty();
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

INSTANTIATE_TEST_SUITE_P(Keras, StepKernels,
                         testing::ValuesIn(recordedTrainingNames()),
                         [](const auto &info) { return info.param; });

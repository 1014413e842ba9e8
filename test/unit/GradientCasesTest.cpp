// Step form against what Keras recorded: losses, gradients of every weight and
// penalties in training, through the interpreter.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Interpreter.h"
#include "dialect/Training/Passes.h"
#include "frontends/Import/ImportLosses.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"
#include "test/unit/RecordedCases.h"
#include "test/unit/WeightPenalty.h"

#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc;
using namespace kregc::test;

namespace {

class RecordedStep : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override;
  std::string differentiate();
  std::vector<Tensor<double>> arguments() const;

  MLIRContext context;
  RecordedCase recorded;
  OwningOpRef<ModuleOp> module;
  ModelOp model;
};

} // namespace

void RecordedStep::SetUp() {
  recorded = readRecordedCase(GetParam());
  keras::ReadOptions options;
  options.kerasVersion = recorded.kerasVersion;
  llvm::Expected<keras::Model> read =
      keras::readModel(recorded.modelPath, options);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  auto imported = importModel(*read, context);
  ASSERT_TRUE(bool(imported)) << llvm::toString(imported.takeError());
  module = std::move(*imported);
  model = *module->getOps<ModelOp>().begin();

  auto losses = keras::readLosses(
      recorded.loss->root(),
      recorded.lossWeights ? &recorded.lossWeights->root() : nullptr,
      std::vector<std::string>(read->outputs.size()));
  ASSERT_TRUE(bool(losses)) << llvm::toString(losses.takeError());
  setLosses(model, *losses);
}

/// Makes step form; the first error, if there was one.
std::string RecordedStep::differentiate() {
  std::string error;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    error = error.empty() ? diagnostic.str() : error;
    return success();
  });
  PassManager passes(&context);
  buildStepPipeline(passes);
  bool failed = mlir::failed(passes.run(*module));
  return failed && error.empty() ? "failed without a message" : error;
}

/// x…, t…, sample weights per output: given, by class, or 1.
std::vector<Tensor<double>> RecordedStep::arguments() const {
  std::vector<Tensor<double>> list;
  auto add = [&](const NpzArray *array) {
    list.push_back({array->shape, array->toDouble()});
  };
  for (const NpzArray *x : recorded.training.series("x_")) {
    add(x);
  }
  int64_t batch = list.front().shape.front();
  auto targets = recorded.training.series("t_");
  for (auto [index, t] : llvm::enumerate(targets)) {
    add(t);
    // Class numbers come as [B] or [B, 1].
    ModelOp op = model;
    unsigned position = list.size() - 1;
    list.back().shape.resize(
        cast<RankedTensorType>(op.getArgument(position).getType()).getRank());
  }
  Tensor<double> weights{{batch}, std::vector<double>(batch, 1)};
  if (const NpzArray *given = recorded.training.find("sample_weight")) {
    weights.data = given->toDouble();
  } else if (const NpzArray *byClass = recorded.training.find("class_weight")) {
    std::vector<double> table = byClass->toDouble();
    for (auto [weight, t] :
         llvm::zip(weights.data, targets.front()->toDouble())) {
      weight = table[static_cast<size_t>(t)];
    }
  }
  list.insert(list.end(), targets.size(), weights);
  return list;
}

TEST_P(RecordedStep, LossAndGradients) {
  ASSERT_EQ(differentiate(), "");
  llvm::Expected<Evaluation<double>> step =
      evaluate<double>(model, arguments());
  ASSERT_TRUE(bool(step)) << llvm::toString(step.takeError());
  double rtol = recorded.trainingRtol, atol = recorded.trainingAtol;

  double total = weightPenalty(*module);
  for (double scalar : step->penalties) {
    total += scalar;
  }
  const NpzArray *wanted = recorded.training.find("loss_total");
  ASSERT_TRUE(wanted);
  expectClose("loss_total", {total}, wanted->toDouble(), rtol, atol);

  size_t compared = 0;
  for (unsigned i = 0; i < step->outputs.size(); ++i) {
    auto name = model.getResultAttrOfType<StringAttr>(i, "kreg.name");
    ASSERT_TRUE(name);
    if (name.getValue().starts_with("state/")) {
      continue; // Keras recorded moving statistics after three steps
    }
    const NpzArray *gradient = recorded.training.find(name.str());
    ASSERT_TRUE(gradient) << name.str();
    ++compared;
    expectClose(name.str(), step->outputs[i].data, gradient->toDouble(), rtol,
                atol);
  }
  size_t gradients = 0;
  for (const NpzArray &array : recorded.training.arrays) {
    gradients += llvm::StringRef(array.name).starts_with("grad/");
  }
  EXPECT_EQ(compared, gradients);
}

INSTANTIATE_TEST_SUITE_P(Keras, RecordedStep,
                         testing::ValuesIn(recordedTrainingNames()),
                         [](const auto &info) { return info.param; });

// The interpreter against numbers that Keras computed: every recorded case,
// at its batch and at batch 1, in layer form and in penalty form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Interpreter.h"
#include "dialect/Transforms/Pipelines.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"
#include "test/unit/RecordedCases.h"

#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc;
using namespace kregc::test;

namespace {

/// Penalties are long sums of float32 in Keras: they get this much at least.
constexpr double kPenaltyRtol = 2e-5, kPenaltyAtol = 1e-7;

class RecordedModel : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    recorded = readRecordedCase(GetParam());
    keras::ReadOptions options;
    options.kerasVersion = recorded.kerasVersion;
    llvm::Expected<keras::Model> model =
        keras::readModel(recorded.modelPath, options);
    ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
    auto imported = importModel(*model, context);
    ASSERT_TRUE(bool(imported)) << llvm::toString(imported.takeError());
    module = std::move(*imported);
  }

  /// Compares all arrays `<prefix>…` that inference.npz has.
  void check(const std::string &prefix);

  MLIRContext context;
  RecordedCase recorded;
  OwningOpRef<ModuleOp> module;
};

} // namespace

static void compare(const std::string &what, std::vector<double> got,
                    std::vector<double> want, double rtol, double atol) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    bool same = std::isnan(got[i]) && std::isnan(want[i]);
    if (same || got[i] == want[i]) {
      continue;
    }
    double off = std::fabs(got[i] - want[i]);
    double excess = off / (atol + rtol * std::fabs(want[i]));
    worst = excess <= worst ? worst : excess; // NaN stays
  }
  EXPECT_LE(worst, 1.0) << what << ": the worst of " << got.size()
                        << " numbers, in multiples of the tolerance";
}

/// Keras lists penalties in another order where layers are nested.
static std::vector<double> sorted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

void RecordedModel::check(const std::string &prefix) {
  std::vector<Tensor<double>> inputs;
  for (const NpzArray *x : recorded.series(prefix + "x_")) {
    inputs.push_back({x->shape, x->toDouble()});
  }
  if (inputs.empty() && !prefix.empty()) {
    return; // a case without a batch of one
  }
  auto model = *module->getOps<ModelOp>().begin();
  llvm::Expected<Evaluation<double>> result = evaluate<double>(model, inputs);
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());

  std::vector<const NpzArray *> outputs = recorded.series(prefix + "y_");
  ASSERT_FALSE(outputs.empty());
  ASSERT_EQ(result->outputs.size(), outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_EQ(result->outputs[i].shape, outputs[i]->shape);
    compare(outputs[i]->name, result->outputs[i].data, outputs[i]->toDouble(),
            recorded.rtol, recorded.atol);
  }
  double rtol = std::max(recorded.rtol, kPenaltyRtol);
  double atol = std::max(recorded.atol, kPenaltyAtol);
  const NpzArray *penalties = recorded.find(prefix + "penalties");
  ASSERT_TRUE(penalties);
  compare(prefix + "penalties", sorted(result->penalties),
          sorted(penalties->toDouble()), rtol, atol);
}

TEST_P(RecordedModel, LayerForm) {
  check("");
  check("b1_");
}

TEST_P(RecordedModel, WeightPenalties) {
  llvm::Expected<std::vector<double>> got = weightPenalties(*module);
  ASSERT_TRUE(bool(got)) << llvm::toString(got.takeError());
  const NpzArray *wanted = recorded.find("weight_penalties");
  compare("weight_penalties", sorted(*got),
          wanted ? sorted(wanted->toDouble()) : std::vector<double>(),
          std::max(recorded.rtol, kPenaltyRtol),
          std::max(recorded.atol, kPenaltyAtol));
}

TEST_P(RecordedModel, PenaltyForm) {
  PassManager passes(&context);
  buildPenaltyPipeline(passes);
  ASSERT_TRUE(succeeded(passes.run(*module)));
  check("");
  check("b1_");
}

INSTANTIATE_TEST_SUITE_P(Keras, RecordedModel,
                         testing::ValuesIn(recordedCaseNames()),
                         [](const auto &info) { return info.param; });

// Metrics against values of real Keras 3.15.1, plain and with sample weights in
// two batches; the order of shuffled samples.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/MetricState.h"
#include "compiler/Driver/TrainingRun.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <numeric>

using namespace kregc;
using namespace kregc::driver;

namespace {

const std::vector<float> predictions = {.1f, .6f,  .3f,  .7f,  .2f,
                                        .1f, .25f, .25f, .5f,  .05f,
                                        .9f, .05f, .4f,  .35f, .25f};
const std::vector<float> targets = {0, 1, 0, 1, 0, 0, 0, 1,
                                    0, 0, 0, 1, 0, 1, 0};
const std::vector<float> labels = {1, 0, 1, 2, 1};
const std::vector<float> weights = {1, 2, .5f, 1.5f, 3};

struct Row {
  const char *kind;
  double plain, weighted;
};

/// What keras.metrics gave; thresholds of counts are 0.3, k is 2.
const Row rows[] = {
    {"mean_squared_error", 0.24233334, 0.22854167},
    {"mean_absolute_error", 0.40666667, 0.39583331},
    {"mean_squared_logarithmic_error", 0.11857263, 0.11164717},
    {"root_mean_squared_error", 0.49227363, 0.47806033},
    {"cosine_similarity", 0.57934874, 0.60808134},
    {"log_cosh", 0.11132405, 0.10527313},
    {"hinge", 1.0733333, 1.0625},
    {"squared_hinge", 1.3156667, 1.2910416},
    {"categorical_hinge", 1.0700001, 1.03125},
    {"kl_divergence", 1.259867, 1.1950456},
    {"poisson", 0.75328976, 0.73168254},
    {"binary_crossentropy", 0.74820691, 0.71234107},
    {"categorical_crossentropy", 1.2598698, 1.1950485},
    {"sparse_categorical_crossentropy", 1.2598698, 1.1950485},
    {"binary_accuracy", 0.73333335, 0.72916669},
    {"categorical_accuracy", 0.4, 0.375},
    {"accuracy", 0.4, 0.375},
    {"sparse_categorical_accuracy", 0.4, 0.375},
    {"top_k_categorical_accuracy", 1, 1},
    {"sparse_top_k_categorical_accuracy", 1, 1},
    {"auc", 0.61000001, 0.63867188},
    {"auc PR", 0.41762829, 0.43338388},
    {"precision", 0.5, 0.54545456},
    {"recall", 0.6, 0.75},
    {"true_positives", 3, 6},
    {"false_negatives", 2, 2},
};

TEST(TrainingMetrics, AsKerasComputesThem) {
  for (const Row &row : rows) {
    keras::Metric metric;
    metric.kind = row.kind;
    metric.k = 2;
    metric.thresholds = {0.3};
    if (metric.kind == "auc PR") {
      metric.kind = "auc";
      metric.precisionRecall = true;
    }
    bool sparse = metric.kind.rfind("sparse", 0) == 0;
    const float *t = sparse ? labels.data() : targets.data();
    int64_t size = sparse ? 1 : 3;
    MetricState state(metric, 3, 3, size);
    state.update(predictions.data(), t, nullptr, 5);
    // Keras adds up in float32.
    EXPECT_NEAR(state.result(), row.plain, 2e-6) << row.kind;
    state.reset();
    state.update(predictions.data(), t, weights.data(), 2);
    state.update(predictions.data() + 6, t + 2 * size, weights.data() + 2, 3);
    EXPECT_NEAR(state.result(), row.weighted, 2e-6) << row.kind;
  }
}

TEST(TrainingMetrics, AccuracyFollowsTheShapes) {
  keras::Metric metric;
  metric.kind = "accuracy";
  EXPECT_EQ(MetricState(metric, 1, 1, 1).metric().kind, "binary_accuracy");
  EXPECT_EQ(MetricState(metric, 3, 3, 3).metric().kind, "categorical_accuracy");
  EXPECT_EQ(MetricState(metric, 3, 12, 4).metric().kind,
            "sparse_categorical_accuracy");
}

TEST(TrainingOrder, IsAPermutationOfItsOwnForEachSeedAndEpoch) {
  std::vector<int64_t> all(100);
  std::iota(all.begin(), all.end(), 0);
  std::vector<int64_t> first = shuffled(100, 7, 0);
  EXPECT_EQ(first, shuffled(100, 7, 0));
  EXPECT_NE(first, shuffled(100, 7, 1));
  EXPECT_NE(first, shuffled(100, 8, 0));
  EXPECT_NE(first, all);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, all);
}

} // namespace

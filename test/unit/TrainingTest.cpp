// The runtime of training but for its formulas: steps that fail, threads,
// weights by path, memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/TrainingModel.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

using namespace kregc::test;

namespace {

//===--- steps
//--------------------------------------------------------------===//

TEST(Training, ResultsSayEachPart) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  trainingDouble.loss = 0.75;
  trainingDouble.penalty = 0.125;
  kreg_step_result result = {};
  ASSERT_EQ(step(instance.get(), Floats(Model::gradients), &result, 3),
            KREG_OK);
  EXPECT_EQ(result.data_loss, 0.75);
  EXPECT_EQ(result.data_losses[0], 0.75);
  EXPECT_EQ(result.activity_penalty, 0.125);
  EXPECT_EQ(result.activity_penalties[0], 0.125);
  double l1 = 0, l2 = 0;
  for (double w : randomNumbers(6300, 1)) {
    l1 += std::fabs(w);
    l2 += w * w;
  }
  EXPECT_NEAR(result.weight_penalties[0], 0.01 * l1 + 0.02 * l2, 1e-9);
  EXPECT_EQ(result.weight_penalties[1], 0);
  EXPECT_GT(result.weight_penalties[2], 0);
  EXPECT_DOUBLE_EQ(result.loss, 0.875 + result.weight_penalty);
  EXPECT_EQ(result.iteration, 0);
  EXPECT_FLOAT_EQ(float(result.learning_rate), 0.1f);
  EXPECT_EQ(trainingDouble.sampleWeights, Floats(3, 1.0f));
  EXPECT_EQ(kreg_rt_get_iteration(instance.get()), 1);
}

TEST(Training, EvaluationChangesNothing) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  Floats weights = allWeights(instance.get()), slots = allSlots(instance.get());
  Floats x(1), t = {7}, y(1);
  const float *inputs[] = {x.data()}, *targets[] = {t.data()};
  float *outputs[] = {y.data()};
  kreg_step_result result = {};
  ASSERT_EQ(kreg_rt_evaluate(instance.get(), 1, inputs, targets, nullptr,
                             outputs, &result),
            KREG_OK);
  EXPECT_EQ(y[0], 7);
  EXPECT_GT(result.weight_penalty, 0);
  EXPECT_TRUE(equal(weights, allWeights(instance.get())));
  EXPECT_TRUE(equal(slots, allSlots(instance.get())));
  EXPECT_EQ(kreg_rt_get_iteration(instance.get()), 0);
}

TEST(Training, NewStatisticsAreTakenOnceTheStepIsDone) {
  TrainingTable table;
  table.add("w", {1}, {1});
  table.add("moving", {1}, {5}, /*trainable=*/false).state = 0;
  TrainingInstance instance = makeTraining(table.get());
  trainingDouble.states = {6};
  trainingDouble.status = 9;
  EXPECT_EQ(step(instance.get(), {1}), 9);
  EXPECT_EQ(allWeights(instance.get()), (Floats{1, 5}));
  trainingDouble.status = 0;
  EXPECT_EQ(step(instance.get(), {1}), KREG_OK);
  EXPECT_EQ(allWeights(instance.get())[1], 6);
}

TEST(Training, AStepThatFailsChangesNothing) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  train(instance.get(), 2);
  Floats weights = allWeights(instance.get()), slots = allSlots(instance.get());
  trainingDouble.status = 5;
  EXPECT_EQ(step(instance.get(), randomNumbers(Model::gradients, 5)), 5);
  EXPECT_TRUE(equal(weights, allWeights(instance.get())));
  EXPECT_TRUE(equal(slots, allSlots(instance.get())));
  EXPECT_EQ(kreg_rt_get_iteration(instance.get()), 2);
}

TEST(Training, FrozenWeightsStay) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  train(instance.get(), 3);
  Floats frozen(2);
  ASSERT_EQ(kreg_rt_get_weight(instance.get(), "frozen", frozen.data(), 2),
            KREG_OK);
  EXPECT_EQ(frozen, (Floats{8, 9}));
}

TEST(Training, ThreadsChangeNoBit) {
  for (int kind = 0; kind < KREG_OPTIMIZER_COUNT; ++kind) {
    Floats first;
    for (int threads : {1, 2, 5}) {
      Model model(static_cast<kreg_optimizer_kind>(kind));
      TrainingInstance instance = makeTraining(model.get(), threads);
      train(instance.get(), 5);
      Floats all = allWeights(instance.get());
      Floats slots = allSlots(instance.get());
      all.insert(all.end(), slots.begin(), slots.end());
      first = first.empty() ? all : first;
      EXPECT_TRUE(equal(first, all)) << kind << ", " << threads << " threads";
    }
  }
}

TEST(Training, InstancesDoNotKnowOfEachOther) {
  Model model;
  const kreg_training *table = model.get();
  TrainingInstance a = makeTraining(table), b = makeTraining(table);
  train(a.get(), 3);
  TrainingInstance c = makeTraining(table);
  train(b.get(), 3);
  EXPECT_TRUE(equal(allWeights(a.get()), allWeights(b.get())));
  EXPECT_FALSE(equal(allWeights(a.get()), allWeights(c.get())));
}

TEST(Training, AForkTrainsOn) {
  Model model;
  TrainingInstance instance = makeTraining(model.get(), 3);
  train(instance.get(), 1);
  pid_t child = fork();
  if (child == 0) {
    train(instance.get(), 2);
    _exit(kreg_rt_get_iteration(instance.get()) == 3 ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  train(instance.get(), 1);
}

TEST(Training, NoiseIsKeyedBySeedAndStep) {
  Model model;
  model.settings.seed = 0x123456789ABCDEF0;
  TrainingInstance instance = makeTraining(model.get());
  train(instance.get(), 2);
  EXPECT_EQ(trainingDouble.noise[0], 0x9ABCDEF0u);
  EXPECT_EQ(trainingDouble.noise[1], 0x12345678u);
  EXPECT_EQ(trainingDouble.noise[2], 1u);
  ASSERT_EQ(kreg_rt_set_seed(instance.get(), 7), KREG_OK);
  ASSERT_EQ(kreg_rt_set_iteration(instance.get(), int64_t(1) << 32), KREG_OK);
  train(instance.get(), 1);
  EXPECT_EQ(trainingDouble.noise[0], 7u);
  EXPECT_EQ(trainingDouble.noise[1], 0u);
  EXPECT_EQ(trainingDouble.noise[2], 0u);
  EXPECT_EQ(trainingDouble.noise[3], 1u);
}

/// Weights that diverge stay visible: no rule turns NaN into a number.
TEST(Training, NaNStaysNaN) {
  for (int kind = 0; kind < KREG_OPTIMIZER_COUNT; ++kind) {
    for (double clipvalue : {0.0, 0.5}) {
      TrainingTable table;
      table.settings.optimizer.kind = kind;
      table.settings.optimizer.beta_1 = table.settings.optimizer.beta_2 = 0.9;
      table.settings.optimizer.epsilon = 1e-7;
      table.settings.optimizer.learning_rate_power = -0.5;
      table.settings.optimizer.clipvalue = clipvalue;
      table.add("w", {1}, {1}).constraint.kind = KREG_CONSTRAINT_NON_NEG;
      TrainingInstance instance = makeTraining(table.get());
      ASSERT_EQ(step(instance.get(), {NAN}), KREG_OK);
      EXPECT_TRUE(std::isnan(allWeights(instance.get())[0])) << kind;
    }
  }
}

//===--- what callers get wrong
//---------------------------------------------===//

TEST(Training, ArgumentsAreChecked) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  Floats x(Model::gradients), t(1);
  const float *inputs[] = {x.data()}, *targets[] = {t.data()};
  const float *none[] = {nullptr};
  float *noOutputs[] = {nullptr};
  auto run = [&](int64_t batch, const float *const *in,
                 const float *const *target, float *const *out) {
    return kreg_rt_train_step(instance.get(), batch, in, target, nullptr, out,
                              nullptr);
  };
  auto message = [&] { return std::string(kreg_rt_message(instance.get())); };
  EXPECT_EQ(kreg_rt_train_step(nullptr, 1, inputs, targets, nullptr, nullptr,
                               nullptr),
            KREG_ERROR_ARGUMENT);
  EXPECT_EQ(run(0, inputs, targets, nullptr), KREG_ERROR_BATCH);
  EXPECT_EQ(message(), "a batch of 0 is not between 1 and 1000");
  EXPECT_EQ(run(-1, inputs, targets, nullptr), KREG_ERROR_BATCH);
  EXPECT_EQ(run(1001, inputs, targets, nullptr), KREG_ERROR_BATCH);
  EXPECT_EQ(run(1, nullptr, targets, nullptr), KREG_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "inputs is null");
  EXPECT_EQ(run(1, none, targets, nullptr), KREG_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "inputs[0] is null");
  EXPECT_EQ(run(1, inputs, none, nullptr), KREG_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "targets[0] is null");
  EXPECT_EQ(run(1, inputs, targets, noOutputs), KREG_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "outputs[0] is null");
  EXPECT_EQ(kreg_rt_gradients(instance.get(), 1, inputs, targets, nullptr,
                              nullptr, nullptr),
            KREG_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "gradients is null");
  EXPECT_EQ(kreg_rt_get_iteration(instance.get()), 0);
  // One sample weight of several outputs may be missing.
  EXPECT_EQ(kreg_rt_train_step(instance.get(), 1, inputs, targets, none,
                               nullptr, nullptr),
            KREG_OK);
}

TEST(Training, WeightsByPath) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  Floats two = {1.5f, 2.5f};
  ASSERT_EQ(kreg_rt_set_weight(instance.get(), "frozen", two.data(), 2),
            KREG_OK);
  Floats back(2);
  ASSERT_EQ(kreg_rt_get_weight(instance.get(), "frozen", back.data(), 2),
            KREG_OK);
  EXPECT_EQ(back, two);
  auto message = [&] { return std::string(kreg_rt_message(instance.get())); };
  EXPECT_EQ(kreg_rt_get_weight(instance.get(), "frozen", back.data(), 3),
            KREG_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "weight 'frozen' has 2 elements, not 3");
  EXPECT_EQ(kreg_rt_get_weight(instance.get(), "dense", back.data(), 2),
            KREG_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "there is no weight 'dense'; the header lists them");
  EXPECT_EQ(kreg_rt_set_weight(instance.get(), nullptr, back.data(), 2),
            KREG_ERROR_ARGUMENT);
  EXPECT_EQ(kreg_rt_set_weight(instance.get(), "frozen", nullptr, 2),
            KREG_ERROR_ARGUMENT);
  std::string longPath(100000, 'x');
  EXPECT_EQ(
      kreg_rt_get_weight(instance.get(), longPath.c_str(), back.data(), 2),
      KREG_ERROR_ARGUMENT);
  kreg_tensor tensor = {};
  ASSERT_EQ(kreg_rt_weight(instance.get(), 2, &tensor), KREG_OK);
  EXPECT_STREQ(tensor.path, "square");
  EXPECT_EQ(tensor.slot, nullptr);
  EXPECT_EQ(tensor.rank, 2);
  EXPECT_EQ(tensor.shape[1], 50);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data) % 64, 0u);
  EXPECT_EQ(kreg_rt_weight(instance.get(), 5, &tensor), KREG_ERROR_ARGUMENT);
  EXPECT_EQ(kreg_rt_weight(instance.get(), -1, &tensor), KREG_ERROR_ARGUMENT);
  ASSERT_EQ(kreg_rt_optimizer_variable(instance.get(), 4, &tensor), KREG_OK);
  EXPECT_STREQ(tensor.path, "dense/kernel") << "m, v behind the averages";
  EXPECT_STREQ(tensor.slot, "velocity");
  EXPECT_EQ(kreg_rt_optimizer_variable(instance.get(), 9, &tensor),
            KREG_ERROR_ARGUMENT);
}

TEST(Training, LearningRates) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  ASSERT_EQ(kreg_rt_set_learning_rate(instance.get(), 0.25), KREG_OK);
  EXPECT_EQ(kreg_rt_get_learning_rate(instance.get()), 0.25);
  EXPECT_EQ(kreg_rt_set_learning_rate(instance.get(), NAN),
            KREG_ERROR_ARGUMENT);
  EXPECT_EQ(kreg_rt_get_learning_rate(instance.get()), 0.25);
  EXPECT_EQ(kreg_rt_set_iteration(instance.get(), -1), KREG_ERROR_ARGUMENT);

  Model scheduled;
  scheduled.settings.schedule.kind = KREG_SCHEDULE_EXPONENTIAL_DECAY;
  scheduled.settings.schedule.decay_steps = 1;
  scheduled.settings.schedule.decay_rate = 0.5;
  TrainingInstance other = makeTraining(scheduled.get());
  EXPECT_EQ(kreg_rt_set_learning_rate(other.get(), 0.25),
            KREG_ERROR_UNAVAILABLE);
}

TEST(Training, AveragesReplaceWeights) {
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  train(instance.get(), 3);
  Floats averages = allSlots(instance.get());
  averages.resize(6300);
  ASSERT_EQ(kreg_rt_use_averages(instance.get()), KREG_OK);
  Floats weights = allWeights(instance.get());
  weights.resize(6300);
  EXPECT_TRUE(equal(weights, averages));
  TrainingTable plain;
  plain.add("w", {1}, {1});
  EXPECT_EQ(kreg_rt_use_averages(makeTraining(plain.get()).get()),
            KREG_ERROR_UNAVAILABLE);
}

//===--- memory
//-------------------------------------------------------------===//

int living = 0, made = 0; ///< allocations
int failAfter = -1;       ///< how many succeed; -1: all

void *allocate(void *, size_t bytes, size_t alignment) {
  if (failAfter >= 0 && made >= failAfter) {
    return nullptr;
  }
  ++living;
  ++made;
  return std::aligned_alloc(alignment, bytes);
}
void release(void *, void *memory) {
  living -= memory != nullptr;
  std::free(memory);
}

TEST(Training, AWarmStepAllocatesNothing) {
  Model model;
  const kreg_training *table = model.get();
  kreg_options options = {};
  options.threads = 2;
  options.allocate = allocate;
  options.release = release;
  kreg_instance *created = nullptr;
  ASSERT_EQ(kreg_rt_create_training(&options, table, &created), KREG_OK);
  TrainingInstance instance(created);
  auto run = [&](int64_t batch) {
    return step(created, Floats(Model::gradients), nullptr, batch);
  };
  ASSERT_EQ(run(8), KREG_OK);
  failAfter = made;
  for (int64_t batch : {8, 1, 5}) {
    EXPECT_EQ(run(batch), KREG_OK);
  }
  EXPECT_EQ(run(9), KREG_ERROR_MEMORY);
  EXPECT_EQ(kreg_rt_get_iteration(created), 4);
  failAfter = -1;
  EXPECT_EQ(run(9), KREG_OK);
  instance.reset();
  EXPECT_EQ(living, 0);
}

TEST(Training, EachAllocationOfACreationMayFail) {
  Model model;
  const kreg_training *table = model.get();
  kreg_options options = {};
  options.threads = 2;
  options.allocate = allocate;
  options.release = release;
  kreg_instance *created = nullptr;
  for (failAfter = 0;; ++failAfter) {
    made = 0;
    int code = kreg_rt_create_training(&options, table, &created);
    if (code == KREG_OK) {
      break;
    }
    EXPECT_EQ(code, KREG_ERROR_MEMORY);
    EXPECT_EQ(created, nullptr);
    EXPECT_EQ(living, 0);
  }
  EXPECT_EQ(failAfter, 3) << "the instance, a worker, the weights";
  failAfter = -1;
  kreg_rt_destroy(created);
  EXPECT_EQ(living, 0);
}

TEST(Training, BytesOfAStep) {
  Model model;
  const kreg_training *table = model.get();
  model.settings.arena = {1000, 10};
  int64_t none = kreg_rt_step_bytes(table, 0);
  // Weights, averages, m and v; gradients are in the arena.
  EXPECT_GT(none, int64_t(4 * 4 * Model::gradients));
  EXPECT_LT(none, int64_t(4 * 4 * Model::gradients + 120000));
  EXPECT_EQ(kreg_rt_step_bytes(table, 7) - none, 7 * (10 + 4 + 4));
}

} // namespace

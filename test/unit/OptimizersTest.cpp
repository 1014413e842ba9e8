// The optimizers, schedules, constraints and weight penalties of the runtime
// against what Keras recorded (Inputs/record-optimizers.py, record-legacy.py).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Npz.h"
#include "test/unit/TrainingTable.h"

#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <map>

using namespace kregc;
using namespace kregc::test;

namespace {

/// The arrays of a recorded file.
class Recorded {
public:
  explicit Recorded(const std::string &name) {
    auto arrays = readNpz(KREGC_TEST_INPUTS "/" + name);
    if (!arrays) {
      ADD_FAILURE() << llvm::toString(arrays.takeError());
      return;
    }
    for (NpzArray &array : *arrays) {
      values[array.name] = array.toFloat();
    }
  }
  const std::vector<float> &operator[](const std::string &name) const {
    auto found = values.find(name);
    EXPECT_NE(found, values.end()) << name;
    static const std::vector<float> none;
    return found == values.end() ? none : found->second;
  }

private:
  std::map<std::string, std::vector<float>> values;
};

const Recorded &keras3() {
  static const Recorded recorded("optimizers.npz");
  return recorded;
}
const Recorded &keras2() {
  static const Recorded recorded("legacy-optimizers.npz");
  return recorded;
}

constexpr size_t size = 16;
using Slice = std::vector<float>;

Slice slice(const std::vector<float> &values, size_t step) {
  return Slice(values.begin() + step * size,
               values.begin() + (step + 1) * size);
}

/// Keras and the runtime round each of some ten operations of a step once, in
/// orders that may differ: a relative error of about 1e-6 of the numbers added,
/// which are below 10 here, and more of what division by a small root gives.
void expectNear(const Slice &got, const Slice &want, const std::string &what,
                double tolerance = 4e-6) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], want[i], tolerance * (1 + std::fabs(want[i])))
        << what << ", element " << i;
  }
}

/// The kernel [3, 4] and the bias [4] of the recorded cases.
TrainingTable recordedTable(kreg_constraint constraint = {},
                            kreg_regularizer regularizer = {}) {
  TrainingTable table;
  const Slice &start = keras3()["start"];
  kreg_variable &kernel =
      table.add("kernel", {3, 4}, Slice(start.begin(), start.begin() + 12));
  kernel.constraint = constraint;
  kernel.regularizer = regularizer;
  table.add("bias", {4}, Slice(start.begin() + 12, start.end()));
  return table;
}

void expectSteps(TrainingTable &table, const std::vector<float> &weights,
                 const std::string &what) {
  TrainingInstance instance = makeTraining(table.get());
  for (size_t s = 0; s * size < weights.size(); ++s) {
    ASSERT_EQ(step(instance.get(), slice(keras3()["gradients"], s)), KREG_OK);
    expectNear(allWeights(instance.get()), slice(weights, s),
               what + ", step " + std::to_string(s));
  }
}

using Fill = std::function<void(kreg_training_settings &)>;

kreg_optimizer &adam(kreg_training_settings &s) {
  s.optimizer.kind = KREG_OPTIMIZER_ADAM;
  s.optimizer.beta_1 = 0.9;
  s.optimizer.beta_2 = 0.999;
  s.optimizer.epsilon = 1e-7;
  return s.optimizer;
}

kreg_optimizer &rmsprop(kreg_training_settings &s) {
  s.optimizer.kind = KREG_OPTIMIZER_RMSPROP;
  s.optimizer.rho = 0.9;
  s.optimizer.epsilon = 1e-3;
  s.schedule.initial = 0.05;
  return s.optimizer;
}

kreg_optimizer &sgd(kreg_training_settings &s, double momentum) {
  s.optimizer.kind = KREG_OPTIMIZER_SGD;
  s.optimizer.momentum = momentum;
  return s.optimizer;
}

kreg_optimizer &nadam(kreg_training_settings &s) {
  adam(s).kind = KREG_OPTIMIZER_NADAM;
  return s.optimizer;
}

kreg_optimizer &ftrl(kreg_training_settings &s) {
  s.optimizer.kind = KREG_OPTIMIZER_FTRL;
  s.optimizer.initial_accumulator = 0.1;
  s.optimizer.learning_rate_power = -0.5;
  return s.optimizer;
}

void ftrlWithAll(kreg_training_settings &s) {
  kreg_optimizer &o = ftrl(s);
  o.l1 = 0.05;
  o.l2 = 0.1;
  o.l2_shrinkage = 0.01;
  o.beta = 0.3;
}

void everything(kreg_optimizer &o) {
  o.gradient_accumulation_steps = 2;
  o.use_ema = 1;
  o.ema_momentum = 0.6;
  o.ema_overwrite_frequency = 2;
  o.has_weight_decay = 1;
  o.weight_decay = 0.2;
  o.global_clipnorm = 0.8;
}

void averages(kreg_optimizer &o, int64_t frequency) {
  o.use_ema = 1;
  o.ema_momentum = 0.7;
  o.ema_overwrite_frequency = frequency;
}

using Settings = kreg_training_settings;

/// By the names of record-optimizers.py.
const std::map<std::string, Fill> &cases() {
  static const std::map<std::string, Fill> table = {
      {"sgd", [](Settings &s) { sgd(s, 0); }},
      {"sgd_momentum", [](Settings &s) { sgd(s, 0.9); }},
      {"sgd_nesterov", [](Settings &s) { sgd(s, 0.8).nesterov = 1; }},
      {"rmsprop",
       [](Settings &s) {
         rmsprop(s).rho = 0.8;
         s.optimizer.epsilon = 1e-7;
       }},
      {"rmsprop_momentum",
       [](Settings &s) {
         rmsprop(s).momentum = 0.7;
         s.optimizer.epsilon = 1e-7;
       }},
      {"rmsprop_centered", [](Settings &s) { rmsprop(s).centered = 1; }},
      {"rmsprop_all",
       [](Settings &s) {
         rmsprop(s).centered = 1;
         s.optimizer.momentum = 0.5;
       }},
      {"adam", [](Settings &s) { adam(s); }},
      {"adam_amsgrad",
       [](Settings &s) {
         adam(s).amsgrad = 1;
         s.optimizer.beta_1 = 0.8;
         s.optimizer.beta_2 = 0.9;
       }},
      {"adamw",
       [](Settings &s) {
         adam(s).kind = KREG_OPTIMIZER_ADAMW;
         s.optimizer.has_weight_decay = 1;
         s.optimizer.weight_decay = 0.1;
       }},
      {"adagrad",
       [](Settings &s) {
         s.optimizer.kind = KREG_OPTIMIZER_ADAGRAD;
         s.optimizer.initial_accumulator = 0.2;
         s.optimizer.epsilon = 1e-7;
       }},
      {"adadelta",
       [](Settings &s) {
         s.optimizer.kind = KREG_OPTIMIZER_ADADELTA;
         s.optimizer.rho = 0.95;
         s.optimizer.epsilon = 1e-3;
         s.schedule.initial = 1;
       }},
      {"adamax", [](Settings &s) { adam(s).kind = KREG_OPTIMIZER_ADAMAX; }},
      {"nadam", [](Settings &s) { nadam(s); }},
      {"lion",
       [](Settings &s) {
         adam(s).kind = KREG_OPTIMIZER_LION;
         s.optimizer.beta_2 = 0.99;
         s.schedule.initial = 0.01;
       }},
      {"ftrl", ftrlWithAll},
      {"ftrl_power", [](Settings &s) { ftrl(s).learning_rate_power = -0.3; }},
      {"adam+clipnorm", [](Settings &s) { adam(s).clipnorm = 0.5; }},
      {"adam+global_clipnorm",
       [](Settings &s) { adam(s).global_clipnorm = 1.5; }},
      {"adam+clipvalue", [](Settings &s) { adam(s).clipvalue = 0.25; }},
      {"adam+decay",
       [](Settings &s) {
         adam(s).has_weight_decay = 1;
         s.optimizer.weight_decay = 0.3;
       }},
      {"adam+ema", [](Settings &s) { averages(adam(s), 0); }},
      {"adam+ema_overwrite", [](Settings &s) { averages(adam(s), 3); }},
      {"sgd_momentum+accumulation",
       [](Settings &s) { sgd(s, 0.9).gradient_accumulation_steps = 3; }},
      {"adam+accumulation",
       [](Settings &s) { adam(s).gradient_accumulation_steps = 3; }},
      {"nadam+accumulation",
       [](Settings &s) { nadam(s).gradient_accumulation_steps = 3; }},
      {"sgd_momentum+everything", [](Settings &s) { everything(sgd(s, 0.9)); }},
      {"adam+everything", [](Settings &s) { everything(adam(s)); }},
      {"nadam+everything", [](Settings &s) { everything(nadam(s)); }},
  };
  return table;
}

TEST(Optimizers, StepsOfKeras) {
  for (const auto &[name, fill] : cases()) {
    TrainingTable table = recordedTable();
    fill(table.settings);
    expectSteps(table, keras3()[name + "/weights"], name);
  }
}

TEST(Optimizers, VariablesInTheOrderOfKeras) {
  for (const auto &[name, fill] : cases()) {
    TrainingTable table = recordedTable();
    fill(table.settings);
    TrainingInstance instance = makeTraining(table.get());
    for (size_t s = 0; s < 7; ++s) {
      ASSERT_EQ(step(instance.get(), slice(keras3()["gradients"], s)), KREG_OK);
    }
    expectNear(allSlots(instance.get()), keras3()[name + "/slots"], name, 2e-5);
  }
}

/// Chunks of other weights in front of them change nothing.
TEST(Optimizers, TwoStepsByHand) {
  const std::map<std::string, std::pair<Fill, Slice>> known = {
      {"sgd", {[](Settings &s) { sgd(s, 0.9).nesterov = 1; }, {.817f, 2.176f}}},
      {"adam", {[](Settings &s) { adam(s); }, {.8067848f, 2.1266322f}}},
      {"adamw",
       {[](Settings &s) {
          adam(s).has_weight_decay = 1;
          s.optimizer.weight_decay = 0.004;
        },
        {.806025f, 2.1249926f}}},
      {"rmsprop",
       {[](Settings &s) {
          rmsprop(s).epsilon = 1e-7;
          s.schedule.initial = 0.1;
        },
        {.5363312f, 2.1687858f}}},
      {"adagrad",
       {[](Settings &s) {
          s.optimizer.kind = KREG_OPTIMIZER_ADAGRAD;
          s.optimizer.initial_accumulator = 0.1;
          s.optimizer.epsilon = 1e-7;
        },
        {.8765597f, 2.052313f}}},
      {"adam with decay",
       {[](Settings &s) {
          adam(s).has_weight_decay = 1;
          s.optimizer.weight_decay = 0.1;
        },
        {.78788483f, 2.0858324f}}},
  };
  for (const auto &[name, entry] : known) {
    TrainingTable table;
    entry.first(table.settings);
    table.add("w", {2}, {1, 2});
    TrainingInstance instance = makeTraining(table.get());
    ASSERT_EQ(step(instance.get(), {.5f, -1}), KREG_OK);
    ASSERT_EQ(step(instance.get(), {.25f, .5f}), KREG_OK);
    expectNear(allWeights(instance.get()), entry.second, name, 1e-6);
  }
}

TEST(Optimizers, OnesOfKeras2) {
  auto legacy = [](Fill fill) {
    return [=](Settings &s) {
      fill(s);
      s.optimizer.epsilon_outside = 1;
    };
  };
  auto rms = [](Settings &s) -> kreg_optimizer & {
    rmsprop(s).rho = 0.8;
    s.optimizer.epsilon = 1e-2;
    return s.optimizer;
  };
  const std::map<std::string, Fill> known = {
      {"sgd_decay", [](Settings &s) { sgd(s, 0.9).decay = 0.2; }},
      {"adam_decay", [](Settings &s) { adam(s).decay = 0.1; }},
      {"rmsprop", legacy([=](Settings &s) { rms(s); })},
      {"rmsprop_momentum", legacy([=](Settings &s) { rms(s).momentum = 0.7; })},
      {"rmsprop_centered", legacy([=](Settings &s) { rms(s).centered = 1; })},
      {"adagrad", legacy([](Settings &s) {
         s.optimizer.kind = KREG_OPTIMIZER_ADAGRAD;
         s.optimizer.initial_accumulator = 0.2;
         s.optimizer.epsilon = 1e-2;
       })},
      {"adadelta", cases().at("adadelta")},
      {"adamax", cases().at("adamax")},
      {"nadam", [](Settings &s) { nadam(s).schedule_decay = 0.004; }},
      {"ftrl", ftrlWithAll},
      {"new_ema",
       [](Settings &s) {
         averages(sgd(s, 0), 3);
         s.optimizer.averages_start_there = 1;
       }},
      {"new_rmsprop", [=](Settings &s) { rms(s); }},
      {"new_adamw", cases().at("adamw")},
  };
  for (const auto &[name, fill] : known) {
    TrainingTable table;
    fill(table.settings);
    table.add("w", {16}, keras3()["start"]);
    expectSteps(table, keras2()[name], name);
  }
}

kreg_schedule schedule(kreg_schedule_kind kind, double steps) {
  kreg_schedule s = {};
  s.kind = kind;
  s.initial = 0.1;
  s.decay_steps = steps;
  return s;
}

/// By the names of record-optimizers.py.
std::map<std::string, kreg_schedule> schedules() {
  std::map<std::string, kreg_schedule> all;
  kreg_schedule s = schedule(KREG_SCHEDULE_EXPONENTIAL_DECAY, 3);
  s.decay_rate = 0.5;
  all["exponential"] = s;
  s.staircase = 1;
  all["exponential_staircase"] = s;
  s = schedule(KREG_SCHEDULE_INVERSE_TIME_DECAY, 4);
  s.decay_rate = 0.7;
  all["inverse_time"] = s;
  s.staircase = 1;
  all["inverse_time_staircase"] = s;
  s = schedule(KREG_SCHEDULE_POLYNOMIAL_DECAY, 10);
  s.end = 0.01;
  s.power = 1.7;
  all["polynomial"] = s;
  s.power = 0.5;
  s.cycle = 1;
  all["polynomial_cycle"] = s;
  s = schedule(KREG_SCHEDULE_PIECEWISE_CONSTANT_DECAY, 0);
  s.num_boundaries = 3;
  all["piecewise"] = s;
  s = schedule(KREG_SCHEDULE_COSINE_DECAY, 30);
  s.alpha = 0.1;
  all["cosine"] = s;
  s.initial = 0.01;
  s.has_warmup = 1;
  s.warmup_target = 0.1;
  s.warmup_steps = 6;
  all["cosine_warmup"] = s;
  s = schedule(KREG_SCHEDULE_COSINE_DECAY_RESTARTS, 5);
  s.t_mul = 2;
  s.m_mul = 0.8;
  s.alpha = 0.05;
  all["restarts"] = s;
  s = schedule(KREG_SCHEDULE_COSINE_DECAY_RESTARTS, 6);
  s.t_mul = 1;
  s.m_mul = 0.9;
  all["restarts_equal"] = s;
  return all;
}

TEST(Schedules, RatesOfKeras) {
  for (const auto &[name, schedule] : schedules()) {
    TrainingTable table;
    table.settings.schedule = schedule;
    table.boundaries = {4, 9, 20, 0.1, 0.05, 0.02, 0.01};
    table.add("w", {1}, {1});
    TrainingInstance instance = makeTraining(table.get());
    const Slice &rates = keras3()["schedule/" + name];
    for (size_t i = 0; i < rates.size(); ++i) {
      ASSERT_EQ(kreg_rt_set_iteration(instance.get(), int64_t(i)), KREG_OK);
      // Functions of libm and of TensorFlow differ in the last bits.
      EXPECT_NEAR(kreg_rt_get_learning_rate(instance.get()), rates[i], 3e-8)
          << name << ", step " << i;
    }
  }
}

TEST(Schedules, DriveTheSteps) {
  TrainingTable table = recordedTable();
  table.settings.schedule = schedules()["exponential"];
  expectSteps(table, keras3()["sgd+schedule/weights"], "sgd");
}

TEST(Constraints, StepsOfKeras) {
  const std::map<std::string, kreg_constraint> known = {
      {"max_norm", {KREG_CONSTRAINT_MAX_NORM, 1, 0, 0.9, 0}},
      {"max_norm_all", {KREG_CONSTRAINT_MAX_NORM, 3, 0, 0.9, 0}},
      {"max_norm_last", {KREG_CONSTRAINT_MAX_NORM, 2, 0, 0.9, 0}},
      {"non_neg", {KREG_CONSTRAINT_NON_NEG, 0, 0, 0, 0}},
      {"unit_norm", {KREG_CONSTRAINT_UNIT_NORM, 1, 0, 0, 0}},
      {"min_max_norm", {KREG_CONSTRAINT_MIN_MAX_NORM, 1, 0.8, 1.2, 0.6}},
  };
  for (const auto &[name, constraint] : known) {
    TrainingTable table = recordedTable(constraint);
    expectSteps(table, keras3()["constraint/" + name], name);
  }
}

TEST(Regularizers, ValuesAndGradientsOfKeras) {
  const std::map<std::string, kreg_regularizer> known = {
      {"l1", {KREG_REGULARIZER_L1L2, 0, 0.05, 0, 0}},
      {"l2", {KREG_REGULARIZER_L1L2, 0, 0, 0.07, 0}},
      {"l1l2", {KREG_REGULARIZER_L1L2, 0, 0.05, 0.07, 0}},
      {"orthogonal_rows", {KREG_REGULARIZER_ORTHOGONAL, 1, 0, 0, 0.3}},
      {"orthogonal_columns", {KREG_REGULARIZER_ORTHOGONAL, 0, 0, 0, 0.3}},
  };
  for (const auto &[name, regularizer] : known) {
    TrainingTable table = recordedTable({}, regularizer);
    TrainingInstance instance = makeTraining(table.get());
    Slice zeros(size), kernel(12), bias(4), target(1);
    const float *inputs[] = {zeros.data()}, *targets[] = {target.data()};
    float *gradients[] = {kernel.data(), bias.data()};
    kreg_step_result result = {};
    ASSERT_EQ(kreg_rt_gradients(instance.get(), 1, inputs, targets, nullptr,
                                gradients, &result),
              KREG_OK);
    const std::string prefix = "regularizer/" + name;
    EXPECT_NEAR(result.weight_penalty, keras3()[prefix + "/value"][0], 1e-7);
    EXPECT_EQ(result.weight_penalty, result.weight_penalties[0]);
    expectNear(kernel, keras3()[prefix + "/gradient"], name, 1e-6);
    EXPECT_EQ(bias, Slice(4));

    // A step adds the same gradient and reports the same value.
    kreg_step_result again = {};
    ASSERT_EQ(step(instance.get(), zeros, &again), KREG_OK);
    EXPECT_EQ(again.weight_penalty, result.weight_penalty);
    Slice moved = allWeights(instance.get());
    for (size_t i = 0; i < 12; ++i) {
      EXPECT_NEAR(moved[i], keras3()["start"][i] - 0.1f * kernel[i], 1e-6);
    }
  }
}

} // namespace

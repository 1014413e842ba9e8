// A file's or the user's optimizer on its way into the table of a training
// library: each number arrives in its place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/TrainingSettings.h"
#include "frontends/Keras/CompileSettings.h"
#include "frontends/Keras/Reader.h"

#include "gtest/gtest.h"

using namespace kregc;

namespace {

keras::Model readCnn() {
  auto model = keras::readModel(
      KREGC_SOURCE_DIR "/examples/question/attached.keras", {});
  EXPECT_TRUE(bool(model));
  return std::move(*model);
}

/// Of `optimizer`, Keras' JSON.
host::TrainingSettings settingsOf(const std::string &optimizer,
                                  bool isKeras2 = false) {
  keras::Model model = readCnn();
  if (isKeras2) {
    model.version = {2, 15, 0, true, "2.15.0"};
  }
  keras::CompileOverrides overrides;
  overrides.loss = "mse";
  overrides.optimizer = optimizer;
  llvm::Error error = keras::readTraining(model, overrides);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  return driver::makeTrainingSettings(model);
}

std::string object(const std::string &name, const std::string &config) {
  return R"({"class_name": ")" + name + R"(", "config": {)" + config + "}}";
}

TEST(TrainingSettings, EveryOptimizerHasItsKind) {
#define KREG_OPTIMIZER(NAME, KERAS)                                            \
  EXPECT_EQ(settingsOf(KERAS).optimizer.kind, KREG_OPTIMIZER_##NAME);
#include "runtime/lib/Training/Optimizers.def"
}

TEST(TrainingSettings, NumbersOfOptimizers) {
  kreg_optimizer o =
      settingsOf(object("SGD", R"("momentum": 0.75, "nesterov": true)"))
          .optimizer;
  EXPECT_EQ(o.momentum, 0.75);
  EXPECT_EQ(o.nesterov, 1);
  EXPECT_EQ(o.has_weight_decay, 0);
  o = settingsOf(object("RMSprop", R"("rho": 0.5, "momentum": 0.25,
                       "epsilon": 0.125, "centered": true)"))
          .optimizer;
  EXPECT_EQ(o.rho, 0.5);
  EXPECT_EQ(o.momentum, 0.25);
  EXPECT_EQ(o.epsilon, 0.125);
  EXPECT_EQ(o.centered, 1);
  o = settingsOf(object("Adam", R"("beta_1": 0.5, "beta_2": 0.25,
                       "amsgrad": true, "global_clipnorm": 2.0)"))
          .optimizer;
  EXPECT_EQ(o.beta_1, 0.5);
  EXPECT_EQ(o.beta_2, 0.25);
  EXPECT_EQ(o.amsgrad, 1);
  EXPECT_EQ(o.global_clipnorm, 2);
  EXPECT_EQ(o.clipnorm + o.clipvalue, 0);
  o = settingsOf(object("AdamW", R"("clipnorm": 3.0)")).optimizer;
  EXPECT_EQ(o.has_weight_decay, 1);
  EXPECT_EQ(o.weight_decay, 0.004);
  EXPECT_EQ(o.clipnorm, 3);
  o = settingsOf(object("Ftrl", R"("learning_rate_power": -0.25,
                       "initial_accumulator_value": 0.5,
                       "l1_regularization_strength": 0.125,
                       "l2_regularization_strength": 0.25,
                       "l2_shrinkage_regularization_strength": 2.0,
                       "beta": 4.0, "clipvalue": 8.0)"))
          .optimizer;
  EXPECT_EQ(o.learning_rate_power, -0.25);
  EXPECT_EQ(o.initial_accumulator, 0.5);
  EXPECT_EQ(o.l1, 0.125);
  EXPECT_EQ(o.l2, 0.25);
  EXPECT_EQ(o.l2_shrinkage, 2);
  EXPECT_EQ(o.beta, 4);
  EXPECT_EQ(o.clipvalue, 8);
}

TEST(TrainingSettings, AveragesAndAccumulation) {
  kreg_optimizer o = settingsOf(object("SGD", R"("use_ema": true,
      "ema_momentum": 0.5, "ema_overwrite_frequency": 7,
      "gradient_accumulation_steps": 4, "weight_decay": 0.25)"))
                         .optimizer;
  EXPECT_EQ(o.use_ema, 1);
  EXPECT_EQ(o.ema_momentum, 0.5);
  EXPECT_EQ(o.ema_overwrite_frequency, 7);
  EXPECT_EQ(o.gradient_accumulation_steps, 4);
  EXPECT_EQ(o.weight_decay, 0.25);
  EXPECT_EQ(o.averages_start_there, 0);
  EXPECT_EQ(settingsOf("SGD", /*isKeras2=*/true).optimizer.averages_start_there,
            1);
}

TEST(TrainingSettings, Schedules) {
  auto scheduled = [](const std::string &name, const std::string &config) {
    return settingsOf(
        object("SGD", R"("learning_rate": )" + object(name, config)));
  };
  kreg_schedule s =
      settingsOf(object("SGD", R"("learning_rate": 0.5)")).schedule;
  EXPECT_EQ(s.kind, KREG_SCHEDULE_NONE);
  EXPECT_EQ(s.initial, 0.5);
  s = scheduled("ExponentialDecay",
                R"("initial_learning_rate": 0.5, "decay_steps": 3,
                   "decay_rate": 0.25, "staircase": true)")
          .schedule;
  EXPECT_EQ(s.kind, KREG_SCHEDULE_EXPONENTIAL_DECAY);
  EXPECT_EQ(s.initial, 0.5);
  EXPECT_EQ(s.decay_steps, 3);
  EXPECT_EQ(s.decay_rate, 0.25);
  EXPECT_EQ(s.staircase, 1);
  s = scheduled("PolynomialDecay",
                R"("initial_learning_rate": 0.5, "decay_steps": 3,
                   "end_learning_rate": 0.25, "power": 2.0, "cycle": true)")
          .schedule;
  EXPECT_EQ(s.kind, KREG_SCHEDULE_POLYNOMIAL_DECAY);
  EXPECT_EQ(s.end, 0.25);
  EXPECT_EQ(s.power, 2);
  EXPECT_EQ(s.cycle, 1);
  s = scheduled("CosineDecay",
                R"("initial_learning_rate": 0.5, "decay_steps": 3,
                   "alpha": 0.25, "warmup_target": 2.0, "warmup_steps": 4)")
          .schedule;
  EXPECT_EQ(s.kind, KREG_SCHEDULE_COSINE_DECAY);
  EXPECT_EQ(s.alpha, 0.25);
  EXPECT_EQ(s.has_warmup, 1);
  EXPECT_EQ(s.warmup_target, 2);
  EXPECT_EQ(s.warmup_steps, 4);
  s = scheduled("CosineDecayRestarts",
                R"("initial_learning_rate": 0.5, "first_decay_steps": 3,
                   "t_mul": 4.0, "m_mul": 0.25)")
          .schedule;
  EXPECT_EQ(s.kind, KREG_SCHEDULE_COSINE_DECAY_RESTARTS);
  EXPECT_EQ(s.decay_steps, 3);
  EXPECT_EQ(s.t_mul, 4);
  EXPECT_EQ(s.m_mul, 0.25);
  host::TrainingSettings piecewise =
      scheduled("PiecewiseConstantDecay",
                R"("boundaries": [5, 9], "values": [0.5, 0.25, 0.125])");
  EXPECT_EQ(piecewise.schedule.kind, KREG_SCHEDULE_PIECEWISE_CONSTANT_DECAY);
  EXPECT_EQ(piecewise.schedule.num_boundaries, 2);
  EXPECT_EQ(piecewise.boundaries,
            (std::vector<double>{5, 9, 0.5, 0.25, 0.125}));
}

TEST(TrainingSettings, Constraints) {
  keras::Model model = readCnn();
  for (keras::Layer &layer : model.layers) {
    for (keras::Weight &weight : layer.weights) {
      if (weight.path == "conv2d/kernel") {
        keras::Constraint &c = weight.constraint.emplace();
        c.kind = keras::Constraint::Kind::MinMaxNorm;
        c.minimum = 0.5;
        c.maximum = 4;
        c.rate = 0.25;
        c.axes = {0, 1, 2};
      }
    }
  }
  keras::CompileOverrides overrides;
  overrides.loss = "mse";
  ASSERT_FALSE(bool(keras::readTraining(model, overrides)));
  host::TrainingSettings settings = driver::makeTrainingSettings(model);
  ASSERT_EQ(settings.constraints.size(), 1u);
  kreg_constraint c = settings.constraints.at("conv2d/kernel");
  EXPECT_EQ(c.kind, KREG_CONSTRAINT_MIN_MAX_NORM);
  EXPECT_EQ(c.axes, 7u);
  EXPECT_EQ(c.minimum, 0.5);
  EXPECT_EQ(c.maximum, 4);
  EXPECT_EQ(c.rate, 0.25);
}

/// Legacy optimizers of Keras 2: other places for ε, and a rate that decays.
TEST(TrainingSettings, Legacy) {
  kreg_optimizer o =
      settingsOf(
          object("RMSprop", R"("decay": 0.5, "is_legacy_optimizer": true)"),
          /*isKeras2=*/true)
          .optimizer;
  EXPECT_EQ(o.epsilon_outside, 1);
  EXPECT_EQ(o.decay, 0.5);
  o = settingsOf(
          object("Nadam", R"("decay": 0.004, "is_legacy_optimizer": true)"),
          /*isKeras2=*/true)
          .optimizer;
  EXPECT_EQ(o.decay, 0);
  EXPECT_EQ(o.schedule_decay, 0.004);
}

} // namespace

// A model whose update touches every part of the runtime, without kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_TRAININGMODEL_H
#define KREGC_TEST_UNIT_TRAININGMODEL_H

#include "test/unit/TrainingTable.h"

#include "gtest/gtest.h"

#include <random>

namespace kregc::test {

using Floats = std::vector<float>;

inline Floats randomNumbers(size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  Floats values(count);
  for (float &value : values) {
    value = normal(engine);
  }
  return values;
}

/// Several chunks per weight, and options that touch every part of the update.
class Model : public TrainingTable {
public:
  explicit Model(kreg_optimizer_kind kind = KREG_OPTIMIZER_ADAM) {
    kreg_optimizer &o = settings.optimizer;
    o.kind = kind;
    o.beta_1 = 0.9;
    o.beta_2 = 0.999;
    o.epsilon = 1e-7;
    o.rho = 0.9;
    o.momentum = 0.9;
    o.learning_rate_power = -0.5;
    o.initial_accumulator = 0.1;
    o.use_ema = 1;
    o.ema_momentum = 0.9;
    o.global_clipnorm = 1;
    kreg_variable &kernel =
        add("dense/kernel", {90, 70}, randomNumbers(6300, 1));
    kernel.regularizer = {KREG_REGULARIZER_L1L2, 0, 0.01, 0.02, 0};
    kernel.constraint = {KREG_CONSTRAINT_MAX_NORM, 1, 0, 3, 0};
    add("dense/bias", {70}, randomNumbers(70, 2));
    kreg_variable &square = add("square", {40, 50}, randomNumbers(2000, 3));
    square.regularizer = {KREG_REGULARIZER_ORTHOGONAL, 1, 0, 0, 0.5};
    add("bn/moving_mean", {3}, {1, 2, 3}, /*trainable=*/false);
    add("frozen", {2}, {8, 9}, /*trainable=*/false);
  }
  static constexpr size_t gradients = 6300 + 70 + 2000;
};

inline void train(kreg_instance *instance, int steps, unsigned seed = 10) {
  for (int i = 0; i < steps; ++i) {
    ASSERT_EQ(step(instance, randomNumbers(Model::gradients, seed + i)),
              KREG_OK);
  }
}

/// Whether all numbers are the same, bit by bit, NaN included.
inline bool equal(const Floats &a, const Floats &b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_TRAININGMODEL_H

// See TrainingTable.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/TrainingTable.h"

#include "gtest/gtest.h"

#include <algorithm>

using namespace kregc::test;

TrainingDouble kregc::test::trainingDouble;

static int evaluateDouble(kreg_instance *, int64_t batch,
                          const float *const *inputs, float *const *outputs,
                          double *scalars) {
  std::memcpy(outputs[0], inputs[1], size_t(batch) * sizeof(float));
  scalars[0] = trainingDouble.loss;
  scalars[1] = trainingDouble.penalty;
  return trainingDouble.status;
}

static int stepDouble(kreg_instance *instance, int64_t batch,
                      const float *const *inputs, float *const *outputs,
                      double *scalars) {
  const float *gradient = inputs[0];
  float *const *at = outputs + 1;
  for (int64_t size : trainingDouble.sizes) {
    std::memcpy(*at++, gradient, size_t(size) * sizeof(float));
    gradient += size;
  }
  for (float value : trainingDouble.states) {
    **at++ = value;
  }
  std::copy_n(kreg_rt_noise_key(instance), 4, trainingDouble.noise);
  trainingDouble.sampleWeights.assign(inputs[2], inputs[2] + batch);
  return evaluateDouble(instance, batch, inputs, outputs, scalars);
}

TrainingTable::TrainingTable() {
  settings.num_inputs = settings.num_outputs = settings.num_penalties = 1;
  settings.num_step_outputs = 1;
  settings.step_has_outputs = 1;
  settings.most_batch = 1000;
  settings.schedule.initial = 0.1;
  trainingDouble = TrainingDouble();
}

kreg_variable &TrainingTable::add(const std::string &path,
                                  std::vector<int64_t> shape,
                                  std::vector<float> values, bool trainable) {
  kreg_variable variable = {};
  variable.path = int64_t(texts.size());
  texts += path + '\0';
  variable.rank = int32_t(shape.size());
  std::copy(shape.begin(), shape.end(), variable.shape);
  variable.elements = int64_t(values.size());
  variable.trainable = trainable;
  variable.gradient = trainable ? settings.num_step_outputs++ : -1;
  variable.state = -1;
  if (trainable) {
    trainingDouble.sizes.push_back(variable.elements);
  }
  initial.push_back(std::move(values));
  variables.push_back(variable);
  return variables.back();
}

const kreg_training *TrainingTable::get() {
  // New states come behind all gradients.
  for (kreg_variable &variable : variables) {
    if (variable.state >= 0) {
      variable.state = settings.num_step_outputs++;
    }
  }
  int64_t arena = 0;
  for (kreg_variable &variable : variables) {
    for (auto [output, place] :
         {std::pair(variable.gradient, &variable.gradient_place),
          std::pair(variable.state, &variable.state_place)}) {
      if (output >= 0) {
        place->constant = arena;
        arena += (variable.elements * 4 + 63) / 64 * 64;
      }
    }
  }
  settings.arena.constant = arena;
  settings.num_variables = int32_t(variables.size());
  for (const std::vector<float> &values : initial) {
    pointers.push_back(values.data());
  }
  table = {&settings,         variables.data(), pointers.data(), texts.data(),
           boundaries.data(), &outputBytes,     evaluateDouble,  stepDouble};
  return &table;
}

TrainingInstance kregc::test::makeTraining(const kreg_training *table,
                                           int threads) {
  kreg_options options = {};
  options.threads = threads;
  kreg_instance *instance = nullptr;
  EXPECT_EQ(kreg_rt_create_training(&options, table, &instance), KREG_OK);
  return TrainingInstance(instance);
}

int kregc::test::step(kreg_instance *instance,
                      const std::vector<float> &gradients,
                      kreg_step_result *result, int64_t batch) {
  std::vector<float> target(static_cast<size_t>(batch), 3.0f);
  const float *inputs[] = {gradients.data()}, *targets[] = {target.data()};
  return kreg_rt_train_step(instance, batch, inputs, targets, nullptr, nullptr,
                            result);
}

template <typename Get>
static std::vector<float> collect(kreg_instance *instance, Get get) {
  std::vector<float> all;
  kreg_tensor tensor = {};
  for (int64_t i = 0; get(instance, i, &tensor) == KREG_OK; ++i) {
    all.insert(all.end(), tensor.data, tensor.data + tensor.elements);
  }
  return all;
}

std::vector<float> kregc::test::allWeights(kreg_instance *instance) {
  return collect(instance, kreg_rt_weight);
}

std::vector<float> kregc::test::allSlots(kreg_instance *instance) {
  return collect(instance, kreg_rt_optimizer_variable);
}

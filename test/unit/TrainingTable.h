// A training library's table made by hand, with functions that hand out
// gradients instead of computing them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_TRAININGTABLE_H
#define KREGC_TEST_UNIT_TRAININGTABLE_H

#include "runtime/lib/Training.h"

#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace kregc::test {

/// One input, the gradients of all trainable weights behind each other (per
/// batch: the first row counts), one output that repeats the target, and one
/// penalty site. Losses are what `losses` says.
class TrainingTable {
public:
  TrainingTable();

  /// A variable with values; its gradient follows those added before.
  kreg_variable &add(const std::string &path, std::vector<int64_t> shape,
                     std::vector<float> values, bool trainable = true);
  /// Pointers are taken now: add nothing behind it.
  const kreg_training *get();

  kreg_training_settings settings = {};
  std::vector<double> boundaries;

private:
  std::vector<kreg_variable> variables;
  std::deque<std::vector<float>> initial;
  std::vector<const float *> pointers;
  std::string texts;
  int64_t outputBytes = 4;
  kreg_training table = {};
};

/// What the hand-made functions see and do; there is one of it, as the
/// functions have no place for another argument.
struct TrainingDouble {
  std::vector<int64_t> sizes; ///< elements of each gradient
  std::vector<float> states;  ///< written to each new state
  double loss = 0.5, penalty = 0.25;
  int status = 0;                   ///< not 0: the step fails
  uint32_t noise[4] = {};           ///< the key that the last step saw
  std::vector<float> sampleWeights; ///< that it saw
};
extern TrainingDouble trainingDouble;

struct DestroyInstance {
  void operator()(kreg_instance *instance) { kreg_rt_destroy(instance); }
};
using TrainingInstance = std::unique_ptr<kreg_instance, DestroyInstance>;

TrainingInstance makeTraining(const kreg_training *table, int threads = 1);

/// One step with these gradients; its status.
int step(kreg_instance *instance, const std::vector<float> &gradients,
         kreg_step_result *result = nullptr, int64_t batch = 1);

/// All weights behind each other.
std::vector<float> allWeights(kreg_instance *instance);
/// All variables of the optimizer behind each other.
std::vector<float> allSlots(kreg_instance *instance);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_TRAININGTABLE_H

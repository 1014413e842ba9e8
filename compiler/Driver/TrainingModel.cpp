// A model compiled for training and loaded into this process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/TrainingModel.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/Verbs.h"

using namespace llvm;

namespace kregc::driver {

keras::CompileOverrides overridesOf(const Options &options) {
  return {options.loss, options.optimizer, options.metrics};
}

Expected<keras::Model> readTrainingModel(const Options &options) {
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  if (Error error = keras::readTraining(*model, overridesOf(options))) {
    return std::move(error);
  }
  return model;
}

TrainingModel::TrainingModel(RunnableModel loaded)
    : runnable(std::move(loaded)), api(runnable.library->training()),
      instance(runnable.instance->handle()) {
  outputArrays.resize(runnable.model.outputs.size());
}

Expected<TrainingModel> TrainingModel::load(const Options &options,
                                            keras::Model model,
                                            KernelProfile *profile) {
  Options training = options;
  training.mode = Mode::Training;
  Expected<RunnableModel> runnable =
      loadModel(training, std::move(model), profile);
  if (!runnable) {
    return runnable.takeError();
  }
  if (!runnable->library->training()) {
    return unsupported("internal: the library cannot train");
  }
  TrainingModel loaded(std::move(*runnable));
  if (Error error =
          loaded.check(loaded.api->setSeed(loaded.instance, options.seed))) {
    return std::move(error);
  }
  return loaded;
}

Error TrainingModel::check(int code) const {
  return code == KREG_OK
             ? Error::success()
             : unsupported(runnable.library->errorMessage(instance));
}

float *const *TrainingModel::outputPointers(int64_t batch) {
  pointers.clear();
  for (auto [index, array] : enumerate(outputArrays)) {
    int64_t size = 1;
    for (int64_t extent : outputShape(runnable.model, index, batch)) {
      size *= extent;
    }
    array.resize(size);
    pointers.push_back(array.data());
  }
  return pointers.data();
}

Error TrainingModel::step(const Batch &batch, bool wantOutputs,
                          kreg_step_result &result) {
  return check(api->trainStep(
      instance, batch.size, batch.inputPointers.data(),
      batch.targetPointers.data(), batch.sampleWeights(),
      wantOutputs ? outputPointers(batch.size) : nullptr, &result));
}

Error TrainingModel::evaluate(const Batch &batch, bool wantOutputs,
                              kreg_step_result &result) {
  return check(api->evaluate(instance, batch.size, batch.inputPointers.data(),
                             batch.targetPointers.data(), batch.sampleWeights(),
                             wantOutputs ? outputPointers(batch.size) : nullptr,
                             &result));
}

Error TrainingModel::gradients(const Batch &batch, ArrayRef<float *> gradients,
                               kreg_step_result &result) {
  return check(api->gradients(instance, batch.size, batch.inputPointers.data(),
                              batch.targetPointers.data(),
                              batch.sampleWeights(), gradients.data(),
                              &result));
}

static std::vector<kreg_tensor>
collect(function_ref<int(int64_t, kreg_tensor *)> get) {
  std::vector<kreg_tensor> tensors;
  kreg_tensor tensor;
  while (get(static_cast<int64_t>(tensors.size()), &tensor) == KREG_OK) {
    tensors.push_back(tensor);
  }
  return tensors;
}

std::vector<kreg_tensor> TrainingModel::weights() const {
  return collect([&](int64_t number, kreg_tensor *out) {
    return api->weight(instance, number, out);
  });
}

std::vector<kreg_tensor> TrainingModel::optimizerVariables() const {
  return collect([&](int64_t number, kreg_tensor *out) {
    return api->optimizerVariable(instance, number, out);
  });
}

Error TrainingModel::setIteration(int64_t iteration) {
  return check(api->setIteration(instance, iteration));
}

Error TrainingModel::setLearningRate(double rate) {
  return check(api->setLearningRate(instance, rate));
}

//===----------------------------------------------------------------------===//
// Metrics
//===----------------------------------------------------------------------===//

std::vector<MetricState> makeMetrics(const keras::Model &model) {
  std::vector<MetricState> metrics;
  for (const keras::Metric &metric : model.training->metrics) {
    const keras::Shape &shape =
        model.calls[model.outputs[metric.output].call].shape;
    int64_t size = 1, classes = shape.back();
    for (int64_t extent : ArrayRef(shape).drop_front()) {
      size *= extent;
    }
    bool sparse = model.training->losses[metric.output].kind ==
                  "sparse_categorical_crossentropy";
    metrics.emplace_back(metric, classes, size, sparse ? size / classes : size);
  }
  return metrics;
}

void updateMetrics(std::vector<MetricState> &metrics, const Batch &batch,
                   ArrayRef<std::vector<float>> outputs) {
  for (MetricState &state : metrics) {
    int output = state.metric().output;
    bool weighted = state.metric().weighted && !batch.weights.empty();
    state.update(outputs[output].data(), batch.targets[output].data(),
                 weighted ? batch.weights[output].data() : nullptr, batch.size);
  }
}

} // namespace kregc::driver

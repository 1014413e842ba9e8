// A model compiled for training and loaded into this process: steps on batches,
// and the arrays that they change.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_TRAININGMODEL_H
#define KREGC_COMPILER_DRIVER_TRAININGMODEL_H

#include "compiler/Driver/Dataset.h"
#include "compiler/Driver/LoadModel.h"
#include "compiler/Driver/MetricState.h"
#include "frontends/Keras/CompileSettings.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kregc::driver {

/// The settings that the command line has in place of the file's.
keras::CompileOverrides overridesOf(const Options &options);

/// The model of the command line with its settings of training.
llvm::Expected<keras::Model> readTrainingModel(const Options &options);

class TrainingModel {
public:
  /// Compiles and loads, with the seed of the command line; the model's
  /// `training` is filled.
  static llvm::Expected<TrainingModel> load(const Options &options,
                                            keras::Model model,
                                            KernelProfile *profile = nullptr);

  const keras::Model &model() const { return runnable.model; }
  llvm::ArrayRef<KernelCost> costs() const { return runnable.costs; }

  /// One step; where `wantOutputs`, outputs() has what the model gave for the
  /// batch, with the weights before the step.
  llvm::Error step(const Batch &batch, bool wantOutputs,
                   kreg_step_result &result);
  /// Losses of a batch as the model is used; nothing changes.
  llvm::Error evaluate(const Batch &batch, bool wantOutputs,
                       kreg_step_result &result);
  /// Gradients of the loss, an array per trainable weight that has one.
  llvm::Error gradients(const Batch &batch, llvm::ArrayRef<float *> gradients,
                        kreg_step_result &result);
  llvm::ArrayRef<std::vector<float>> outputs() const { return outputArrays; }

  /// Their arrays stay where they are and may be written between two calls.
  std::vector<kreg_tensor> weights() const;
  std::vector<kreg_tensor> optimizerVariables() const;

  int64_t iteration() const { return api->getIteration(instance); }
  double learningRate() const { return api->getLearningRate(instance); }
  llvm::Error setIteration(int64_t iteration);
  llvm::Error setLearningRate(double rate);

private:
  explicit TrainingModel(RunnableModel runnable);
  llvm::Error check(int code) const;
  float *const *outputPointers(int64_t batch);

  RunnableModel runnable;
  const emit::LoadedLibrary::Training *api;
  void *instance;
  std::vector<std::vector<float>> outputArrays;
  std::vector<float *> pointers;
};

/// The metrics of a model, all of them new.
std::vector<MetricState> makeMetrics(const keras::Model &model);

/// Adds a batch to the metrics. `outputs` are those of the model.
void updateMetrics(std::vector<MetricState> &metrics, const Batch &batch,
                   llvm::ArrayRef<std::vector<float>> outputs);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_TRAININGMODEL_H

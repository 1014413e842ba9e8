// From a model file to an instance that runs: through the very archive that
// `compile` writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_LOADMODEL_H
#define KREGC_COMPILER_DRIVER_LOADMODEL_H

#include "compiler/Driver/CommandLine.h"
#include "compiler/Driver/CountOperations.h"
#include "compiler/Driver/KernelProfile.h"
#include "compiler/Emit/Loader.h"
#include "frontends/Container/Npz.h"

#include "frontends/Keras/Model.h"

#include "llvm/Support/Error.h"

#include <memory>

namespace kregc::driver {

/// A compiled and loaded model; members are destroyed in reverse order.
struct RunnableModel {
  keras::Model model;
  std::vector<KernelCost> costs; ///< of one call with Options::batch samples
  std::unique_ptr<emit::LoadedLibrary> library;
  std::unique_ptr<emit::LoadedModel> instance;
};

/// Compiles and loads a model as the command line says. The instance reports
/// to `profile` if there is one.
llvm::Expected<RunnableModel> loadModel(const Options &options,
                                        keras::Model model,
                                        KernelProfile *profile = nullptr);

/// The shape of an output for a batch size.
keras::Shape outputShape(const keras::Model &model, size_t output,
                         int64_t batch);

/// Arrays for the outputs of a batch, and pointers to them.
struct ModelOutputs {
  std::vector<std::vector<float>> arrays;
  std::vector<float *> pointers;
  std::vector<double> penalties;

  ModelOutputs(const keras::Model &model, int64_t batch);
};

/// What a model computes for one batch.
struct ModelRun {
  RunnableModel runnable;
  int64_t batch = 0;
  ModelOutputs outputs;
};

/// Finds the model's inputs among `arrays`, which messages call `file`;
/// compiles and loads the model, and calls it once.
llvm::Expected<ModelRun> runModel(const Options &options, keras::Model model,
                                  llvm::ArrayRef<NpzArray> arrays,
                                  llvm::StringRef file);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_LOADMODEL_H

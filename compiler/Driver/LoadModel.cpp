// From a model file to an instance that runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/LoadModel.h"

#include "compiler/Driver/Compilation.h"
#include "compiler/Driver/ModelInputs.h"
#include "compiler/Driver/Sites.h"
#include "compiler/Driver/Verbs.h"

using namespace llvm;

namespace kregc::driver {

Expected<RunnableModel> loadModel(const Options &options, keras::Model model,
                                  KernelProfile *profile) {
  Expected<Target> target = findTarget(options);
  if (!target) {
    return target.takeError();
  }
  RunnableModel runnable;
  runnable.model = model;
  CompilationOptions wanted;
  wanted.target = *target;
  wanted.name = "model";
  wanted.training = options.mode == Mode::Training;
  Compilation compilation(std::move(model), wanted);
  Progress progress;
  auto ignore = [](Phase, function_ref<std::string()>) {
    return Error::success();
  };
  if (Error error = compilation.run(progress, ignore)) {
    return error;
  }
  runnable.costs = compilation.costs(options.batch);
  auto library =
      emit::LoadedLibrary::load(compilation.artefact().archive, wanted.name);
  if (!library) {
    return library.takeError();
  }
  runnable.library = std::move(*library);
  kreg_options create = {};
  create.size = sizeof create;
  create.threads = options.threads;
  if (profile) {
    profile->install(create);
  }
  auto instance = emit::LoadedModel::create(*runnable.library, &create);
  if (!instance) {
    return instance.takeError();
  }
  runnable.instance = std::move(*instance);
  return runnable;
}

keras::Shape outputShape(const keras::Model &model, size_t output,
                         int64_t batch) {
  keras::Shape shape = model.calls[model.outputs[output].call].shape;
  shape[0] = batch;
  return shape;
}

ModelOutputs::ModelOutputs(const keras::Model &model, int64_t batch) {
  for (size_t i = 0; i < model.outputs.size(); ++i) {
    int64_t elements = 1;
    for (int64_t size : outputShape(model, i, batch)) {
      elements *= size;
    }
    arrays.emplace_back(elements);
  }
  for (std::vector<float> &array : arrays) {
    pointers.push_back(array.data());
  }
  for (const Site &site : collectSites(model)) {
    if (site.activity && site.live) {
      penalties.push_back(0);
    }
  }
}

Expected<ModelRun> runModel(const Options &options, keras::Model model,
                            ArrayRef<NpzArray> arrays, StringRef file) {
  // The inputs first: a mistake in them should not cost a compilation.
  Expected<ModelInputs> inputs = bindInputs(model, arrays, file);
  if (!inputs) {
    return inputs.takeError();
  }
  ModelOutputs outputs(model, inputs->batch);
  Expected<RunnableModel> runnable = loadModel(options, std::move(model));
  if (!runnable) {
    return runnable.takeError();
  }
  if (Error error = runnable->instance->forward(
          inputs->batch, inputs->pointers(), outputs.pointers,
          outputs.penalties.data())) {
    return std::move(error);
  }
  return ModelRun{std::move(*runnable), inputs->batch, std::move(outputs)};
}

} // namespace kregc::driver

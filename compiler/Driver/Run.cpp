// `kregc run`: outputs and penalties of a model for the arrays of a .npz file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/LoadModel.h"
#include "compiler/Driver/ModelInputs.h"
#include "compiler/Driver/Verbs.h"
#include "compiler/Driver/WeightPenalties.h"

#include "frontends/Container/Npz.h"

using namespace llvm;

namespace kregc::driver {
namespace {

NpzArray list(StringRef name, ArrayRef<double> values) {
  return NpzArray::ofDouble(name, {static_cast<int64_t>(values.size())},
                            values);
}

} // namespace

Error run(const Options &options) {
  // The inputs first: a mistake in them should not cost a compilation.
  Expected<std::vector<NpzArray>> arrays = readNpz(options.inputs);
  if (!arrays) {
    return arrays.takeError();
  }
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  Expected<ModelInputs> inputs = bindInputs(*model, *arrays, options.inputs);
  if (!inputs) {
    return inputs.takeError();
  }
  Expected<RunnableModel> runnable = loadModel(options, std::move(*model));
  if (!runnable) {
    return runnable.takeError();
  }
  ModelOutputs outputs(runnable->model, inputs->batch);
  if (Error error = runnable->instance->forward(
          inputs->batch, inputs->pointers(), outputs.pointers,
          outputs.penalties.data())) {
    return error;
  }
  std::vector<NpzArray> results;
  for (size_t i = 0; i < outputs.arrays.size(); ++i) {
    results.push_back(NpzArray::ofFloat(
        "y_" + std::to_string(i),
        outputShape(runnable->model, i, inputs->batch), outputs.arrays[i]));
  }
  results.push_back(list("penalties", outputs.penalties));
  results.push_back(list("weight_penalties", weightPenalties(runnable->model)));
  return writeNpz(options.outputs, results);
}

} // namespace kregc::driver

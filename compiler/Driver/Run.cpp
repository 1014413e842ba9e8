// `kregc run`: outputs and penalties of a model for the arrays of a .npz file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/LoadModel.h"
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
  Expected<std::vector<NpzArray>> arrays = readNpz(options.inputs);
  if (!arrays) {
    return arrays.takeError();
  }
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  Expected<ModelRun> run =
      runModel(options, std::move(*model), *arrays, options.inputs);
  if (!run) {
    return run.takeError();
  }
  const keras::Model &used = run->runnable.model;
  std::vector<NpzArray> results;
  for (auto [i, array] : enumerate(run->outputs.arrays)) {
    results.push_back(NpzArray::ofFloat(
        "y_" + std::to_string(i), outputShape(used, i, run->batch), array));
  }
  results.push_back(list("penalties", run->outputs.penalties));
  results.push_back(list("weight_penalties", weightPenalties(used)));
  return writeNpz(options.outputs, results);
}

} // namespace kregc::driver

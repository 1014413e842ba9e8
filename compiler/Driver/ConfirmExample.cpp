// Both models, compiled, at one input.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/ConfirmExample.h"

#include "compiler/Driver/LoadModel.h"
#include "compiler/Driver/Verbs.h"
#include "compiler/Driver/WeightPenalties.h"

#include "frontends/Container/Npz.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <numeric>

using namespace llvm;
using namespace mlir::kreg;

namespace kregc::driver {

/// The number that differs, as the compiled model at `path` has it.
static Expected<double> compute(Options options, StringRef path,
                                const proof::Counterexample &example) {
  options.model = path.str();
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  std::vector<NpzArray> arrays;
  for (const auto &[i, x] : enumerate(example.inputs)) {
    std::vector<float> numbers(x.data.begin(), x.data.end());
    arrays.push_back(
        NpzArray::ofFloat("x_" + std::to_string(i), x.shape, numbers));
  }
  Expected<ModelRun> run =
      runModel(options, std::move(*model), arrays, "the counterexample");
  if (!run) {
    return run.takeError();
  }
  if (example.output >= 0) {
    return run->outputs.arrays[example.output][example.element];
  }
  std::vector<double> penalties = run->outputs.penalties;
  append_range(penalties, weightPenalties(run->runnable.model));
  return std::accumulate(penalties.begin(), penalties.end(), 0.0);
}

/// The largest number beside those that differ.
static double scaleOf(const proof::Counterexample &example) {
  double scale = std::fabs(example.left) + std::fabs(example.right);
  if (example.output >= 0) {
    for (const auto *values : {&example.a, &example.b}) {
      for (double x : values->outputs[example.output].data) {
        scale = std::max(scale, std::fabs(x));
      }
    }
  }
  return scale;
}

void confirmExample(const Options &options, proof::Verdict &verdict) {
  if (!verdict.counterexample) {
    return;
  }
  const proof::Counterexample &example = *verdict.counterexample;
  // float32 through a deep model; below it a difference cannot be seen.
  constexpr double kFloatError = 1e-4;
  double allowed = kFloatError * scaleOf(example);
  double numbers[2];
  for (int i : {0, 1}) {
    Expected<double> number =
        compute(options, i == 0 ? options.model : options.second, example);
    if (!number) {
      verdict.reason += "; the compiled models cannot be asked: " +
                        toString(number.takeError());
      return;
    }
    numbers[i] = *number;
  }
  std::string said = formatv("{0} and {1}", format("%.7g", numbers[0]),
                             format("%.7g", numbers[1]));
  if (std::fabs(numbers[0] - example.left) > allowed ||
      std::fabs(numbers[1] - example.right) > allowed) {
    verdict.kind = proof::Verdict::Undecided;
    verdict.repair.clear();
    verdict.reason += "; but the compiled models, in float32, compute " + said;
    return;
  }
  verdict.reason += std::fabs(example.left - example.right) > 2 * allowed
                        ? "; the compiled models confirm it"
                        : "; too small a difference for float32: the compiled "
                          "models compute " +
                              said;
}

} // namespace kregc::driver

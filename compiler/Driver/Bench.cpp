// `kregc bench`: how long a call of the compiled model takes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/LoadModel.h"
#include "compiler/Driver/MeasurePeak.h"
#include "compiler/Driver/Timing.h"
#include "compiler/Driver/Verbs.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <random>

using namespace llvm;

namespace kregc::driver {
namespace {

struct Report {
  Timing timing;
  double gflops = 0;     ///< at the shortest call
  double peakGflops = 0; ///< of all threads
};

std::vector<std::vector<float>> randomInputs(const keras::Model &model,
                                             int64_t batch) {
  std::minstd_rand generator;
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<std::vector<float>> inputs;
  for (int call : model.inputs) {
    int64_t elements = batch;
    for (int64_t size : ArrayRef(model.calls[call].shape).drop_front()) {
      elements *= size;
    }
    inputs.emplace_back(elements);
    for (float &x : inputs.back()) {
      x = uniform(generator);
    }
  }
  return inputs;
}

Expected<Report> measure(const RunnableModel &runnable,
                         const Options &options) {
  std::vector<std::vector<float>> inputs =
      randomInputs(runnable.model, options.batch);
  std::vector<const float *> pointers;
  for (const std::vector<float> &input : inputs) {
    pointers.push_back(input.data());
  }
  ModelOutputs outputs(runnable.model, options.batch);
  Error error = Error::success();
  Report report;
  report.timing = timeCalls([&] {
    error = runnable.instance->forward(
        options.batch, pointers, outputs.pointers, outputs.penalties.data());
    return !error;
  });
  if (error) {
    return std::move(error);
  }
  report.gflops =
      runnable.operationsAtBatch / report.timing.minimumSeconds / 1e9;
  report.peakGflops = measurePeakGflops() * options.threads;
  return report;
}

void printText(const Report &report, const Options &options) {
  outs() << format("batch %lld, %d %s\n", static_cast<long long>(options.batch),
                   options.threads, options.threads == 1 ? "thread" : "threads")
         << format("  median   %10.2f us per call (%lld calls)\n",
                   report.timing.medianSeconds * 1e6,
                   static_cast<long long>(report.timing.calls))
         << format("  shortest %10.2f us\n", report.timing.minimumSeconds * 1e6)
         << format("  %.2f GFLOP/s, %.1f %% of the measured peak of %.1f\n",
                   report.gflops, 100 * report.gflops / report.peakGflops,
                   report.peakGflops);
}

void printJson(const Report &report, const Options &options) {
  json::Object object{{"batch", options.batch},
                      {"threads", options.threads},
                      {"calls", report.timing.calls},
                      {"mode", "inference"},
                      {"median_ms", report.timing.medianSeconds * 1e3},
                      {"min_ms", report.timing.minimumSeconds * 1e3},
                      {"gflops", report.gflops},
                      {"peak_gflops", report.peakGflops},
                      {"share_of_peak", report.gflops / report.peakGflops}};
  outs() << formatv("{0:2}", json::Value(std::move(object))) << "\n";
}

} // namespace

Error bench(const Options &options) {
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  if (options.mode == Mode::Training) {
    return trainingUnsupported("bench");
  }
  Expected<RunnableModel> runnable = loadModel(options, std::move(*model));
  if (!runnable) {
    return runnable.takeError();
  }
  Expected<Report> report = measure(*runnable, options);
  if (!report) {
    return report.takeError();
  }
  options.format == Format::Json ? printJson(*report, options)
                                 : printText(*report, options);
  return Error::success();
}

} // namespace kregc::driver

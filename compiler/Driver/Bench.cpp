// `kregc bench`: how long a call of the compiled model takes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/LoadModel.h"
#include "compiler/Driver/MeasurePeak.h"
#include "compiler/Driver/Timing.h"
#include "compiler/Driver/TrainingModel.h"
#include "compiler/Driver/Verbs.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <random>

using namespace llvm;

namespace kregc::driver {
namespace {

/// One kernel of a call.
struct KernelReport {
  std::string kernel;
  double seconds = 0;               ///< of a run, the median
  double gflops = 0, gigabytes = 0; ///< per second
};

struct Report {
  Timing timing;
  double gflops = 0;     ///< at the shortest call
  double peakGflops = 0; ///< of all threads
  std::vector<KernelReport> kernels;
};

int64_t countElements(ArrayRef<int64_t> shape, int64_t batch) {
  int64_t elements = batch;
  for (int64_t size : shape.drop_front()) {
    elements *= size;
  }
  return elements;
}

std::vector<std::vector<float>> randomInputs(const keras::Model &model,
                                             int64_t batch) {
  std::minstd_rand generator;
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<std::vector<float>> inputs;
  for (int call : model.inputs) {
    inputs.emplace_back(countElements(model.calls[call].shape, batch));
    for (float &x : inputs.back()) {
      x = uniform(generator);
    }
  }
  return inputs;
}

/// Inputs and targets that every loss can live with: classes, or numbers
/// between 0 and 1.
Batch randomBatch(const keras::Model &model, int64_t size) {
  Batch batch;
  batch.size = size;
  batch.inputs = randomInputs(model, size);
  std::minstd_rand generator;
  std::uniform_real_distribution<float> uniform(0.1f, 0.9f);
  for (auto [output, loss] : enumerate(model.training->losses)) {
    const keras::Shape &shape = model.calls[model.outputs[output].call].shape;
    bool sparse = loss.kind == "sparse_categorical_crossentropy";
    int64_t elements = countElements(shape, size);
    std::vector<float> &target =
        batch.targets.emplace_back(sparse ? elements / shape.back() : elements);
    for (float &t : target) {
      t = sparse ? static_cast<float>(generator() % shape.back())
                 : uniform(generator);
    }
  }
  for (const std::vector<float> &input : batch.inputs) {
    batch.inputPointers.push_back(input.data());
  }
  for (const std::vector<float> &target : batch.targets) {
    batch.targetPointers.push_back(target.data());
  }
  return batch;
}

void addRates(Report &report, ArrayRef<KernelCost> costs,
              const KernelProfile &profile, const Options &options) {
  double operations = 0;
  StringMap<KernelCost> costOf;
  for (const KernelCost &cost : costs) {
    operations += cost.operations;
    costOf[cost.kernel] = cost;
  }
  report.gflops = operations / report.timing.minimumSeconds / 1e9;
  report.peakGflops = measurePeakGflops() * options.threads;
  for (const KernelProfile::Row &row : profile.rows()) {
    KernelCost cost = costOf.lookup(row.kernel);
    report.kernels.push_back({row.kernel, row.medianSeconds,
                              cost.operations / row.medianSeconds / 1e9,
                              cost.bytes / row.medianSeconds / 1e9});
  }
  sort(report.kernels, [](const KernelReport &a, const KernelReport &b) {
    return a.seconds > b.seconds;
  });
}

/// Whole steps: forward, backward, update.
Expected<Report> measureTraining(TrainingModel &model,
                                 const KernelProfile &profile,
                                 const Options &options) {
  Batch batch = randomBatch(model.model(), options.batch);
  Error error = Error::success();
  Report report;
  kreg_step_result result;
  report.timing = timeCalls([&] {
    error = model.step(batch, /*wantOutputs=*/false, result);
    return !error;
  });
  if (error) {
    return std::move(error);
  }
  addRates(report, model.costs(), profile, options);
  return report;
}

Expected<Report> measure(const RunnableModel &runnable,
                         const KernelProfile &profile, const Options &options) {
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
  addRates(report, runnable.costs, profile, options);
  return report;
}

void printText(const Report &report, const Options &options) {
  bool training = options.mode == Mode::Training;
  outs() << format("batch %lld, %d %s\n", static_cast<long long>(options.batch),
                   options.threads, options.threads == 1 ? "thread" : "threads")
         << format("  median   %10.2f us per %s (%lld calls)\n",
                   report.timing.medianSeconds * 1e6,
                   training ? "step" : "call",
                   static_cast<long long>(report.timing.calls))
         << format("  shortest %10.2f us\n", report.timing.minimumSeconds * 1e6)
         << format("  %.2f GFLOP/s, %.1f %% of the measured peak of %.1f\n",
                   report.gflops, 100 * report.gflops / report.peakGflops,
                   report.peakGflops);
  if (report.kernels.empty()) {
    return;
  }
  double all = 0;
  for (const KernelReport &kernel : report.kernels) {
    all += kernel.seconds;
  }
  outs() << format("\n  %-40s %10s %8s %9s %9s %8s\n", "kernel", "us", "share",
                   "GFLOP/s", "of peak", "GB/s");
  for (const KernelReport &kernel : report.kernels) {
    outs() << format("  %-40s %10.2f %6.1f %% %9.2f %7.1f %% %8.2f\n",
                     kernel.kernel.c_str(), kernel.seconds * 1e6,
                     100 * kernel.seconds / all, kernel.gflops,
                     100 * kernel.gflops / report.peakGflops, kernel.gigabytes);
  }
}

void printJson(const Report &report, const Options &options) {
  json::Object object{
      {"batch", options.batch},
      {"threads", options.threads},
      {"calls", report.timing.calls},
      {"mode", options.mode == Mode::Training ? "training" : "inference"},
      {"median_ms", report.timing.medianSeconds * 1e3},
      {"min_ms", report.timing.minimumSeconds * 1e3},
      {"gflops", report.gflops},
      {"peak_gflops", report.peakGflops},
      {"share_of_peak", report.gflops / report.peakGflops}};
  if (options.perKernel) {
    json::Array kernels;
    for (const KernelReport &kernel : report.kernels) {
      kernels.push_back(json::Object{{"kernel", kernel.kernel},
                                     {"median_us", kernel.seconds * 1e6},
                                     {"gflops", kernel.gflops},
                                     {"gigabytes_per_s", kernel.gigabytes}});
    }
    object["kernels"] = std::move(kernels);
  }
  outs() << formatv("{0:2}", json::Value(std::move(object))) << "\n";
}

} // namespace

/// Compiles the model for the mode that was asked for and measures it.
static Expected<Report> compileAndMeasure(const Options &options) {
  KernelProfile profile;
  KernelProfile *wanted = options.perKernel ? &profile : nullptr;
  if (options.mode == Mode::Training) {
    Expected<keras::Model> model = readTrainingModel(options);
    if (!model) {
      return model.takeError();
    }
    Expected<TrainingModel> training =
        TrainingModel::load(options, std::move(*model), wanted);
    return training ? measureTraining(*training, profile, options)
                    : training.takeError();
  }
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  Expected<RunnableModel> runnable =
      loadModel(options, std::move(*model), wanted);
  return runnable ? measure(*runnable, profile, options) : runnable.takeError();
}

Error bench(const Options &options) {
  Expected<Report> report = compileAndMeasure(options);
  if (!report) {
    return report.takeError();
  }
  options.format == Format::Json ? printJson(*report, options)
                                 : printText(*report, options);
  return Error::success();
}

} // namespace kregc::driver

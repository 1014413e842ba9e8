// Epochs over a data set.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/TrainingRun.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/Sites.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <csignal>
#include <numeric>

using namespace llvm;

namespace kregc::driver {

//===----------------------------------------------------------------------===//
// Signals and order
//===----------------------------------------------------------------------===//

static volatile std::sig_atomic_t interrupted = 0;

void stopAtSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = SA_RESETHAND; // the second one ends the process
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool wasInterrupted() { return interrupted != 0; }

/// SplitMix64: a well-mixed 64-bit number for each state.
static uint64_t nextRandom(uint64_t &state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::vector<int64_t> shuffled(int64_t samples, uint64_t seed, int64_t epoch) {
  std::vector<int64_t> order(samples);
  std::iota(order.begin(), order.end(), 0);
  uint64_t random = seed;
  random = nextRandom(random) ^ static_cast<uint64_t>(epoch);
  for (int64_t i = samples - 1; i > 0; --i) {
    // The bias of the remainder is below samples / 2^64.
    auto j =
        static_cast<int64_t>(nextRandom(random) % static_cast<uint64_t>(i + 1));
    std::swap(order[i], order[j]);
  }
  return order;
}

//===----------------------------------------------------------------------===//
// Totals and history
//===----------------------------------------------------------------------===//

void LossTotals::add(const kreg_step_result &result, int64_t batch,
                     size_t outputs) {
  auto weight = static_cast<double>(batch);
  std::vector<double> parts = {result.loss, result.data_loss,
                               result.activity_penalty, result.weight_penalty};
  parts.insert(parts.end(), result.data_losses, result.data_losses + outputs);
  sums.resize(parts.size(), 0);
  for (size_t i = 0; i < parts.size(); ++i) {
    sums[i] += weight * parts[i];
  }
  samples += weight;
}

static constexpr const char *partNames[] = {
    "loss", "data_loss", "activity_penalty", "weight_penalty"};

/// Names and values of an epoch in the order of the history.
static std::vector<TrainingReport::Value>
valuesOf(const std::string &prefix, const LossTotals &totals,
         const std::vector<MetricState> &metrics,
         const std::vector<std::string> &outputs) {
  std::vector<TrainingReport::Value> values;
  for (auto [part, name] : enumerate(partNames)) {
    values.push_back({prefix + name, totals.mean(part)});
  }
  for (size_t i = 0; outputs.size() > 1 && i < outputs.size(); ++i) {
    values.push_back(
        {prefix + outputs[i] + "_loss", totals.mean(std::size(partNames) + i)});
  }
  for (const MetricState &metric : metrics) {
    values.push_back({prefix + metric.metric().name, metric.result()});
  }
  return values;
}

Error checkMonitor(const Options &options, const keras::Model &model,
                   bool validates) {
  std::vector<std::string> names;
  for (const char *prefix : {"", "val_"}) {
    for (const TrainingReport::Value &value :
         valuesOf(prefix, LossTotals(), makeMetrics(model),
                  keras::outputNames(model))) {
      names.push_back(value.first);
    }
    if (!validates) {
      break;
    }
  }
  return options.monitor.empty() || is_contained(names, options.monitor)
             ? Error::success()
             : badInput("--monitor: there is no value '" + options.monitor +
                        "'; there are " + join(names, ", "));
}

void TrainingRun::record(const std::string &prefix, const LossTotals &totals,
                         const std::vector<MetricState> &metrics) {
  for (const TrainingReport::Value &value :
       valuesOf(prefix, totals, metrics, outputs)) {
    auto row = find_if(state.history, [&](const auto &row) {
      return row.first == value.first;
    });
    if (row == state.history.end()) {
      state.history.push_back({value.first, {}});
      row = std::prev(state.history.end());
    }
    row->second.push_back(value.second);
  }
}

//===----------------------------------------------------------------------===//
// Steps and epochs
//===----------------------------------------------------------------------===//

/// Accuracies and the like grow, losses shrink.
static bool growsWhenBetter(StringRef name) {
  return any_of(ArrayRef<const char *>{"acc", "auc", "AUC", "precision",
                                       "recall", "true_", "cosine"},
                [&](const char *part) { return name.contains(part); });
}

TrainingRun::TrainingRun(const Options &options, TrainingModel &model,
                         const Dataset &data,
                         const std::optional<Dataset> &validation)
    : options(options), model(model), data(data), validation(validation),
      outputs(keras::outputNames(model.model())),
      metrics(makeMetrics(model.model())),
      monitored(!options.monitor.empty() ? options.monitor
                : validation             ? "val_loss"
                                         : "loss"),
      moreIsBetter(growsWhenBetter(monitored)), report(options.epochs) {}

/// Says what made the loss NaN or infinite, as far as it can be seen.
Error TrainingRun::explainDivergence(const kreg_step_result &result) const {
  std::string text;
  raw_string_ostream stream(text);
  stream << format("the loss is %g", result.loss) << " in epoch "
         << state.epoch + 1 << ", step " << state.step + 1
         << format(": data loss %g, activity penalties %g, weight penalties "
                   "%g; ",
                   result.data_loss, result.activity_penalty,
                   result.weight_penalty);
  bool first = result.iteration == 0;
  if (first) {
    // Nothing was trained yet, so the numbers of the file make it.
    for (const keras::Layer &layer : model.model().layers) {
      for (const keras::Weight &weight : layer.weights) {
        if (weight.data &&
            any_of(*weight.data, [](float x) { return !std::isfinite(x); })) {
          stream << "the weight '" << weight.path
                 << "' of the file is not finite";
          return badInput(stream.str());
        }
      }
    }
    stream << "the weights of the file and this batch make it; look at the "
              "scale of the inputs, and at logarithms, roots and divisions of "
              "0 in the model and its loss";
    return badInput(stream.str());
  }
  stream << format("it was %g a step before; the learning rate of %g is most "
                   "likely too large: try a tenth of it, or clipnorm",
                   lastLoss, result.learning_rate);
  return badInput(stream.str());
}

Error TrainingRun::runStep(ArrayRef<int64_t> rows) {
  if (Error error = data.gather(rows, batch)) {
    return error;
  }
  kreg_step_result result;
  if (Error error = model.step(batch, !metrics.empty(), result)) {
    return error;
  }
  if (!std::isfinite(result.loss)) {
    report.clear();
    return explainDivergence(result);
  }
  lastLoss = result.loss;
  state.totals.add(result, batch.size, outputs.size());
  updateMetrics(metrics, batch, model.outputs());
  ++state.step;
  report.step(valuesOf("", state.totals, metrics, outputs));
  return Error::success();
}

Error TrainingRun::runEpoch(const std::vector<int64_t> &order) {
  int64_t size = options.batchSize, samples = data.samples();
  int64_t steps = (samples + size - 1) / size;
  report.begin(state.epoch, steps, state.step);
  while (state.step < steps && !wasInterrupted()) {
    int64_t begin = state.step * size;
    ArrayRef<int64_t> rows =
        ArrayRef(order).slice(begin, std::min(size, samples - begin));
    if (Error error = runStep(rows)) {
      return error;
    }
  }
  return Error::success();
}

Error TrainingRun::validate() {
  LossTotals totals;
  std::vector<MetricState> own = makeMetrics(model.model());
  int64_t size = options.batchSize, samples = validation->samples();
  for (int64_t begin = 0; begin < samples; begin += size) {
    std::vector<int64_t> rows(std::min(size, samples - begin));
    std::iota(rows.begin(), rows.end(), begin);
    if (Error error = validation->gather(rows, batch)) {
      return error;
    }
    kreg_step_result result;
    if (Error error = model.evaluate(batch, !own.empty(), result)) {
      return error;
    }
    totals.add(result, batch.size, outputs.size());
    updateMetrics(own, batch, model.outputs());
  }
  record("val_", totals, own);
  return Error::success();
}

/// Compares the monitored value of the last epoch with the best one.
bool TrainingRun::isBest() {
  auto row = find_if(state.history,
                     [&](const auto &row) { return row.first == monitored; });
  assert(row != state.history.end() && "checkMonitor");
  double value = row->second.back();
  double gain = state.best
                    ? (moreIsBetter ? value - *state.best : *state.best - value)
                    : INFINITY;
  bool better = gain > options.minDelta;
  if (better) {
    state.best = value;
    state.sinceBest = 0;
  } else {
    ++state.sinceBest;
  }
  return better;
}

Expected<RunEnd> TrainingRun::run(function_ref<Error(bool)> endOfEpoch) {
  for (size_t i = 0; i < state.metrics.size() && i < metrics.size(); ++i) {
    metrics[i].state = state.metrics[i];
  }
  std::vector<int64_t> order(data.samples());
  std::iota(order.begin(), order.end(), 0);
  while (state.epoch < options.epochs) {
    if (options.shuffle) {
      order = shuffled(data.samples(), options.seed, state.epoch);
    }
    if (Error error = runEpoch(order)) {
      return std::move(error);
    }
    if (wasInterrupted()) {
      report.clear();
      state.metrics.clear();
      for (const MetricState &metric : metrics) {
        state.metrics.push_back(metric.state);
      }
      return RunEnd::Interrupted;
    }
    record("", state.totals, metrics);
    if (validation) {
      if (Error error = validate()) {
        return std::move(error);
      }
    }
    std::vector<TrainingReport::Value> values;
    for (const auto &[name, list] : state.history) {
      values.push_back({name, list.back()});
    }
    report.end(values);
    state.totals = LossTotals();
    state.step = 0;
    ++state.epoch;
    for (MetricState &metric : metrics) {
      metric.reset();
    }
    if (Error error = endOfEpoch(isBest())) {
      return std::move(error);
    }
    if (options.patience >= 0 &&
        state.sinceBest >= std::max<int64_t>(options.patience, 1)) {
      return RunEnd::Stopped;
    }
  }
  return RunEnd::Complete;
}

} // namespace kregc::driver

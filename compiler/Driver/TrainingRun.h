// Epochs over a data set: steps, validation, history, early stopping; what is
// kept between two runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_TRAININGRUN_H
#define KREGC_COMPILER_DRIVER_TRAININGRUN_H

#include "compiler/Driver/TrainingModel.h"
#include "compiler/Driver/TrainingReport.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kregc::driver {

/// Means over the samples so far: the loss and its parts.
struct LossTotals {
  double samples = 0;
  /// Times samples: loss, data loss, activity penalty, weight penalty, then the
  /// data loss of each output.
  std::vector<double> sums;

  void add(const kreg_step_result &result, int64_t batch, size_t outputs);
  double mean(size_t part) const {
    return samples > 0 && part < sums.size() ? sums[part] / samples : 0;
  }
};

/// A history as Keras keeps it: for each name a value per epoch.
using History = std::vector<std::pair<std::string, std::vector<double>>>;

/// Everything about a run that is not in the model's instance.
struct TrainingState {
  int64_t epoch = 0; ///< epochs that are complete
  int64_t step = 0;  ///< steps of the next one that are done
  LossTotals totals; ///< of those steps
  std::vector<std::vector<double>> metrics; ///< likewise
  History history;
  std::optional<double> best; ///< of the monitored value
  int64_t sinceBest = 0;      ///< epochs without a better one
};

/// How a run ended.
enum class RunEnd { Complete, Stopped, Interrupted };

/// That a history has the value of --monitor; the error lists those it has.
llvm::Error checkMonitor(const Options &options, const keras::Model &model,
                         bool validates);

/// Checked by checkMonitor().
class TrainingRun {
public:
  TrainingRun(const Options &options, TrainingModel &model, const Dataset &data,
              const std::optional<Dataset> &validation);

  TrainingState state;

  /// Trains the epochs that are left. `endOfEpoch` is called after each with
  /// whether the monitored value is the best so far.
  llvm::Expected<RunEnd> run(llvm::function_ref<llvm::Error(bool)> endOfEpoch);

  /// The value that decides what is best, and whether more is better.
  const std::string &monitor() const { return monitored; }

private:
  llvm::Error runEpoch(const std::vector<int64_t> &order);
  llvm::Error runStep(llvm::ArrayRef<int64_t> rows);
  llvm::Error validate();
  llvm::Error explainDivergence(const kreg_step_result &result) const;
  void record(const std::string &prefix, const LossTotals &totals,
              const std::vector<MetricState> &metrics);
  bool isBest();

  const Options &options;
  TrainingModel &model;
  const Dataset &data;
  const std::optional<Dataset> &validation;
  std::vector<std::string> outputs;
  std::vector<MetricState> metrics;
  std::string monitored;
  bool moreIsBetter = false;
  TrainingReport report;
  Batch batch;
  double lastLoss = 0; ///< of the step before
};

/// The samples of an epoch in the order of `--shuffle`: a function of the seed
/// and the number of the epoch.
std::vector<int64_t> shuffled(int64_t samples, uint64_t seed, int64_t epoch);

/// Installs a handler that lets the step in hand finish; a second signal ends
/// the process.
void stopAtSignals();
bool wasInterrupted();

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_TRAININGRUN_H

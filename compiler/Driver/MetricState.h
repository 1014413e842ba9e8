// Metrics over the batches of an epoch, as Keras computes them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_METRICSTATE_H
#define KREGC_COMPILER_DRIVER_METRICSTATE_H

#include "frontends/Keras/Training.h"

#include <cstdint>
#include <vector>

namespace kregc::driver {

struct MetricEntry;

/// One metric: what was added up so far, in float64.
class MetricState {
public:
  /// `classes` is the last extent of the output, `outputSize` and `targetSize`
  /// are numbers per sample; they decide which accuracy "accuracy" is.
  MetricState(const keras::Metric &metric, int64_t classes, int64_t outputSize,
              int64_t targetSize);

  const keras::Metric &metric() const { return spec; }

  /// Adds a batch; `weights`, one per sample, may be null.
  void update(const float *predictions, const float *targets,
              const float *weights, int64_t batch);
  double result() const;
  void reset() { state.assign(state.size(), 0); }

  /// Everything that update() changes.
  std::vector<double> state;

private:
  void updateCounts(const float *predictions, const float *targets,
                    const float *weights, int64_t batch);

  keras::Metric spec;
  int64_t classes, outputSize, targetSize;
  double (*formula)(const MetricEntry &) = nullptr; ///< null: hits are counted
  std::vector<double> thresholds;                   ///< of those hits
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_METRICSTATE_H

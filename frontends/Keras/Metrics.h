// The metrics that a model was compiled with, in every form that Keras writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_METRICS_H
#define KREGC_FRONTENDS_KERAS_METRICS_H

#include "frontends/Container/Json.h"
#include "frontends/Keras/Training.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kregc::keras {

/// Reads `metrics` or `weighted_metrics` of a compile config for a model with
/// these outputs: null, one metric, a list, a list of lists, or an object by
/// output name. Errors: JsonKind, JsonLength, UnknownMetric, MetricOption.
llvm::Expected<std::vector<Metric>>
readMetrics(const JsonValue *metrics, bool weighted,
            const std::vector<std::string> &outputs);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_METRICS_H

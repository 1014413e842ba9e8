// Names, functions, classes and wrappers of metrics.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Metrics.h"

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/Losses.h"
#include "frontends/Keras/Weights.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace kregc;
using namespace kregc::keras;

/// Metric::kind by any of a metric's names (function, alias, class); empty if
/// there is none.
static std::string metricKind(llvm::StringRef name) {
  if (name.equals_insensitive("accuracy") || name.equals_insensitive("acc")) {
    return "accuracy";
  }
  llvm::StringRef alias = llvm::StringSwitch<llvm::StringRef>(name)
                              .Cases({"bce", "BCE"}, "binary_crossentropy")
                              .Case("LogCoshError", "log_cosh")
                              .Case("AUC", "auc")
                              .Default("");
  if (!alias.empty()) {
    return alias.str();
  }
  // Keras has no focal metrics.
  if (llvm::StringRef loss = lossFunctionName(name);
      !loss.empty() && !loss.contains("focal")) {
    return loss.str();
  }
  static const char *const own[] = {"binary_accuracy",
                                    "categorical_accuracy",
                                    "sparse_categorical_accuracy",
                                    "top_k_categorical_accuracy",
                                    "sparse_top_k_categorical_accuracy",
                                    "root_mean_squared_error",
                                    "auc",
                                    "precision",
                                    "recall",
                                    "true_positives",
                                    "true_negatives",
                                    "false_positives",
                                    "false_negatives"};
  std::string snake = toSnakeCase(name);
  return llvm::is_contained(own, snake) ? snake : "";
}

static void refuseUnless(Fields &fields, const Metric &metric,
                         llvm::StringRef key, bool good) {
  const JsonValue *value = fields.get(key);
  if (value && !good) {
    fields.fail(diagnose(Diagnostic::MetricOption, value->where(), metric.kind,
                         (key + " " + value->describe()).str()));
  }
}

static void readOptions(Fields &fields, Metric &metric) {
  bool counts = metric.kind == "precision" || metric.kind == "recall" ||
                metric.kind.find("_positives") != std::string::npos ||
                metric.kind.find("_negatives") != std::string::npos;
  if (counts && fields.get("thresholds")) {
    metric.thresholds = fields.row("thresholds", std::nullopt);
    refuseUnless(fields, metric, "thresholds", metric.thresholds.size() == 1);
  }
  if (metric.kind == "auc") {
    metric.numThresholds = fields.integer("num_thresholds", 200, 2, 1 << 20);
    llvm::StringRef curve = fields.text("curve", "ROC");
    metric.precisionRecall = curve == "PR";
    refuseUnless(fields, metric, "curve", curve == "ROC" || curve == "PR");
    llvm::StringRef sum = fields.text("summation_method", "interpolation");
    refuseUnless(fields, metric, "summation_method", sum == "interpolation");
    refuseUnless(fields, metric, "multi_label",
                 !fields.boolean("multi_label", false));
    refuseUnless(fields, metric, "from_logits",
                 !fields.boolean("from_logits", false));
    refuseUnless(fields, metric, "thresholds", false);
  }
  for (const char *key : {"top_k", "class_id", "label_weights"}) {
    refuseUnless(fields, metric, key, false);
  }
  metric.k = fields.integer("k", 5, 1, 1 << 20);
  metric.threshold = fields.number("threshold", 0.5);
}

/// Options of a metric that is the mean of a loss.
static llvm::Error readLossOptions(const JsonValue &value, Metric &metric) {
  if (lossFunctionName(metric.kind).empty()) {
    return llvm::Error::success();
  }
  const JsonValue *config = value.find("config");
  metric.loss.kind = metric.kind;
  if (!config || !config->isObject()) {
    return llvm::Error::success();
  }
  Fields fields(*config, "metrics", metric.kind, Version());
  metric.loss.fromLogits = fields.boolean("from_logits", false);
  metric.loss.labelSmoothing = fields.number("label_smoothing", 0.0);
  int64_t axis = fields.integer("axis", -1);
  refuseUnless(fields, metric, "axis", axis == -1);
  refuseUnless(fields, metric, "ignore_class", false);
  return fields.takeError();
}

static llvm::Expected<Metric> readMetric(const JsonValue &value) {
  const JsonValue *name = &value;
  const JsonValue *config = nullptr;
  bool isObject = value.isObject();
  if (isObject) {
    name = value.find("class_name");
    config = value.find("config");
    bool isFunction = name && name->isString() && name->string() == "function";
    if (name && name->isString() && config && config->isObject() &&
        llvm::StringRef(name->string()).ends_with("MeanMetricWrapper")) {
      // tf.keras' form of a metric that was given by name or as a function.
      name = config->find("fn");
      if (name && name->isObject()) {
        name = name->find("config");
      }
    } else if (isFunction) {
      name = config;
      isObject = false;
    }
  }
  if (!name || !name->isString()) {
    return diagnose(Diagnostic::JsonKind, value.where(), value.describe(),
                    "the name of a metric or a metric object");
  }
  Metric metric;
  metric.name = name->string().str();
  metric.kind = metricKind(metric.name);
  if (isObject && metric.kind == "accuracy" &&
      value.find("class_name")->string() == "Accuracy") {
    metric.kind = "exact_accuracy"; // the class compares, and no more
  }
  if (metric.kind.empty() || isCustomClass(value)) {
    return diagnose(Diagnostic::UnknownMetric, name->where(), metric.name);
  }
  if (isObject && config && config->isObject()) {
    Fields fields(*config, "metrics", metric.kind, Version());
    metric.name = fields.text("name", toSnakeCase(metric.name)).str();
    readOptions(fields, metric);
    if (llvm::Error error = fields.takeError()) {
      return std::move(error);
    }
  }
  if (llvm::Error error = readLossOptions(value, metric)) {
    return std::move(error);
  }
  return metric;
}

/// Appends the metrics of one output: null, one, or a list of them.
static llvm::Error readOutput(const JsonValue *value, int output,
                              llvm::StringRef prefix, bool weighted,
                              std::vector<Metric> &out) {
  if (!value || value->isNull()) {
    return llvm::Error::success();
  }
  if (value->isArray()) {
    for (const JsonValue *entry : value->elements()) {
      if (llvm::Error error =
              readOutput(entry, output, prefix, weighted, out)) {
        return error;
      }
    }
    return llvm::Error::success();
  }
  llvm::Expected<Metric> metric = readMetric(*value);
  if (!metric) {
    return metric.takeError();
  }
  metric->output = output;
  metric->weighted = weighted;
  if (!prefix.empty()) {
    metric->name = (prefix + "_" + metric->name).str();
  }
  // As Keras does it, so that every key of the history is there once.
  std::string name = metric->name;
  auto taken = [&] {
    return llvm::any_of(
        out, [&](const Metric &other) { return other.name == metric->name; });
  };
  for (int n = 1; taken(); ++n) {
    metric->name = name + "_" + std::to_string(n);
  }
  out.push_back(std::move(*metric));
  return llvm::Error::success();
}

llvm::Expected<std::vector<Metric>>
keras::readMetrics(const JsonValue *metrics, bool weighted,
                   const std::vector<std::string> &outputs) {
  std::vector<Metric> result;
  if (!metrics || metrics->isNull()) {
    return result;
  }
  bool byName = metrics->isObject() && !metrics->find("class_name");
  bool single = outputs.size() == 1;
  bool perOutput = metrics->isArray() && metrics->size() == outputs.size();
  if (!single && !byName && !perOutput) {
    return diagnose(Diagnostic::JsonLength, metrics->where(), metrics->size(),
                    outputs.size());
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const JsonValue *own = single && !byName ? metrics
                           : byName          ? metrics->find(outputs[i])
                                             : metrics->elements()[i];
    if (llvm::Error error =
            readOutput(own, static_cast<int>(i), single ? "" : outputs[i],
                       weighted, result)) {
      return std::move(error);
    }
  }
  return result;
}

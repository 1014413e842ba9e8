// Means of a formula over samples, and counts of hits over thresholds.
// Formulas: keras-semantics, losses, and the definitions of Keras' metrics.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/MetricState.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>
#include <cmath>

using namespace llvm;

namespace kregc::driver {

static constexpr double epsilon = 1e-7; // keras.config.epsilon()

/// Predictions p and targets t of one position; the formulas reduce it.
struct MetricEntry {
  const keras::Metric &metric;
  const float *p, *t;
  int64_t size;      ///< of p, and of t unless that is a class number
  bool binaryLabels; ///< hinges: the batch's targets are all 0 or 1

  template <typename Function>
  double mean(Function function) const {
    double sum = 0;
    for (int64_t i = 0; i < size; ++i) {
      sum += function(static_cast<double>(p[i]), static_cast<double>(t[i]));
    }
    return sum / static_cast<double>(size);
  }
  double sign(double target) const {
    return binaryLabels ? 2 * target - 1 : target;
  }

  double binaryCrossentropy() const;
  double crossentropy(bool sparse) const;
  double cosine() const;
  double categoricalHinge() const;
  double inTopK(int64_t target) const;
};

using Entry = MetricEntry;

static double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

static int64_t argmax(const float *values, int64_t size) {
  return std::max_element(values, values + size) - values;
}

double Entry::binaryCrossentropy() const {
  double smoothing = metric.loss.labelSmoothing;
  return mean([&](double q, double target) {
    target = target * (1 - smoothing) + 0.5 * smoothing;
    if (metric.loss.fromLogits) {
      return softplus(q) - target * q;
    }
    q = std::clamp(q, epsilon, 1 - epsilon);
    return -(target * std::log(q) + (1 - target) * std::log(1 - q));
  });
}

double Entry::crossentropy(bool sparse) const {
  double smoothing = metric.loss.labelSmoothing, sum = 0, largest = p[0];
  for (int64_t i = 0; i < size; ++i) {
    largest = std::max<double>(largest, p[i]);
  }
  for (int64_t i = 0; i < size; ++i) {
    sum += metric.loss.fromLogits ? std::exp(p[i] - largest) : p[i];
  }
  double loss = 0;
  for (int64_t i = 0; i < size; ++i) {
    double target =
        sparse ? static_cast<double>(i == static_cast<int64_t>(t[0])) : t[i];
    target = target * (1 - smoothing) + smoothing / static_cast<double>(size);
    double logarithm =
        metric.loss.fromLogits
            ? p[i] - largest - std::log(sum)
            : std::log(std::clamp(p[i] / sum, epsilon, 1 - epsilon));
    loss -= target == 0 ? 0 : target * logarithm;
  }
  return loss;
}

double Entry::cosine() const {
  double dot = 0, pp = 0, tt = 0;
  for (int64_t i = 0; i < size; ++i) {
    double a = p[i], b = t[i];
    dot += a * b;
    pp += a * a;
    tt += b * b;
  }
  double smallest = epsilon * epsilon;
  return dot / std::sqrt(std::max(pp, smallest) * std::max(tt, smallest));
}

double Entry::categoricalHinge() const {
  double positive = 0, negative = -INFINITY;
  for (int64_t i = 0; i < size; ++i) {
    double a = p[i], b = t[i];
    positive += b * a;
    negative = std::max(negative, (1 - b) * a);
  }
  return std::max(negative - positive + 1, 0.0);
}

/// Whether fewer than k predictions are larger than that of the target.
double Entry::inTopK(int64_t target) const {
  if (target < 0 || target >= size || !std::isfinite(p[target])) {
    return 0;
  }
  return std::count_if(p, p + size, [&](float x) { return x > p[target]; }) <
         metric.k;
}

using Formula = double (*)(const Entry &);

/// Metrics of a difference; null if it is another.
static Formula differenceFormula(StringRef kind) {
  return StringSwitch<Formula>(kind)
      .Cases({"mean_squared_error", "root_mean_squared_error"},
             [](const Entry &e) {
               return e.mean(
                   [](double p, double t) { return (p - t) * (p - t); });
             })
      .Case("mean_absolute_error",
            [](const Entry &e) {
              return e.mean([](double p, double t) { return std::abs(p - t); });
            })
      .Case("mean_absolute_percentage_error",
            [](const Entry &e) {
              return 100 * e.mean([](double p, double t) {
                return std::abs(p - t) / std::max(std::abs(t), epsilon);
              });
            })
      .Case("mean_squared_logarithmic_error",
            [](const Entry &e) {
              return e.mean([](double p, double t) {
                double d = std::log(std::max(p, epsilon) + 1) -
                           std::log(std::max(t, epsilon) + 1);
                return d * d;
              });
            })
      .Case("huber",
            [](const Entry &e) {
              double delta = e.metric.loss.delta;
              return e.mean([&](double p, double t) {
                double d = std::abs(p - t);
                return d <= delta ? d * d / 2 : delta * d - delta * delta / 2;
              });
            })
      .Case("log_cosh",
            [](const Entry &e) {
              return e.mean([](double p, double t) {
                return p - t + softplus(-2 * (p - t)) - std::log(2.0);
              });
            })
      .Default(nullptr);
}

/// What a metric is the mean of; null if it is none.
static Formula formulaOf(StringRef kind) {
  if (Formula formula = differenceFormula(kind)) {
    return formula;
  }
  return StringSwitch<Formula>(kind)
      .Case("hinge",
            [](const Entry &e) {
              return e.mean([&](double p, double t) {
                return std::max(1 - e.sign(t) * p, 0.0);
              });
            })
      .Case("squared_hinge",
            [](const Entry &e) {
              return e.mean([&](double p, double t) {
                double m = std::max(1 - e.sign(t) * p, 0.0);
                return m * m;
              });
            })
      .Case("kl_divergence",
            [](const Entry &e) {
              return static_cast<double>(e.size) *
                     e.mean([](double p, double t) {
                       p = std::clamp(p, epsilon, 1.0);
                       t = std::clamp(t, epsilon, 1.0);
                       return t * std::log(t / p);
                     });
            })
      .Case("poisson",
            [](const Entry &e) {
              return e.mean([](double p, double t) {
                return p - t * std::log(p + epsilon);
              });
            })
      .Case("categorical_hinge",
            [](const Entry &e) { return e.categoricalHinge(); })
      .Case("cosine_similarity", [](const Entry &e) { return e.cosine(); })
      .Case("binary_crossentropy",
            [](const Entry &e) { return e.binaryCrossentropy(); })
      .Case("categorical_crossentropy",
            [](const Entry &e) { return e.crossentropy(false); })
      .Case("sparse_categorical_crossentropy",
            [](const Entry &e) { return e.crossentropy(true); })
      .Case("exact_accuracy",
            [](const Entry &e) {
              return e.mean([](double p, double t) { return p == t; });
            })
      .Case("binary_accuracy",
            [](const Entry &e) {
              return e.mean([&](double p, double t) {
                return static_cast<double>(p > e.metric.threshold) == t;
              });
            })
      .Case("categorical_accuracy",
            [](const Entry &e) -> double {
              return argmax(e.p, e.size) == argmax(e.t, e.size);
            })
      .Case("sparse_categorical_accuracy",
            [](const Entry &e) -> double {
              return static_cast<float>(argmax(e.p, e.size)) == e.t[0];
            })
      .Case("top_k_categorical_accuracy",
            [](const Entry &e) { return e.inTopK(argmax(e.t, e.size)); })
      .Case(
          "sparse_top_k_categorical_accuracy",
          [](const Entry &e) { return e.inTopK(static_cast<int64_t>(e.t[0])); })
      .Default(nullptr);
}

//===----------------------------------------------------------------------===//
// Metrics
//===----------------------------------------------------------------------===//

/// "accuracy" is another formula for each form of target.
static std::string accuracyKind(int64_t classes, bool classNumbers) {
  return classes == 1   ? "binary_accuracy"
         : classNumbers ? "sparse_categorical_accuracy"
                        : "categorical_accuracy";
}

MetricState::MetricState(const keras::Metric &metric, int64_t classes,
                         int64_t outputSize, int64_t targetSize)
    : spec(metric), classes(classes), outputSize(outputSize),
      targetSize(targetSize) {
  if (spec.kind == "accuracy") {
    spec.kind = accuracyKind(classes, targetSize != outputSize);
  }
  if (spec.kind == "auc") {
    auto last = static_cast<double>(spec.numThresholds - 1);
    thresholds.push_back(-epsilon);
    for (int64_t i = 1; i + 1 < spec.numThresholds; ++i) {
      thresholds.push_back(static_cast<double>(i) / last);
    }
    thresholds.push_back(1 + epsilon);
  } else {
    thresholds = spec.thresholds;
  }
  // Keras compares in float32.
  for (double &threshold : thresholds) {
    threshold = static_cast<float>(threshold);
  }
  spec.threshold = static_cast<float>(spec.threshold);
  formula = formulaOf(spec.kind);
  // Sum and weight; or the positive and the negative entries between two
  // thresholds.
  state.assign(formula ? 2 : 2 * (thresholds.size() + 1), 0);
}

void MetricState::update(const float *predictions, const float *targets,
                         const float *weights, int64_t batch) {
  if (!formula) {
    updateCounts(predictions, targets, weights, batch);
    return;
  }
  bool binaryLabels = llvm::all_of(ArrayRef(targets, batch * targetSize),
                                   [](float t) { return t == 0 || t == 1; });
  int64_t positions = outputSize / classes;
  int64_t targetStride = targetSize / positions;
  // Class numbers are for formulas that want them; to others, as in Keras, a
  // target of one number stands for all of the prediction's.
  bool spread =
      targetStride != classes && !StringRef(spec.kind).starts_with("sparse_");
  std::vector<float> same(classes);
  for (int64_t i = 0; i < batch; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < positions; ++j) {
      const float *target = targets + i * targetSize + j * targetStride;
      if (spread) {
        std::fill(same.begin(), same.end(), *target);
        target = same.data();
      }
      sum += formula({spec, predictions + i * outputSize + j * classes, target,
                      classes, binaryLabels});
    }
    double weight = weights ? weights[i] : 1;
    state[0] += weight * sum / static_cast<double>(positions);
    state[1] += weight;
  }
}

void MetricState::updateCounts(const float *predictions, const float *targets,
                               const float *weights, int64_t batch) {
  for (int64_t i = 0; i < batch * outputSize; ++i) {
    double weight = weights ? weights[i / outputSize] : 1;
    // How many thresholds are below the prediction.
    size_t below = std::lower_bound(thresholds.begin(), thresholds.end(),
                                    static_cast<double>(predictions[i])) -
                   thresholds.begin();
    int64_t entry = i % outputSize * targetSize / outputSize;
    bool positive = targets[i / outputSize * targetSize + entry] != 0;
    state[below + (positive ? 0 : thresholds.size() + 1)] += weight;
  }
}

/// a / b, and 0 where that has no value.
static double share(double a, double b) { return b == 0 ? 0 : a / b; }

/// The area below the curve of hits over false alarms, by trapezoids; or below
/// precision over recall, interpolated as Davis and Goadrich do.
static double area(ArrayRef<double> tp, ArrayRef<double> fp,
                   ArrayRef<double> fn, ArrayRef<double> tn,
                   bool precisionRecall) {
  double sum = 0;
  for (size_t i = 0; i + 1 < tp.size(); ++i) {
    if (!precisionRecall) {
      auto x = [&](size_t j) { return share(fp[j], fp[j] + tn[j]); };
      auto y = [&](size_t j) { return share(tp[j], tp[j] + fn[j]); };
      sum += (x(i) - x(i + 1)) * (y(i) + y(i + 1)) / 2;
      continue;
    }
    double hits = tp[i] - tp[i + 1];
    double above = tp[i] + fp[i], next = tp[i + 1] + fp[i + 1];
    double slope = share(hits, std::max(above - next, 0.0));
    double intercept = tp[i + 1] - slope * next;
    double ratio = above > 0 && next > 0 ? above / next : 1;
    sum += share(slope * (hits + intercept * std::log(ratio)),
                 std::max(tp[i + 1] + fn[i + 1], 0.0));
  }
  return sum;
}

double MetricState::result() const {
  if (formula) {
    double mean = share(state[0], state[1]);
    return spec.kind == "root_mean_squared_error" ? std::sqrt(mean) : mean;
  }
  // For each threshold the entries above it and the others, true and false.
  size_t n = thresholds.size();
  ArrayRef<double> all(state);
  std::vector<double> tp(n), fp(n), fn(n), tn(n);
  auto split = [n](ArrayRef<double> bins, std::vector<double> &above,
                   std::vector<double> &below) {
    for (size_t j = 0; j < n; ++j) {
      below[j] = (j == 0 ? 0 : below[j - 1]) + bins[j];
    }
    for (size_t j = n; j-- > 0;) {
      above[j] = (j + 1 == n ? 0 : above[j + 1]) + bins[j + 1];
    }
  };
  split(all.take_front(n + 1), tp, fn);
  split(all.drop_front(n + 1), fp, tn);
  if (spec.kind == "auc") {
    return area(tp, fp, fn, tn, spec.precisionRecall);
  }
  return StringSwitch<double>(spec.kind)
      .Case("precision", share(tp[0], tp[0] + fp[0]))
      .Case("recall", share(tp[0], tp[0] + fn[0]))
      .Case("true_positives", tp[0])
      .Case("false_positives", fp[0])
      .Case("true_negatives", tn[0])
      .Default(fn[0]);
}

} // namespace kregc::driver

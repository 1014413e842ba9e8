// What a model was compiled with, as plain structs: losses, optimizer, metrics.
// Made by readTraining() from the compile config of a file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_TRAINING_H
#define KREGC_FRONTENDS_KERAS_TRAINING_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kregc::keras {

/// The loss of one output.
struct Loss {
  std::string kind; ///< Keras' function name: "mean_squared_error" …
  std::string reduction = "sum_over_batch_size"; ///< or "sum"
  double weight = 1;                             ///< of loss_weights
  bool none = false; ///< the output has no loss and no target
  bool fromLogits = false;
  /// Crossentropies of a softmax or sigmoid are computed from its argument, as
  /// TensorFlow does; otherwise probabilities are clipped.
  bool cachedLogits = true;
  double labelSmoothing = 0;
  double delta = 1;               ///< huber
  double alpha = 0.25, gamma = 2; ///< focal crossentropies
  bool classBalancing = false;    ///< binary focal crossentropy
};

/// The learning rate as a function of the iteration, counted from 0.
/// Formulas: keras-semantics, schedules.
struct Schedule {
  enum class Kind {
    Constant,
    ExponentialDecay,
    InverseTimeDecay,
    PolynomialDecay,
    PiecewiseConstantDecay,
    CosineDecay,
    CosineDecayRestarts,
  };
  Kind kind = Kind::Constant;
  double initial = 0.001;             ///< the rate itself where it is constant
  double decaySteps = 1;              ///< all but Constant and Piecewise
  double decayRate = 1;               ///< ExponentialDecay, InverseTimeDecay
  bool staircase = false;             ///< the same
  double end = 1e-4, power = 1;       ///< PolynomialDecay
  bool cycle = false;                 ///< PolynomialDecay
  double alpha = 0;                   ///< CosineDecay, CosineDecayRestarts
  std::optional<double> warmupTarget; ///< CosineDecay
  double warmupSteps = 0;             ///< CosineDecay
  double tMul = 2, mMul = 1;          ///< CosineDecayRestarts
  std::vector<double> boundaries, values; ///< PiecewiseConstantDecay
};

/// An optimizer with the numbers of its config. Numbers that its kind does not
/// have keep their defaults. Formulas: keras-semantics, optimizers.
struct Optimizer {
  // clang-format off
  enum class Kind {
    SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta, Adamax, Nadam, Lion, Ftrl,
  };
  // clang-format on
  Kind kind = Kind::SGD;
  std::string className = "SGD"; ///< as Keras 3 calls it
  std::string name = "sgd";      ///< of its config; prefix in .h5 files
  /// The optimizers of tf.keras up to 2.10 and `optimizers.legacy`.
  bool legacy = false;
  double decay = 0; ///< legacy: rate / (1 + decay·iteration)
  Schedule learningRate;
  double momentum = 0;               ///< SGD, RMSprop
  bool nesterov = false;             ///< SGD
  double beta1 = 0.9, beta2 = 0.999; ///< Adam …, Lion
  double epsilon = 1e-7;
  bool amsgrad = false;            ///< Adam, AdamW
  double rho = 0.9;                ///< RMSprop, Adadelta
  bool centered = false;           ///< RMSprop
  double initialAccumulator = 0.1; ///< Adagrad, Ftrl
  double learningRatePower = -0.5, l1 = 0, l2 = 0, l2Shrinkage = 0,
         beta = 0; ///< Ftrl
  std::optional<double> weightDecay, clipNorm, globalClipNorm, clipValue;
  bool useEma = false;
  double emaMomentum = 0.99;
  int64_t emaOverwriteFrequency = 0; ///< 0: never
  int64_t gradientAccumulationSteps = 1;
};

/// One metric of one output.
struct Metric {
  /// Keras' function name ("mean_absolute_error", "binary_accuracy"), or the
  /// name of a class that is no mean over samples: "auc", "precision",
  /// "recall", "root_mean_squared_error", "true_positives" ….
  std::string kind;
  std::string name; ///< in the history, with the output's name in front
  int output = 0;
  bool weighted = false;  ///< of weighted_metrics: sample weights count
  double threshold = 0.5; ///< binary_accuracy; precision … have `thresholds`
  std::vector<double> thresholds = {0.5};
  int64_t k = 5;                ///< top-k
  int64_t numThresholds = 200;  ///< auc
  bool precisionRecall = false; ///< auc: curve PR, else ROC
  Loss loss;                    ///< its options where the kind is a loss
};

struct Training {
  std::vector<Loss> losses; ///< one per output of the model
  Optimizer optimizer;
  std::vector<Metric> metrics;
};

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_TRAINING_H

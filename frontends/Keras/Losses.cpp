// Names, objects, lists of losses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Losses.h"

#include "frontends/Container/Error.h"
#include "frontends/Keras/Layers/Layers.h"

#include "llvm/ADT/StringSwitch.h"

using namespace kregc;
using namespace kregc::keras;

llvm::StringRef keras::lossFunctionName(llvm::StringRef name) {
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Cases({"mean_squared_error", "mse", "MSE", "MeanSquaredError"},
             "mean_squared_error")
      .Cases({"mean_absolute_error", "mae", "MAE", "MeanAbsoluteError"},
             "mean_absolute_error")
      .Cases({"mean_absolute_percentage_error", "mape", "MAPE",
              "MeanAbsolutePercentageError"},
             "mean_absolute_percentage_error")
      .Cases({"mean_squared_logarithmic_error", "msle", "MSLE",
              "MeanSquaredLogarithmicError"},
             "mean_squared_logarithmic_error")
      .Cases({"huber", "huber_loss", "Huber"}, "huber")
      .Cases({"log_cosh", "logcosh", "LogCosh"}, "log_cosh")
      .Cases({"categorical_crossentropy", "CategoricalCrossentropy"},
             "categorical_crossentropy")
      .Cases(
          {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"},
          "sparse_categorical_crossentropy")
      .Cases({"binary_crossentropy", "BinaryCrossentropy"},
             "binary_crossentropy")
      .Cases({"binary_focal_crossentropy", "BinaryFocalCrossentropy"},
             "binary_focal_crossentropy")
      .Cases({"categorical_focal_crossentropy", "CategoricalFocalCrossentropy"},
             "categorical_focal_crossentropy")
      .Cases({"hinge", "Hinge"}, "hinge")
      .Cases({"squared_hinge", "SquaredHinge"}, "squared_hinge")
      .Cases({"categorical_hinge", "CategoricalHinge"}, "categorical_hinge")
      .Cases({"kl_divergence", "kld", "KLD", "kullback_leibler_divergence",
              "KLDivergence"},
             "kl_divergence")
      .Cases({"poisson", "Poisson"}, "poisson")
      .Cases({"cosine_similarity", "CosineSimilarity"}, "cosine_similarity")
      .Default("");
}

/// Whether a name or object in place of `loss` is one loss, not several.
static bool isOneLoss(const JsonValue &loss) {
  return loss.isString() || loss.find("class_name") != nullptr;
}

/// What stands for an output that is not trained on: nothing is compared.
static Loss noLoss() {
  Loss loss;
  loss.kind = "mean_squared_error";
  loss.weight = 0;
  loss.none = true;
  return loss;
}

static llvm::Error readOptions(const JsonValue &config, Loss &loss) {
  auto number = [&](llvm::StringRef key, double &into) {
    if (const JsonValue *value = config.find(key); value && value->isNumber()) {
      into = value->number();
    }
  };
  auto flag = [&](llvm::StringRef key, bool &into) {
    if (const JsonValue *value = config.find(key); value && value->isBool()) {
      into = value->boolean();
    }
  };
  number("label_smoothing", loss.labelSmoothing);
  number("delta", loss.delta);
  number("alpha", loss.alpha);
  number("gamma", loss.gamma);
  flag("from_logits", loss.fromLogits);
  flag("apply_class_balancing", loss.classBalancing);

  auto refuse = [&](const JsonValue &value, llvm::StringRef what) {
    return diagnose(Diagnostic::LossOption, value.where(), loss.kind,
                    (what + " " + value.describe()).str());
  };
  if (const JsonValue *value = config.find("reduction")) {
    llvm::StringRef name = value->isString() ? value->string() : "";
    bool isMean =
        name == "sum_over_batch_size" || name == "mean" || name == "auto";
    if (!isMean && name != "sum") {
      return refuse(*value, "the reduction");
    }
    loss.reduction = isMean ? "sum_over_batch_size" : "sum";
  }
  if (const JsonValue *value = config.find("axis");
      value && value->isInt() && value->integer() != -1) {
    return refuse(*value, "the axis");
  }
  if (const JsonValue *value = config.find("ignore_class");
      value && !value->isNull()) {
    return refuse(*value, "ignore_class");
  }
  return llvm::Error::success();
}

llvm::Expected<Loss> keras::readLoss(const JsonValue &value) {
  const JsonValue *name = &value;
  const JsonValue *config = nullptr;
  if (value.isObject()) {
    name = value.find("class_name");
    config = value.find("config");
    // A function is an object whose config is its name.
    if (name && name->isString() && name->string() == "function" && config) {
      name = config;
      config = nullptr;
    }
  }
  if (!name || !name->isString()) {
    return diagnose(Diagnostic::JsonKind, value.where(), value.describe(),
                    "the name of a loss or a loss object");
  }
  Loss loss;
  loss.kind = lossFunctionName(name->string()).str();
  if (loss.kind.empty()) {
    return diagnose(Diagnostic::UnknownLoss, name->where(), name->string());
  }
  if (isCustomClass(value)) {
    return diagnose(Diagnostic::UnknownLoss, name->where(), name->string());
  }
  if (config && config->isObject()) {
    if (llvm::Error error = readOptions(*config, loss)) {
      return std::move(error);
    }
  }
  return loss;
}

/// The entry for output `index` of a list or of an object by output name.
static const JsonValue *entryOf(const JsonValue &all, size_t index,
                                const std::string &name) {
  if (all.isArray()) {
    return index < all.size() ? all.elements()[index] : nullptr;
  }
  return all.find(name);
}

llvm::Expected<std::vector<Loss>>
keras::readLosses(const JsonValue &loss, const JsonValue *weights,
                  const std::vector<std::string> &outputs) {
  std::vector<Loss> losses;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const JsonValue *one =
        isOneLoss(loss) ? &loss : entryOf(loss, i, outputs[i]);
    if (!one) {
      return diagnose(Diagnostic::JsonLength, loss.where(), loss.size(),
                      outputs.size());
    }
    if (one->isNull()) {
      losses.push_back(noLoss());
      continue;
    }
    llvm::Expected<Loss> read = readLoss(*one);
    if (!read) {
      return read.takeError();
    }
    if (weights && (weights->isArray() || weights->isObject())) {
      const JsonValue *weight = entryOf(*weights, i, outputs[i]);
      if (weight && weight->isNumber()) {
        read->weight = weight->number();
      }
    } else if (weights && weights->isNumber()) {
      read->weight = weights->number();
    }
    losses.push_back(std::move(*read));
  }
  return losses;
}

// The parts of a compile config, each read by its own file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/CompileSettings.h"

#include "frontends/Container/Error.h"
#include "frontends/Container/Json.h"
#include "frontends/Keras/Losses.h"
#include "frontends/Keras/Masks.h"
#include "frontends/Keras/Metrics.h"
#include "frontends/Keras/Optimizers.h"
#include "frontends/Keras/Version.h"

#include "llvm/Support/JSON.h"

using namespace kregc;
using namespace kregc::keras;

using Document = std::unique_ptr<JsonDocument>;

/// A word of the command line as JSON: `text` itself if it looks like JSON,
/// else as a string.
static llvm::Expected<Document> parseOverride(llvm::StringRef text,
                                              llvm::StringRef option) {
  llvm::StringRef start = text.ltrim();
  bool isJson = start.starts_with("{") || start.starts_with("[") ||
                start.starts_with("\"");
  return JsonDocument::parse(
      isJson ? text.str() : llvm::formatv("{0}", llvm::json::Value(text)).str(),
      option);
}

/// "accuracy,mae" as a JSON list.
static std::string listOf(llvm::StringRef text) {
  if (text.ltrim().starts_with("[") || text.ltrim().starts_with("{")) {
    return text.str();
  }
  llvm::SmallVector<llvm::StringRef> names;
  text.split(names, ',', -1, /*KeepEmpty=*/false);
  llvm::json::Array list;
  for (llvm::StringRef name : names) {
    list.push_back(name.trim());
  }
  return llvm::formatv("{0}", llvm::json::Value(std::move(list))).str();
}

std::vector<std::string> keras::outputNames(const Model &model) {
  std::vector<std::string> names;
  for (const TensorRef &output : model.outputs) {
    names.push_back(model.layers[model.calls[output.call].layer].name);
  }
  return names;
}

namespace {

/// The settings of one model; documents of overrides live as long as it.
class SettingsReader {
public:
  SettingsReader(Model &model, const CompileOverrides &overrides)
      : model(model), overrides(overrides), outputs(outputNames(model)) {}

  llvm::Error read() {
    Training training;
    for (auto part : {&SettingsReader::readLoss, &SettingsReader::readOptimizer,
                      &SettingsReader::readMetrics}) {
      if (llvm::Error error = (this->*part)(training)) {
        return error;
      }
    }
    if (llvm::Error error = refuseForeignConstraints()) {
      return error;
    }
    model.training = std::move(training);
    return llvm::Error::success();
  }

private:
  llvm::Error readLoss(Training &training);
  llvm::Error readOptimizer(Training &training);
  llvm::Error readMetrics(Training &training);
  llvm::Error refuseForeignConstraints() const;

  /// A member of the compile config that is there and not null.
  const JsonValue *inFile(llvm::StringRef key) const {
    const JsonValue *root = model.compileConfig.root;
    const JsonValue *value = root ? root->find(key) : nullptr;
    return value && !value->isNull() ? value : nullptr;
  }
  /// The override, parsed, or null if there is none.
  llvm::Expected<const JsonValue *>
  overriding(const std::optional<std::string> &text, llvm::StringRef option) {
    if (!text) {
      return nullptr;
    }
    auto document = parseOverride(*text, option);
    if (!document) {
      return document.takeError();
    }
    documents.push_back(std::move(*document));
    return &documents.back()->root();
  }

  Model &model;
  const CompileOverrides &overrides;
  std::vector<std::string> outputs;
  std::vector<Document> documents;
};

} // namespace

llvm::Error SettingsReader::readLoss(Training &training) {
  auto own = overriding(overrides.loss, "--loss");
  if (!own) {
    return own.takeError();
  }
  const JsonValue *loss = *own ? *own : inFile("loss");
  if (!loss) {
    return withNote(diagnose(Diagnostic::NoLoss, model.file),
                    "say it with --loss, for example --loss mse");
  }
  auto losses = readLosses(*loss, inFile("loss_weights"), outputs);
  if (!losses) {
    return losses.takeError();
  }
  training.losses = std::move(*losses);
  const std::string &backend = model.compileConfig.backend;
  for (Loss &one : training.losses) {
    one.cachedLogits = backend.empty() || backend == "tensorflow";
  }
  return llvm::Error::success();
}

llvm::Error SettingsReader::readOptimizer(Training &training) {
  auto own = overriding(overrides.optimizer, "--optimizer");
  if (!own) {
    return own.takeError();
  }
  const JsonValue *value = *own ? *own : inFile("optimizer");
  value = value ? value : inFile("optimizer_config"); // of a legacy .h5
  Document byDefault;
  if (!value) {
    auto document = parseOverride("rmsprop", "");
    if (!document) {
      return document.takeError();
    }
    byDefault = std::move(*document);
    value = &byDefault->root();
  }
  auto optimizer = keras::readOptimizer(*value, model.version);
  if (!optimizer) {
    return optimizer.takeError();
  }
  training.optimizer = std::move(*optimizer);
  return llvm::Error::success();
}

llvm::Error SettingsReader::readMetrics(Training &training) {
  std::optional<std::string> text = overrides.metrics;
  if (text) {
    text = listOf(*text);
  }
  auto own = overriding(text, "--metrics");
  if (!own) {
    return own.takeError();
  }
  auto add = [&](const JsonValue *list, bool weighted) -> llvm::Error {
    auto metrics = keras::readMetrics(list, weighted, outputs);
    if (!metrics) {
      return metrics.takeError();
    }
    training.metrics.insert(training.metrics.end(), metrics->begin(),
                            metrics->end());
    return llvm::Error::success();
  };
  if (*own) {
    return add(*own, false);
  }
  if (llvm::Error error = add(inFile("metrics"), false)) {
    return error;
  }
  return add(inFile("weighted_metrics"), true);
}

llvm::Error SettingsReader::refuseForeignConstraints() const {
  for (const Layer &layer : model.layers) {
    for (const Weight &weight : layer.weights) {
      if (weight.trainable && weight.constraint &&
          weight.constraint->kind == Constraint::Kind::Foreign) {
        return diagnose(Diagnostic::UnknownObject, weight.constraint->where,
                        layer.name, weight.constraint->className,
                        "a constraint");
      }
    }
  }
  return llvm::Error::success();
}

/// BatchNormalization in a TimeDistributed: where that calls it step by step,
/// each step has moments of its own, and moving statistics take them in turn.
/// Here all steps are one batch. At inference it is the same.
static llvm::Error refuseMomentsOfSteps(const Model &model) {
  for (const Call &call : model.calls) {
    const Layer &outer = model.layers[call.layer], *inner = &outer;
    while (const auto *wrapper =
               std::get_if<TimeDistributedConfig>(&inner->config)) {
      inner = wrapper->layer.get();
    }
    bool perStep =
        inner != &outer &&
        holds(Fact::CallsLayerPerStepInTimeDistributed, model.version);
    if (perStep && inner->trainable &&
        std::holds_alternative<BatchNormConfig>(inner->config)) {
      return diagnose(Diagnostic::UnsupportedOption, outer.where, outer.name,
                      "training of a BatchNormalization in a TimeDistributed, "
                      "whose moments would be those of each step,");
    }
  }
  return llvm::Error::success();
}

llvm::Error keras::readTraining(Model &model,
                                const CompileOverrides &overrides) {
  if (llvm::Error error = refuseMomentsOfSteps(model)) {
    return error;
  }
  if (llvm::Error error = refuseMaskedTraining(model)) {
    return error;
  }
  return SettingsReader(model, overrides).read();
}

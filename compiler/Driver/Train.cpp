// `kregc train`: epochs over a data set, and the files that come of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/TrainingFiles.h"
#include "compiler/Driver/TrainingRun.h"
#include "compiler/Driver/Verbs.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace llvm;

namespace kregc::driver {
namespace {

/// {"0": 1.0, "1": 2.5} or [1.0, 2.5]; classes that are not named weigh 1.
Expected<ClassWeights> parseClassWeights(const std::string &text) {
  ClassWeights weights;
  if (text.empty()) {
    return weights;
  }
  auto wrong = [&] {
    return badInput("--class-weight: found '" + text +
                    "', want JSON as {\"0\": 1, \"1\": 2.5} or [1, 2.5], "
                    "numbers of 0 or more");
  };
  Expected<json::Value> value = json::parse(text);
  if (!value) {
    consumeError(value.takeError());
    return wrong();
  }
  auto set = [&](size_t number, const json::Value &entry) {
    std::optional<double> weight = entry.getAsNumber();
    if (!weight || !(*weight >= 0 && std::isfinite(float(*weight))) ||
        number > 1 << 20) {
      return false;
    }
    weights.resize(std::max(weights.size(), number + 1), 1);
    weights[number] = static_cast<float>(*weight);
    return true;
  };
  bool good = false;
  if (const json::Array *list = value->getAsArray()) {
    good = !list->empty();
    for (size_t i = 0; good && i < list->size(); ++i) {
      good = set(i, (*list)[i]);
    }
  } else if (const json::Object *object = value->getAsObject()) {
    good = !object->empty();
    for (const auto &[key, entry] : *object) {
      size_t number = 0;
      good = good && !StringRef(key).getAsInteger(10, number) &&
             set(number, entry);
    }
  }
  if (!good) {
    return wrong();
  }
  return weights;
}

/// What is trained on and what is only looked at.
struct Sets {
  Dataset training;
  std::optional<Dataset> validation;
};

Expected<Sets> openSets(const Options &options, const keras::Model &model) {
  Expected<ClassWeights> weights = parseClassWeights(options.classWeight);
  if (!weights) {
    return weights.takeError();
  }
  Expected<Dataset> data = Dataset::open(model, options.data, *weights);
  if (!data) {
    return data.takeError();
  }
  Sets sets{*data, std::nullopt};
  if (!options.validationData.empty()) {
    Expected<Dataset> other = Dataset::open(model, options.validationData);
    if (!other) {
      return other.takeError();
    }
    sets.validation = std::move(*other);
  } else if (options.validationSplit > 0) {
    // The last samples, as Keras takes them.
    auto split = static_cast<int64_t>(std::floor(
        static_cast<double>(data->samples()) * (1 - options.validationSplit)));
    if (split < 1 || split >= data->samples()) {
      return badInput("--validation-split: of " + Twine(data->samples()) +
                      " samples, none would be left on one side");
    }
    sets.training = data->slice(0, split);
    sets.validation = data->slice(split, data->samples());
  }
  return sets;
}

/// Copies of the weights, for --restore-best.
class KeptWeights {
public:
  void keep(const TrainingModel &model) {
    values.clear();
    for (const kreg_tensor &weight : model.weights()) {
      values.emplace_back(weight.data, weight.data + weight.elements);
    }
  }
  void restore(const TrainingModel &model) const {
    std::vector<kreg_tensor> weights = model.weights();
    for (size_t i = 0; i < values.size(); ++i) {
      std::copy(values[i].begin(), values[i].end(), weights[i].data);
    }
  }

private:
  std::vector<std::vector<float>> values;
};

Error checkOutputs(const Options &options, const keras::Model &model) {
  for (const std::string &path : {options.output, options.best}) {
    if (Error error = checkOutput(model, path)) {
      return error;
    }
  }
  for (const std::string &path : {options.history, options.checkpoint}) {
    if (!path.empty()) {
      // Any name will do for these two.
      if (Error error = checkOutput(model, path + ".npz")) {
        return error;
      }
    }
  }
  return Error::success();
}

Error finish(const Options &options, const TrainingModel &model,
             const TrainingRun &run, RunEnd end) {
  if (end == RunEnd::Interrupted) {
    errs() << "kregc: interrupted in epoch " << run.state.epoch + 1
           << ", after step " << run.state.step;
    if (!options.checkpoint.empty()) {
      errs() << "; to go on: the same command with --resume";
    }
    errs() << "\n";
  } else if (end == RunEnd::Stopped) {
    outs() << "stopped early: " << run.monitor() << " was not better for "
           << run.state.sinceBest << " epochs\n";
  }
  if (!options.history.empty()) {
    if (Error error = writeHistory(run.state.history, options.history)) {
      return error;
    }
  }
  return options.output.empty() ? Error::success()
                                : writeTrained(model, options, options.output);
}

} // namespace

Error train(const Options &options) {
  Expected<keras::Model> model = readTrainingModel(options);
  if (!model) {
    return model.takeError();
  }
  if (Error error = checkOutputs(options, *model)) {
    return error;
  }
  Expected<Sets> sets = openSets(options, *model);
  if (!sets) {
    return sets.takeError();
  }
  if (Error error =
          checkMonitor(options, *model, sets->validation.has_value())) {
    return error;
  }
  Expected<TrainingModel> training =
      TrainingModel::load(options, std::move(*model));
  if (!training) {
    return training.takeError();
  }
  TrainingRun run(options, *training, sets->training, sets->validation);
  if (options.resume) {
    if (Error error =
            readCheckpoint(*training, options, sets->training, run.state)) {
      return error;
    }
  }
  KeptWeights best;
  stopAtSignals();
  Expected<RunEnd> end = run.run([&](bool isBest) -> Error {
    if (isBest && options.restoreBest) {
      best.keep(*training);
    }
    if (isBest && !options.best.empty()) {
      if (Error error = writeTrained(*training, options, options.best)) {
        return error;
      }
    }
    return options.checkpoint.empty()
               ? Error::success()
               : writeCheckpoint(*training, options, sets->training, run.state);
  });
  if (!end) {
    return end.takeError();
  }
  if (*end == RunEnd::Interrupted && !options.checkpoint.empty()) {
    if (Error error =
            writeCheckpoint(*training, options, sets->training, run.state)) {
      return error;
    }
  }
  if (options.restoreBest && *end != RunEnd::Interrupted) {
    best.restore(*training);
  }
  return finish(options, *training, run, *end);
}

} // namespace kregc::driver

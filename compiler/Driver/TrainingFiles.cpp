// What `kregc train` writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/TrainingFiles.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/OutputFiles.h"
#include "frontends/Container/Npz.h"
#include "frontends/Keras/ModelWriter.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace llvm;

namespace kregc::driver {

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

Error checkOutput(const keras::Model &model, StringRef path) {
  if (path.empty()) {
    return Error::success();
  }
  if (!path.ends_with(".npz")) {
    if (Error error = keras::checkModelOutput(model, path)) {
      return error;
    }
  }
  SmallString<128> probe;
  if (std::error_code code =
          sys::fs::createUniqueFile(path + ".%%%%%%.part", probe)) {
    return badInput("cannot write '" + path + "': " + code.message());
  }
  sys::fs::remove(probe);
  if (sys::fs::is_directory(path)) {
    return badInput("cannot write '" + path + "': it is a folder");
  }
  return Error::success();
}

static ArrayRef<int64_t> shapeOf(const kreg_tensor &tensor) {
  return {tensor.shape, static_cast<size_t>(tensor.rank)};
}

static ArrayRef<float> valuesOf(const kreg_tensor &tensor) {
  return {tensor.data, static_cast<size_t>(tensor.elements)};
}

/// The present values by path.
static StringMap<const float *> presentValues(const TrainingModel &model) {
  StringMap<const float *> values;
  for (const kreg_tensor &weight : model.weights()) {
    values[weight.path] = weight.data;
  }
  return values;
}

static Error writeWeights(const TrainingModel &model, StringRef path) {
  StringMap<const float *> present = presentValues(model);
  std::vector<NpzArray> arrays;
  for (const keras::Layer &layer : model.model().layers) {
    for (const keras::Weight &weight : layer.weights) {
      auto found = present.find(weight.path);
      // A layer that no output needs keeps the values of the file.
      const float *values = found != present.end() ? found->second
                            : weight.data          ? weight.data->data()
                                                   : nullptr;
      int64_t count = 1;
      for (int64_t extent : weight.shape) {
        count *= extent;
      }
      if (values) {
        arrays.push_back(
            NpzArray::ofFloat(weight.path, weight.shape,
                              ArrayRef(values, static_cast<size_t>(count))));
      }
    }
  }
  return writeNpz(path, arrays);
}

Error writeTrained(const TrainingModel &model, const Options &options,
                   StringRef path) {
  if (path.ends_with(".npz")) {
    return writeWeights(model, path);
  }
  StringMap<const float *> present = presentValues(model);
  auto value = [&](const keras::Weight &weight) {
    return present.lookup(weight.path);
  };
  keras::TrainedState state;
  state.weight = value;
  state.iteration = model.iteration();
  state.learningRate = model.learningRate();
  state.overrides = overridesOf(options);
  for (const kreg_tensor &slot : model.optimizerVariables()) {
    state.slots.push_back(
        {slot.path, slot.slot, shapeOf(slot).vec(), slot.data});
  }
  return keras::writeModel(model.model(), state, path);
}

//===----------------------------------------------------------------------===//
// Histories
//===----------------------------------------------------------------------===//

static std::string textOf(function_ref<void(json::OStream &)> write,
                          unsigned indent = 0) {
  std::string text;
  raw_string_ostream stream(text);
  json::OStream json(stream, indent);
  write(json);
  return text;
}

static void writeRows(json::OStream &json, const History &history) {
  json.object([&] {
    for (const auto &[name, values] : history) {
      json.attribute(name, json::Array(values));
    }
  });
}

Error writeHistory(const History &history, StringRef path) {
  return writeFile(path, textOf([&](json::OStream &json) {
                           writeRows(json, history);
                         }) + "\n");
}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

/// What must be the same for a run to go on.
static json::Object settingsOf(const Options &options, const Dataset &data) {
  return json::Object{
      {"seed", std::to_string(options.seed)},
      {"batch_size", options.batchSize},
      {"shuffle", options.shuffle},
      {"samples", data.samples()},
      {"loss", options.loss.value_or("")},
      {"optimizer", options.optimizer.value_or("")},
      {"metrics", options.metrics.value_or("")},
  };
}

static std::string printState(const TrainingModel &model,
                              const Options &options, const Dataset &data,
                              const TrainingState &state) {
  json::Array metrics, history;
  for (const std::vector<double> &metric : state.metrics) {
    metrics.push_back(json::Array(metric));
  }
  for (const auto &[name, values] : state.history) {
    history.push_back(json::Array{name, json::Array(values)});
  }
  json::Object object{
      {"settings", settingsOf(options, data)},
      {"epoch", state.epoch},
      {"step", state.step},
      {"iteration", model.iteration()},
      {"learning_rate", model.learningRate()},
      {"samples", state.totals.samples},
      {"sums", json::Array(state.totals.sums)},
      {"metrics", std::move(metrics)},
      {"history", std::move(history)},
      {"best", state.best ? json::Value(*state.best) : json::Value(nullptr)},
      {"since_best", state.sinceBest},
  };
  return formatv("{0}", json::Value(std::move(object))).str();
}

Error writeCheckpoint(const TrainingModel &model, const Options &options,
                      const Dataset &data, const TrainingState &state) {
  std::vector<NpzArray> arrays;
  NpzArray text;
  text.name = "state";
  text.dtype = NpzType::U8;
  std::string json = printState(model, options, data, state);
  text.bytes.assign(json.begin(), json.end());
  text.shape = {static_cast<int64_t>(json.size())};
  arrays.push_back(std::move(text));
  for (const kreg_tensor &weight : model.weights()) {
    arrays.push_back(NpzArray::ofFloat("weight/" + std::string(weight.path),
                                       shapeOf(weight), valuesOf(weight)));
  }
  for (auto [index, slot] : enumerate(model.optimizerVariables())) {
    arrays.push_back(NpzArray::ofFloat("optimizer/" + std::to_string(index),
                                       shapeOf(slot), valuesOf(slot)));
  }
  return writeNpz(options.checkpoint, arrays);
}

static std::vector<double> numbersOf(const json::Array *list) {
  std::vector<double> numbers;
  for (size_t i = 0; list && i < list->size(); ++i) {
    numbers.push_back((*list)[i].getAsNumber().value_or(0));
  }
  return numbers;
}

static void parseState(const json::Object &object, TrainingState &state) {
  state.epoch = object.getInteger("epoch").value_or(0);
  state.step = object.getInteger("step").value_or(0);
  state.totals.samples = object.getNumber("samples").value_or(0);
  state.totals.sums = numbersOf(object.getArray("sums"));
  if (const json::Array *metrics = object.getArray("metrics")) {
    for (const json::Value &metric : *metrics) {
      state.metrics.push_back(numbersOf(metric.getAsArray()));
    }
  }
  if (const json::Array *history = object.getArray("history")) {
    for (const json::Value &row : *history) {
      const json::Array *pair = row.getAsArray();
      if (pair && pair->size() == 2 && (*pair)[0].getAsString()) {
        state.history.push_back({(*pair)[0].getAsString()->str(),
                                 numbersOf((*pair)[1].getAsArray())});
      }
    }
  }
  if (auto best = object.getNumber("best")) {
    state.best = best;
  }
  state.sinceBest = object.getInteger("since_best").value_or(0);
}

/// The first setting that differs, with both values; or empty.
static std::string differenceOf(const json::Object &then,
                                const json::Object &now) {
  for (const auto &[key, value] : now) {
    const json::Value *old = then.get(key);
    if (!old || *old != value) {
      return formatv("{0} was {1}, now it is {2}", StringRef(key),
                     old ? *old : json::Value(nullptr), value);
    }
  }
  return "";
}

/// Copies an array of the checkpoint into `tensor`.
static Error restore(ArrayRef<NpzArray> arrays, const std::string &name,
                     const kreg_tensor &tensor, StringRef file) {
  const auto *found = find_if(
      arrays, [&](const NpzArray &array) { return array.name == name; });
  if (found == arrays.end() || found->dtype != NpzType::F32 ||
      ArrayRef(found->shape) != shapeOf(tensor)) {
    return badInput(
        file + ": it is a checkpoint of another model: '" + name + "' " +
        (found == arrays.end() ? "is missing" : "has another shape"));
  }
  std::memcpy(tensor.data, found->bytes.data(), found->bytes.size());
  return Error::success();
}

static Error restoreTensors(TrainingModel &model, ArrayRef<NpzArray> arrays,
                            StringRef file) {
  for (const kreg_tensor &weight : model.weights()) {
    if (Error error = restore(arrays, "weight/" + std::string(weight.path),
                              weight, file)) {
      return error;
    }
  }
  for (auto [index, slot] : enumerate(model.optimizerVariables())) {
    if (Error error =
            restore(arrays, "optimizer/" + std::to_string(index), slot, file)) {
      return error;
    }
  }
  return Error::success();
}

Error readCheckpoint(TrainingModel &model, const Options &options,
                     const Dataset &data, TrainingState &state) {
  StringRef file = options.checkpoint;
  Expected<std::vector<NpzArray>> arrays = readNpz(file);
  if (!arrays) {
    return arrays.takeError();
  }
  auto text = find_if(
      *arrays, [](const NpzArray &array) { return array.name == "state"; });
  if (text == arrays->end()) {
    return badInput(file + ": it is not a checkpoint of kregc train");
  }
  Expected<json::Value> parsed =
      json::parse(StringRef(text->bytes.data(), text->bytes.size()));
  const json::Object *object = parsed ? parsed->getAsObject() : nullptr;
  const json::Object *settings =
      object ? object->getObject("settings") : nullptr;
  if (!settings) {
    consumeError(parsed.takeError());
    return badInput(file + ": it is not a checkpoint of kregc train");
  }
  std::string difference = differenceOf(*settings, settingsOf(options, data));
  if (!difference.empty()) {
    return badInput(
        file + ": the run cannot go on with other settings: " + difference);
  }
  if (Error error = restoreTensors(model, *arrays, file)) {
    return error;
  }
  parseState(*object, state);
  if (model.model().training->optimizer.learningRate.kind ==
      keras::Schedule::Kind::Constant) {
    if (Error error = model.setLearningRate(
            object->getNumber("learning_rate").value_or(0))) {
      return error;
    }
  }
  return model.setIteration(object->getInteger("iteration").value_or(0));
}

} // namespace kregc::driver

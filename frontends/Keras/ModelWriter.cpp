// See ModelWriter.h. Formats: keras-semantics, file formats.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/ModelWriter.h"

#include "frontends/Container/Bundle.h"
#include "frontends/Container/Error.h"
#include "frontends/Container/Hdf5.h"
#include "frontends/Container/Hdf5Writer.h"
#include "frontends/Container/Zip.h"
#include "frontends/Keras/Weights.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"

#include <nlohmann/json.hpp>

using namespace kregc;
using namespace kregc::keras;

using Json = nlohmann::ordered_json;

/// Equal models make equal files.
static constexpr const char *undated = "1980-01-01@00:00:00";

static std::string print(const Json &json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/true,
                   Json::error_handler_t::replace);
}

/// Text that was parsed before; NaN and Infinity, which Python writes and JSON
/// does not have, are errors.
static llvm::Expected<Json> parse(llvm::StringRef text, llvm::StringRef where) {
  Json json = Json::parse(text.begin(), text.end(), nullptr,
                          /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) {
    return diagnose(Diagnostic::JsonSyntax, where,
                    "it cannot be written again");
  }
  return json;
}

//===----------------------------------------------------------------------===//
// Compile settings
//===----------------------------------------------------------------------===//

/// A loss, optimizer or list of metrics of the command line as Keras 3 keeps
/// it: objects say their module.
static Json settingOf(llvm::StringRef text, const char *module) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) {
    return Json(text.str());
  }
  if (json.is_object() && json.contains("class_name") &&
      !json.contains("module")) {
    json["module"] = module;
    json["registered_name"] = nullptr;
  }
  return json;
}

static bool hasOverrides(const CompileOverrides &overrides) {
  return overrides.loss || overrides.optimizer || overrides.metrics;
}

static void applyOverrides(const CompileOverrides &overrides,
                           const char *optimizerKey, Json &settings) {
  if (!settings.is_object()) {
    settings = Json::object();
  }
  if (overrides.loss) {
    settings["loss"] = settingOf(*overrides.loss, "keras.losses");
  }
  if (overrides.optimizer) {
    settings[optimizerKey] =
        settingOf(*overrides.optimizer, "keras.optimizers");
  } else if (!settings.contains(optimizerKey)) {
    settings[optimizerKey] = "rmsprop"; // what was trained with
  }
  if (overrides.metrics) {
    Json list = settingOf(*overrides.metrics, "keras.metrics");
    if (list.is_string()) {
      llvm::SmallVector<llvm::StringRef> names;
      llvm::StringRef(*overrides.metrics).split(names, ',', -1, false);
      list = Json::array();
      for (llvm::StringRef name : names) {
        list.push_back(name.trim().str());
      }
    }
    settings["metrics"] = list;
  }
  for (const char *key : {"loss_weights", "metrics", "weighted_metrics"}) {
    if (!settings.contains(key)) {
      settings[key] = nullptr;
    }
  }
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

namespace {

/// Writes the numbers of a model into one HDF5 file.
class StateWriter {
public:
  StateWriter(const Model &model, const TrainedState &state, Hdf5Writer &file)
      : model(model), state(state), file(file) {}

  /// Writes what is in the file that was read, but the optimizer, with the new
  /// numbers where the weights were.
  llvm::Error copyFile(const Hdf5File &from);
  /// Writes all weights where Keras 3.15 has them.
  llvm::Error writeNewWeights();
  /// `optimizer/vars/<i>` of model.weights.h5.
  llvm::Error writeOptimizer();
  /// `optimizer_weights` of a legacy .h5.
  llvm::Error writeLegacyOptimizer();

  /// Stands in place of the file's own, unless it is empty.
  std::string trainingConfig;

private:
  /// tf.keras keeps no learning rate, and no optimizer one with a schedule.
  bool hasLearningRate() const {
    return !model.version.tfKeras &&
           model.training->optimizer.learningRate.kind ==
               Schedule::Kind::Constant;
  }

  llvm::Error copyNode(const Hdf5File &from, const Hdf5Node &node,
                       llvm::StringRef path);
  llvm::Error copyAttributes(const Hdf5File &from, const Hdf5Node &node,
                             llvm::StringRef path);
  llvm::Error copyDataset(const Hdf5File &from, const Hdf5Node &node,
                          llvm::StringRef path);

  const Model &model;
  const TrainedState &state;
  Hdf5Writer &file;
  llvm::StringMap<const float *> numbers; ///< the new ones, by dataset
};

} // namespace

llvm::Error StateWriter::copyFile(const Hdf5File &from) {
  for (const Layer &layer : model.layers) {
    for (const Weight &weight : layer.weights) {
      const float *values = state.weight(weight);
      if (values && !weight.dataset.empty()) {
        numbers[weight.dataset] = values;
      }
    }
  }
  if (llvm::Error error = copyNode(from, from.tree(), "")) {
    return error;
  }
  return trainingConfig.empty()
             ? llvm::Error::success()
             : file.writeText("", "training_config", trainingConfig);
}

/// The attributes that Keras writes, all of them text.
llvm::Error StateWriter::copyAttributes(const Hdf5File &from,
                                        const Hdf5Node &node,
                                        llvm::StringRef path) {
  for (const Hdf5Attribute &attribute : node.attributes) {
    llvm::StringRef name = attribute.name;
    // A long list is split: "layer_names0", "layer_names1" ….
    llvm::StringRef stem = name.rtrim("0123456789");
    if (stem == "layer_names" || stem == "weight_names") {
      if (name != stem && !name.ends_with("s0")) {
        continue;
      }
      auto list = from.textList(path, stem);
      if (!list) {
        return list.takeError();
      }
      if (llvm::Error error = file.writeTextList(
              path, stem, list->value_or(std::vector<std::string>()))) {
        return error;
      }
    } else if (path.empty() && name == "training_config" &&
               !trainingConfig.empty()) {
      continue;
    } else if (attribute.isText && attribute.texts.size() == 1) {
      if (llvm::Error error =
              file.writeText(path, name, attribute.texts.front())) {
        return error;
      }
    }
  }
  return llvm::Error::success();
}

llvm::Error StateWriter::copyDataset(const Hdf5File &from, const Hdf5Node &node,
                                     llvm::StringRef path) {
  if (auto found = numbers.find(path); found != numbers.end()) {
    return file.writeFloats(path, node.shape, found->second);
  }
  if (node.failure) {
    // A counter, such as that of Normalization; others are nothing that Keras
    // reads again.
    return node.shape.empty() ? file.writeInteger(path, 0)
                              : llvm::Error::success();
  }
  auto values = from.floats(path);
  return values ? file.writeFloats(path, node.shape, values->data())
                : values.takeError();
}

llvm::Error StateWriter::copyNode(const Hdf5File &from, const Hdf5Node &node,
                                  llvm::StringRef path) {
  if (node.kind == Hdf5Kind::Dataset) {
    return copyDataset(from, node, path);
  }
  if (node.kind != Hdf5Kind::Group || path == "optimizer" ||
      path == "optimizer_weights") {
    return llvm::Error::success();
  }
  if (llvm::Error error = file.makeGroup(path)) {
    return error;
  }
  if (llvm::Error error = copyAttributes(from, node, path)) {
    return error;
  }
  for (const Hdf5Node &member : node.members) {
    std::string inner =
        path.empty() ? member.name : (path + "/" + member.name).str();
    if (llvm::Error error = copyNode(from, member, inner)) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error StateWriter::writeNewWeights() {
  for (const VariableGroup &group : variableGroups(model)) {
    if (llvm::Error error = file.makeGroup(group.path)) {
      return error;
    }
    if (llvm::Error error = file.writeText(group.path, "name", group.name)) {
      return error;
    }
    if (group.layer < 0) {
      continue;
    }
    for (auto [index, weight] :
         llvm::enumerate(model.layers[group.layer].weights)) {
      const float *values = state.weight(weight);
      if (!values && weight.data) {
        values = weight.data->data();
      }
      if (!values) {
        return diagnose(Diagnostic::WeightMissing, model.file, weight.path, "");
      }
      if (llvm::Error error = file.writeFloats(
              group.path + "/" + std::to_string(index), weight.shape, values)) {
        return error;
      }
    }
  }
  return llvm::Error::success();
}

llvm::Error StateWriter::writeOptimizer() {
  const std::string vars = "optimizer/vars";
  if (llvm::Error error = file.writeInteger(vars + "/0", state.iteration)) {
    return error;
  }
  if (llvm::Error error =
          file.writeText(vars, "name", model.training->optimizer.name)) {
    return error;
  }
  int next = 1;
  if (hasLearningRate()) {
    float rate = static_cast<float>(state.learningRate);
    if (llvm::Error error =
            file.writeFloats(vars + "/" + std::to_string(next++), {}, &rate)) {
      return error;
    }
  }
  for (const OptimizerSlot &slot : state.slots) {
    if (llvm::Error error = file.writeFloats(
            vars + "/" + std::to_string(next++), slot.shape, slot.data)) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error StateWriter::writeLegacyOptimizer() {
  const std::string group = "optimizer_weights";
  std::string prefix = model.training->optimizer.name + "/";
  std::vector<std::string> names = {prefix + "iteration"};
  if (llvm::Error error =
          file.writeInteger(group + "/" + names[0], state.iteration)) {
    return error;
  }
  if (hasLearningRate()) {
    float rate = static_cast<float>(state.learningRate);
    names.push_back(prefix + "learning_rate");
    if (llvm::Error error =
            file.writeFloats(group + "/" + names.back(), {}, &rate)) {
      return error;
    }
  }
  for (const OptimizerSlot &slot : state.slots) {
    std::string weight = slot.weight;
    std::replace(weight.begin(), weight.end(), '/', '_');
    names.push_back(prefix + weight + (weight.empty() ? "" : "_") + slot.slot);
    if (llvm::is_contained(llvm::ArrayRef(names).drop_back(), names.back())) {
      names.back() += "_" + std::to_string(names.size());
    }
    if (llvm::Error error = file.writeFloats(group + "/" + names.back(),
                                             slot.shape, slot.data)) {
      return error;
    }
  }
  return file.writeTextList(group, "weight_names", names);
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

llvm::Error keras::checkModelOutput(const Model &model, llvm::StringRef path) {
  bool good = path.ends_with(".keras")
                  ? model.format == "keras" || model.version.major >= 3
                  : path.ends_with(".h5") && model.format == "h5";
  if (!good) {
    return diagnose(Diagnostic::OutputFormat, path, model.format,
                    model.version.text);
  }
  return llvm::Error::success();
}

/// The bytes of model.weights.h5: those of `source` with new numbers, or a new
/// file where that is empty.
static llvm::Expected<std::string> makeWeightsFile(const Model &model,
                                                   const TrainedState &state,
                                                   llvm::StringRef source,
                                                   llvm::StringRef path) {
  auto file = Hdf5Writer::create(path);
  if (!file) {
    return file.takeError();
  }
  StateWriter writer(model, state, *file);
  if (source.empty()) {
    if (llvm::Error error = writer.writeNewWeights()) {
      return std::move(error);
    }
  } else {
    auto from = Hdf5File::open(source, model.file);
    if (!from) {
      return from.takeError();
    }
    if (llvm::Error error = writer.copyFile(*from)) {
      return std::move(error);
    }
  }
  if (llvm::Error error = writer.writeOptimizer()) {
    return std::move(error);
  }
  return file->bytes();
}

/// A .keras from a .keras: everything as it is, but weights and settings.
static llvm::Error writeArchive(const Model &model, const TrainedState &state,
                                const Bundle &source, llvm::StringRef path) {
  auto config = source.read("config.json", UINT64_MAX);
  if (!config) {
    return config.takeError();
  }
  std::string text = config->text().str();
  if (hasOverrides(state.overrides)) {
    auto json = parse(text, source.where("config.json"));
    if (!json) {
      return json.takeError();
    }
    applyOverrides(state.overrides, "optimizer", (*json)["compile_config"]);
    text = print(*json);
  }
  std::string metadata =
      print({{"keras_version", model.version.text}, {"date_saved", undated}});
  if (source.has("metadata.json")) {
    auto bytes = source.read("metadata.json", UINT64_MAX);
    if (!bytes) {
      return bytes.takeError();
    }
    metadata = bytes->text().str();
  }
  ByteBuffer old; // stays empty where the weights are a .npz
  if (source.has("model.weights.h5")) {
    auto bytes = source.view("model.weights.h5", /*compareCrc=*/true);
    if (!bytes) {
      return bytes.takeError();
    }
    old = std::move(*bytes);
  }
  auto weights = makeWeightsFile(model, state, old.text(), path);
  if (!weights) {
    return weights.takeError();
  }
  return writeZip(path, {{"metadata.json", metadata, ""},
                         {"config.json", text, ""},
                         {"model.weights.h5", *weights, ""}});
}

/// A .keras from the config of a .json or .h5 of Keras 3.
static llvm::Error writeNewArchive(const Model &model,
                                   const TrainedState &state,
                                   llvm::StringRef config,
                                   llvm::StringRef training,
                                   llvm::StringRef path) {
  auto json = parse(config, model.file);
  if (!json) {
    return json.takeError();
  }
  if (!json->contains("module")) {
    bool sequential = (*json)["class_name"] == "Sequential";
    (*json)["module"] = sequential ? "keras" : "keras.src.models.functional";
    if (!sequential) {
      (*json)["class_name"] = "Functional";
    }
    (*json)["registered_name"] = (*json)["class_name"];
  }
  Json settings = Json::object();
  if (!training.empty()) {
    auto old = parse(training, model.file);
    if (!old) {
      return old.takeError();
    }
    settings = std::move(*old);
    if (settings.contains("optimizer_config")) {
      Json optimizer = settings["optimizer_config"];
      settings.erase("optimizer_config");
      settings["optimizer"] = settingOf(print(optimizer), "keras.optimizers");
    }
  }
  applyOverrides(state.overrides, "optimizer", settings);
  (*json)["compile_config"] = std::move(settings);
  auto weights = makeWeightsFile(model, state, "", path);
  if (!weights) {
    return weights.takeError();
  }
  std::string metadataText =
      print({{"keras_version", model.version.text}, {"date_saved", undated}});
  std::string configText = print(*json);
  return writeZip(path, {{"metadata.json", metadataText, ""},
                         {"config.json", configText, ""},
                         {"model.weights.h5", *weights, ""}});
}

static llvm::Error writeLegacy(const Model &model, const TrainedState &state,
                               const Hdf5File &source, llvm::StringRef training,
                               llvm::StringRef path) {
  auto file = Hdf5Writer::create(path);
  if (!file) {
    return file.takeError();
  }
  StateWriter writer(model, state, *file);
  if (hasOverrides(state.overrides)) {
    auto json = parse(training.empty() ? "{}" : training, model.file);
    if (!json) {
      return json.takeError();
    }
    applyOverrides(state.overrides, "optimizer_config", *json);
    writer.trainingConfig = print(*json);
  }
  if (llvm::Error error = writer.copyFile(source)) {
    return error;
  }
  if (llvm::Error error = writer.writeLegacyOptimizer()) {
    return error;
  }
  auto bytes = file->bytes();
  return bytes ? writeBytes(path, *bytes) : bytes.takeError();
}

llvm::Error keras::writeModel(const Model &model, const TrainedState &state,
                              llvm::StringRef path) {
  if (llvm::Error error = checkModelOutput(model, path)) {
    return error;
  }
  if (llvm::sys::fs::is_directory(model.file)) {
    return writeArchive(model, state, Bundle::ofFolder(model.file), path);
  }
  auto source = openFile(model.file);
  if (!source) {
    return source.takeError();
  }
  llvm::StringRef bytes = (*source)->getBuffer();
  if (model.format == "keras") {
    auto bundle = Bundle::ofZip(bytes, model.file);
    return bundle ? writeArchive(model, state, *bundle, path)
                  : bundle.takeError();
  }
  if (model.format == "json") {
    return writeNewArchive(model, state, bytes, "", path);
  }
  auto file = Hdf5File::open(bytes, model.file);
  if (!file) {
    return file.takeError();
  }
  std::string texts[2];
  const char *keys[] = {"model_config", "training_config"};
  for (int i = 0; i < 2; ++i) {
    auto found = file->text("", keys[i]);
    if (!found) {
      return found.takeError();
    }
    texts[i] = found->value_or("");
  }
  return path.ends_with(".h5")
             ? writeLegacy(model, state, *file, texts[1], path)
             : writeNewArchive(model, state, texts[0], texts[1], path);
}

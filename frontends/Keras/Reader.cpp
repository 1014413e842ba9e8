// Tells the three file formats apart and puts version, graph and weights of
// each together.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Reader.h"

#include "frontends/Container/Bundle.h"
#include "frontends/Container/Error.h"
#include "frontends/Container/Hdf5.h"
#include "frontends/Container/Json.h"
#include "frontends/Keras/Graph.h"
#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/Version.h"
#include "frontends/Keras/Warnings.h"
#include "frontends/Keras/Weights.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace kregc;
using namespace kregc::keras;

/// Sets the version of `model`: the user's, else the file's `text`.
static llvm::Error setVersion(const ReadOptions &options,
                              const std::optional<std::string> &text,
                              llvm::StringRef where, Model &model) {
  if (!options.kerasVersion && !text) {
    return withNote(diagnose(Diagnostic::VersionMissing, where),
                    "say it with --keras-version, for example "
                    "--keras-version 3.15.1");
  }
  auto version = options.kerasVersion
                     ? parseVersion(*options.kerasVersion, "--keras-version")
                     : parseVersion(*text, where);
  if (!version) {
    return options.kerasVersion
               ? version.takeError()
               : withNote(version.takeError(),
                          "--keras-version says it in the file's place");
  }
  model.version = *version;
  model.dividesPenaltyByBatch = holds(Fact::DividesPenaltyByBatch, *version);
  model.penalisesFrozenWeights = holds(Fact::PenalisesFrozenWeights, *version);
  return llvm::Error::success();
}

/// The text of the member `keras_version`, if there is one.
static std::optional<std::string> versionIn(const JsonValue &object) {
  const JsonValue *text = object.find("keras_version");
  return text && text->isString() ? std::optional(text->string().str())
                                  : std::nullopt;
}

/// Keeps the document whose member `key` is a compile config.
static void keepCompileConfig(std::unique_ptr<JsonDocument> document,
                              llvm::StringRef key, Model &model) {
  const JsonValue *root =
      key.empty() ? &document->root() : document->root().find(key);
  if (root && root->isObject()) {
    model.compileConfig.document = std::move(document);
    model.compileConfig.root = root;
  }
}

//===----------------------------------------------------------------------===//
// .keras
//===----------------------------------------------------------------------===//

static llvm::Expected<std::unique_ptr<JsonDocument>>
readJsonFile(const Bundle &bundle, llvm::StringRef name) {
  auto bytes = bundle.read(name, JsonLimits().maxBytes);
  if (!bytes) {
    return bytes.takeError();
  }
  return JsonDocument::parse(bytes->text(), bundle.where(name));
}

static llvm::Error readBundleVersion(const Bundle &bundle, llvm::StringRef path,
                                     const ReadOptions &options, Model &model) {
  constexpr llvm::StringLiteral name("metadata.json");
  if (options.kerasVersion || !bundle.has(name)) {
    return setVersion(options, std::nullopt, path, model);
  }
  auto metadata = readJsonFile(bundle, name);
  if (!metadata) {
    return metadata.takeError();
  }
  return setVersion(options, versionIn((*metadata)->root()), bundle.where(name),
                    model);
}

static llvm::Error readBundleHdf5(const Bundle &bundle, llvm::StringRef name,
                                  const ReadOptions &options, Model &model) {
  std::string place = bundle.where(name);
  // Not HDF5? Then a bomb is not even unpacked.
  auto head = bundle.peek(name, 8);
  if (!head) {
    return head.takeError();
  }
  if (!looksLikeHdf5(*head)) {
    return diagnose(Diagnostic::Hdf5Unreadable, place,
                    "it does not begin with HDF5's signature");
  }
  auto weights = bundle.view(name, /*compareCrc=*/options.weightValues);
  if (!weights) {
    return weights.takeError();
  }
  auto file = Hdf5File::open(weights->text(), place);
  if (!file) {
    return file.takeError();
  }
  return readArchiveWeights(Hdf5Weights(*file), options.weightValues, model);
}

static llvm::Error readBundleWeights(const Bundle &bundle,
                                     const ReadOptions &options, Model &model) {
  constexpr llvm::StringLiteral name("model.weights.h5"),
      pickled("model.weights.npz");
  if (bundle.has(name) || !bundle.has(pickled)) {
    return readBundleHdf5(bundle, name, options, model);
  }
  auto bytes = bundle.view(pickled, /*compareCrc=*/options.weightValues);
  if (!bytes) {
    return bytes.takeError();
  }
  auto weights = NpzWeights::open(std::move(*bytes), bundle.where(pickled));
  if (!weights) {
    return withNote(weights.takeError(),
                    "Keras 3 cannot load such a file either; what it writes by "
                    "itself, model.weights.h5, is read in every form");
  }
  return readArchiveWeights(*weights, options.weightValues, model);
}

static llvm::Error readBundle(const Bundle &bundle, llvm::StringRef path,
                              const ReadOptions &options, Model &model) {
  auto config = readJsonFile(bundle, "config.json");
  if (!config) {
    return config.takeError();
  }
  if (llvm::Error error = readBundleVersion(bundle, path, options, model)) {
    return error;
  }
  if (llvm::Error error = readGraph((*config)->root(), model)) {
    return error;
  }
  keepCompileConfig(std::move(*config), "compile_config", model);
  return readBundleWeights(bundle, options, model);
}

static llvm::Error readArchive(llvm::StringRef bytes, llvm::StringRef path,
                               const ReadOptions &options, Model &model) {
  auto bundle = Bundle::ofZip(bytes, path);
  if (!bundle) {
    return bundle.takeError();
  }
  return readBundle(*bundle, path, options, model);
}

//===----------------------------------------------------------------------===//
// Legacy .h5
//===----------------------------------------------------------------------===//

/// Compile settings and the backend, both of which may be missing.
static llvm::Error readTrainingConfig(const Hdf5File &file,
                                      llvm::StringRef path, Model &model) {
  auto backend = file.text("", "backend");
  if (!backend) {
    return backend.takeError();
  }
  model.compileConfig.backend = backend->value_or("");
  auto text = file.text("", "training_config");
  if (!text) {
    return text.takeError();
  }
  if (!*text) {
    return llvm::Error::success();
  }
  auto config = JsonDocument::parse(**text, (path + ": training_config").str());
  if (!config) {
    return config.takeError();
  }
  keepCompileConfig(std::move(*config), "", model);
  return llvm::Error::success();
}

static llvm::Error readLegacy(llvm::StringRef bytes, llvm::StringRef path,
                              const ReadOptions &options, Model &model) {
  auto file = Hdf5File::open(bytes, path);
  if (!file) {
    return file.takeError();
  }
  auto text = file->text("", "model_config");
  if (!text) {
    return text.takeError();
  }
  if (!*text) {
    return withNote(
        diagnose(Diagnostic::Hdf5Attribute, path, "model_config", "/"),
        "a file of weights only is no model; save the model, or "
        "give its .json with the weights beside it");
  }
  auto config = JsonDocument::parse(**text, (path + ": model_config").str());
  if (!config) {
    return config.takeError();
  }
  auto version = file->text("", "keras_version");
  if (!version) {
    return version.takeError();
  }
  if (llvm::Error error = setVersion(options, *version, path, model)) {
    return error;
  }
  if (llvm::Error error = readGraph((*config)->root(), model)) {
    return error;
  }
  if (llvm::Error error = readTrainingConfig(*file, path, model)) {
    return error;
  }
  return readLegacyWeights(*file, options.weightValues, model);
}

//===----------------------------------------------------------------------===//
// .json
//===----------------------------------------------------------------------===//

static llvm::StringRef stemOf(llvm::StringRef path) {
  path.consume_back(".json");
  return path;
}

std::string kregc::keras::weightsFileOf(llvm::StringRef path) {
  return (stemOf(path) + ".weights.h5").str();
}

std::string kregc::keras::weightsBeside(llvm::StringRef path) {
  std::string one = weightsFileOf(path),
              sharded = (stemOf(path) + ".weights.json").str();
  return llvm::sys::fs::exists(one) || !llvm::sys::fs::exists(sharded)
             ? one
             : sharded;
}

static llvm::Error readWeightsFile(llvm::StringRef path, bool values,
                                   Model &model) {
  if (path.ends_with(".json")) {
    auto shards = ShardedWeights::open(path);
    if (!shards) {
      return shards.takeError();
    }
    return readArchiveWeights(*shards, values, model);
  }
  auto buffer = openFile(path);
  if (!buffer) {
    return buffer.takeError();
  }
  auto file = Hdf5File::open((*buffer)->getBuffer(), path);
  if (!file) {
    return file.takeError();
  }
  return readArchiveWeights(Hdf5Weights(*file), values, model);
}

/// "3.9 or later", "3.5 to before 3.6".
static std::string printRange(const VersionRange &range) {
  auto release = [](llvm::StringRef text) {
    text.consume_back(".0");
    return text.str();
  };
  return release(range.from) + (range.until == "99.0.0"
                                    ? " or later"
                                    : " to before " + release(range.until));
}

/// Asks for the release where it matters: a model without activity penalties
/// computes the same in every release of Keras 3.
static llvm::Error askForVersion(const VersionRange &range,
                                 llvm::StringRef path, const Model &model) {
  auto change = changeWithin(Fact::DividesPenaltyByBatch, range);
  bool penalised = llvm::any_of(model.layers, [](const Layer &layer) {
    return layer.activityRegularizer.has_value();
  });
  if (!change || !penalised) {
    return llvm::Error::success();
  }
  return withNote(
      diagnose(Diagnostic::VersionAmbiguous, path, printRange(range), *change),
      "say it with --keras-version, for example --keras-version " + range.from +
          " or --keras-version 3.15.1");
}

static llvm::Error readJson(llvm::StringRef bytes, llvm::StringRef path,
                            const ReadOptions &options, Model &model) {
  auto config = JsonDocument::parse(bytes, path);
  if (!config) {
    return config.takeError();
  }
  const JsonValue &root = (*config)->root();
  if (!root.isObject()) {
    return diagnose(Diagnostic::JsonKind, root.where(), root.describe(),
                    "an object");
  }
  // Look at the class first: what is no model needs no version.
  const JsonValue *className = root.find("class_name");
  if (!className) {
    llvm::Error error =
        diagnose(Diagnostic::JsonMissing, root.where(), "class_name");
    return root.find("weight_map")
               ? withNote(std::move(error),
                          "this is the map of sharded weights; give the .json "
                          "of the model, with the map beside it")
               : std::move(error);
  }
  if (className->isString() && !isModelClass(className->string())) {
    return diagnose(Diagnostic::UnknownModelClass, className->where(),
                    className->string());
  }
  std::optional<std::string> version = versionIn(root);
  std::optional<VersionRange> guess;
  if (!version && !options.kerasVersion) {
    guess = fingerprint(root);
  }
  if (guess) {
    version = guess->from.str();
    model.warnings.push_back(
        makeWarning(WarningId::GuessedVersion, "", printRange(*guess)));
  }
  if (llvm::Error error = setVersion(options, version, path, model)) {
    return error;
  }
  if (llvm::Error error = readGraph(root, model)) {
    return error;
  }
  if (guess) {
    if (llvm::Error error = askForVersion(*guess, path, model)) {
      return error;
    }
  }
  std::string weights = options.weightsPath.value_or(weightsBeside(path));
  if (!options.weightsPath && !llvm::sys::fs::exists(weights)) {
    return llvm::Error::success();
  }
  return readWeightsFile(weights, options.weightValues, model);
}

//===----------------------------------------------------------------------===//
// Any
//===----------------------------------------------------------------------===//

llvm::Expected<Model> keras::readModelBytes(llvm::StringRef bytes,
                                            llvm::StringRef path,
                                            const ReadOptions &options) {
  if (bytes.empty()) {
    return diagnose(Diagnostic::EmptyFile, path);
  }
  Model model;
  model.file = path.str();
  llvm::Error error = llvm::Error::success();
  if (bytes.starts_with("PK")) {
    model.format = "keras";
    error = readArchive(bytes, path, options, model);
  } else if (looksLikeHdf5(bytes)) {
    model.format = "h5";
    error = readLegacy(bytes, path, options, model);
  } else if (path.ends_with(".json") ||
             bytes.ltrim(" \t\r\n").starts_with("{")) {
    model.format = "json";
    error = readJson(bytes, path, options, model);
  } else {
    error = diagnose(Diagnostic::UnknownFormat, path);
  }
  if (error) {
    return std::move(error);
  }
  return model;
}

llvm::Expected<Model> keras::readModel(llvm::StringRef path,
                                       const ReadOptions &options) {
  if (llvm::sys::fs::is_directory(path)) {
    Model model;
    model.file = path.str();
    model.format = "keras";
    if (llvm::Error error =
            readBundle(Bundle::ofFolder(path), path, options, model)) {
      return std::move(error);
    }
    return model;
  }
  auto buffer = openFile(path);
  if (!buffer) {
    return buffer.takeError();
  }
  return readModelBytes((*buffer)->getBuffer(), path, options);
}

std::vector<bool> keras::liveCalls(const Model &model) {
  std::vector<bool> live(model.calls.size(), false);
  for (const TensorRef &output : model.outputs) {
    live[output.call] = true;
  }
  // Calls are in topological order, so one sweep from the back is enough.
  for (size_t i = model.calls.size(); i-- > 0;) {
    if (live[i]) {
      for (const TensorRef &input : model.calls[i].inputs) {
        live[input.call] = true;
      }
    }
  }
  return live;
}

// Edits a configuration in place: spans of values in the text, found by walking
// text and tree side by side.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/RepairedFile.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/OutputFiles.h"

#include "frontends/Container/Json.h"
#include "frontends/Container/Zip.h"
#include "frontends/Keras/Reader.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"

using namespace llvm;
using mlir::kreg::proof::NewCoefficients;

namespace kregc::driver {
namespace {

/// Where the values of a document stand in its text.
class Spans {
public:
  Spans(StringRef text, const JsonValue &root) : text(text) { scan(root); }

  std::pair<size_t, size_t> of(const JsonValue &value) const {
    return spans.lookup(&value);
  }

private:
  void scan(const JsonValue &value);
  void skipSpace() {
    at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  }
  void skipString() {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      at += text[at] == '\\';
    }
    ++at;
  }
  /// Steps over whitespace and one character.
  void skip() {
    skipSpace();
    ++at;
  }

  StringRef text;
  size_t at = 0;
  DenseMap<const JsonValue *, std::pair<size_t, size_t>> spans;
};

} // namespace

/// The text is known to be JSON with the values of the tree in their order.
void Spans::scan(const JsonValue &value) {
  skipSpace();
  size_t begin = at;
  if (value.isString()) {
    skipString();
  } else if (value.isArray() || value.isObject()) {
    for (const JsonValue *child : value.elements()) {
      skip(); // the bracket, or a comma
      if (value.isObject()) {
        skipSpace();
        skipString();
        skip(); // the colon
      }
      scan(*child);
    }
    if (value.size() == 0) {
      skip(); // the bracket that opens it
    }
    skip();
  } else {
    at = std::min(text.find_first_of(",]} \t\r\n", at), text.size());
  }
  spans[&value] = {begin, at};
}

/// Layers called `name` ("dense", "inner/dense" in a nested model) below a
/// value; `prefix` is that of the models around it.
static void findLayers(const JsonValue &value, const std::string &prefix,
                       StringRef name, bool isRoot,
                       SmallVectorImpl<const JsonValue *> &found) {
  const JsonValue *config = value.find("config");
  const JsonValue *own = config ? config->find("name") : nullptr;
  std::string inner = prefix;
  if (own && own->isString() && value.find("class_name")) {
    if (prefix + own->string().str() == name) {
      found.push_back(&value);
    }
    if (config->find("layers") && !isRoot) {
      inner += own->string().str() + "/";
    }
  }
  for (const JsonValue *child : value.elements()) {
    findLayers(*child, inner, name, /*isRoot=*/false, found);
  }
}

/// The shortest text that reads back as this number.
static std::string numberText(double number) {
  for (int digits = 1; digits < 17; ++digits) {
    std::string text;
    raw_string_ostream(text) << format("%.*g", digits, number);
    if (std::strtod(text.c_str(), nullptr) == number) {
      // Keras asks for floats: 1 becomes 1.0.
      bool isInteger = StringRef(text).find_first_of(".e") == StringRef::npos;
      return isInteger ? text + ".0" : text;
    }
  }
  std::string text;
  raw_string_ostream(text) << format("%.17g", number);
  return text;
}

static std::string regularizerText(const JsonValue &old,
                                   const NewCoefficients &layer) {
  std::string config = "{\"l1\": " + numberText(layer.l1) +
                       ", \"l2\": " + numberText(layer.l2) + "}";
  if (!old.find("module")) { // the form of older files
    return R"({"class_name": "L1L2", "config": )" + config + "}";
  }
  return R"({"module": "keras.regularizers", "class_name": "L1L2", "config": )" +
         config + R"(, "registered_name": null})";
}

Expected<std::string> repairedConfig(StringRef text, StringRef file,
                                     ArrayRef<NewCoefficients> repair) {
  auto document = JsonDocument::parse(text, file);
  if (!document) {
    return document.takeError();
  }
  const JsonValue &root = (*document)->root();
  Spans spans(text, root);
  std::vector<std::pair<std::pair<size_t, size_t>, std::string>> edits;
  for (const NewCoefficients &layer : repair) {
    SmallVector<const JsonValue *> found;
    findLayers(root, "", layer.layer, /*isRoot=*/true, found);
    if (found.size() != 1) {
      return unsupported(file + ": cannot write coefficients to layer '" +
                         layer.layer + "', which the file has " +
                         Twine(found.size()) + " times");
    }
    const JsonValue *config = found.front()->find("config");
    const JsonValue *l1 = config->find("l1"), *l2 = config->find("l2");
    const JsonValue *own = config->find("activity_regularizer");
    if (found.front()->find("class_name")->string() ==
            "ActivityRegularization" &&
        l1 && l2) {
      edits.push_back({spans.of(*l1), numberText(layer.l1)});
      edits.push_back({spans.of(*l2), numberText(layer.l2)});
    } else if (own && own->isObject()) {
      edits.push_back({spans.of(*own), regularizerText(*own, layer)});
    } else {
      return unsupported(file + ": cannot write coefficients to layer '" +
                         layer.layer +
                         "', which has no activity regularizer of its own");
    }
  }
  std::string result = text.str();
  sort(edits, [](const auto &a, const auto &b) { return b.first < a.first; });
  for (const auto &[span, replacement] : edits) {
    result.replace(span.first, span.second - span.first, replacement);
  }
  return result;
}

static Error repairArchive(StringRef bytes, StringRef from, StringRef to,
                           ArrayRef<NewCoefficients> repair) {
  constexpr StringLiteral configName("config.json");
  Expected<ZipReader> archive = ZipReader::open(bytes, from);
  if (!archive) {
    return archive.takeError();
  }
  std::vector<ByteBuffer> contents;
  std::vector<ZipEntry> entries;
  std::string config;
  for (const std::string &name : archive->names()) {
    if (StringRef(name).ends_with("/")) {
      continue; // a folder
    }
    Expected<ByteBuffer> content = archive->read(name);
    if (!content) {
      return content.takeError();
    }
    contents.push_back(std::move(*content));
    StringRef text = contents.back().text();
    if (name == configName) {
      Expected<std::string> edited =
          repairedConfig(text, (from + "/" + name).str(), repair);
      if (!edited) {
        return edited.takeError();
      }
      config = std::move(*edited);
      text = config;
    }
    entries.push_back({name, "", text});
  }
  return writeZip(to, entries);
}

static Error repairJson(StringRef bytes, StringRef from, StringRef to,
                        ArrayRef<NewCoefficients> repair) {
  Expected<std::string> config = repairedConfig(bytes, from, repair);
  if (!config) {
    return config.takeError();
  }
  std::string beside = keras::weightsBeside(from);
  if (beside != keras::weightsFileOf(from)) {
    return unsupported(beside + ": sharded weights are not written again; save "
                                "the model as .keras");
  }
  if (sys::fs::exists(beside)) {
    auto weights = openFile(beside);
    if (!weights) {
      return weights.takeError();
    }
    if (Error error =
            writeFile(keras::weightsFileOf(to), (*weights)->getBuffer())) {
      return error;
    }
  }
  return writeFile(to, *config);
}

Error writeRepaired(StringRef from, StringRef to,
                    ArrayRef<NewCoefficients> repair) {
  auto buffer = openFile(from);
  if (!buffer) {
    return buffer.takeError();
  }
  StringRef bytes = (*buffer)->getBuffer();
  if (bytes.starts_with("PK")) {
    return repairArchive(bytes, from, to, repair);
  }
  if (bytes.ltrim().starts_with("{")) {
    if (!to.ends_with(".json")) {
      return badInput("--write-repaired: '" + from +
                      "' is a .json file, and so must be '" + to + "'");
    }
    return repairJson(bytes, from, to, repair);
  }
  return unsupported(from +
                     ": only .keras and .json files can be written "
                     "with other coefficients; save the model as .keras");
}

/// The model's file, and its weights where they are beside it.
static std::vector<std::string> filesOf(StringRef path) {
  std::vector<std::string> files = {path.str()};
  if (path.ends_with(".json")) {
    files.push_back(keras::weightsFileOf(path));
  }
  return files;
}

Error renameModel(StringRef from, StringRef to) {
  for (auto [old, wanted] : llvm::zip(filesOf(from), filesOf(to))) {
    if (!sys::fs::exists(old)) {
      continue;
    }
    if (std::error_code code = sys::fs::rename(old, wanted)) {
      return badInput("cannot write '" + wanted + "': " + code.message());
    }
  }
  return Error::success();
}

void removeModel(StringRef path) {
  for (const std::string &file : filesOf(path)) {
    sys::fs::remove(file);
  }
}

} // namespace kregc::driver

// Which releases of Keras 3 could have written a config, from the keys that
// came and went (Fingerprints.def).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Json.h"
#include "frontends/Keras/OperationReader.h"
#include "frontends/Keras/Version.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace kregc;
using namespace kregc::keras;

static bool isLeaf(const JsonValue &value) {
  return value.isArray() && value.size() == 3 &&
         value.elements()[0]->isString();
}

namespace {

/// Narrows a range of releases by what objects of a config show.
class Narrowing {
public:
  void look(const JsonValue &object);

  VersionRange range = {"3.0.0", "99.0.0"};
  bool isKeras3 = false; ///< `registered_name` is a key of Keras 3 alone

private:
  void within(const char *from, const char *until) {
    if (isBefore(range.from, from)) {
      range.from = from;
    }
    if (isBefore(until, range.until)) {
      range.until = until;
    }
  }
  void keySince(const JsonValue &config, llvm::StringRef key,
                const char *release) {
    config.find(key) ? within(release, "99.0.0") : within("3.0.0", release);
  }
  void lookForTraces(const JsonValue &object, const JsonValue &config,
                     llvm::StringRef className);

  enum class Trace {
    PlainDtype,
    BuildConfigOfAnyLayer,
    NoBuildConfig,
    EmptyCompileConfig,
    FlatEnds,
    NamedOptimizer
  };
  void found(Trace trace) {
    switch (trace) {
#define TRACE_WITHIN(TRACE, FROM, UNTIL)                                       \
  case Trace::TRACE:                                                           \
    return within(FROM, UNTIL);
#include "frontends/Keras/Fingerprints.def"
    }
  }
};

} // namespace

void Narrowing::lookForTraces(const JsonValue &object, const JsonValue &config,
                              llvm::StringRef className) {
  const JsonValue *dtype = config.find("dtype");
  if (dtype && dtype->isString() && className != "InputLayer" &&
      className != "__keras_tensor__" && className != "__numpy__" &&
      !className.starts_with("SpatialDropout") && !isOperation(object)) {
    found(Trace::PlainDtype);
  }
  if (llvm::is_contained(
          {"Dropout", "MaxPooling1D", "MaxPooling2D", "Activation", "ReLU"},
          className)) {
    const JsonValue *build = object.find("build_config");
    found(build ? Trace::BuildConfigOfAnyLayer : Trace::NoBuildConfig);
  }
  const JsonValue *compile = object.find("compile_config");
  if (compile && compile->isObject() && compile->size() == 0) {
    found(Trace::EmptyCompileConfig);
  }
  const JsonValue *optimizer = compile ? compile->find("optimizer") : nullptr;
  if (optimizer && optimizer->isString()) {
    found(Trace::NamedOptimizer);
  }
  const JsonValue *inputs = config.find("input_layers");
  if (inputs && isLeaf(*inputs)) {
    found(Trace::FlatEnds);
  }
}

void Narrowing::look(const JsonValue &object) {
  const JsonValue *config = object.find("config");
  llvm::StringRef className = textIn(object, "class_name");
  if (className.empty() || !config || !config->isObject()) {
    return;
  }
  isKeras3 |= object.find("registered_name") != nullptr;
#define KEY_SINCE(CLASS, KEY, RELEASE)                                         \
  if (className == #CLASS) {                                                   \
    keySince(*config, #KEY, RELEASE);                                          \
  }
#define CLASS_WITHIN(CLASS, FROM, UNTIL)                                       \
  if (className == #CLASS) {                                                   \
    within(FROM, UNTIL);                                                       \
  }
#include "frontends/Keras/Fingerprints.def"
  lookForTraces(object, *config, className);
}

std::optional<VersionRange> keras::fingerprint(const JsonValue &model) {
  Narrowing narrowing;
  llvm::SmallVector<const JsonValue *> open = {&model};
  while (!open.empty()) {
    const JsonValue *value = open.pop_back_val();
    narrowing.look(*value);
    open.append(value->elements().begin(), value->elements().end());
  }
  bool possible = isBefore(narrowing.range.from, narrowing.range.until);
  return narrowing.isKeras3 && possible
             ? std::optional<VersionRange>(narrowing.range)
             : std::nullopt;
}

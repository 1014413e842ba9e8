// Version texts, the table of facts, and the keys that give a release away.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Version.h"

#include "frontends/Container/Error.h"
#include "frontends/Container/Json.h"

#include "llvm/ADT/SmallVector.h"

#include <tuple>

using namespace kregc;
using namespace kregc::keras;

namespace {
enum class Family { Standalone, TfKeras, Keras3 };

struct Row {
  Fact fact;
  Family family;
  const char *from, *until;
};
} // namespace

static const Row rows[] = {
#define VERSION_FACT(FACT, FAMILY, FROM, UNTIL)                                \
  {Fact::FACT, Family::FAMILY, FROM, UNTIL},
#include "frontends/Keras/Versions.def"
};

/// Reads up to three numbers of "3.14.1"; what follows a number is a suffix.
static bool parseNumbers(llvm::StringRef text, int (&numbers)[3]) {
  for (int i = 0; i < 3; ++i) {
    unsigned value;
    if (text.consumeInteger(10, value) || value > 99999) {
      return i > 1;
    }
    numbers[i] = static_cast<int>(value);
    if (!text.consume_front(".")) {
      // "2.4rc0" names a release, "2" does not.
      return i > 0;
    }
  }
  return true;
}

static std::tuple<int, int, int> numbersOf(llvm::StringRef text) {
  int numbers[3] = {0, 0, 0};
  parseNumbers(text, numbers);
  return {numbers[0], numbers[1], numbers[2]};
}

bool keras::holds(Fact fact, const Version &version) {
  Family family = version.major >= 3 ? Family::Keras3
                  : version.tfKeras  ? Family::TfKeras
                                     : Family::Standalone;
  std::tuple<int, int, int> release(version.major, version.minor,
                                    version.patch);
  for (const Row &row : rows) {
    if (row.fact == fact && row.family == family &&
        numbersOf(row.from) <= release && release < numbersOf(row.until)) {
      return true;
    }
  }
  return false;
}

llvm::Expected<Version> keras::parseVersion(llvm::StringRef text,
                                            llvm::StringRef where) {
  int numbers[3] = {0, 0, 0};
  if (text.size() > 100 || !parseNumbers(text, numbers)) {
    return diagnose(Diagnostic::VersionSyntax, where, text.take_front(100));
  }
  Version version;
  version.major = numbers[0];
  version.minor = numbers[1];
  version.patch = numbers[2];
  version.text = text.str();
  version.tfKeras =
      version.major == 2 && (text.contains("-tf") || version.minor >= 4);
  if (version.major < 2 || version.major > 3) {
    return diagnose(Diagnostic::VersionUnsupported, where, text);
  }
  return version;
}

namespace {
/// Which of the telling keys a config has anywhere.
struct Traces {
  bool stringDtype = false, floatPolicy = false, policy = false;
  bool quantization = false, optional = false;
  bool renorm = false, batchNorm = false;
  bool axes = false, glorot = false;
};
} // namespace

static void collect(const JsonValue &root, Traces &traces) {
  llvm::SmallVector<const JsonValue *> open = {&root};
  while (!open.empty()) {
    const JsonValue *value = open.pop_back_val();
    const JsonValue *name = value->find("class_name");
    const JsonValue *config = value->find("config");
    if (name && name->isString() && config && config->isObject()) {
      llvm::StringRef text = name->string();
      const JsonValue *dtype = config->find("dtype");
      traces.stringDtype |= dtype && dtype->isString() &&
                            text != "InputLayer" && text != "__keras_tensor__";
      traces.floatPolicy |= text == "FloatDTypePolicy";
      traces.policy |= text == "DTypePolicy";
      traces.quantization |= config->find("quantization_config") != nullptr;
      traces.optional |= text == "InputLayer" && config->find("optional");
      traces.batchNorm |= text == "BatchNormalization";
      traces.renorm |= config->find("renorm") != nullptr;
      traces.glorot |= text == "GlorotUniform";
      traces.axes |= text == "GlorotUniform" && config->find("input_axes");
    }
    open.append(value->elements().begin(), value->elements().end());
  }
}

std::optional<Version> keras::fingerprint(const JsonValue &model) {
  Traces traces;
  collect(model, traces);
  const char *text = nullptr;
  if (traces.axes) {
    text = "3.15.0";
  } else if (traces.renorm) {
    text = "3.14.0";
  } else if (traces.stringDtype) {
    text = "3.0.0";
  } else if (traces.floatPolicy) {
    text = "3.4.0";
  } else if (traces.policy && !traces.quantization && !traces.optional) {
    text = "3.5.0";
  } else if (traces.policy && traces.batchNorm) {
    // 3.13: a BatchNormalization of 3.14 would have had `renorm`.
    text = "3.13.0";
  } else {
    return std::nullopt;
  }
  auto version = parseVersion(text, "");
  return version ? std::optional<Version>(*version) : std::nullopt;
}

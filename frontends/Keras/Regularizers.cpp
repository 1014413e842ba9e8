// Regularizers and activations as the releases of Keras have written them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Version.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace kregc;
using namespace kregc::keras;

llvm::Error keras::refuseForeign(const JsonValue &object, llvm::StringRef layer,
                                 llvm::StringRef what) {
  const JsonValue *className = object.find("class_name");
  if (!className || !className->isString()) {
    return diagnose(Diagnostic::JsonMissing, object.where(), "class_name");
  }
  if (className->string() == "__lambda__") {
    return diagnose(Diagnostic::LambdaObject, object.where(), layer, what);
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Regularizers
//===----------------------------------------------------------------------===//

/// One factor of a regularizer; null and a missing one are `fallback`.
static llvm::Error readFactor(const JsonValue &config, llvm::StringRef key,
                              double fallback, const Version &version,
                              double &out) {
  const JsonValue *value = config.find(key);
  out = fallback;
  if (!value || value->isNull()) {
    return llvm::Error::success();
  }
  bool isNumber = value->isNumber() || value->isBool();
  double number = value->isBool() ? value->boolean()
                  : isNumber      ? value->number()
                                  : 0;
  if (!isNumber || !std::isfinite(number) ||
      (number < 0 && !holds(Fact::AllowsNegativeFactor, version))) {
    return diagnose(Diagnostic::RegularizerNumber, value->where(), key,
                    value->describe());
  }
  out = number;
  return llvm::Error::success();
}

/// A regularizer that is only named, as in activity_regularizer='l2'.
static std::optional<Regularizer> byName(llvm::StringRef name,
                                         const Version &version) {
  Regularizer result;
  if (name == "l1" || name == "L1") {
    result.className = "L1";
    result.l1 = 0.01;
  } else if (name == "l2" || name == "L2") {
    result.className = "L2";
    result.l2 = 0.01;
  } else if (name == "l1_l2" && holds(Fact::KnowsL1_L2Name, version)) {
    result.className = "L1L2";
    result.l1 = result.l2 = 0.01;
  } else if (name == "L1L2" ||
             (name == "l1l2" && holds(Fact::KnowsL1L2Name, version))) {
    result.className = "L1L2";
  } else if (name == "OrthogonalRegularizer" ||
             name == "orthogonal_regularizer") {
    result.className = "OrthogonalRegularizer";
    result.kind = Regularizer::Kind::Orthogonal;
    result.factor = 0.01;
  } else {
    return std::nullopt;
  }
  return result;
}

static llvm::Error readOrthogonal(const JsonValue &config,
                                  const Version &version, Regularizer &result) {
  result.kind = Regularizer::Kind::Orthogonal;
  if (llvm::Error error =
          readFactor(config, "factor", 0.01, version, result.factor)) {
    return error;
  }
  const JsonValue *mode = config.find("mode");
  if (!mode) {
    return llvm::Error::success();
  }
  if (!mode->isString() ||
      (mode->string() != "rows" && mode->string() != "columns")) {
    return diagnose(Diagnostic::JsonRange, mode->where(), "mode",
                    mode->describe(), "'rows' or 'columns'");
  }
  result.rows = mode->string() == "rows";
  return llvm::Error::success();
}

/// Fills the factors of a regularizer of class `name` from its config.
static llvm::Error readFactors(llvm::StringRef name, const JsonValue &config,
                               const Version &version, Regularizer &result) {
  if (name == "OrthogonalRegularizer") {
    return readOrthogonal(config, version, result);
  }
  if (name != "L2") {
    if (llvm::Error error = readFactor(config, "l1", name == "L1" ? 0.01 : 0,
                                       version, result.l1)) {
      return error;
    }
  }
  if (name == "L1") {
    return llvm::Error::success();
  }
  return readFactor(config, "l2", name == "L2" ? 0.01 : 0, version, result.l2);
}

/// Whether an object is of a class that is not Keras' own, whatever its name:
/// one registered as "package>Name", or from another module.
static bool isForeignClass(const JsonValue &value) {
  const JsonValue *registered = value.find("registered_name");
  if (registered && registered->isString() &&
      registered->string().contains('>')) {
    return true;
  }
  const JsonValue *module = value.find("module");
  if (!module || !module->isString()) {
    return false;
  }
  llvm::StringRef top = module->string().split('.').first;
  return top != "keras" && top != "tf_keras" && top != "tensorflow" &&
         top != "builtins";
}

/// {"name": "ActivityRegularizer", "l1": …, "l2": …} of Keras 1.
static bool isKeras1Name(llvm::StringRef name) {
  return name == "WeightRegularizer" || name == "ActivityRegularizer" ||
         name == "L1L2Regularizer";
}

static llvm::Expected<std::optional<Regularizer>>
readObject(const JsonValue &value, llvm::StringRef layer, llvm::StringRef key,
           const Version &version) {
  Regularizer result;
  const JsonValue *old = value.find("name");
  if (old && old->isString() && !value.find("class_name") &&
      isKeras1Name(old->string())) {
    result.className = "L1L2";
    if (llvm::Error error = readFactors("L1L2", value, version, result)) {
      return std::move(error);
    }
    return result;
  }
  if (llvm::Error error = refuseForeign(value, layer, key)) {
    return std::move(error);
  }
  llvm::StringRef name = value.find("class_name")->string();
  const JsonValue *config = value.find("config");
  if (name == "function" && config && config->isString()) {
    name = config->string();
  }
  if ((name != "L1" && name != "L2" && name != "L1L2" &&
       name != "OrthogonalRegularizer") ||
      isForeignClass(value)) {
    return diagnose(Diagnostic::UnknownObject, value.where(), layer, name,
                    "a regularizer");
  }
  if (!config || !config->isObject()) {
    return diagnose(Diagnostic::JsonKind, value.where(),
                    config ? config->describe() : "no config",
                    "an object as config");
  }
  result.className = name.str();
  if (llvm::Error error = readFactors(name, *config, version, result)) {
    return std::move(error);
  }
  return result;
}

llvm::Expected<std::optional<Regularizer>>
keras::readRegularizer(const JsonValue *value, llvm::StringRef layer,
                       llvm::StringRef key, const Version &version) {
  if (!value || value->isNull()) {
    return std::nullopt;
  }
  if (value->isObject()) {
    return readObject(*value, layer, key, version);
  }
  if (!value->isString()) {
    return diagnose(Diagnostic::RegularizerKind, value->where(),
                    value->describe());
  }
  std::optional<Regularizer> named = byName(value->string(), version);
  if (named) {
    return named;
  }
  llvm::Error error = diagnose(Diagnostic::RegularizerName, value->where(),
                               value->string(), version.text);
  if (value->string() == "l1_l2") {
    error = withNote(std::move(error), "it was one in tf.keras 2.x; write "
                                       "'L1L2(l1=0.01, l2=0.01)' for the same");
  }
  return std::move(error);
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

std::optional<Activation> keras::activationByName(llvm::StringRef name,
                                                  const Version &version) {
  static const char *const plain[] = {
      "linear",    "relu",      "relu6",       "sigmoid",        "tanh",
      "gelu",      "silu",      "softmax",     "softplus",       "softsign",
      "mish",      "hard_silu", "log_softmax", "log_sigmoid",    "tanh_shrink",
      "hard_tanh", "sparsemax", "sparse_plus", "sparse_sigmoid", "glu"};
  Activation result;
  result.name = name.str();
  if (llvm::is_contained(plain, name)) {
    return result;
  }
  double hardSlope = holds(Fact::HardSigmoidFifth, version) ? 0.2 : 1.0 / 6;
  struct Row {
    const char *keras, *name;
    std::vector<double> parameters;
  };
  const Row others[] = {
      {"swish", "silu", {}},
      {"hard_swish", "hard_silu", {}},
      {"exponential", "exp", {}},
      {"elu", "elu", {1.0}},
      {"celu", "celu", {1.0}},
      {"leaky_relu", "leaky_relu", {0.2}},
      {"selu", "selu", {1.0507009873554805, 1.6732632423543772}},
      {"hard_sigmoid", "hard_sigmoid", {hardSlope, 0.5}},
      {"squareplus", "squareplus", {4.0}},
      {"soft_shrink", "soft_shrink", {0.5}},
      {"hard_shrink", "hard_shrink", {0.5}},
  };
  for (const Row &row : others) {
    if (name == row.keras) {
      result.name = row.name;
      result.parameters = row.parameters;
      return result;
    }
  }
  return std::nullopt;
}

/// The name in a function or layer object, or null.
static const JsonValue *nameOfObject(const JsonValue &value) {
  const JsonValue *className = value.find("class_name");
  const JsonValue *config = value.find("config");
  if (className->string() == "function") {
    return config && config->isString() ? config : className;
  }
  if (className->string() == "Activation" && config) {
    const JsonValue *inner = config->find("activation");
    return inner && inner->isString() ? inner : className;
  }
  return className;
}

llvm::Expected<Activation> keras::readActivation(const JsonValue *value,
                                                 llvm::StringRef layer,
                                                 const Version &version) {
  if (!value || value->isNull()) {
    return Activation();
  }
  if (value->isObject()) {
    if (llvm::Error error = refuseForeign(*value, layer, "activation")) {
      return std::move(error);
    }
    value = nameOfObject(*value);
  }
  if (!value->isString()) {
    return diagnose(Diagnostic::JsonKind, value->where(), value->describe(),
                    "the name of an activation");
  }
  std::optional<Activation> activation =
      activationByName(value->string(), version);
  if (!activation) {
    return diagnose(Diagnostic::UnknownObject, value->where(), layer,
                    value->string(), "an activation");
  }
  return *activation;
}

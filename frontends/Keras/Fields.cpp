// The getters: one kind and one range each, with found and wanted in messages.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Fields.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace kregc;
using namespace kregc::keras;

/// Larger than any rank: axes are checked against that of their tensor later.
static constexpr int64_t maxRank = 1000;

llvm::StringRef keras::kindName(JsonValue::Kind kind) {
  switch (kind) {
  case JsonValue::Kind::Null:
    return "null";
  case JsonValue::Kind::Bool:
    return "true or false";
  case JsonValue::Kind::Int:
    return "an integer";
  case JsonValue::Kind::Float:
    return "a number";
  case JsonValue::Kind::String:
    return "text";
  case JsonValue::Kind::Array:
    return "an array";
  case JsonValue::Kind::Object:
    return "an object";
  }
  llvm_unreachable("a kind of JSON value");
}

llvm::Expected<const JsonValue *> keras::member(const JsonValue &object,
                                                llvm::StringRef key,
                                                JsonValue::Kind kind) {
  if (!object.isObject()) {
    return diagnose(Diagnostic::JsonKind, object.where(), object.describe(),
                    "an object");
  }
  const JsonValue *value = object.find(key);
  if (!value) {
    return diagnose(Diagnostic::JsonMissing, object.where(), key);
  }
  if (value->kind() != kind) {
    return diagnose(Diagnostic::JsonKind, value->where(), value->describe(),
                    kindName(kind));
  }
  return value;
}

void Fields::fail(llvm::Error error) {
  if (failure) {
    llvm::consumeError(std::move(error));
    return;
  }
  failure.emplace(std::move(error));
}

llvm::Error Fields::takeError() {
  if (!failure) {
    return llvm::Error::success();
  }
  llvm::Error error = std::move(*failure);
  failure.reset();
  return error;
}

const JsonValue *Fields::get(llvm::StringRef key) const {
  const JsonValue *value = config.find(key);
  return value && !value->isNull() ? value : nullptr;
}

bool Fields::mustExist(llvm::StringRef key, bool hasFallback) {
  if (!hasFallback) {
    fail(diagnose(Diagnostic::JsonMissing, config.where(), key));
  }
  return false;
}

void Fields::outOfRange(llvm::StringRef key, const JsonValue &found,
                        llvm::Twine want) {
  fail(diagnose(Diagnostic::JsonRange, found.where(), key, found.describe(),
                want.str()));
}

void Fields::unsupported(llvm::Twine what) {
  fail(diagnose(Diagnostic::UnsupportedOption, config.where(), layer,
                what.str()));
}

int64_t Fields::integer(llvm::StringRef key, std::optional<int64_t> fallback,
                        int64_t low, int64_t high) {
  const JsonValue *value = get(key);
  if (!value) {
    mustExist(key, fallback.has_value());
    return fallback.value_or(low);
  }
  if (!value->isInt()) {
    fail(diagnose(Diagnostic::JsonKind, value->where(), value->describe(),
                  "an integer"));
    return fallback.value_or(low);
  }
  if (value->integer() < low || value->integer() > high) {
    outOfRange(key, *value,
               high == std::numeric_limits<int64_t>::max()
                   ? "an integer of " + std::to_string(low) + " or more"
                   : "an integer from " + std::to_string(low) + " to " +
                         std::to_string(high));
    return fallback.value_or(low);
  }
  return value->integer();
}

double Fields::number(llvm::StringRef key, std::optional<double> fallback) {
  const JsonValue *value = get(key);
  if (!value) {
    mustExist(key, fallback.has_value());
    return fallback.value_or(0);
  }
  if (!value->isNumber() || !std::isfinite(value->number())) {
    fail(diagnose(Diagnostic::JsonKind, value->where(), value->describe(),
                  "a finite number"));
    return fallback.value_or(0);
  }
  return value->number();
}

bool Fields::boolean(llvm::StringRef key, bool fallback) {
  const JsonValue *value = get(key);
  if (!value) {
    return fallback;
  }
  if (!value->isBool()) {
    fail(diagnose(Diagnostic::JsonKind, value->where(), value->describe(),
                  "true or false"));
    return fallback;
  }
  return value->boolean();
}

llvm::StringRef Fields::text(llvm::StringRef key, llvm::StringRef fallback) {
  const JsonValue *value = get(key);
  if (!value) {
    return fallback;
  }
  if (!value->isString()) {
    fail(diagnose(Diagnostic::JsonKind, value->where(), value->describe(),
                  "text"));
    return fallback;
  }
  return value->string();
}

std::vector<int64_t> Fields::integers(const JsonValue &list, int64_t low) {
  std::vector<int64_t> result;
  if (!list.isArray()) {
    fail(diagnose(Diagnostic::JsonKind, list.where(), list.describe(),
                  "an array of integers"));
    return result;
  }
  for (const JsonValue *value : list.elements()) {
    bool isNull = value->isNull() && low < 0;
    if (!isNull && (!value->isInt() || value->integer() < low)) {
      fail(diagnose(Diagnostic::JsonKind, value->where(), value->describe(),
                    "an integer of " + std::to_string(low) + " or more"));
      return result;
    }
    result.push_back(isNull ? -1 : value->integer());
  }
  return result;
}

std::vector<int64_t> Fields::integers(llvm::StringRef key, int64_t low) {
  const JsonValue *value = get(key);
  if (!value) {
    mustExist(key, false);
    return {};
  }
  return integers(*value, low);
}

std::vector<int64_t> Fields::window(llvm::StringRef key, int64_t rank,
                                    std::optional<int64_t> fallback) {
  const JsonValue *value = get(key);
  if (!value || !value->isArray()) {
    return std::vector<int64_t>(
        rank, integer(key, fallback, 1, std::numeric_limits<int32_t>::max()));
  }
  std::vector<int64_t> result = integers(*value, 1);
  for (int64_t extent : result) {
    if (extent > std::numeric_limits<int32_t>::max()) {
      outOfRange(key, *value, "integers below 2147483648");
    }
  }
  if (static_cast<int64_t>(result.size()) != rank) {
    fail(diagnose(Diagnostic::JsonLength, value->where(), value->size(), rank));
    result.resize(rank, 1);
  }
  return result;
}

std::vector<int64_t> Fields::axes(llvm::StringRef key,
                                  std::optional<int64_t> fallback) {
  const JsonValue *value = get(key);
  std::vector<int64_t> result;
  if (!value || !value->isArray()) {
    result.push_back(integer(key, fallback, -maxRank, maxRank));
    return result;
  }
  for (const JsonValue *axis : value->elements()) {
    if (!axis->isInt() || std::abs(axis->integer()) > maxRank) {
      fail(diagnose(Diagnostic::JsonKind, axis->where(), axis->describe(),
                    "an axis"));
      return {};
    }
    result.push_back(axis->integer());
  }
  return result;
}

std::vector<double> Fields::row(llvm::StringRef key,
                                std::optional<double> fallback) {
  const JsonValue *value = get(key);
  if (!value || value->isNumber()) {
    return {number(key, fallback)};
  }
  const JsonValue *className = value->find("class_name");
  if (className && className->isString() &&
      (className->string() == "__numpy__" ||
       className->string() == "__tensor__")) {
    const JsonValue *inner = value->find("config");
    value = inner && inner->find("value") ? inner->find("value") : value;
  }
  while (value->isArray() && value->size() == 1 &&
         value->elements()[0]->isArray()) {
    value = value->elements()[0];
  }
  std::vector<double> result;
  llvm::ArrayRef<const JsonValue *> entries(&value, 1);
  if (value->isArray()) {
    entries = value->elements();
  }
  for (const JsonValue *entry : entries) {
    if (!entry->isNumber() || !std::isfinite(entry->number())) {
      fail(diagnose(Diagnostic::JsonKind, entry->where(), entry->describe(),
                    "a finite number"));
      return {0};
    }
    result.push_back(entry->number());
  }
  if (result.empty()) {
    fail(diagnose(Diagnostic::JsonLength, value->where(), 0, "one or more"));
    result.push_back(0);
  }
  return result;
}

bool Fields::channelsFirst() {
  llvm::StringRef format = text("data_format", "channels_last");
  if (format != "channels_last" && format != "channels_first") {
    outOfRange("data_format", *get("data_format"),
               "'channels_last' or 'channels_first'");
  }
  return format == "channels_first";
}

Padding Fields::padding(bool causal) {
  std::string name = text("padding", "valid").lower();
  if (name == "same") {
    return Padding::Same;
  }
  if (name == "causal" && causal) {
    return Padding::Causal;
  }
  if (name != "valid") {
    outOfRange("padding", *get("padding"), "'valid' or 'same'");
  }
  return Padding::Valid;
}

Activation Fields::activation(llvm::StringRef key) {
  auto activation = readActivation(config.find(key), layer, version);
  if (!activation) {
    fail(activation.takeError());
    return {};
  }
  return std::move(*activation);
}

std::optional<Regularizer> Fields::regularizer(llvm::StringRef key) {
  auto regularizer = readRegularizer(config.find(key), layer, key, version);
  if (!regularizer) {
    fail(regularizer.takeError());
    return std::nullopt;
  }
  return std::move(*regularizer);
}

void Fields::refuse(llvm::StringRef key) {
  const JsonValue *value = get(key);
  bool off = !value || (value->isBool() && !value->boolean()) ||
             (value->isArray() && value->size() == 0);
  if (!off) {
    fail(diagnose(Diagnostic::UnsupportedOption, value->where(), layer,
                  ("'" + key + "'").str()));
  }
}

void Fields::requireFloat32() {
  const JsonValue *value = get("dtype");
  if (!value) {
    return;
  }
  llvm::StringRef policy = "of an unknown form";
  if (value->isString()) {
    policy = value->string();
  } else if (const JsonValue *name = value->find("class_name")) {
    policy = name->isString() ? name->string() : policy;
    const JsonValue *inner = value->find("config");
    const JsonValue *dtype = inner ? inner->find("name") : nullptr;
    bool plain = policy == "DTypePolicy" || policy == "FloatDTypePolicy" ||
                 policy == "Policy";
    if (plain && dtype && dtype->isString()) {
      policy = dtype->string();
    }
  }
  if (policy != "float32") {
    fail(diagnose(Diagnostic::DtypePolicy, value->where(), layer, policy));
  }
}

// Builds the tree from the events of nlohmann's parser, which keeps its own
// stack: a deeply nested text costs a message, not the program's stack.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Json.h"

#include "frontends/Container/Error.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

#include <cstdio>
#include <nlohmann/json.hpp>

using namespace kregc;

const JsonValue *JsonValue::find(llvm::StringRef key) const {
  if (!isObject()) {
    return nullptr;
  }
  for (const JsonValue *child : children) {
    if (child->name == key) {
      return child;
    }
  }
  return nullptr;
}

std::string JsonValue::path() const {
  std::vector<const JsonValue *> chain;
  for (const JsonValue *value = this; value->parent; value = value->parent) {
    chain.push_back(value);
  }
  std::string result;
  for (const JsonValue *value : llvm::reverse(chain)) {
    if (value->parent->isArray()) {
      result += "[" + std::to_string(value->index) + "]";
    } else {
      result += (result.empty() ? "" : ".") + value->name;
    }
  }
  return result;
}

std::string JsonValue::where() const {
  std::string place = path();
  std::string file = document->file().str();
  return place.empty() ? file : file + ": " + place;
}

/// A number with as many digits as tell it apart from others at a glance.
static std::string shortest(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

std::string JsonValue::describe() const {
  switch (valueKind) {
  case Kind::Null:
    return "null";
  case Kind::Bool:
    return boolean() ? "true" : "false";
  case Kind::Int:
    return std::to_string(integerValue);
  case Kind::Float:
    return shortest(floatValue);
  case Kind::String:
    return "'" + text.substr(0, 80) + (text.size() > 80 ? "...'" : "'");
  case Kind::Array:
    return "an array of " + std::to_string(children.size());
  case Kind::Object:
    return "an object";
  }
  llvm_unreachable("a kind of JSON value");
}

namespace kregc {

/// Receives the parser's events; returning false stops it.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
public:
  JsonBuilder(JsonDocument &document, JsonLimits limits)
      : document(document), limits(limits) {}

  llvm::Error takeError() { return std::move(failure); }

  bool null() override { return add(JsonValue::Kind::Null) != nullptr; }
  bool boolean(bool value) override {
    return addInteger(JsonValue::Kind::Bool, value);
  }
  bool number_integer(number_integer_t value) override {
    return addInteger(JsonValue::Kind::Int, value);
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<uint64_t>(INT64_MAX)) {
      return number_float(static_cast<double>(value), {});
    }
    return addInteger(JsonValue::Kind::Int, static_cast<int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t &) override {
    JsonValue *added = add(JsonValue::Kind::Float);
    if (added) {
      added->floatValue = value;
    }
    return added;
  }
  bool string(string_t &value) override {
    JsonValue *added = add(JsonValue::Kind::String);
    if (added) {
      added->text = std::move(value);
    }
    return added;
  }
  bool binary(binary_t &) override { return false; }
  bool start_object(size_t) override { return open(JsonValue::Kind::Object); }
  bool start_array(size_t) override { return open(JsonValue::Kind::Array); }
  bool key(string_t &value) override {
    nextKey = std::move(value);
    return true;
  }
  bool end_object() override {
    JsonValue *object = stack.back();
    stack.pop_back();
    llvm::StringSet<> seen;
    for (const JsonValue *child : object->children) {
      if (!seen.insert(child->name).second) {
        fail(diagnose(Diagnostic::JsonDuplicateKey, object->where(),
                      child->name));
        return false;
      }
    }
    return true;
  }
  bool end_array() override {
    stack.pop_back();
    return true;
  }
  bool parse_error(size_t position, const std::string &lastToken,
                   const nlohmann::detail::exception &error) override {
    llvm::StringRef text = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, …: …"
    text = text.substr(text.find("] ") + 2);
    fail(diagnose(Diagnostic::JsonSyntax, document.name, text));
    return false;
  }

private:
  void fail(llvm::Error error) {
    llvm::consumeError(std::move(failure));
    failure = std::move(error);
  }

  JsonValue *add(JsonValue::Kind kind) {
    if (document.values.size() >= limits.maxValues) {
      fail(diagnose(Diagnostic::JsonTooManyValues, document.name,
                    limits.maxValues));
      return nullptr;
    }
    JsonValue &value = document.values.emplace_back();
    value.valueKind = kind;
    value.document = &document;
    if (!stack.empty()) {
      JsonValue *parent = stack.back();
      value.parent = parent;
      value.index = parent->children.size();
      if (parent->isObject()) {
        value.name = std::move(nextKey);
      }
      parent->children.push_back(&value);
    }
    return &value;
  }

  bool addInteger(JsonValue::Kind kind, int64_t integer) {
    JsonValue *added = add(kind);
    if (added) {
      added->integerValue = integer;
    }
    return added;
  }

  bool open(JsonValue::Kind kind) {
    if (stack.size() >= limits.maxDepth) {
      fail(diagnose(Diagnostic::JsonDepth, document.name, limits.maxDepth));
      return false;
    }
    JsonValue *added = add(kind);
    if (added) {
      stack.push_back(added);
    }
    return added;
  }

  JsonDocument &document;
  JsonLimits limits;
  std::vector<JsonValue *> stack;
  std::string nextKey;
  llvm::Error failure = llvm::Error::success();
};

} // namespace kregc

llvm::Expected<std::unique_ptr<JsonDocument>>
JsonDocument::parse(llvm::StringRef text, llvm::StringRef file,
                    JsonLimits limits) {
  if (text.size() > limits.maxBytes) {
    return diagnose(Diagnostic::JsonTooLarge, file, text.size(),
                    limits.maxBytes);
  }
  auto document = std::make_unique<JsonDocument>();
  document->name = file.str();
  JsonBuilder builder(*document, limits);
  bool complete = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (llvm::Error error = builder.takeError()) {
    return std::move(error);
  }
  if (!complete || document->values.empty()) {
    return diagnose(Diagnostic::JsonSyntax, file, "the text ends early");
  }
  return document;
}

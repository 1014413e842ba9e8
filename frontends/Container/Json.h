// JSON as a tree whose every value knows its place in the file, so that every
// message can name it: "model.keras/config.json: config.layers[3].name".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_JSON_H
#define KREGC_FRONTENDS_CONTAINER_JSON_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace kregc {

class JsonDocument;

/// One value of a JsonDocument, which owns it. Integers beyond int64 are
/// Floats.
class JsonValue {
public:
  enum class Kind { Null, Bool, Int, Float, String, Array, Object };

  Kind kind() const { return valueKind; }
  bool isNull() const { return valueKind == Kind::Null; }
  bool isBool() const { return valueKind == Kind::Bool; }
  bool isInt() const { return valueKind == Kind::Int; }
  bool isNumber() const { return isInt() || valueKind == Kind::Float; }
  bool isString() const { return valueKind == Kind::String; }
  bool isArray() const { return valueKind == Kind::Array; }
  bool isObject() const { return valueKind == Kind::Object; }

  /// The value; the kind must be the matching one (number() takes both kinds).
  bool boolean() const { return integerValue != 0; }
  int64_t integer() const { return integerValue; }
  double number() const {
    return isInt() ? static_cast<double>(integerValue) : floatValue;
  }
  llvm::StringRef string() const { return text; }

  /// The elements of an array or the values of an object; empty otherwise.
  llvm::ArrayRef<const JsonValue *> elements() const { return children; }
  size_t size() const { return children.size(); }
  /// The member `key` of an object; null if there is none or it is no object.
  const JsonValue *find(llvm::StringRef key) const;
  /// The key under which an object holds this value; empty otherwise.
  llvm::StringRef key() const { return name; }

  /// "config.layers[3].name" within the document, and with the file in front.
  std::string path() const;
  std::string where() const;
  /// What a message says was found: "null", "a string", "'valid'", "-4" ….
  std::string describe() const;

private:
  friend class JsonDocument;
  friend class JsonBuilder;

  Kind valueKind = Kind::Null;
  int64_t integerValue = 0;
  double floatValue = 0;
  std::string text;                        ///< of a string
  std::string name;                        ///< the key in the parent object
  size_t index = 0;                        ///< the position in the parent array
  std::vector<const JsonValue *> children; ///< of an array or object
  const JsonValue *parent = nullptr;
  const JsonDocument *document = nullptr;
};

/// Bounds of a JSON text; a file beyond them is malformed.
struct JsonLimits {
  size_t maxBytes = size_t(256) << 20;
  size_t maxValues = size_t(8) << 20;
  size_t maxDepth = 1000;
};

/// A parsed text.
class JsonDocument {
public:
  /// Parses UTF-8 `text`; `file` is how messages call it. Errors: JsonSyntax,
  /// JsonDepth, JsonTooLarge, JsonDuplicateKey ….
  static llvm::Expected<std::unique_ptr<JsonDocument>>
  parse(llvm::StringRef text, llvm::StringRef file, JsonLimits limits = {});

  const JsonValue &root() const { return values.front(); }
  llvm::StringRef file() const { return name; }

private:
  friend class JsonBuilder;
  std::string name;
  std::deque<JsonValue> values; ///< stable addresses; the root comes first
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_JSON_H

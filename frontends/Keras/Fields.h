// Typed access to the config of one layer: each getter checks kind and range,
// and the first thing that is wrong is kept as an error with its place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_FIELDS_H
#define KREGC_FRONTENDS_KERAS_FIELDS_H

#include "frontends/Container/Error.h"
#include "frontends/Container/Json.h"
#include "frontends/Keras/Model.h"

#include <initializer_list>
#include <limits>

namespace kregc::keras {

/// The fields of a layer's config. After the first error the getters return
/// anything of the right type; takeError() must be asked before it is used.
class Fields {
public:
  Fields(const JsonValue &config, llvm::StringRef layer,
         llvm::StringRef className, const Version &version)
      : config(config), layer(layer), className(className), version(version) {}

  /// The value of a key; null if it is missing or null.
  const JsonValue *get(llvm::StringRef key) const;

  /// Numbers within [low, high]; `fallback` where the key is missing or null,
  /// without one that is an error. Numbers are finite.
  int64_t integer(llvm::StringRef key, std::optional<int64_t> fallback,
                  int64_t low = std::numeric_limits<int64_t>::min(),
                  int64_t high = std::numeric_limits<int64_t>::max());
  double number(llvm::StringRef key, std::optional<double> fallback);
  bool boolean(llvm::StringRef key, bool fallback);
  llvm::StringRef text(llvm::StringRef key, llvm::StringRef fallback);

  /// `rank` integers >= 1, given as a list or as one integer for all.
  std::vector<int64_t> window(llvm::StringRef key, int64_t rank,
                              std::optional<int64_t> fallback);
  /// A list of integers >= low; null entries become -1.
  std::vector<int64_t> integers(llvm::StringRef key, int64_t low);
  std::vector<int64_t> integers(const JsonValue &list, int64_t low);

  /// One axis or a list of axes; `fallback` where the key is missing or null.
  std::vector<int64_t> axes(llvm::StringRef key,
                            std::optional<int64_t> fallback);
  /// One number or a list of them, also one that is nested in lists of one or
  /// in a NumPy array of the file. Numbers are finite.
  std::vector<double> row(llvm::StringRef key, std::optional<double> fallback);

  bool channelsFirst();
  Padding padding(bool causal = false);
  Activation activation(llvm::StringRef key);
  std::optional<Regularizer> regularizer(llvm::StringRef key);

  /// Refuses a key that has a value other than null, false or an empty list.
  void refuse(llvm::StringRef key);
  /// Refuses every dtype policy but float32.
  void requireFloat32();
  void unsupported(llvm::Twine what);
  void outOfRange(llvm::StringRef key, const JsonValue &found,
                  llvm::Twine want);

  void fail(llvm::Error error);
  /// The first error, or success.
  llvm::Error takeError();

  const JsonValue &config;
  std::string layer;
  std::string className;
  const Version &version;

private:
  std::optional<llvm::Error> failure;
  bool mustExist(llvm::StringRef key, bool hasFallback);
};

/// Reads a regularizer in every serialised form (null, a name, an object with
/// or without module, a Keras 1 object). `layer` is for messages.
llvm::Expected<std::optional<Regularizer>>
readRegularizer(const JsonValue *value, llvm::StringRef layer,
                llvm::StringRef key, const Version &version);

/// Reads an activation: null, a name, a function object or a layer object.
llvm::Expected<Activation> readActivation(const JsonValue *value,
                                          llvm::StringRef layer,
                                          const Version &version);

/// An activation by its Keras name with default parameters, if there is one. A
/// name that Keras knows and the compiler does not is refused when it is
/// compiled.
std::optional<Activation> activationByName(llvm::StringRef name,
                                           const Version &version);

/// Refuses custom classes and lambdas by name, before their config is read.
llvm::Error refuseForeign(const JsonValue &object, llvm::StringRef layer,
                          llvm::StringRef what);

/// The member `key` of an object of the wanted kind; errors: JsonKind,
/// JsonMissing.
llvm::Expected<const JsonValue *>
member(const JsonValue &object, llvm::StringRef key, JsonValue::Kind kind);
/// "an object", "text" …: how messages call a kind.
llvm::StringRef kindName(JsonValue::Kind kind);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_FIELDS_H

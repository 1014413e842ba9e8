// One model object of a file, nested ones inside: which layers it has and how
// its nodes hang together, before it is called.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_SCOPE_H
#define KREGC_FRONTENDS_KERAS_SCOPE_H

#include "frontends/Container/Json.h"
#include "frontends/Keras/Model.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

namespace kregc::keras {

constexpr size_t maxLayers = 100000;
constexpr size_t maxCalls = 1000000;

/// A tensor inside of a model: output `output` of node `node` of an entry. An
/// entry of -1 is the model's own input number `output`.
struct LocalTensor {
  int entry = 0, node = 0, output = 0;
};

struct Scope;

/// One entry of a model's list of layers: a layer or a model.
struct Entry {
  const JsonValue *json = nullptr;
  std::string name, className;
  int layer = -1;                              ///< index into Model::layers
  std::unique_ptr<Scope> model;                ///< of a nested model
  std::vector<std::vector<LocalTensor>> nodes; ///< inputs of each call
};

struct Scope {
  std::string name;
  const JsonValue *config = nullptr;
  bool functional = false; ///< not a Sequential
  std::vector<Entry> entries;
  std::vector<LocalTensor> order; ///< the nodes, topologically
  std::vector<LocalTensor> inputs, outputs;
};

/// Reads model objects; the layers of all of them go into one Model.
class ScopeReader {
public:
  explicit ScopeReader(Model &model) : model(model) {}

  /// Reads the model `root`; `prefix` is put before names that another model
  /// has as well. Layers of a model that is not trainable are not either.
  llvm::Expected<std::unique_ptr<Scope>>
  read(const JsonValue &root, llvm::StringRef prefix, bool trainable);

  /// The config of each layer of the Model.
  std::vector<const JsonValue *> configs;

private:
  llvm::Error readEntries(const JsonValue &layers, llvm::StringRef prefix,
                          bool trainable, Scope &scope);
  llvm::Error readEntry(const JsonValue &json, llvm::StringRef prefix,
                        bool trainable, Entry &entry);
  int addLayer(Layer layer, const JsonValue *config, llvm::StringRef prefix,
               bool trainable);
  /// An InputLayer for a Sequential that only says the shape of its input.
  llvm::Error addInput(const JsonValue &first, llvm::StringRef firstName,
                       Scope &scope);
  /// Makes each entry of a Sequential the input of the next.
  static void chain(Scope &scope);

  Model &model;
  llvm::StringSet<> names;
};

/// Fills the nodes and ends of a Functional, and the order of the nodes.
llvm::Error readFunctional(Scope &scope, const Version &version);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_SCOPE_H

// Where the numbers of weights are: a tree of groups and arrays, as
// model.weights.h5 has it, whatever file or files it is in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_WEIGHTSTORE_H
#define KREGC_FRONTENDS_KERAS_WEIGHTSTORE_H

#include "frontends/Container/Bundle.h"
#include "frontends/Container/Hdf5.h"
#include "frontends/Container/Json.h"
#include "frontends/Container/Npz.h"

#include <map>
#include <memory>

namespace kregc::keras {

/// Paths are as in Hdf5File: "layers/dense/vars/0".
class WeightStore {
public:
  virtual ~WeightStore() = default;

  /// How messages call it.
  virtual llvm::StringRef file() const = 0;
  virtual llvm::Expected<bool> exists(llvm::StringRef path) const = 0;
  /// The names in a group.
  virtual llvm::Expected<std::vector<std::string>>
  members(llvm::StringRef group) const = 0;
  /// A text attribute; none if the object does not have it.
  virtual llvm::Expected<std::optional<std::string>>
  text(llvm::StringRef object, llvm::StringRef attribute) const = 0;
  virtual llvm::Expected<std::vector<int64_t>>
  shape(llvm::StringRef array) const = 0;
  /// Whether floats() could read the array, as far as can be said without
  /// reading it.
  virtual llvm::Error checkNumbers(llvm::StringRef array) const = 0;
  /// The numbers in row-major order.
  virtual llvm::Expected<std::vector<float>>
  floats(llvm::StringRef array) const = 0;
};

/// One HDF5 file.
class Hdf5Weights : public WeightStore {
public:
  explicit Hdf5Weights(const Hdf5File &source) : source(source) {}

  llvm::StringRef file() const override { return source.file(); }
  llvm::Expected<bool> exists(llvm::StringRef path) const override {
    return source.exists(path);
  }
  llvm::Expected<std::vector<std::string>>
  members(llvm::StringRef group) const override {
    return source.members(group);
  }
  llvm::Expected<std::optional<std::string>>
  text(llvm::StringRef object, llvm::StringRef attribute) const override {
    return source.text(object, attribute);
  }
  llvm::Expected<std::vector<int64_t>>
  shape(llvm::StringRef array) const override {
    return source.shape(array);
  }
  llvm::Error checkNumbers(llvm::StringRef array) const override {
    return source.checkNumbers(array);
  }
  llvm::Expected<std::vector<float>>
  floats(llvm::StringRef array) const override {
    return source.floats(array);
  }

private:
  const Hdf5File &source;
};

/// `*.weights.json` of Keras 3.10 and later: which of the HDF5 files beside it
/// has which group of variables.
class ShardedWeights : public WeightStore {
public:
  /// Opens the map at `path` and the files that it names. Errors: ShardMap,
  /// and those of JSON and HDF5.
  static llvm::Expected<ShardedWeights> open(llvm::StringRef path);

  llvm::StringRef file() const override { return map; }
  llvm::Expected<bool> exists(llvm::StringRef path) const override;
  llvm::Expected<std::vector<std::string>>
  members(llvm::StringRef group) const override;
  llvm::Expected<std::optional<std::string>>
  text(llvm::StringRef object, llvm::StringRef attribute) const override;
  llvm::Expected<std::vector<int64_t>>
  shape(llvm::StringRef array) const override;
  llvm::Error checkNumbers(llvm::StringRef array) const override;
  llvm::Expected<std::vector<float>>
  floats(llvm::StringRef array) const override;

private:
  struct Shard {
    std::unique_ptr<llvm::MemoryBuffer> bytes;
    Hdf5File file;
  };
  explicit ShardedWeights(llvm::StringRef map) : map(map.str()) {}
  llvm::Expected<size_t> shardNamed(const JsonValue &name);
  /// The shard that has the array; the first one of its group if none has.
  llvm::Expected<const Hdf5File *> shardOf(llvm::StringRef array) const;

  std::string map;
  std::vector<Shard> shards;
  std::map<std::string, size_t, std::less<>> numberOf; ///< by file name
  std::map<std::string, std::vector<size_t>, std::less<>> groups;
};

/// `model.weights.npz`: one pickled dict of arrays per layer.
class NpzWeights : public WeightStore {
public:
  /// Errors: those of zip, NumPy and pickles.
  static llvm::Expected<NpzWeights> open(ByteBuffer bytes,
                                         llvm::StringRef file);

  llvm::StringRef file() const override { return name; }
  llvm::Expected<bool> exists(llvm::StringRef path) const override;
  llvm::Expected<std::vector<std::string>>
  members(llvm::StringRef group) const override;
  llvm::Expected<std::optional<std::string>>
  text(llvm::StringRef, llvm::StringRef) const override {
    return std::nullopt;
  }
  llvm::Expected<std::vector<int64_t>>
  shape(llvm::StringRef array) const override;
  llvm::Error checkNumbers(llvm::StringRef array) const override;
  llvm::Expected<std::vector<float>>
  floats(llvm::StringRef array) const override;

private:
  explicit NpzWeights(llvm::StringRef name) : name(name.str()) {}
  llvm::Expected<const NpyView *> find(llvm::StringRef array) const;

  std::string name;
  std::vector<ByteBuffer> memory; ///< what the views look at
  std::map<std::string, std::vector<NpyView>, std::less<>> groups;
};

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_WEIGHTSTORE_H

// Trees of weights in several files, and in pickles.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/WeightStore.h"

#include "frontends/Container/Error.h"
#include "frontends/Container/Pickle.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"

#include <set>

using namespace kregc;
using namespace kregc::keras;

/// "layers/dense/vars" and "0".
static std::pair<llvm::StringRef, llvm::StringRef>
splitPath(llvm::StringRef path) {
  auto [group, name] = path.rsplit('/');
  return path.contains('/') ? std::pair(group, name)
                            : std::pair(llvm::StringRef(), path);
}

/// The next names below `path` of the groups in `groups`; empty if it is none
/// of them.
template <typename T>
static std::vector<std::string>
namesBelow(const std::map<std::string, T, std::less<>> &groups,
           llvm::StringRef path) {
  std::string prefix = (path + "/").str();
  std::set<std::string> names;
  for (auto it = groups.lower_bound(prefix);
       it != groups.end() && llvm::StringRef(it->first).starts_with(prefix);
       ++it) {
    llvm::StringRef rest = llvm::StringRef(it->first).substr(prefix.size());
    names.insert(rest.split('/').first.str());
  }
  return {names.begin(), names.end()};
}

//===----------------------------------------------------------------------===//
// Shards
//===----------------------------------------------------------------------===//

/// Keras cuts at 5 GB, if it is not told to cut earlier. Each open file has a
/// process of its own.
static constexpr size_t maxShards = 256;

llvm::Expected<size_t> ShardedWeights::shardNamed(const JsonValue &name) {
  if (!name.isString()) {
    return diagnose(Diagnostic::ShardMap, name.where(), name.describe(),
                    "the name of a file");
  }
  llvm::StringRef text = name.string();
  if (auto it = numberOf.find(text); it != numberOf.end()) {
    return it->second;
  }
  if (text.empty() || text == "." || text == ".." ||
      text.find_first_of(llvm::StringRef("/\\\0", 3)) !=
          llvm::StringRef::npos) {
    return diagnose(Diagnostic::ShardMap, name.where(), name.describe(),
                    "the name of a file beside it");
  }
  if (shards.size() == maxShards) {
    return diagnose(Diagnostic::ShardMap, name.where(),
                    std::to_string(maxShards) + " files and one more",
                    "at most " + std::to_string(maxShards));
  }
  llvm::SmallString<128> path = llvm::sys::path::parent_path(map);
  llvm::sys::path::append(path, text);
  auto bytes = openFile(path);
  if (!bytes) {
    return bytes.takeError();
  }
  auto file = Hdf5File::open((*bytes)->getBuffer(), path);
  if (!file) {
    return file.takeError();
  }
  shards.push_back({std::move(*bytes), std::move(*file)});
  return numberOf[text.str()] = shards.size() - 1;
}

llvm::Expected<ShardedWeights> ShardedWeights::open(llvm::StringRef path) {
  auto bytes = openFile(path);
  if (!bytes) {
    return bytes.takeError();
  }
  auto document = JsonDocument::parse((*bytes)->getBuffer(), path);
  if (!document) {
    return document.takeError();
  }
  const JsonValue &root = (*document)->root();
  const JsonValue *groups = root.find("weight_map");
  if (!groups || groups->kind() != JsonValue::Kind::Object) {
    return diagnose(Diagnostic::ShardMap, root.where(),
                    groups ? groups->describe() : "no 'weight_map'",
                    "an object of group and files");
  }
  ShardedWeights weights(path);
  for (const JsonValue *entry : groups->elements()) {
    std::vector<size_t> &numbers =
        weights.groups[entry->key().ltrim('/').str()];
    llvm::ArrayRef<const JsonValue *> names =
        entry->isArray() ? entry->elements() : llvm::ArrayRef(entry);
    for (const JsonValue *name : names) {
      auto number = weights.shardNamed(*name);
      if (!number) {
        return number.takeError();
      }
      numbers.push_back(*number);
    }
    if (numbers.empty()) {
      return diagnose(Diagnostic::ShardMap, entry->where(), "no files",
                      "one or more");
    }
  }
  return weights;
}

llvm::Expected<bool> ShardedWeights::exists(llvm::StringRef path) const {
  if (groups.count(path) || !namesBelow(groups, path).empty()) {
    return true;
  }
  auto it = groups.find(splitPath(path).first);
  if (it == groups.end()) {
    return false;
  }
  for (size_t number : it->second) {
    auto there = shards[number].file.exists(path);
    if (!there || *there) {
      return there;
    }
  }
  return false;
}

llvm::Expected<std::vector<std::string>>
ShardedWeights::members(llvm::StringRef group) const {
  auto it = groups.find(group);
  if (it == groups.end()) {
    return namesBelow(groups, group);
  }
  std::set<std::string> names;
  for (size_t number : it->second) {
    auto some = shards[number].file.members(group);
    if (!some) {
      return some.takeError();
    }
    names.insert(some->begin(), some->end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

llvm::Expected<std::optional<std::string>>
ShardedWeights::text(llvm::StringRef object, llvm::StringRef attribute) const {
  // Keras begins a group where the one before it ended, with its attributes,
  // and begins it once more where its first array did not fit.
  for (const Shard &shard : shards) {
    auto there = shard.file.exists(object);
    if (!there) {
      return there.takeError();
    }
    if (*there) {
      auto text = shard.file.text(object, attribute);
      if (!text || *text) {
        return text;
      }
    }
  }
  return std::nullopt;
}

llvm::Expected<const Hdf5File *>
ShardedWeights::shardOf(llvm::StringRef array) const {
  auto it = groups.find(splitPath(array).first);
  if (it == groups.end()) {
    return diagnose(Diagnostic::Hdf5Missing, map, array);
  }
  for (size_t number : it->second) {
    auto there = shards[number].file.exists(array);
    if (!there) {
      return there.takeError();
    }
    if (*there) {
      return &shards[number].file;
    }
  }
  return &shards[it->second.front()].file;
}

llvm::Expected<std::vector<int64_t>>
ShardedWeights::shape(llvm::StringRef array) const {
  auto shard = shardOf(array);
  if (!shard) {
    return shard.takeError();
  }
  return (*shard)->shape(array);
}

llvm::Error ShardedWeights::checkNumbers(llvm::StringRef array) const {
  auto shard = shardOf(array);
  return shard ? (*shard)->checkNumbers(array) : shard.takeError();
}

llvm::Expected<std::vector<float>>
ShardedWeights::floats(llvm::StringRef array) const {
  auto shard = shardOf(array);
  if (!shard) {
    return shard.takeError();
  }
  return (*shard)->floats(array);
}

//===----------------------------------------------------------------------===//
// Pickles
//===----------------------------------------------------------------------===//

llvm::Expected<NpzWeights> NpzWeights::open(ByteBuffer bytes,
                                            llvm::StringRef file) {
  auto archive = ZipReader::open(bytes.text(), file);
  if (!archive) {
    return archive.takeError();
  }
  NpzWeights weights(file);
  for (llvm::StringRef entry : archive->names()) {
    llvm::StringRef path = entry;
    path.consume_back(".npy");
    auto npy = archive->view(entry, /*compareCrc=*/true);
    if (!npy) {
      return npy.takeError();
    }
    auto arrays = viewPickledDict(npy->text(), (file + "/" + entry).str());
    if (!arrays) {
      return arrays.takeError();
    }
    // The variables of the model itself have no path.
    weights.groups[path == "__root__" ? "vars" : (path + "/vars").str()] =
        std::move(*arrays);
    weights.memory.push_back(std::move(*npy));
  }
  weights.memory.push_back(std::move(bytes));
  return weights;
}

llvm::Expected<bool> NpzWeights::exists(llvm::StringRef path) const {
  if (groups.count(path) || !namesBelow(groups, path).empty()) {
    return true;
  }
  auto array = find(path);
  if (!array) {
    llvm::consumeError(array.takeError());
  }
  return bool(array);
}

llvm::Expected<std::vector<std::string>>
NpzWeights::members(llvm::StringRef group) const {
  auto it = groups.find(group);
  if (it == groups.end()) {
    return namesBelow(groups, group);
  }
  std::vector<std::string> names;
  for (const NpyView &view : it->second) {
    names.push_back(view.name);
  }
  return names;
}

llvm::Expected<const NpyView *> NpzWeights::find(llvm::StringRef array) const {
  auto [group, key] = splitPath(array);
  if (auto it = groups.find(group); it != groups.end()) {
    // A later entry of a dict replaces an earlier one.
    for (const NpyView &view : llvm::reverse(it->second)) {
      if (view.name == key) {
        return &view;
      }
    }
  }
  return diagnose(Diagnostic::Hdf5Missing, name, array);
}

llvm::Expected<std::vector<int64_t>>
NpzWeights::shape(llvm::StringRef array) const {
  auto view = find(array);
  if (!view) {
    return view.takeError();
  }
  return (*view)->shape;
}

llvm::Error NpzWeights::checkNumbers(llvm::StringRef array) const {
  auto view = find(array);
  if (!view) {
    return view.takeError();
  }
  NpzType type = (*view)->dtype;
  if (type != NpzType::F32 && type != NpzType::F64 && type != NpzType::F16) {
    return diagnose(Diagnostic::WeightType, name, array, nameOf(type));
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<float>>
NpzWeights::floats(llvm::StringRef array) const {
  if (llvm::Error error = checkNumbers(array)) {
    return std::move(error);
  }
  auto view = find(array);
  if (!view) {
    return view.takeError();
  }
  return (*view)->copy().toFloat();
}

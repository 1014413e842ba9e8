// What an HDF5 file holds, as a tree, and the bytes that carry the tree from
// the child process that read it. Those bytes are not trusted either.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_HDF5TREE_H
#define KREGC_FRONTENDS_CONTAINER_HDF5TREE_H

#include "frontends/Container/Error.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace kregc {

/// What stands behind a name in a group.
enum class Hdf5Kind : uint8_t {
  Group,
  Dataset,
  Soft, ///< links: never followed
  External,
  UserDefined,
  Cycle, ///< a group that it is itself a member of
  Other  ///< a named type, or what could not be opened
};

/// How the numbers of a dataset become float32.
enum class Hdf5Element : uint8_t {
  Float32,  ///< little-endian, as they are
  BFloat16, ///< the upper halves of float32
  Converted ///< by the HDF5 library
};

/// An attribute; its texts, if it has any.
struct Hdf5Attribute {
  std::string name;
  bool isText = false; ///< also of an empty list of anything
  std::vector<std::string> texts;
};

/// Why something cannot be read, as a row of Diagnostics.def and its text.
struct Hdf5Failure {
  Diagnostic id = Diagnostic::Hdf5Read;
  std::string message;
};

/// A member of a group, or the root.
struct Hdf5Node {
  std::string name;
  Hdf5Kind kind = Hdf5Kind::Group;
  std::vector<Hdf5Attribute> attributes;
  std::vector<Hdf5Node> members; ///< of a group, by name
  std::vector<int64_t> shape;    ///< of a dataset
  Hdf5Element element = Hdf5Element::Converted;
  std::optional<uint64_t> offset;     ///< of numbers that lie in one piece
  std::optional<Hdf5Failure> failure; ///< why a dataset has no numbers
};

/// Bounds of a tree; a file beyond them is malformed.
constexpr size_t maxHdf5Nodes = size_t(1) << 19;
constexpr size_t maxHdf5Depth = 128;
constexpr size_t maxHdf5Rank = 16;

/// The answer to "what is in the file?".
std::string encodeTree(const Hdf5Node &root);
std::string encodeFailure(const Hdf5Failure &failure);

/// Reads either; `file` is how messages call the file. A failure that was
/// encoded is returned as an InputError, and so are bytes that are neither.
llvm::Expected<Hdf5Node> decodeAnswer(llvm::StringRef bytes,
                                      llvm::StringRef file);

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_HDF5TREE_H

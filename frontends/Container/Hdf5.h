// HDF5 files from untrusted bytes: groups, text attributes and float datasets.
// libhdf5 runs in a confined child process that lists the file once; numbers
// that lie in one piece are taken from the bytes, others the child converts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_HDF5_H
#define KREGC_FRONTENDS_CONTAINER_HDF5_H

#include "frontends/Container/Hdf5Tree.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kregc {

class ConfinedProcess;

/// Whether `bytes` begin as an HDF5 file does.
bool looksLikeHdf5(llvm::StringRef bytes);

/// An HDF5 file that is open for reading. Paths are relative to the root, with
/// '/' between the names: "layers/conv2d/vars/0"; "" is the root itself.
class Hdf5File {
public:
  /// Opens the file in `bytes`, which are not copied and must outlive the
  /// object; `file` is how messages call it.
  static llvm::Expected<Hdf5File> open(llvm::StringRef bytes,
                                       llvm::StringRef file);
  Hdf5File(Hdf5File &&other) noexcept;
  Hdf5File &operator=(Hdf5File &&) = delete;
  ~Hdf5File();

  llvm::StringRef file() const { return name; }
  /// All that is in the file.
  const Hdf5Node &tree() const { return root; }

  /// Whether there is something at `path`; an error if a link on the way is an
  /// external, soft or user-defined one.
  llvm::Expected<bool> exists(llvm::StringRef path) const;

  /// The names in a group, by name. Errors if it is missing or no group.
  llvm::Expected<std::vector<std::string>> members(llvm::StringRef group) const;

  /// A text attribute; none if the object does not have it.
  llvm::Expected<std::optional<std::string>>
  text(llvm::StringRef object, llvm::StringRef attribute) const;

  /// An attribute that is a list of texts. Keras splits a long one into
  /// `<attribute>0`, `<attribute>1` …. None if there is neither.
  llvm::Expected<std::optional<std::vector<std::string>>>
  textList(llvm::StringRef object, llvm::StringRef attribute) const;

  /// The shape of a dataset, which need not hold numbers.
  llvm::Expected<std::vector<int64_t>> shape(llvm::StringRef dataset) const;

  /// Whether floats() could read the dataset, as far as can be said without
  /// reading it.
  llvm::Error checkNumbers(llvm::StringRef dataset) const;

  /// The numbers of a dataset in row-major order, as float32; float16, bfloat16
  /// and float64 are converted. Its size was checked against the bytes of the
  /// file before memory was taken.
  llvm::Expected<std::vector<float>> floats(llvm::StringRef dataset) const;

private:
  Hdf5File(llvm::StringRef bytes, llvm::StringRef file, Hdf5Node root,
           std::unique_ptr<ConfinedProcess> library);

  /// The node at `path`; null if there is none.
  llvm::Expected<const Hdf5Node *> find(llvm::StringRef path) const;
  llvm::Expected<const Hdf5Node *> get(llvm::StringRef path) const;
  llvm::Expected<const Hdf5Node *> getDataset(llvm::StringRef path) const;
  llvm::Expected<const Hdf5Node *> getNumbers(llvm::StringRef path) const;
  /// Appends the texts of the attribute to `out`; false if there is none.
  llvm::Expected<bool> list(llvm::StringRef object, llvm::StringRef attribute,
                            std::vector<std::string> &out) const;
  llvm::Error convert(llvm::StringRef path, std::vector<float> &out) const;

  llvm::StringRef bytes;
  std::string name;
  Hdf5Node root;
  std::unique_ptr<ConfinedProcess> library; ///< answers with numbers
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_HDF5_H

// HDF5 files from untrusted bytes: groups, text attributes and float datasets,
// read in memory. Links that leave the place they stand in are refused, and no
// dataset is larger than what the file holds for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_HDF5_H
#define KREGC_FRONTENDS_CONTAINER_HDF5_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kregc {

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
  Hdf5File(Hdf5File &&other);
  Hdf5File &operator=(Hdf5File &&) = delete;
  ~Hdf5File();

  llvm::StringRef file() const { return name; }

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

  /// The shape of a dataset.
  llvm::Expected<std::vector<int64_t>> shape(llvm::StringRef dataset) const;

  /// The numbers of a dataset in row-major order, as float32; float16 and
  /// float64 are converted. Its size was checked against the bytes of the file
  /// before memory was taken.
  llvm::Expected<std::vector<float>> floats(llvm::StringRef dataset) const;

private:
  struct Image;
  Hdf5File(std::unique_ptr<Image> image, int64_t id, llvm::StringRef file);

  llvm::Expected<int64_t> openDataset(llvm::StringRef path) const;
  llvm::Expected<int64_t> openObject(llvm::StringRef path) const;
  llvm::Expected<bool> list(llvm::StringRef object, llvm::StringRef attribute,
                            std::vector<std::string> &out) const;

  std::unique_ptr<Image> image;
  int64_t id; ///< hid_t of the file
  std::string name;
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_HDF5_H

// HDF5 files to write. Everything happens in memory, and no byte of another
// file gets to the HDF5 library here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_HDF5WRITER_H
#define KREGC_FRONTENDS_CONTAINER_HDF5WRITER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace kregc {

/// An HDF5 file that grows in memory. Paths are as in Hdf5File; groups on the
/// way are made. Errors: Hdf5Write.
class Hdf5Writer {
public:
  /// An empty file; `file` is how messages call it.
  static llvm::Expected<Hdf5Writer> create(llvm::StringRef file);
  Hdf5Writer(Hdf5Writer &&other) noexcept;
  Hdf5Writer &operator=(Hdf5Writer &&) = delete;
  ~Hdf5Writer();

  /// float32 numbers, row-major; an empty shape is a scalar.
  llvm::Error writeFloats(llvm::StringRef dataset,
                          llvm::ArrayRef<int64_t> shape, const float *values);
  /// An int64 scalar.
  llvm::Error writeInteger(llvm::StringRef dataset, int64_t value);

  /// Makes sure that a group is there.
  llvm::Error makeGroup(llvm::StringRef group);

  /// Adds attributes of an object: a text, or a list of texts. Lists beyond
  /// what HDF5 has room for go into `<attribute>0`, `<attribute>1` …, as Keras
  /// has them.
  llvm::Error writeText(llvm::StringRef object, llvm::StringRef attribute,
                        llvm::StringRef text);
  llvm::Error writeTextList(llvm::StringRef object, llvm::StringRef attribute,
                            llvm::ArrayRef<std::string> texts);

  /// The bytes of the file as it is now.
  llvm::Expected<std::string> bytes();

private:
  Hdf5Writer(int64_t id, llvm::StringRef file) : id(id), file(file.str()) {}

  llvm::Error fail(llvm::StringRef path) const;
  llvm::Error write(llvm::StringRef dataset, llvm::ArrayRef<int64_t> shape,
                    int64_t storedType, int64_t memoryType, const void *values);
  llvm::Error writeAttribute(llvm::StringRef object, llvm::StringRef attribute,
                             int64_t type, int64_t space, const void *data);

  int64_t id; ///< hid_t of the file
  std::string file;
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_HDF5WRITER_H

// Data sets: the arrays of a .npz file or of a folder of .npy files. They stay
// where they are, mapped into memory, unless they are compressed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_NPYFILES_H
#define KREGC_FRONTENDS_CONTAINER_NPYFILES_H

#include "frontends/Container/Npz.h"
#include "frontends/Container/Zip.h"

#include <memory>
#include <vector>

namespace kregc {

class NpyFiles {
public:
  /// Opens a .npz file, or every `<name>.npy` of a folder. They may be larger
  /// than memory: only what is read of them is loaded.
  static llvm::Expected<NpyFiles> open(llvm::StringRef path);

  /// By name; they point into this object.
  llvm::ArrayRef<NpyView> arrays() const { return views; }

private:
  NpyFiles() = default;
  llvm::Error openFolder(llvm::StringRef path);
  llvm::Error openArchive(llvm::StringRef path);
  llvm::Error add(llvm::StringRef bytes, llvm::StringRef name,
                  llvm::StringRef where);

  std::vector<std::unique_ptr<llvm::MemoryBuffer>> mapped;
  std::vector<ByteBuffer> entries; ///< of an archive
  std::vector<NpyView> views;
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_NPYFILES_H

// The files that make a model: the entries of a zip archive, or what a folder
// holds that the archive was unpacked to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_BUNDLE_H
#define KREGC_FRONTENDS_CONTAINER_BUNDLE_H

#include "frontends/Container/Zip.h"

#include <optional>

namespace kregc {

class Bundle {
public:
  /// The archive in `bytes`, which must outlive the bundle; `path` is how
  /// messages call it.
  static llvm::Expected<Bundle> ofZip(llvm::StringRef bytes,
                                      llvm::StringRef path);
  static Bundle ofFolder(llvm::StringRef path);

  bool has(llvm::StringRef name) const;
  /// "model.keras/config.json": how messages call a file of the bundle.
  std::string where(llvm::StringRef name) const {
    return path + "/" + name.str();
  }

  /// A file of the bundle in memory of its own or mapped; `maxBytes` bounds it.
  llvm::Expected<ByteBuffer> read(llvm::StringRef name,
                                  uint64_t maxBytes) const;
  /// The same, mapped where it can be: see ZipReader::view.
  llvm::Expected<ByteBuffer> view(llvm::StringRef name, bool compareCrc) const;
  /// The first bytes of a file, at most `count`.
  llvm::Expected<std::string> peek(llvm::StringRef name, size_t count) const;

private:
  Bundle(llvm::StringRef path, std::optional<ZipReader> archive)
      : path(path.str()), archive(std::move(archive)) {}

  std::string path;
  std::optional<ZipReader> archive; ///< none: a folder
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_BUNDLE_H

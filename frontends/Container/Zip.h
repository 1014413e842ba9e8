// Zip archives from untrusted files: every entry is bounded by the size of the
// file before it is unpacked, and checked against its CRC.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_ZIP_H
#define KREGC_FRONTENDS_CONTAINER_ZIP_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct zip;

namespace kregc {

/// Maps the regular file `path` into memory. `wanted` says what it should be.
/// Errors: CannotOpen, NotAFile.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
openFile(llvm::StringRef path,
         llvm::StringRef wanted = "a .keras archive, a legacy .h5 or a model "
                                  ".json");

/// Writes `bytes` beside `path` and renames them: no partial file is left.
/// Errors: CannotWrite.
llvm::Error writeBytes(llvm::StringRef path, llvm::StringRef bytes);

/// Bytes of an entry: their own, not cleared before they were filled, or a part
/// of the mapped file.
struct ByteBuffer {
  std::unique_ptr<char[]> data;
  std::unique_ptr<llvm::MemoryBuffer> file;
  llvm::StringRef bytes;
  llvm::StringRef text() const { return bytes; }
};

/// A zip archive that is open for reading. Entry names are only compared, never
/// used as paths. Nothing is written.
class ZipReader {
public:
  /// Opens the archive in `bytes`, which must outlive the reader; `file` is how
  /// messages call it. Refuses duplicate names and names that leave the
  /// archive.
  static llvm::Expected<ZipReader> open(llvm::StringRef bytes,
                                        llvm::StringRef file);
  ZipReader(ZipReader &&other) noexcept;
  ZipReader &operator=(ZipReader &&) = delete;
  ~ZipReader();

  /// All entries, in the order of the archive.
  const std::vector<std::string> &names() const { return entryNames; }
  bool has(llvm::StringRef name) const;

  /// Unpacks an entry. `maxBytes` bounds what it may declare. Errors:
  /// ZipMissing, ZipEncrypted, ZipMethod, ZipTooLarge, ZipBomb, a wrong CRC ….
  llvm::Expected<ByteBuffer> read(llvm::StringRef name,
                                  uint64_t maxBytes = uint64_t(64) << 30) const;
  /// The bytes of an entry that is stored, in the archive itself; what is
  /// deflated is unpacked. A CRC that is not compared costs no look at the
  /// data.
  llvm::Expected<ByteBuffer> view(llvm::StringRef name, bool compareCrc) const;
  /// The first bytes of an entry, at most `count`; no CRC check.
  llvm::Expected<std::string> peek(llvm::StringRef name, size_t count) const;

private:
  ZipReader(zip *archive, llvm::StringRef bytes, llvm::StringRef file)
      : archive(archive), bytes(bytes), file(file.str()) {}

  struct Entry {
    uint64_t index = 0, size = 0;
    uint32_t crc = 0;
    bool stored = false;
  };
  llvm::Error index();
  llvm::Expected<Entry> find(llvm::StringRef name, uint64_t maxBytes) const;
  std::string where(llvm::StringRef name) const {
    return file + "/" + name.str();
  }

  zip *archive;
  llvm::StringRef bytes;
  std::string file;
  std::vector<std::string> entryNames;
};

/// Where the data of the stored entry `name` lie in the archive `bytes`; none
/// if that cannot be said for sure. libzip does not tell.
std::optional<llvm::StringRef> findStored(llvm::StringRef bytes,
                                          llvm::StringRef name);

/// An entry to write.
struct ZipEntry {
  std::string name;
  llvm::StringRef head, body; ///< written one after the other
};

/// Writes a stored archive beside `path` and renames it: no partial file is
/// left. Dates are constant, so equal entries make equal files.
llvm::Error writeZip(llvm::StringRef path, llvm::ArrayRef<ZipEntry> entries);

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_ZIP_H

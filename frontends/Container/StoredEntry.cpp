// The place of a stored entry in a zip archive: end record, central directory,
// local header. Every offset is compared with the size of the archive.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Zip.h"

#include "llvm/Support/Endian.h"

using namespace kregc;
using namespace llvm::support::endian;

namespace {
/// What the end records say about the central directory.
struct Directory {
  uint64_t offset = 0, entries = 0;
};
} // namespace

static std::optional<llvm::StringRef> cut(llvm::StringRef bytes,
                                          uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) {
    return std::nullopt;
  }
  return bytes.substr(offset, size);
}

static std::optional<Directory> findDirectory(llvm::StringRef bytes) {
  constexpr uint64_t endSize = 22, locatorSize = 20, end64Size = 56;
  size_t at = bytes.rfind(llvm::StringRef("PK\5\6", 4));
  auto end = cut(bytes, at, endSize);
  if (at == llvm::StringRef::npos || !end) {
    return std::nullopt;
  }
  Directory directory;
  directory.entries = read16le(end->data() + 10);
  directory.offset = read32le(end->data() + 16);
  auto locator = at >= locatorSize ? cut(bytes, at - locatorSize, locatorSize)
                                   : std::nullopt;
  if (locator && locator->starts_with(llvm::StringRef("PK\6\7", 4))) {
    auto end64 = cut(bytes, read64le(locator->data() + 8), end64Size);
    if (!end64 || !end64->starts_with(llvm::StringRef("PK\6\6", 4))) {
      return std::nullopt;
    }
    directory.entries = read64le(end64->data() + 32);
    directory.offset = read64le(end64->data() + 48);
  }
  return directory;
}

namespace {
/// The sizes and the place of an entry, 32 bits wide or, in the extra field
/// number 1, 64 bits.
struct Place {
  uint64_t size, packed, offset;
};
} // namespace

static bool widen(llvm::StringRef extra, Place &place) {
  while (extra.size() >= 4) {
    uint16_t id = read16le(extra.data()), size = read16le(extra.data() + 2);
    llvm::StringRef field = extra.drop_front(4);
    if (field.size() < size) {
      return false;
    }
    extra = field.drop_front(size);
    field = field.take_front(size);
    if (id != 1) {
      continue;
    }
    for (uint64_t *value : {&place.size, &place.packed, &place.offset}) {
      if (*value == UINT32_MAX) {
        if (field.size() < 8) {
          return false;
        }
        *value = read64le(field.data());
        field = field.drop_front(8);
      }
    }
  }
  return true;
}

std::optional<llvm::StringRef> kregc::findStored(llvm::StringRef bytes,
                                                 llvm::StringRef name) {
  constexpr uint64_t headerSize = 46, localSize = 30;
  std::optional<Directory> directory = findDirectory(bytes);
  if (!directory) {
    return std::nullopt;
  }
  uint64_t at = directory->offset;
  for (uint64_t left = directory->entries; left > 0; --left) {
    auto header = cut(bytes, at, headerSize);
    if (!header || !header->starts_with(llvm::StringRef("PK\1\2", 4))) {
      return std::nullopt;
    }
    const char *raw = header->data();
    uint64_t nameSize = read16le(raw + 28), extraSize = read16le(raw + 30);
    uint64_t commentSize = read16le(raw + 32);
    auto entryName = cut(bytes, at + headerSize, nameSize);
    auto extra = cut(bytes, at + headerSize + nameSize, extraSize);
    if (!entryName || !extra) {
      return std::nullopt;
    }
    at += headerSize + nameSize + extraSize + commentSize;
    if (*entryName != name) {
      continue;
    }
    Place place = {read32le(raw + 24), read32le(raw + 20), read32le(raw + 42)};
    bool stored = read16le(raw + 10) == 0;
    if (!stored || !widen(*extra, place) || place.size != place.packed) {
      return std::nullopt;
    }
    auto local = cut(bytes, place.offset, localSize);
    if (!local || !local->starts_with(llvm::StringRef("PK\3\4", 4))) {
      return std::nullopt;
    }
    uint64_t skipped =
        read16le(local->data() + 26) + uint64_t(read16le(local->data() + 28));
    return cut(bytes, place.offset + localSize + skipped, place.size);
  }
  return std::nullopt;
}

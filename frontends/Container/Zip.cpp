// libzip behind bounds: names, counts, methods and sizes are checked before a
// byte is unpacked.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Zip.h"

#include "frontends/Container/Error.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <zip.h>

using namespace kregc;

/// Entries of one archive; a model has four and a vocabulary or two.
static constexpr zip_int64_t maxEntries = 65535;
/// deflate codes at most 258 bytes in two bits, so no honest entry expands
/// more.
static constexpr uint64_t maxExpansion = 1032;

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
kregc::openFile(llvm::StringRef path, llvm::StringRef wanted) {
  // A fifo or a device must not be waited for.
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(path, status)) {
    return diagnose(Diagnostic::CannotOpen, path, code.message());
  }
  if (!llvm::sys::fs::is_regular_file(status)) {
    return diagnose(Diagnostic::NotAFile, path, wanted);
  }
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    return diagnose(Diagnostic::CannotOpen, path, buffer.getError().message());
  }
  return std::move(*buffer);
}

llvm::Error kregc::writeBytes(llvm::StringRef path, llvm::StringRef bytes) {
  llvm::SmallString<128> temporary;
  int descriptor;
  std::error_code code = llvm::sys::fs::createUniqueFile(
      path + ".%%%%%%.part", descriptor, temporary, llvm::sys::fs::OF_None,
      llvm::sys::fs::perms(0666));
  if (code) {
    return diagnose(Diagnostic::CannotWrite, path, code.message());
  }
  {
    llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << bytes;
    stream.close();
    code = stream.error();
    stream.clear_error();
  }
  if (!code) {
    code = llvm::sys::fs::rename(temporary, path);
  }
  if (code) {
    llvm::sys::fs::remove(temporary);
    return diagnose(Diagnostic::CannotWrite, path, code.message());
  }
  return llvm::Error::success();
}

/// The text of a zip_error_t that the caller owns.
static std::string takeMessage(zip_error_t &error) {
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

llvm::Expected<ZipReader> ZipReader::open(llvm::StringRef bytes,
                                          llvm::StringRef file) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *source =
      zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (!source) {
    return diagnose(Diagnostic::ZipUnreadable, file, takeMessage(error));
  }
  zip_t *archive =
      zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (!archive) {
    zip_source_free(source);
    return diagnose(Diagnostic::ZipUnreadable, file, takeMessage(error));
  }
  ZipReader reader(archive, bytes, file);
  if (llvm::Error problem = reader.index()) {
    return std::move(problem);
  }
  return reader;
}

ZipReader::ZipReader(ZipReader &&other) noexcept
    : archive(std::exchange(other.archive, nullptr)), bytes(other.bytes),
      file(std::move(other.file)), entryNames(std::move(other.entryNames)) {}

ZipReader::~ZipReader() {
  if (archive) {
    zip_discard(archive);
  }
}

/// Whether a name would lead out of a folder it is unpacked in.
static bool leavesArchive(llvm::StringRef name) {
  if (name.empty() || name.front() == '/' || name.contains('\\') ||
      (name.size() > 1 && name[1] == ':')) {
    return true;
  }
  llvm::SmallVector<llvm::StringRef> parts;
  name.split(parts, '/');
  return llvm::is_contained(parts, "..");
}

llvm::Error ZipReader::index() {
  zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count > maxEntries) {
    return diagnose(Diagnostic::ZipTooManyEntries, file, count, maxEntries);
  }
  llvm::StringSet<> seen;
  for (zip_int64_t i = 0; i < count; ++i) {
    const char *name = zip_get_name(archive, i, ZIP_FL_ENC_RAW);
    llvm::StringRef text = name ? name : "";
    if (leavesArchive(text)) {
      return diagnose(Diagnostic::ZipBadName, file, text);
    }
    if (!seen.insert(text).second) {
      return diagnose(Diagnostic::ZipDuplicate, file, text);
    }
    entryNames.push_back(text.str());
  }
  return llvm::Error::success();
}

bool ZipReader::has(llvm::StringRef name) const {
  return llvm::is_contained(entryNames, name);
}

llvm::Expected<ZipReader::Entry> ZipReader::find(llvm::StringRef name,
                                                 uint64_t maxBytes) const {
  auto found = llvm::find(entryNames, name);
  if (found == entryNames.end()) {
    return diagnose(Diagnostic::ZipMissing, file, name);
  }
  Entry entry;
  entry.index = found - entryNames.begin();
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(archive, entry.index, 0, &stat) != 0) {
    return diagnose(Diagnostic::ZipEntryUnreadable, where(name),
                    zip_strerror(archive));
  }
  if (stat.encryption_method != ZIP_EM_NONE) {
    return diagnose(Diagnostic::ZipEncrypted, where(name));
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    return diagnose(Diagnostic::ZipMethod, where(name), stat.comp_method);
  }
  if (stat.size > maxBytes) {
    return diagnose(Diagnostic::ZipTooLarge, where(name), stat.size, maxBytes);
  }
  bool stored = stat.comp_method == ZIP_CM_STORE;
  if (stored ? stat.size != stat.comp_size
             : stat.size / maxExpansion > stat.comp_size) {
    return diagnose(Diagnostic::ZipBomb, where(name), stat.size,
                    stat.comp_size);
  }
  entry.size = stat.size;
  entry.crc = stat.crc;
  entry.stored = stored;
  return entry;
}

namespace {
struct CloseEntry {
  void operator()(zip_file_t *file) const { zip_fclose(file); }
};
} // namespace

llvm::Expected<ByteBuffer> ZipReader::read(llvm::StringRef name,
                                           uint64_t maxBytes) const {
  auto entry = find(name, maxBytes);
  if (!entry) {
    return entry.takeError();
  }
  std::unique_ptr<zip_file_t, CloseEntry> stream(
      zip_fopen_index(archive, entry->index, 0));
  if (!stream) {
    return diagnose(Diagnostic::ZipEntryUnreadable, where(name),
                    zip_strerror(archive));
  }
  ByteBuffer buffer;
  buffer.data.reset(new char[entry->size + 1]);
  size_t size = 0;
  while (size < entry->size) {
    zip_int64_t got =
        zip_fread(stream.get(), buffer.data.get() + size, entry->size - size);
    if (got < 0) {
      return diagnose(Diagnostic::ZipEntryUnreadable, where(name),
                      zip_file_strerror(stream.get()));
    }
    if (got == 0) {
      return diagnose(Diagnostic::ZipEntryShort, where(name), size,
                      entry->size);
    }
    size += got;
  }
  // The CRC is compared when the end is read.
  char beyond;
  if (zip_fread(stream.get(), &beyond, 1) != 0) {
    return diagnose(Diagnostic::ZipEntryUnreadable, where(name),
                    zip_file_strerror(stream.get()));
  }
  buffer.bytes = {buffer.data.get(), size};
  return buffer;
}

llvm::Expected<ByteBuffer> ZipReader::view(llvm::StringRef name,
                                           bool compareCrc) const {
  auto entry = find(name, UINT64_MAX);
  if (!entry) {
    return entry.takeError();
  }
  std::optional<llvm::StringRef> stored;
  if (entry->stored) {
    stored = findStored(bytes, name);
  }
  if (!stored || stored->size() != entry->size) {
    return read(name);
  }
  if (compareCrc &&
      llvm::crc32(llvm::arrayRefFromStringRef(*stored)) != entry->crc) {
    return diagnose(Diagnostic::ZipEntryUnreadable, where(name), "CRC error");
  }
  ByteBuffer buffer;
  buffer.bytes = *stored;
  return buffer;
}

llvm::Expected<std::string> ZipReader::peek(llvm::StringRef name,
                                            size_t count) const {
  auto entry = find(name, UINT64_MAX);
  if (!entry) {
    return entry.takeError();
  }
  std::unique_ptr<zip_file_t, CloseEntry> stream(
      zip_fopen_index(archive, entry->index, 0));
  std::string bytes(std::min<uint64_t>(count, entry->size), '\0');
  zip_int64_t got =
      stream ? zip_fread(stream.get(), bytes.data(), bytes.size()) : -1;
  if (got < 0) {
    return diagnose(Diagnostic::ZipEntryUnreadable, where(name),
                    stream ? zip_file_strerror(stream.get())
                           : zip_strerror(archive));
  }
  bytes.resize(got);
  return bytes;
}

/// Adds one stored entry; the text of libzip's error, or empty.
static bool addEntry(zip_t *archive, const ZipEntry &entry) {
  zip_buffer_fragment_t fragments[2];
  int used = 0;
  for (llvm::StringRef part : {entry.head, entry.body}) {
    if (!part.empty()) {
      // libzip only reads them, but its struct is not const.
      fragments[used].data =
          reinterpret_cast<zip_uint8_t *>(const_cast<char *>(part.data()));
      fragments[used++].length = part.size();
    }
  }
  zip_source_t *source =
      zip_source_buffer_fragment(archive, fragments, used, 0);
  zip_int64_t index =
      zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) { // of control characters libzip knows only some in UTF-8
    index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_CP437);
  }
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  // 1980-01-01, the first day that a zip archive knows.
  return zip_set_file_compression(archive, index, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, index, 0, (1 << 5) | 1, 0) == 0;
}

llvm::Error kregc::writeZip(llvm::StringRef path,
                            llvm::ArrayRef<ZipEntry> entries) {
  if (entries.empty()) {
    // libzip writes no archive then. This is all that the format wants of one.
    static constexpr char endOfDirectory[22] = {'P', 'K', 5, 6};
    return writeBytes(path, {endOfDirectory, sizeof endOfDirectory});
  }
  llvm::SmallString<128> temporary;
  if (std::error_code code =
          llvm::sys::fs::createUniqueFile(path + ".%%%%%%.part", temporary)) {
    return diagnose(Diagnostic::CannotWrite, path, code.message());
  }
  auto fail = [&](llvm::StringRef text) {
    llvm::sys::fs::remove(temporary);
    return diagnose(Diagnostic::CannotWrite, path, text);
  };
  int status = 0;
  zip_t *archive =
      zip_open(temporary.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &status);
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, status);
    return fail(takeMessage(error));
  }
  bool added = llvm::all_of(
      entries, [&](const ZipEntry &entry) { return addEntry(archive, entry); });
  if (!added || zip_close(archive) != 0) {
    std::string text = zip_strerror(archive);
    zip_discard(archive);
    return fail(text);
  }
  // createUniqueFile makes the file private; give it what others would have.
  llvm::sys::fs::setPermissions(
      temporary, llvm::sys::fs::perms(0666 & ~llvm::sys::fs::getUmask()));
  if (std::error_code code = llvm::sys::fs::rename(temporary, path)) {
    return fail(code.message());
  }
  return llvm::Error::success();
}

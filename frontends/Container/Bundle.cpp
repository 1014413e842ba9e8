// One interface for archives and folders.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Bundle.h"

#include "frontends/Container/Error.h"

#include "llvm/Support/FileSystem.h"

using namespace kregc;

llvm::Expected<Bundle> Bundle::ofZip(llvm::StringRef bytes,
                                     llvm::StringRef path) {
  auto archive = ZipReader::open(bytes, path);
  if (!archive) {
    return archive.takeError();
  }
  return Bundle(path, std::move(*archive));
}

Bundle Bundle::ofFolder(llvm::StringRef path) {
  return Bundle(path.rtrim('/'), std::nullopt);
}

bool Bundle::has(llvm::StringRef name) const {
  return archive ? archive->has(name) : llvm::sys::fs::exists(where(name));
}

llvm::Expected<ByteBuffer> Bundle::read(llvm::StringRef name,
                                        uint64_t maxBytes) const {
  if (archive) {
    return archive->read(name, maxBytes);
  }
  auto buffer = view(name, /*compareCrc=*/false);
  if (buffer && buffer->bytes.size() > maxBytes) {
    return diagnose(Diagnostic::ZipTooLarge, where(name), buffer->bytes.size(),
                    maxBytes);
  }
  return buffer;
}

llvm::Expected<ByteBuffer> Bundle::view(llvm::StringRef name,
                                        bool compareCrc) const {
  if (archive) {
    return archive->view(name, compareCrc);
  }
  if (!has(name)) {
    return diagnose(Diagnostic::NotInFolder, path, name);
  }
  auto file = openFile(where(name));
  if (!file) {
    return file.takeError();
  }
  ByteBuffer buffer;
  buffer.file = std::move(*file);
  buffer.bytes = buffer.file->getBuffer();
  return buffer;
}

llvm::Expected<std::string> Bundle::peek(llvm::StringRef name,
                                         size_t count) const {
  if (archive) {
    return archive->peek(name, count);
  }
  auto buffer = view(name, /*compareCrc=*/false);
  if (!buffer) {
    return buffer.takeError();
  }
  return buffer->bytes.take_front(count).str();
}

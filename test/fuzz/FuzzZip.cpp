// libFuzzer: the reader of archives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Container/Zip.h"

using namespace kregc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  findStored(bytes, "config.json");
  auto archive = ZipReader::open(bytes, "fuzz");
  if (!archive) {
    llvm::consumeError(archive.takeError());
    return 0;
  }
  for (const std::string &name : archive->names()) {
    auto whole = archive->read(name, 1 << 20);
    auto seen = archive->view(name, /*compareCrc=*/true);
    // What is seen in place is what is unpacked.
    if (whole && seen && whole->text() != seen->text()) {
      abort();
    }
    llvm::consumeError(whole.takeError());
    llvm::consumeError(seen.takeError());
    llvm::consumeError(archive->peek(name, 8).takeError());
  }
  return 0;
}

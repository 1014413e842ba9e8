// libFuzzer: what a child that has been taken over might send.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Hdf5Tree.h"

using namespace kregc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto root = decodeAnswer(
      llvm::StringRef(reinterpret_cast<const char *>(data), size), "fuzz");
  // What was understood is written as it was read.
  if (root && encodeTree(*root).size() != size) {
    abort();
  }
  llvm::consumeError(root.takeError());
  return 0;
}

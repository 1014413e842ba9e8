// libFuzzer: the reader of pickled arrays.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Pickle.h"

using namespace kregc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  auto views = viewPickledDict(bytes, "fuzz");
  if (!views) {
    llvm::consumeError(views.takeError());
    return 0;
  }
  for (const NpyView &view : *views) {
    // An array lies in the file, so it is no larger.
    if (view.copy().bytes.size() > size) {
      abort();
    }
  }
  return 0;
}

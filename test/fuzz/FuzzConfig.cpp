// libFuzzer: configs of models, as bare .json; the first byte says which Keras
// is supposed to have written it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Keras/Reader.h"

using namespace kregc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const versions[] = {"3.15.1", "3.3.3", "2.15.0-tf",
                                         "2.1.0"};
  if (size == 0) {
    return 0;
  }
  keras::ReadOptions options;
  if (data[0] != '?') { // without a version
    options.kerasVersion = versions[data[0] % 4];
  }
  llvm::StringRef text(reinterpret_cast<const char *>(data) + 1, size - 1);
  auto model = keras::readModelBytes(text, "no-such-folder/fuzz.json", options);
  if (model) {
    keras::liveCalls(*model);
  }
  llvm::consumeError(model.takeError());
  return 0;
}

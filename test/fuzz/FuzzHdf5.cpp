// libFuzzer: HDF5 files. The library runs in its child process, so this finds
// what the parent does wrong, and children that cannot be told apart.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Container/Hdf5.h"

using namespace kregc;

static void walk(const Hdf5File &file, const std::string &path) {
  llvm::consumeError(file.text(path, "name").takeError());
  llvm::consumeError(file.textList(path, "layer_names").takeError());
  auto members = file.members(path);
  if (!members) {
    llvm::consumeError(members.takeError());
    auto shape = file.shape(path);
    llvm::consumeError(shape ? file.floats(path).takeError()
                             : shape.takeError());
    return;
  }
  for (const std::string &member : *members) {
    walk(file, path.empty() ? member : path + "/" + member);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto file = Hdf5File::open(
      llvm::StringRef(reinterpret_cast<const char *>(data), size), "fuzz");
  if (file) {
    walk(*file, "");
  }
  llvm::consumeError(file.takeError());
  return 0;
}

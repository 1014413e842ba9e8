// Folders of .npy files and .npz archives, opened the same way.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/NpyFiles.h"

#include "frontends/Container/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace kregc;

llvm::Error NpyFiles::add(llvm::StringRef bytes, llvm::StringRef name,
                          llvm::StringRef where) {
  auto view = viewNpy(bytes, name, where);
  if (!view) {
    return view.takeError();
  }
  views.push_back(std::move(*view));
  return llvm::Error::success();
}

llvm::Error NpyFiles::openFolder(llvm::StringRef path) {
  std::error_code code;
  for (llvm::sys::fs::directory_iterator entry(path, code), end;
       entry != end && !code; entry.increment(code)) {
    llvm::StringRef file = entry->path();
    if (!file.ends_with(".npy")) {
      continue;
    }
    auto buffer = openFile(file, "a .npy file");
    if (!buffer) {
      return buffer.takeError();
    }
    mapped.push_back(std::move(*buffer));
    if (llvm::Error error = add(mapped.back()->getBuffer(),
                                llvm::sys::path::stem(file), file)) {
      return error;
    }
  }
  return code ? diagnose(Diagnostic::CannotOpen, path, code.message())
              : llvm::Error::success();
}

llvm::Error NpyFiles::openArchive(llvm::StringRef path) {
  auto file = openNpz(path);
  if (!file) {
    return file.takeError();
  }
  mapped.push_back(std::move(*file));
  llvm::StringRef bytes = mapped.back()->getBuffer();
  auto archive = ZipReader::open(bytes, path);
  if (!archive) {
    return archive.takeError();
  }
  // What is stored stays where it is; a file beyond this size is not read
  // twice.
  bool compareCrc = bytes.size() <= (size_t(4) << 30);
  for (llvm::StringRef entry : archive->names()) {
    auto content = archive->view(entry, compareCrc);
    if (!content) {
      return content.takeError();
    }
    entries.push_back(std::move(*content));
    llvm::StringRef name = entry;
    name.consume_back(".npy");
    if (llvm::Error error =
            add(entries.back().text(), name, (path + "/" + entry).str())) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Expected<NpyFiles> NpyFiles::open(llvm::StringRef path) {
  NpyFiles files;
  bool folder = llvm::sys::fs::is_directory(path);
  if (llvm::Error error =
          folder ? files.openFolder(path) : files.openArchive(path)) {
    return std::move(error);
  }
  llvm::sort(files.views, [](const NpyView &a, const NpyView &b) {
    return a.name < b.name;
  });
  return files;
}

// Files that appear whole or not at all.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/OutputFiles.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>

using namespace llvm;

namespace kregc::driver {
namespace {

Error cannotWrite(StringRef path, std::error_code code) {
  return createStringError(code, "cannot write '%s': %s", path.str().c_str(),
                           code.message().c_str());
}

} // namespace

void reportFileSizeLimit() { std::signal(SIGXFSZ, SIG_IGN); }

OutputFiles::~OutputFiles() {
  for (const File &file : files) {
    sys::fs::remove(file.temporary);
    sys::DontRemoveFileOnSignal(file.temporary);
  }
  for (const std::string &made : reverse(madeFolders)) {
    sys::fs::remove(made);
  }
}

Error OutputFiles::makeFolder() {
  std::vector<std::string> missing;
  for (StringRef path = folder; !path.empty() && !sys::fs::exists(path);
       path = sys::path::parent_path(path)) {
    missing.push_back(path.str());
  }
  for (const std::string &path : reverse(missing)) {
    if (std::error_code code = sys::fs::create_directory(
            path, /*IgnoreExisting=*/true, sys::fs::perms::all_all)) {
      return cannotWrite(path, code);
    }
    madeFolders.push_back(path);
  }
  return Error::success();
}

Error OutputFiles::add(StringRef name, StringRef contents) {
  if (Error error = makeFolder()) {
    return error;
  }
  SmallString<128> path(folder);
  sys::path::append(path, name);
  int descriptor;
  SmallString<128> temporary;
  if (std::error_code code = sys::fs::createUniqueFile(
          path + ".%%%%%%.part", descriptor, temporary, sys::fs::OF_None,
          sys::fs::all_read | sys::fs::owner_write)) {
    return cannotWrite(path, code);
  }
  files.push_back({temporary.str().str(), path.str().str()});
  sys::RemoveFileOnSignal(
      temporary);        // also after a fatal error, see Driver.cpp
  reportFileSizeLimit(); // RemoveFileOnSignal has a handler of its own for it
  raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream << contents;
  stream.close();
  if (std::error_code code = stream.error()) {
    stream.clear_error();
    return cannotWrite(path, code);
  }
  return Error::success();
}

Error OutputFiles::commit() {
  for (const File &file : files) {
    if (std::error_code code = sys::fs::rename(file.temporary, file.path)) {
      return cannotWrite(file.path, code);
    }
    sys::DontRemoveFileOnSignal(file.temporary);
  }
  files.clear();
  madeFolders.clear();
  return Error::success();
}

Error writeFile(StringRef path, StringRef contents) {
  StringRef folder = sys::path::parent_path(path);
  OutputFiles files(folder.empty() ? "." : folder);
  if (Error error = files.add(sys::path::filename(path), contents)) {
    return error;
  }
  return files.commit();
}

} // namespace kregc::driver

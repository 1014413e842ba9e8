// Files that appear whole or not at all.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_OUTPUTFILES_H
#define KREGC_COMPILER_DRIVER_OUTPUTFILES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kregc::driver {

/// From now on a file beyond the process's limit (`ulimit -f`) is an error of
/// the write, as on a full disk, not the end of the process.
void reportFileSizeLimit();

/// Collects files in a folder under temporary names and renames them together.
/// What was not committed is removed, and so is a folder that was made for it.
class OutputFiles {
public:
  /// `folder` is created by the first add() if it is not there.
  explicit OutputFiles(llvm::StringRef folder) : folder(folder) {}
  ~OutputFiles();
  OutputFiles(const OutputFiles &) = delete;
  OutputFiles &operator=(const OutputFiles &) = delete;

  /// Writes `contents` beside `<folder>/<name>`.
  llvm::Error add(llvm::StringRef name, llvm::StringRef contents);

  /// Gives every file its name.
  llvm::Error commit();

private:
  struct File {
    std::string temporary, path;
  };
  llvm::Error makeFolder();

  std::string folder;
  std::vector<std::string> madeFolders; ///< outermost first
  std::vector<File> files;
};

/// One file of its own, at a path.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef contents);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_OUTPUTFILES_H

// What the paths of a command line cannot mean.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_CHECKPATHS_H
#define KREGC_COMPILER_DRIVER_CHECKPATHS_H

#include "compiler/Driver/CommandLine.h"

#include <string>

namespace kregc::driver {

/// What is wrong with the paths that are written, or "": a device, a folder
/// where a file is meant, a file that is read, one file for two options. Files
/// are written beside and renamed, so each would silently take another's place.
/// A trained or repaired model may take the place of the one it came from.
std::string checkPaths(const Options &options);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_CHECKPATHS_H

// `kregc run`: loads the archive that compile writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/Verbs.h"

namespace kregc::driver {

llvm::Error run(const Options &options) {
  return unsupported("run: there is no loader of archives yet");
}

} // namespace kregc::driver

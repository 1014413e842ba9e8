// The kregc command: one function, so that main() has nothing to do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_DRIVER_H
#define KREGC_COMPILER_DRIVER_DRIVER_H

namespace kregc::driver {

/// Runs the verb of the command line. Returns the exit status (ExitCodes.def)
/// after at most one error message on stderr; never throws.
int runDriver(int argc, char **argv);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_DRIVER_H

// The exit codes of kregc as an enum.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_EXITCODES_H
#define KREGC_COMPILER_DRIVER_EXITCODES_H

namespace kregc::driver {

enum class ExitCode {
#define EXIT_CODE(ID, VALUE, WHEN) ID = VALUE,
#include "compiler/Driver/ExitCodes.def"
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_EXITCODES_H

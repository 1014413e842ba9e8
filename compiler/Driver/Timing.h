// Repeated timings of one call.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_TIMING_H
#define KREGC_COMPILER_DRIVER_TIMING_H

#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>

namespace kregc::driver {

struct Timing {
  int64_t calls = 0;
  double medianSeconds = 0, minimumSeconds = 0;
};

/// Calls `call` (which says false to stop) for about `seconds`, after a few
/// calls to warm up. Calls of less than 20 µs are timed in groups, so that
/// reading the clock does not count.
Timing timeCalls(llvm::function_ref<bool()> call, double seconds = 0.5);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_TIMING_H

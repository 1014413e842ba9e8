// How many float32 operations a second one core can do, measured.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_MEASUREPEAK_H
#define KREGC_COMPILER_DRIVER_MEASUREPEAK_H

namespace kregc::driver {

/// GFLOP/s of independent multiply-adds in registers on this core, with the
/// widest vectors it has: the best of a few runs, about 20 ms in all. A
/// multiply-add counts as two operations.
double measurePeakGflops();

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_MEASUREPEAK_H

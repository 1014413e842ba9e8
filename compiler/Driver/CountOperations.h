// How much arithmetic a kernel does, counted on its plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_COUNTOPERATIONS_H
#define KREGC_COMPILER_DRIVER_COUNTOPERATIONS_H

#include "compiler/Plan/Plan.h"

#include <cstdint>

namespace kregc::driver {

/// Floating-point operations of the plan's stages at a batch size: each
/// addition, multiplication, comparison and function of one number is one, so
/// a multiply-add is two. Index arithmetic, choices and casts are none.
double countOperations(const plan::Plan &plan, int64_t batch);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_COUNTOPERATIONS_H

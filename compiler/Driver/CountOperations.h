// How much arithmetic and memory a kernel needs, counted on its plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_COUNTOPERATIONS_H
#define KREGC_COMPILER_DRIVER_COUNTOPERATIONS_H

#include "compiler/Plan/Plan.h"

#include <cstdint>
#include <string>

namespace kregc::driver {

/// Floating-point operations of the plan's stages at a batch size: each
/// addition, multiplication, comparison and function of one number is one, so
/// a multiply-add is two. Index arithmetic, choices and casts are none.
double countOperations(const plan::Plan &plan, int64_t batch);

/// Bytes of the kernel's arguments at a batch size, each counted once: what it
/// reads and writes if caches keep whatever it uses again.
double countBytes(const plan::Plan &plan, int64_t batch);

/// Both, of one kernel of a model.
struct KernelCost {
  std::string kernel;
  double operations = 0, bytes = 0;
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_COUNTOPERATIONS_H

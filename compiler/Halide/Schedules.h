// When and where the Funcs of a plan are computed: obeys plan.schedule.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HALIDE_SCHEDULES_H
#define KREGC_COMPILER_HALIDE_SCHEDULES_H

#include "compiler/Halide/Translation.h"

namespace kregc::halide {

/// Puts Halide's directives on all Funcs of `translation`.
void applySchedule(Translation &translation);

} // namespace kregc::halide

#endif // KREGC_COMPILER_HALIDE_SCHEDULES_H

// Which register tile, strip and loop order a kernel gets: a model of the
// target that knows no benchmark. Plain C++ over Plans.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_SCHEDULEMODEL_H
#define KREGC_COMPILER_TRANSFORMS_SCHEDULEMODEL_H

#include "compiler/Plan/Plan.h"
#include "compiler/Target/Target.h"

namespace kregc {

/// What kreg-select-schedules writes on a kernel.
struct KernelSchedule {
  plan::Schedule main;
  /// For batches up to `smallBatch`, where the main tile would be mostly empty.
  std::optional<plan::Schedule> small;
  int64_t smallBatch = 0;
  std::vector<int64_t> packings; ///< of each operand; 0: as it is
};

/// `plan` has collapsed loops and penalties that are not split; its schedule
/// says the family and nothing else.
KernelSchedule chooseSchedule(const plan::Plan &plan, const Target &target);

/// Puts the main schedule, or the small one, and the packings on a plan.
void setSchedule(plan::Plan &plan, const KernelSchedule &choice,
                 bool small = false);

} // namespace kregc

#endif // KREGC_COMPILER_TRANSFORMS_SCHEDULEMODEL_H

// The phases of a compilation as an enum, with what users read about each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_PIPELINES_PHASES_H
#define KREGC_COMPILER_PIPELINES_PHASES_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kregc {

/// In the order in which they run.
enum class Phase {
#define PHASE(ID, NAME, SUFFIX, SUMMARY) ID,
#include "compiler/Pipelines/Phases.def"
};

struct PhaseInfo {
  Phase phase;
  const char *name;    ///< "static-lib"
  const char *suffix;  ///< ".a"
  const char *summary; ///< one clause
};

/// All phases, in order.
const std::vector<PhaseInfo> &allPhases();

const PhaseInfo &info(Phase phase);

/// The phase of that name, or nothing.
std::optional<Phase> findPhase(std::string_view name);

/// "import, penalty, kernels …", for messages.
std::string phaseNames();

/// The file of a phase in the folder of --dump-phases: "02-penalty.mlir".
std::string dumpFileName(Phase phase);

} // namespace kregc

#endif // KREGC_COMPILER_PIPELINES_PHASES_H

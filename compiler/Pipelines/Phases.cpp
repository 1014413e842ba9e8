// Look-ups in the list of phases.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/Phases.h"

namespace kregc {

const std::vector<PhaseInfo> &allPhases() {
  static const std::vector<PhaseInfo> phases = {
#define PHASE(ID, NAME, SUFFIX, SUMMARY) {Phase::ID, NAME, SUFFIX, SUMMARY},
#include "compiler/Pipelines/Phases.def"
  };
  return phases;
}

const PhaseInfo &info(Phase phase) {
  return allPhases()[static_cast<size_t>(phase)];
}

std::optional<Phase> findPhase(std::string_view name) {
  for (const PhaseInfo &phase : allPhases()) {
    if (name == phase.name) {
      return phase.phase;
    }
  }
  return std::nullopt;
}

std::string phaseNames() {
  std::string names;
  for (const PhaseInfo &phase : allPhases()) {
    names += (names.empty() ? "" : ", ") + std::string(phase.name);
  }
  return names;
}

std::string dumpFileName(Phase phase) {
  std::string number = std::to_string(static_cast<int>(phase) + 1);
  number.insert(0, 2 - std::min<size_t>(2, number.size()), '0');
  return number + "-" + info(phase).name + info(phase).suffix;
}

} // namespace kregc

// What a person sees of a compilation while it runs, and how long it took.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_PROGRESS_H
#define KREGC_COMPILER_DRIVER_PROGRESS_H

#include "compiler/Pipelines/Phases.h"

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <string>
#include <vector>

namespace kregc::driver {

/// On a terminal, a line per phase on stderr; elsewhere nothing. Times are kept
/// for --time-phases.
class Progress {
public:
  Progress();

  /// Between begin() and end() a phase runs; `note` says what came of it.
  void begin(Phase phase);
  void end(llvm::StringRef note = "");

  /// In place of end(), so that an error message starts on its own line.
  void fail();

  /// The table of --time-phases, to stderr.
  void printTimes() const;

private:
  using Clock = std::chrono::steady_clock;
  struct Time {
    Phase phase;
    double milliseconds;
  };
  bool onTerminal;
  Phase current = Phase::Import;
  Clock::time_point start;
  std::vector<Time> times;
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_PROGRESS_H

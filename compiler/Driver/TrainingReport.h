// What a person sees of a training: a bar on a terminal, a line per epoch
// elsewhere.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_TRAININGREPORT_H
#define KREGC_COMPILER_DRIVER_TRAININGREPORT_H

#include "llvm/ADT/ArrayRef.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace kregc::driver {

class TrainingReport {
public:
  using Value = std::pair<std::string, double>;

  TrainingReport(int64_t epochs);

  /// An epoch begins (counted from 0) of which `done` steps are done.
  void begin(int64_t epoch, int64_t steps, int64_t done);
  /// A step is done; on a terminal the line on stderr is drawn anew, ten times
  /// a second.
  void step(llvm::ArrayRef<Value> values);
  /// The epoch is done: its line on stdout.
  void end(llvm::ArrayRef<Value> values);
  /// Takes the bar away, before something else is said.
  void clear();

private:
  using Clock = std::chrono::steady_clock;
  double seconds() const;

  bool onTerminal;
  int64_t epochs, epoch = 0, steps = 0, done = 0, doneBefore = 0;
  Clock::time_point start, drawn;
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_TRAININGREPORT_H

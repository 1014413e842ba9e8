// Progress lines and phase times, on stderr.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

namespace kregc::driver {

Progress::Progress()
    : onTerminal(llvm::sys::Process::StandardErrIsDisplayed()) {}

void Progress::begin(Phase phase) {
  current = phase;
  start = Clock::now();
  if (onTerminal) {
    llvm::errs() << "  " << llvm::left_justify(info(phase).name, 12) << "…";
    llvm::errs().flush();
  }
}

void Progress::end(llvm::StringRef note) {
  std::chrono::duration<double, std::milli> took = Clock::now() - start;
  times.push_back({current, took.count()});
  if (onTerminal) {
    llvm::errs() << "\r  " << llvm::left_justify(info(current).name, 12)
                 << llvm::format("%7.1f ms  ", took.count()) << note << "\n";
  }
}

void Progress::fail() {
  if (onTerminal) {
    llvm::errs() << "\r" << std::string(16, ' ') << "\r";
  }
}

void Progress::printTimes() const {
  double total = 0;
  for (const Time &time : times) {
    total += time.milliseconds;
  }
  for (const Time &time : times) {
    llvm::errs() << llvm::left_justify(info(time.phase).name, 12)
                 << llvm::format("%9.1f ms %5.1f %%\n", time.milliseconds,
                                 100 * time.milliseconds / total);
  }
  llvm::errs() << llvm::left_justify("total", 12)
               << llvm::format("%9.1f ms\n", total);
}

} // namespace kregc::driver

// What a person sees of a training.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/TrainingReport.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>

using namespace llvm;

namespace kregc::driver {

/// "loss 0.3214  data_loss 0.3012 …"
static std::string listOf(ArrayRef<TrainingReport::Value> values) {
  std::string text;
  raw_string_ostream stream(text);
  for (const auto &[name, value] : values) {
    stream << "  " << name << format(" %.5g", value);
  }
  return text;
}

/// "1:05" of 65 seconds.
static std::string clockOf(double seconds) {
  auto whole = std::llround(seconds);
  std::string text;
  raw_string_ostream(text) << format("%lld:%02lld",
                                     static_cast<long long>(whole / 60),
                                     static_cast<long long>(whole % 60));
  return text;
}

TrainingReport::TrainingReport(int64_t epochs)
    : onTerminal(sys::Process::StandardErrIsDisplayed()), epochs(epochs) {}

double TrainingReport::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void TrainingReport::begin(int64_t number, int64_t count, int64_t already) {
  epoch = number;
  steps = count;
  done = doneBefore = already;
  start = drawn = Clock::now();
}

void TrainingReport::step(ArrayRef<Value> values) {
  ++done;
  Clock::time_point now = Clock::now();
  if (!onTerminal ||
      (done < steps && now - drawn < std::chrono::milliseconds(100))) {
    return;
  }
  drawn = now;
  constexpr int64_t width = 24;
  int64_t filled = steps > 0 ? width * done / steps : width;
  double left = seconds() /
                static_cast<double>(std::max<int64_t>(done - doneBefore, 1)) *
                static_cast<double>(steps - done);
  std::string line = "epoch " + std::to_string(epoch + 1) + "/" +
                     std::to_string(epochs) + " [" + std::string(filled, '=') +
                     std::string(width - filled, ' ') + "] " +
                     std::to_string(done) + "/" + std::to_string(steps) +
                     listOf(values) + "  " + clockOf(left) + " left";
  size_t columns = std::max(sys::Process::StandardErrColumns(), 40u);
  errs() << "\r" << StringRef(line).take_front(columns - 1) << "\033[K";
  errs().flush();
}

void TrainingReport::clear() {
  if (onTerminal) {
    errs() << "\r\033[K";
    errs().flush();
  }
}

void TrainingReport::end(ArrayRef<Value> values) {
  clear();
  outs() << "epoch " << epoch + 1 << "/" << epochs << listOf(values)
         << format("  %.2f s\n", seconds());
  outs().flush();
}

} // namespace kregc::driver

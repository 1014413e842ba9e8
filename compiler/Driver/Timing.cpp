// Repeated timings of one call.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Timing.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace kregc::driver {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

Timing timeCalls(llvm::function_ref<bool()> call, double seconds) {
  constexpr double shortest = 20e-6;
  // The second call is warm: it says how many calls make a group.
  for (int i = 0; i < 2; ++i) {
    if (!call()) {
      return {};
    }
  }
  Clock::time_point start = Clock::now();
  call();
  double once = std::max(secondsSince(start), 1e-9);
  auto group = static_cast<int64_t>(std::ceil(shortest / once));

  std::vector<double> times;
  Clock::time_point begin = Clock::now();
  while (times.size() < 5 || secondsSince(begin) < seconds) {
    start = Clock::now();
    for (int64_t i = 0; i < group; ++i) {
      if (!call()) {
        return {};
      }
    }
    times.push_back(secondsSince(start) / static_cast<double>(group));
  }
  Timing timing;
  timing.calls = static_cast<int64_t>(times.size()) * group;
  std::nth_element(times.begin(), times.begin() + times.size() / 2,
                   times.end());
  timing.medianSeconds = times[times.size() / 2];
  timing.minimumSeconds = *std::min_element(times.begin(), times.end());
  return timing;
}

} // namespace kregc::driver

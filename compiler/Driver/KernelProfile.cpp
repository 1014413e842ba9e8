// How long each kernel of a loaded library takes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/KernelProfile.h"

#include <algorithm>

namespace kregc::driver {

void KernelProfile::install(kreg_options &options) {
  options.kernel_context = this;
  options.on_kernel = [](void *context, const char *kernel) {
    static_cast<KernelProfile *>(context)->begin(kernel);
  };
}

void KernelProfile::begin(const char *kernel) {
  if (running) {
    std::chrono::duration<double> took = Clock::now() - since;
    seconds[running].push_back(took.count());
  }
  running = kernel;
  since = Clock::now(); // the bookkeeping above is nobody's time
}

std::vector<KernelProfile::Row> KernelProfile::rows() const {
  std::vector<Row> rows;
  for (auto [kernel, runs] : seconds) { // a copy, which is sorted
    auto middle = runs.begin() + runs.size() / 2;
    std::nth_element(runs.begin(), middle, runs.end());
    rows.push_back({kernel, *middle});
  }
  return rows;
}

} // namespace kregc::driver

// How long each kernel of a loaded library takes, by the library's own hook.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_KERNELPROFILE_H
#define KREGC_COMPILER_DRIVER_KERNELPROFILE_H

#include "runtime/include/kreg/runtime.h"

#include "llvm/ADT/MapVector.h"

#include <chrono>
#include <string>
#include <vector>

namespace kregc::driver {

class KernelProfile {
public:
  struct Row {
    std::string kernel;
    double medianSeconds = 0; ///< of one run; reading the clock is in it
  };

  /// Instances made with `options` report to this object, which must outlive
  /// them. Two must not run at the same time.
  void install(kreg_options &options);

  /// Kernels in the order of their first run.
  std::vector<Row> rows() const;

private:
  using Clock = std::chrono::steady_clock;
  void begin(const char *kernel); ///< null: the call is over

  /// Names belong to the library: one pointer per call of a kernel in it.
  llvm::MapVector<const char *, std::vector<double>> seconds;
  const char *running = nullptr;
  Clock::time_point since;
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_KERNELPROFILE_H

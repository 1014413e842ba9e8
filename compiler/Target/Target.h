// The machine that a library is made for: what schedules and emission need.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TARGET_TARGET_H
#define KREGC_COMPILER_TARGET_TARGET_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kregc {

/// A target description. `halide` is Halide's target string without runtime
/// and assert features ("x86-64-linux-avx512_skylake-…"); `triple`, `cpu` and
/// `features` are LLVM's, for host code.
struct Target {
  std::string name; ///< as on the command line: "host", "x86-64-avx2" …
  std::string halide;
  std::string triple, cpu, features;
  int64_t vectorLanes = 8; ///< float32 lanes of the widest vector unit
  int64_t vectorRegisters = 16;
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 512 << 10; ///< per core
  int64_t fmaPerCycle = 2;     ///< vector multiply-adds a cycle
};

/// The machine that this process runs on.
Target hostTarget();

/// The target called `name`: "host" or one of targetNames(). Nothing, and a
/// message in `problem`, for another name.
std::optional<Target> parseTarget(const std::string &name,
                                  std::string &problem);

/// The names that parseTarget knows, beside "host".
std::vector<std::string> targetNames();

} // namespace kregc

#endif // KREGC_COMPILER_TARGET_TARGET_H

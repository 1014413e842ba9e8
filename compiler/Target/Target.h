// The machine that a library is made for: what schedules and emission need.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TARGET_TARGET_H
#define KREGC_COMPILER_TARGET_TARGET_H

#include <cstdint>
#include <string>

namespace kregc {

/// A target description. `halide` is Halide's target string without runtime
/// and assert features ("x86-64-linux-avx512_skylake-…"); `triple`, `cpu` and
/// `features` are LLVM's, for host code.
struct Target {
  std::string name;            ///< as on the command line: "host", "x86-64-avx2" …
  std::string halide;
  std::string triple, cpu, features;
  int64_t vectorLanes = 8;     ///< float32 lanes of the widest vector unit
  int64_t vectorRegisters = 16;
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 512 << 10; ///< per core
  int64_t fmaPerCycle = 2;     ///< vector multiply-adds a cycle
};

} // namespace kregc

#endif // KREGC_COMPILER_TARGET_TARGET_H

// The table of targets, and which row this machine is.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Target/Target.h"

#include <unistd.h>

namespace kregc {
namespace {

constexpr const char *kTriple = "x86_64-unknown-linux-gnu";

/// A level of the x86-64 psABI, as Halide and LLVM name it.
struct Level {
  const char *name;
  const char *halide;
  const char *cpu;
  int64_t lanes;
  int64_t registers;
  int64_t fmaPerCycle;
};

// The last level is the widest: hostTarget() looks from the back.
constexpr Level kLevels[] = {
    {"x86-64", "x86-64-linux", "x86-64", 4, 16, 1},
    {"x86-64-avx2", "x86-64-linux-avx-avx2-f16c-fma-sse41", "x86-64-v3", 8, 16,
     2},
    {"x86-64-avx512",
     "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41", "x86-64-v4",
     16, 32, 2},
};

Target describe(const Level &level) {
  Target target;
  target.name = level.name;
  target.halide = level.halide;
  target.triple = kTriple;
  target.cpu = level.cpu;
  target.vectorLanes = level.lanes;
  target.vectorRegisters = level.registers;
  target.fmaPerCycle = level.fmaPerCycle;
  return target;
}

bool runsHere(const Level &level) {
#if defined(__x86_64__)
  if (level.lanes == 16) {
    return __builtin_cpu_supports("x86-64-v4");
  }
  return level.lanes == 4 || __builtin_cpu_supports("x86-64-v3");
#else
  return level.lanes == 4;
#endif
}

/// The size of a cache in bytes, or `otherwise` where the system does not say.
int64_t cacheSize(int name, int64_t otherwise) {
  long size = sysconf(name);
  return size > 0 ? size : otherwise;
}

} // namespace

Target hostTarget() {
  const Level *best = &kLevels[0];
  for (const Level &level : kLevels) {
    if (runsHere(level)) {
      best = &level;
    }
  }
  Target target = describe(*best);
  target.name = "host";
#ifdef _SC_LEVEL1_DCACHE_SIZE
  target.l1Bytes = cacheSize(_SC_LEVEL1_DCACHE_SIZE, target.l1Bytes);
  target.l2Bytes = cacheSize(_SC_LEVEL2_CACHE_SIZE, target.l2Bytes);
#endif
  return target;
}

std::vector<std::string> targetNames() {
  std::vector<std::string> names;
  for (const Level &level : kLevels) {
    names.push_back(level.name);
  }
  return names;
}

std::optional<Target> parseTarget(const std::string &name,
                                  std::string &problem) {
  if (name == "host") {
    return hostTarget();
  }
  std::string known = "'host'";
  for (const Level &level : kLevels) {
    if (name == level.name) {
      return describe(level);
    }
    known += std::string(", '") + level.name + "'";
  }
  problem = "there is no target '" + name + "'; the known ones are " + known;
  return std::nullopt;
}

} // namespace kregc

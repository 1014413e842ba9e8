// Multiply-adds in registers, as many chains as hide their latency.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/MeasurePeak.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kregc::driver {
namespace {

/// Runs `rounds` rounds; returns the operations done.
using Loop = double (*)(int64_t rounds);

// The chains' sum goes here, so that the loops are not dead code.
volatile float sink;

// Two units with a latency of four or five cycles want ten chains at least.
constexpr int chains = 12;

#if defined(__x86_64__)
__attribute__((target("avx512f"))) double loopAvx512(int64_t rounds) {
  __m512 sum[chains], factor = _mm512_set1_ps(0.999f);
  for (int i = 0; i < chains; ++i) {
    sum[i] = _mm512_set1_ps(static_cast<float>(i));
  }
  for (int64_t r = 0; r < rounds; ++r) {
#pragma clang loop unroll(full)
    for (int i = 0; i < chains; ++i) {
      sum[i] = _mm512_fmadd_ps(sum[i], factor, factor);
    }
  }
  for (int i = 1; i < chains; ++i) {
    sum[0] = _mm512_add_ps(sum[0], sum[i]);
  }
  sink = _mm512_cvtss_f32(sum[0]);
  return 2.0 * 16 * chains * static_cast<double>(rounds);
}

__attribute__((target("avx2,fma"))) double loopAvx2(int64_t rounds) {
  __m256 sum[chains], factor = _mm256_set1_ps(0.999f);
  for (int i = 0; i < chains; ++i) {
    sum[i] = _mm256_set1_ps(static_cast<float>(i));
  }
  for (int64_t r = 0; r < rounds; ++r) {
#pragma clang loop unroll(full)
    for (int i = 0; i < chains; ++i) {
      sum[i] = _mm256_fmadd_ps(sum[i], factor, factor);
    }
  }
  for (int i = 1; i < chains; ++i) {
    sum[0] = _mm256_add_ps(sum[0], sum[i]);
  }
  sink = _mm256_cvtss_f32(sum[0]);
  return 2.0 * 8 * chains * static_cast<double>(rounds);
}
#endif

/// Vectors of four, of whatever the compiler makes them.
double loopPortable(int64_t rounds) {
  typedef float Vector __attribute__((vector_size(16)));
  Vector sum[chains], factor = {0.999f, 0.999f, 0.999f, 0.999f};
  for (int i = 0; i < chains; ++i) {
    float start = static_cast<float>(i);
    sum[i] = Vector{start, start, start, start};
  }
  for (int64_t r = 0; r < rounds; ++r) {
    for (int i = 0; i < chains; ++i) {
      sum[i] = sum[i] * factor + factor;
    }
  }
  float total = 0;
  for (int i = 0; i < chains; ++i) {
    total += sum[i][0];
  }
  sink = total;
  return 2.0 * 4 * chains * static_cast<double>(rounds);
}

Loop widestLoop() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    return loopAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return loopAvx2;
  }
#endif
  return loopPortable;
}

} // namespace

double measurePeakGflops() {
  using Clock = std::chrono::steady_clock;
  Loop loop = widestLoop();
  double best = 0;
  for (int run = 0; run < 8; ++run) {
    Clock::time_point start = Clock::now();
    double operations = loop(400000);
    std::chrono::duration<double> took = Clock::now() - start;
    best = std::max(best, operations / took.count() / 1e9);
  }
  return best;
}

} // namespace kregc::driver

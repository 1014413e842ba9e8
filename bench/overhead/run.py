#!/usr/bin/env python3
"""What a call of a model costs beside its kernels: host code, buffers, launch.

Compiles a model, links its library into a C program with a clock around each
kernel (the linker's --wrap), and prints the time of a call, of its kernels,
and the rest per kernel. The clock's own time is measured and taken off.

  run.py KREGC MODEL [--batch B] [--threads N ...] [--at-most NANOSECONDS]

With --at-most, exits 1 if the rest is more than that per kernel with 1 thread.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import elements  # noqa: E402

PROGRAM = r"""
#define _GNU_SOURCE
#include "m.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

static unsigned long long inside, calls;
/* Enough arguments for any kernel here; more than it takes do no harm. */
#define ARGUMENTS void *a, void *b, void *c, void *d, void *e, void *f, \
                  void *g, void *h, void *i, void *j, void *k, void *l, \
                  void *m, void *n, void *o, void *p
#define WRAP(NAME)                                                            \
  int __real_##NAME(ARGUMENTS);                                               \
  int __wrap_##NAME(ARGUMENTS);                                               \
  int __wrap_##NAME(ARGUMENTS) {                                              \
    unsigned long long start = __rdtsc();                                     \
    int status = __real_##NAME(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p); \
    inside += __rdtsc() - start;                                              \
    ++calls;                                                                  \
    return status;                                                            \
  }
@WRAPS@

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(void) {
  static const long sizes_in[] = {@IN@}, sizes_out[] = {@OUT@};
  const float *in[sizeof sizes_in / sizeof *sizes_in];
  float *out[sizeof sizes_out / sizeof *sizes_out];
  for (size_t t = 0; t < sizeof in / sizeof *in; ++t) {
    float *x = malloc((size_t)sizes_in[t] * sizeof *x);
    for (long q = 0; q < sizes_in[t]; ++q) {
      x[q] = (float)(q % 17) / 17;
    }
    in[t] = x;
  }
  for (size_t t = 0; t < sizeof out / sizeof *out; ++t) {
    out[t] = malloc((size_t)sizes_out[t] * sizeof **out);
  }
  kreg_options options = {0};
  options.threads = @THREADS@;
  m_model *model;
  if (m_create(&options, &model)) {
    return 1;
  }
  double penalties[M_PENALTIES + 1];
  /* How many ticks a nanosecond has, and a pair of readings takes. */
  struct timespec t0, t1;
  clock_gettime(CLOCK_MONOTONIC, &t0);
  unsigned long long r0 = __rdtsc(), pair = ~0ull;
  for (int q = 0; q < 20000; ++q) {
    unsigned long long s = __rdtsc(), d = __rdtsc() - s;
    pair = d < pair ? d : pair;
  }
  do {
    clock_gettime(CLOCK_MONOTONIC, &t1);
  } while ((t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec) < 5e6);
  double rate = (double)(__rdtsc() - r0) /
                ((t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec));
  enum { ROUNDS = 41, CALLS = 50 };
  static double total[ROUNDS], kernels[ROUNDS], rest[ROUNDS];
  double count = 0;
  for (int round = -3; round < ROUNDS; ++round) {
    unsigned long long start = __rdtsc();
    inside = calls = 0;
    for (int q = 0; q < CALLS; ++q) {
      if (m_forward(model, @BATCH@, in, out, penalties)) {
        return 1;
      }
    }
    if (round >= 0) {
      double whole = (double)(__rdtsc() - start) / CALLS;
      count = (double)calls / CALLS;
      total[round] = (whole - count * (double)pair) / rate;
      kernels[round] = ((double)inside / CALLS - count * (double)pair) / rate;
      rest[round] = (total[round] - kernels[round]) / count;
    }
  }
  qsort(total, ROUNDS, sizeof *total, compare);
  qsort(kernels, ROUNDS, sizeof *kernels, compare);
  qsort(rest, ROUNDS, sizeof *rest, compare);
  printf("%.0f %.1f %.1f %.1f\n", count, total[ROUNDS / 4], kernels[ROUNDS / 4],
         rest[ROUNDS / 4]);
  m_destroy(model);
  return 0;
}
"""


def measure(folder, kernels, manifest, batch, threads):
    program = PROGRAM.replace("@WRAPS@", "\n".join(f"WRAP({k})" for k in kernels))
    program = program.replace("@IN@", elements(manifest["inputs"], batch))
    program = program.replace("@OUT@", elements(manifest["outputs"], batch))
    program = program.replace("@THREADS@", str(threads)).replace("@BATCH@", str(batch))
    source, binary = os.path.join(folder, "main.c"), os.path.join(folder, f"main{threads}")
    with open(source, "w") as stream:
        stream.write(program)
    wraps = [f"-Wl,--wrap={k}" for k in kernels]
    subprocess.run(["cc", "-O2", f"-I{folder}", source, os.path.join(folder, "libm.a"), *wraps,
                    "-lm", "-lpthread", "-o", binary], check=True)
    # The machine may be shared: the best of some runs.
    runs = [subprocess.run([binary], check=True, capture_output=True, text=True).stdout.split() for _ in range(5)]
    return min(([float(x) for x in run] for run in runs), key=lambda run: run[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kregc")
    parser.add_argument("model")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--at-most", type=float)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.kregc, "compile", options.model, "-o", folder, "--name", "m"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, "m.json")) as stream:
            manifest = json.load(stream)
        with open(os.path.join(folder, "libm.a"), "rb") as stream:
            names = set(re.findall(rb"\bm__k_\w+", stream.read()))
        kernels = sorted(name.decode() for name in names)
        print(f"{os.path.basename(options.model)}, batch {options.batch}")
        print(f"{'threads':>8}{'kernels':>9}{'call ns':>11}{'kernels ns':>12}{'rest ns/kernel':>16}")
        for threads in options.threads:
            count, total, inside, rest = measure(folder, kernels, manifest, options.batch, threads)
            print(f"{threads:8}{count:9.0f}{total:11.0f}{inside:12.0f}{rest:16.1f}")
            if options.at_most is not None and threads == 1 and rest > options.at_most:
                sys.exit(f"more than {options.at_most:g} ns per kernel")


main()

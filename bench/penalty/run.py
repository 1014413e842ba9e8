#!/usr/bin/env python3
"""What activity penalties add to a training step.

Compiles a model twice, as it is and with every activity penalty taken out of its
file, links both libraries into one C program, and calls their steps in turn on
the same numbers. Prints the time of each and, of the pairs, the median ratio.

  run.py KREGC [MODEL] [--batch B] [--threads N] [--seconds S] [--loss L]
         [--optimizer O] [--at-most PERCENT]

MODEL is a .keras; default: the sparse autoencoder 784-32-784. With --at-most,
exits 1 if the penalties add more than that.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from ports import elements  # noqa: E402

PROGRAM = r"""
#include "with.h"
#include "without.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static const float **arrays(const long *sizes, size_t count) {
  const float **list = malloc(count * sizeof *list);
  for (size_t i = 0; i < count; ++i) {
    float *x = malloc((size_t)sizes[i] * sizeof *x);
    for (long q = 0; q < sizes[i]; ++q) {
      x[q] = (float)(q * 7919 % 101) / 101;
    }
    list[i] = x;
  }
  return list;
}

int main(void) {
  static const long inputs[] = {@IN@}, targets[] = {@OUT@};
  const float **x = arrays(inputs, sizeof inputs / sizeof *inputs);
  const float **t = arrays(targets, sizeof targets / sizeof *targets);
  kreg_options options = {0};
  options.size = sizeof options;
  options.threads = @THREADS@;
  with_model *with;
  without_model *without;
  if (with_create(&options, &with) || without_create(&options, &without)) {
    return 1;
  }
  enum { MOST = 100000 };
  static double a[MOST], b[MOST], ratio[MOST];
  int pairs = 0;
  kreg_step_result result, plain;
  double penalty = 0; /* of the first step: what is learned may make it 0 */
  int first = 1;
  double end = now() + @SECONDS@ * 1e6;
  for (int round = -5; pairs < MOST && (pairs < 5 || now() < end); ++round) {
    double t0 = now();
    int error = with_train_step(with, @BATCH@, x, t, NULL, NULL, &result);
    double t1 = now();
    error |= without_train_step(without, @BATCH@, x, t, NULL, NULL, &plain);
    double t2 = now();
    if (error || plain.activity_penalty != 0) {
      return 1;
    }
    penalty = first ? result.activity_penalty : penalty;
    first = 0;
    if (round >= 0) {
      a[pairs] = t1 - t0;
      b[pairs] = t2 - t1;
      ratio[pairs] = a[pairs] / b[pairs];
      ++pairs;
    }
  }
  qsort(a, (size_t)pairs, sizeof *a, compare);
  qsort(b, (size_t)pairs, sizeof *b, compare);
  qsort(ratio, (size_t)pairs, sizeof *ratio, compare);
  printf("%d %f %f %f %f %f %g\n", pairs, a[0], a[pairs / 2], b[0], b[pairs / 2],
         ratio[pairs / 2], penalty);
  return 0;
}
"""


def without_penalties(config):
    """The configuration with each activity penalty replaced by none."""
    if isinstance(config, list):
        return [without_penalties(part) for part in config]
    if not isinstance(config, dict):
        return config
    result = {key: None if key == "activity_regularizer" else without_penalties(part)
              for key, part in config.items()}
    if config.get("class_name") == "ActivityRegularization":
        result["config"] |= {"l1": 0.0, "l2": 0.0}
    return result


def write_without(model, path):
    with zipfile.ZipFile(model) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                data = json.dumps(without_penalties(json.loads(data))).encode()
            new.writestr(name, data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kregc")
    parser.add_argument("model", nargs="?", default=ROOT / "test/e2e/cases/net_sparse_autoencoder_784/model.keras")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--loss", default="mean_squared_error")
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--at-most", type=float, metavar="PERCENT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "plain.keras")
        write_without(options.model, plain)
        for name, model in (("with", options.model), ("without", plain)):
            subprocess.run([options.kregc, "compile", model, "-o", folder, "--name", name, "--mode", "training",
                            "--loss", options.loss, "--optimizer", options.optimizer],
                           check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "with.json")) as stream:
            manifest = json.load(stream)
        program = PROGRAM
        for key, value in (("IN", elements(manifest["inputs"], options.batch)),
                           ("OUT", elements(manifest["outputs"], options.batch)),
                           ("THREADS", options.threads), ("BATCH", options.batch), ("SECONDS", options.seconds)):
            program = program.replace(f"@{key}@", str(value))
        source, binary = os.path.join(folder, "main.c"), os.path.join(folder, "main")
        with open(source, "w") as stream:
            stream.write(program)
        libraries = [os.path.join(folder, f"lib{name}.a") for name in ("with", "without")]
        subprocess.run(["cc", "-O2", f"-I{folder}", source, *libraries, "-lm", "-lpthread", "-o", binary], check=True)
        run = subprocess.run([binary], check=True, capture_output=True, text=True).stdout.split()
    pairs, least, median, least_plain, median_plain, ratio, penalty = (float(number) for number in run)
    print(f"{options.model}, batch {options.batch}, {options.threads} thread(s), {pairs:.0f} pairs of steps, penalty {penalty:.4g}")
    print(f"{'':>20}{'shortest us':>13}{'median us':>12}")
    print(f"{'with penalties':>20}{least:13.1f}{median:12.1f}")
    print(f"{'without':>20}{least_plain:13.1f}{median_plain:12.1f}")
    print(f"penalties add {100 * (least / least_plain - 1):.1f} % of the shortest step, "
          f"{100 * (ratio - 1):.1f} % in the median pair")
    if options.at_most is not None and 100 * (ratio - 1) > options.at_most:
        sys.exit(f"more than {options.at_most:g} %")


main()

#!/usr/bin/env python3
"""Peak memory of a process that trains: a C program with kregc's library, and Keras.

Compiles a model's training library and links it into a C program of ten steps;
prints what the header says of a step and the most memory that the process held.
With --python, the interpreter of an environment with Keras, the same steps there
with each of --backends, whatever it compiles them with (tf.function, jax.jit).

  run.py KREGC [MODEL] [--batch B] [--threads N] [--loss L] [--optimizer O]
         [--python PYTHON] [--backends tensorflow,jax]

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

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from ports import elements  # noqa: E402

PROGRAM = r"""
#include "m.h"
#include <stdio.h>
#include <stdlib.h>

static const float **zeros(const long *sizes, size_t count) {
  const float **list = malloc(count * sizeof *list);
  for (size_t i = 0; i < count; ++i) {
    list[i] = calloc((size_t)sizes[i], sizeof(float));
  }
  return list;
}

int main(void) {
  static const long inputs[] = {@IN@}, targets[] = {@OUT@};
  const float **x = zeros(inputs, sizeof inputs / sizeof *inputs);
  const float **t = zeros(targets, sizeof targets / sizeof *targets);
  kreg_options options = {0};
  options.size = sizeof options;
  options.threads = @THREADS@;
  m_model *m;
  if (m_create(&options, &m)) {
    return 1;
  }
  for (int step = 0; step < 10; ++step) {
    if (m_train_step(m, @BATCH@, x, t, NULL, NULL, NULL)) {
      return 1;
    }
  }
  printf("%lld\n", (long long)m_step_bytes(@BATCH@));
  /* Not from the parent: a child's peak begins with what that held at its fork. */
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status)) {
    fputs(line, stdout);
  }
  return 0;
}
"""

KERAS = """
import sys, keras, numpy
path, batch, loss, optimizer = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
model = keras.models.load_model(path, compile=False)
model.compile(optimizer, loss)
def zeros(tensors):
    arrays = [numpy.zeros((batch, *tensor.shape[1:]), "float32") for tensor in tensors]
    return arrays if len(arrays) > 1 else arrays[0]
x, y = zeros(model.inputs), zeros(model.outputs)
if loss.startswith("sparse"):
    y = numpy.zeros((batch, *model.outputs[0].shape[1:-1]), "float32")
for step in range(10):
    model.train_on_batch(x, y)
print(open("/proc/self/status").read())
"""


def run(command, **options):
    """What a process prints, and the most memory that it held, in MB."""
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if process.returncode:
        sys.exit(f"{command[0]}: {process.stderr.strip()[-500:]}")
    return process.stdout, int(re.search(r"VmHWM:\s*(\d+) kB", process.stdout)[1]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kregc")
    parser.add_argument("model", nargs="?", type=pathlib.Path, default=ROOT / "examples/question/attached.keras")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--loss", default="sparse_categorical_crossentropy")
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--python", help="the interpreter of an environment with Keras 3")
    parser.add_argument("--backends", default="tensorflow")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.kregc, "compile", options.model, "-o", folder, "--name", "m", "--mode", "training",
                        "--loss", options.loss, "--optimizer", options.optimizer], check=True)
        manifest = json.loads((pathlib.Path(folder) / "m.json").read_text())
        program = PROGRAM
        for key, value in (("IN", elements(manifest["inputs"], options.batch)), ("THREADS", options.threads),
                           ("OUT", elements(manifest["outputs"], options.batch)), ("BATCH", options.batch)):
            program = program.replace(f"@{key}@", str(value))
        source, binary = os.path.join(folder, "main.c"), os.path.join(folder, "main")
        pathlib.Path(source).write_text(program)
        subprocess.run(["cc", "-O2", f"-I{folder}", source, f"{folder}/libm.a", "-lm", "-lpthread", "-o", binary],
                       check=True)
        text, megabytes = run([binary])
    print(f"{options.model}, batch {options.batch}, {options.threads} thread(s): an instance takes "
          f"{int(text.split()[0]) / 2**20:.2f} MB for a step")
    print(f"{'kregc':>12} {megabytes:8.1f} MB")
    for backend in options.backends.split(",") if options.python else []:
        _, megabytes = run([options.python, "-c", KERAS, options.model, options.batch, options.loss, options.optimizer],
                            env={**os.environ, "KERAS_BACKEND": backend})
        print(f"{backend:>12} {megabytes:8.1f} MB")


main()

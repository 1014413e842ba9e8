#!/usr/bin/env python3
"""Computes a counterexample of `kregc equiv` with real Keras.

usage: replay-counterexample.py A B DIR/MODE.npz

To be run by a Python that has Keras. Calls both models on the inputs x_i, in
training mode if the name is training.npz, where noise calls draw the recorded
numbers (a_draw_i, b_draw_i, in the order of the calls). Prints what Keras computes
beside what the file says. Keras divides penalties by the batch as its own version
does, whatever wrote the models. Exit status 0 if both models compute what the
file says and differ, 1 if not. The means of expectation.npz cannot be replayed.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import contextlib
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402

RTOL, ATOL = 1e-4, 1e-6


class Recorded:
    """Keras' random functions, with numbers that are given one call after the other."""

    def __init__(self, draws):
        self.draws = list(draws)

    def next(self, shape):
        return keras.ops.convert_to_tensor(self.draws.pop(0).reshape(shape).astype("float32"))

    def dropout(self, inputs, rate, noise_shape=None, seed=None):
        shape = [n or size for n, size in zip(noise_shape or inputs.shape, inputs.shape)]
        kept = keras.ops.cast(self.next(shape) >= rate, "float32")
        return inputs * kept / (1 - rate)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        return mean + stddev * self.next([int(n) for n in shape])

    def uniform(self, shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        return minval + (maxval - minval) * self.next([int(n) for n in shape])

    @contextlib.contextmanager
    def installed(self):
        """Keras draws from here meanwhile; layers call either module."""
        from keras.src import backend, random

        places = [(module, name) for module in (backend.random, random) for name in ("dropout", "normal", "uniform")]
        originals = [getattr(module, name) for module, name in places]
        try:
            for module, name in places:
                setattr(module, name, getattr(self, name))
            yield
        finally:
            for (module, name), original in zip(places, originals):
                setattr(module, name, original)


def numbers(data, prefix):
    names = [name for name in data if name.startswith(prefix)]
    return [data[name] for name in sorted(names, key=lambda name: int(name.rsplit("_", 1)[1]))]


def compute(path, which, data, training):
    """Outputs and the sum of all penalties."""
    model = keras.saving.load_model(path, compile=False)
    recorded = Recorded(numbers(data, f"{which}_draw_"))
    inputs = [keras.ops.convert_to_tensor(x) for x in numbers(data, "x_")]
    with recorded.installed() if training else contextlib.nullcontext():
        outputs = model(inputs if len(inputs) > 1 else inputs[0], training=training)
    if training and recorded.draws:
        sys.exit(f"error: {path} left {len(recorded.draws)} recorded draws")
    tree = keras.tree.flatten(outputs)
    return [np.asarray(y, "float64") for y in tree], float(sum(float(loss) for loss in model.losses))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    mode = Path(sys.argv[3]).stem
    if mode == "expectation":
        sys.exit("error: the means of expectation.npz cannot be replayed; take training.npz")
    data = dict(np.load(sys.argv[3]))
    agrees, results = True, []
    for which, path in zip("ab", sys.argv[1:3]):
        outputs, penalty = compute(path, which, data, mode == "training")
        said = numbers(data, f"{which}_y_")
        same = all(np.allclose(y, s, rtol=RTOL, atol=ATOL * max(1, np.abs(s).max())) for y, s in zip(outputs, said))
        same &= bool(np.isclose(penalty, data[f"{which}_penalty"], rtol=RTOL, atol=ATOL))
        agrees &= same
        results.append((outputs, penalty))
        print(f"{path}: penalties {penalty:.9g}, recorded {float(data[f'{which}_penalty']):.9g}; "
              f"outputs {'agree' if same else 'or penalties disagree'}")
    (a, p), (b, q) = results
    differ = not np.isclose(p, q, rtol=1e-6) or any(not np.allclose(x, y, rtol=1e-6, atol=1e-9) for x, y in zip(a, b))
    print("the models differ" if differ else "the models agree")
    return 0 if agrees and differ else 1


if __name__ == "__main__":
    sys.exit(main())

"""Two dense layers in a row, and one with the product of their kernels, as files.

usage: linear_pairs.py INPUTS FOLDER

INPUTS is the folder of keras_archive.py. Writes two.keras, one.keras, off.keras (a
number of the kernel is 0.1 % larger), relu.keras (an activation between the two
layers), penalised.keras (an activity penalty between them), and cancelled.keras and
half.keras: 10⁶·x - 10⁶·x and x/2.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys
from pathlib import Path

import numpy as np

from keras_models import chain, l2, Layer

sys.path.insert(0, sys.argv[1])
import keras_archive

RANDOM = np.random.default_rng(1)


def numbers(*shape):
    return RANDOM.standard_normal(shape, dtype=np.float32)


def write(name, *layers):
    """A model of dense layers, each (kernel, bias, more of its configuration)."""
    def config(weights):
        every = []
        for i, (kernel, bias, more) in enumerate(layers):
            weights.vars(f"dense_{i}" if i else "dense", f"d{i}", [kernel, bias])
            every.append(Layer("Dense", f"d{i}", units=len(bias), use_bias=True, **more))
        return chain([len(layers[0][0])], *every)
    keras_archive.write(str(Path(sys.argv[2], name + ".keras")), config)


first, second = (numbers(4, 6), numbers(6)), (numbers(6, 3), numbers(3))
wide = second[0].astype(np.float64)
kernel, bias = (first[0] @ wide).astype(np.float32), (first[1] @ wide + second[1]).astype(np.float32)
other = kernel.copy()
other[1, 2] *= np.float32(1.001)
write("two", (*first, {}), (*second, {}))
write("one", (kernel, bias, {}))
write("off", (other, bias, {}))
write("relu", (*first, {"activation": "relu"}), (*second, {}))
write("penalised", (*first, {"activity_regularizer": l2(0.1)}), (*second, {}))

none, large = np.zeros(1, np.float32), np.float32(1e6)
write("cancelled", (np.array([[large, -large]]), np.zeros(2, np.float32), {}), (np.ones((2, 1), np.float32), none, {}))
write("half", (np.array([[0.5]], np.float32), none, {}))

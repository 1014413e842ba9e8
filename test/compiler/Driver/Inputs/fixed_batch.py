"""A model whose input layer fixes the batch, or does not, of two versions of Keras.

usage: fixed_batch.py INPUTS FOLDER

INPUTS is the folder of keras_archive.py. Writes BATCH-VERSION.keras, BATCH among any,
4 and 8, VERSION 3.13.2 (penalties are not divided by the batch) or 3.15.1 (they are).
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys
from pathlib import Path

from keras_models import functional, Layer, regularizer

sys.path.insert(0, sys.argv[1])
import keras_archive

for name, batch in {"any": None, "4": 4, "8": 8}.items():
    x = Layer("InputLayer", "x", batch_shape=[batch, 3], dtype="float32")
    y = Layer("ReLU", "y", x, activity_regularizer=regularizer("L1L2", l1=0.3, l2=0.7))
    for version in ("3.13.2", "3.15.1"):
        keras_archive.write(str(Path(sys.argv[2], f"{name}-{version}.keras")), lambda _: functional([x, y], [y]), version)

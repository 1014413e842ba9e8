#!/usr/bin/env python3
"""Records what the optimizers of tf-keras (Keras 2) do otherwise than Keras 3.

usage: record-legacy.py OPTIMIZERS.npz OUT.npz   (needs tf-keras)

Start and gradients are those of record-optimizers.py; one flat weight of 16.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import tensorflow as tf
from tf_keras import optimizers
from tf_keras.optimizers import legacy

CASES = {
    "sgd_decay": lambda: legacy.SGD(0.1, momentum=0.9, decay=0.2),
    "adam_decay": lambda: legacy.Adam(0.1, decay=0.1),
    "rmsprop": lambda: legacy.RMSprop(0.05, rho=0.8, epsilon=1e-2),
    "rmsprop_momentum": lambda: legacy.RMSprop(0.05, rho=0.8, momentum=0.7, epsilon=1e-2),
    "rmsprop_centered": lambda: legacy.RMSprop(0.05, rho=0.8, centered=True, epsilon=1e-2),
    "adagrad": lambda: legacy.Adagrad(0.1, initial_accumulator_value=0.2, epsilon=1e-2),
    "adadelta": lambda: legacy.Adadelta(1.0, epsilon=1e-3),
    "adamax": lambda: legacy.Adamax(0.1),
    "nadam": lambda: legacy.Nadam(0.1),
    "ftrl": lambda: legacy.Ftrl(0.1, l1_regularization_strength=0.05, l2_regularization_strength=0.1,
                                l2_shrinkage_regularization_strength=0.01, beta=0.3),
    "new_ema": lambda: optimizers.SGD(0.1, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=3, jit_compile=False),
    "new_rmsprop": lambda: optimizers.RMSprop(0.05, rho=0.8, epsilon=1e-2, jit_compile=False),
    "new_adamw": lambda: optimizers.AdamW(0.1, weight_decay=0.1, jit_compile=False),
}


def main(given, path):
    given = np.load(given)
    out = {}
    for name, make in CASES.items():
        weight, optimizer, trace = tf.Variable(given["start"]), make(), []
        for gradient in given["gradients"]:
            optimizer.apply_gradients([(tf.constant(gradient), weight)])
            trace.append(weight.numpy())
        out[name] = np.stack(trace)
    np.savez_compressed(path, **out)


if __name__ == "__main__":
    main(*sys.argv[1:])

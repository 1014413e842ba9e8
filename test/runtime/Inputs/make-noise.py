#!/usr/bin/env python3
"""Makes noise.keras: every random layer on one input, each an output.

usage: make-noise.py OUT.keras   (needs Keras 3)
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import keras
from keras import layers

keras.utils.set_random_seed(1)
x = keras.Input((40, 25), name="x")
outputs = [
    layers.Dropout(0.3, name="dropout")(x),
    layers.Dropout(0.4, noise_shape=(None, 1, 25), name="dropout_shaped")(x),
    layers.SpatialDropout1D(0.25, name="spatial")(x),
    layers.GaussianNoise(0.5, name="noise")(x),
    layers.GaussianDropout(0.2, name="gaussian_dropout")(x),
    layers.AlphaDropout(0.1, name="alpha_dropout")(x),
    layers.Dense(2, name="dense")(layers.Dropout(0.5, name="before")(x)),
    layers.SpatialDropout2D(0.35, name="spatial_2d")(layers.Reshape((8, 5, 25), name="image")(x)),
    layers.SpatialDropout3D(0.15, name="spatial_3d")(layers.Reshape((2, 4, 5, 25), name="volume")(x)),
]
model = keras.Model(x, outputs)
model.compile(keras.optimizers.SGD(0.0), "mse")
model.save(sys.argv[1])

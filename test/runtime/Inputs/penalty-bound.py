"""Compares the last penalty of a compiled model, that of its output, with the exact sum.

usage: penalty-bound.py KREGC (MODEL | CLASS) SHAPE [--bound-factor F]

MODEL is a file whose last penalty is of its output; CLASS is a layer class to make
such a model of, without weights. SHAPE is that of the input, with the batch. The bound
(docs/proof.md, Floating point) takes the tile from the text of the plans. Exit status 1
if the penalty is further away.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

L1, L2 = 0.003, 0.007
CONFIGS = {
    "Activation": {"activation": "relu"},
    "MaxPooling2D": {"pool_size": [3, 3], "strides": [2, 2], "padding": "same", "data_format": "channels_last"},
    "AveragePooling2D": {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid", "data_format": "channels_last"},
}


def model_of(name, shape):
    """The JSON of a model of one layer with a penalty."""
    regularizer = {"module": "keras.regularizers", "class_name": "L1L2", "config": {"l1": L1, "l2": L2}, "registered_name": None}
    config = {"name": "layer", "trainable": True, "dtype": "float32", "activity_regularizer": regularizer, **CONFIGS[name]}
    layers = [
        {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
         "config": {"batch_shape": [None, *shape[1:]], "dtype": "float32", "sparse": False, "name": "x"}},
        {"module": "keras.layers", "class_name": name, "config": config, "registered_name": None},
    ]
    return json.dumps({"module": "keras", "class_name": "Sequential", "registered_name": None,
                       "config": {"name": "model", "trainable": True, "dtype": "float32", "layers": layers}})


def tile_of(plans):
    """The most terms that a float32 partial sum adds up."""
    tiles = [int(vectors) * int(points)
             for plan in plans.split("plan k_")[1:] if "penalty sum" in plan
             for vectors, points in re.findall(r"vectors (\d+) points (\d+)", plan)]
    return max(tiles)


def bound(tile, elements):
    """Of the relative error: the terms, the sums in a tile, the sum of the partial sums."""
    single, double = 2.0**-24, 2.0**-53
    rounded = (tile + 2) * single
    return rounded / (1 - rounded) + (elements + 8) * double


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kregc")
    parser.add_argument("model")
    parser.add_argument("shape")
    parser.add_argument("--bound-factor", type=float, default=1)
    args = parser.parse_args()
    shape = [int(size) for size in args.shape.split("x")]
    with tempfile.TemporaryDirectory() as folder:
        model, inputs, outputs = args.model, f"{folder}/in.npz", f"{folder}/out.npz"
        options = []
        if args.model in CONFIGS:
            model, options = f"{folder}/model.json", ["--keras-version", "3.15.1"]
            Path(model).write_text(model_of(args.model, shape))
        plans = subprocess.run([args.kregc, "compile", model, *options, "--emit", "plan"],
                               check=True, capture_output=True, text=True).stdout
        rng = np.random.default_rng(1)
        x = rng.standard_normal(shape) * np.exp(2 * rng.standard_normal(shape))
        np.savez(inputs, x_0=x.astype("float32"))
        subprocess.run([args.kregc, "run", model, *options, "--inputs", inputs, "--outputs", outputs], check=True)
        out = dict(np.load(outputs))
    l1, l2 = (np.longdouble(np.float32(c)) for c in ((L1, L2) if options else coefficients(model)))
    y = np.abs(out["y_0"].astype(np.longdouble))
    exact = (l1 * y + l2 * y * y).sum() / y.shape[0]
    error = float(abs(out["penalties"][-1] - exact) / exact)
    allowed = bound(tile_of(plans), y.size) * args.bound_factor
    print(f"tile {tile_of(plans)}, error {error:.3g}, bound {allowed:.3g}")
    return 0 if error <= allowed else 1


def coefficients(path):
    """Those of the last layer of a .keras file."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        layer = json.loads(archive.read("config.json"))["config"]["layers"][-1]
    config = layer["config"]["activity_regularizer"]["config"]
    return config.get("l1", 0), config.get("l2", 0)


if __name__ == "__main__":
    sys.exit(main())

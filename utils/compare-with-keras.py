#!/usr/bin/env python3
"""Compares kregc with real Keras on random small models of every layer.

usage: compare-with-keras.py [--kregc PATH] [--layers A,B] [--count N] [--seed N] [--keep FOLDER]

To be run by a Python that has Keras. Makes N models per layer class with random
attributes and shapes (random_keras_layers.py), saves them as .keras files and
records what Keras computes, in the form of test/e2e/cases; check-case.py then
compares `kregc run` and `kregc inspect` with that. What disagrees stays under
FOLDER (default: a folder in /tmp, printed) and can be copied to test/e2e/cases
as it is. Exit status 1 if something disagrees. Refusals (exit 3) are counted.
Without --kregc it only records, for `KREGC_CASES=FOLDER InterpreterCasesTest`.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402

from random_keras_layers import LAYERS, Draw  # noqa: E402

CHECK = Path(__file__).resolve().parent.parent / "test/e2e/check-case.py"
RTOL, ATOL = 1e-4, 1e-5


def randomize(model, rng):
    """Weights as a trained model could have them: nothing zero, variances positive."""
    for variable in model.variables:
        if variable.dtype != "float32":
            continue
        shape, name = variable.shape, variable.path.split("/")[-1]
        if "variance" in name:
            value = rng.uniform(0.5, 2, shape)
        elif name in ("gamma", "scale"):
            value = rng.uniform(0.5, 1.5, shape)
        else:
            fan_in = max(1, int(np.prod(shape[:-1]))) if len(shape) > 1 else 4
            value = rng.normal(0, 1.2 / np.sqrt(fan_in), shape)
        variable.assign(value.astype("float32"))


def inputs_of(model, batch, rng):
    below = getattr(model, "index_below", None)
    shapes = [(batch, *x.shape[1:]) for x in model.inputs]
    if below:
        return [rng.integers(0, below, shape).astype(x.dtype) for shape, x in zip(shapes, model.inputs)]
    return [rng.normal(0, 1, shape).astype("float32") for shape in shapes]


class Penalties:
    """Sees each activity penalty of one pass: layer, coefficients, shape, value."""

    def __init__(self, model):
        self.layers = [each for each in model._flatten_layers() if getattr(each, "activity_regularizer", None)]
        self.seen = []

    def __enter__(self):
        self.saved = [each.activity_regularizer for each in self.layers]
        for each, regularizer in zip(self.layers, self.saved):
            each.activity_regularizer = self.wrap(each, regularizer)
        return self

    def wrap(self, each, regularizer):
        def penalise(x):
            value = regularizer(x)
            self.seen.append({
                "layer": each.name, "tensor_shape": [int(n) for n in x.shape],
                "regularizer": {key: float(getattr(regularizer, key)) for key in ("l1", "l2")
                                if hasattr(regularizer, key)},
                "normalization": "batch", "value_inference": float(value) / int(x.shape[0])})
            return value
        return penalise

    def __exit__(self, *_):
        for each, regularizer in zip(self.layers, self.saved):
            each.activity_regularizer = regularizer


def record_batch(model, xs):
    with Penalties(model) as penalties:
        ys = model(xs if len(xs) > 1 else xs[0], training=False)
        losses = [float(v) for v in model.losses]
    ys = [np.asarray(y) for y in (ys if isinstance(ys, (list, tuple)) else [ys])]
    return ys, penalties.seen, losses


def weight_penalties(model):
    return [float(v.regularizer(v)) for v in model.trainable_variables if v.regularizer is not None]


def record(model, folder, batch, rng):
    """The case in `folder`; raises whatever Keras does where it cannot."""
    arrays = {}
    for prefix, size in (("", batch), ("b1_", 1)):
        xs = inputs_of(model, size, rng)
        ys, seen, losses = record_batch(model, xs)
        weights = weight_penalties(model)
        # model.losses knows of the same penalties, in another order.
        mine = sorted([p["value_inference"] for p in seen] + weights)
        assert np.allclose(mine, sorted(losses), rtol=1e-4, atol=1e-6), (mine, losses)
        arrays.update({f"{prefix}x_{i}": x for i, x in enumerate(xs)})
        arrays.update({f"{prefix}y_{i}": y for i, y in enumerate(ys)})
        arrays[prefix + "penalties"] = np.array([p["value_inference"] for p in seen])
        arrays[prefix + "weight_penalties"] = np.array(weights)
        penalties = seen if not prefix else penalties
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    np.savez(folder / "inference.npz", **arrays)
    case = {"keras": keras.__version__, "backend": keras.backend.backend(), "format": "keras", "rtol": RTOL,
            "atol": ATOL, "layers": [each.__class__.__name__ for each in model._flatten_layers(include_self=False)],
            "penalties": penalties, "regularizer_ignored_on": [],
            "weights": [{"path": v.path, "shape": list(v.shape)} for v in model.weights
                        if "seed_generator" not in v.path]}
    (folder / "case.json").write_text(json.dumps(case, indent=1))
    return [f"{each.__class__.__name__} {json.dumps(config_of(each))}" for each in model.layers]


def config_of(each):
    quiet = {"name", "trainable", "dtype", "kernel_initializer", "bias_initializer", "depthwise_initializer",
             "pointwise_initializer", "beta_initializer", "gamma_initializer", "moving_mean_initializer",
             "moving_variance_initializer", "alpha_initializer", "embeddings_initializer"}
    return {k: v if isinstance(v, (int, float, str, list, tuple)) else str(v)[:120]
            for k, v in each.get_config().items() if k not in quiet and v is not None and "constraint" not in k}


def compare(kregc, folder):
    """(kind, text): "same", "refused" with the message, or "differs" with what."""
    done = subprocess.run([sys.executable, CHECK, kregc, folder], capture_output=True, text=True)
    text = done.stdout.strip() or done.stderr.strip()
    if done.returncode == 0:
        return "same", ""
    return ("refused" if "exit 3" in text else "differs"), text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kregc", type=Path)
    parser.add_argument("--layers", default=",".join(LAYERS))
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=None)
    parser.add_argument("--keep-all", action="store_true", help="keep what agrees, too")
    args = parser.parse_args()
    keep = args.keep or Path(tempfile.mkdtemp(prefix="compare-with-keras-"))
    total = Counter()
    for name in args.layers.split(","):
        counts, refusals = Counter(), Counter()
        for number in range(args.count):
            seed = zlib.crc32(f"{name} {number} {args.seed}".encode())
            keras.utils.clear_session()
            keras.utils.set_random_seed(seed % 2**31)
            draw, rng = Draw(keras, seed), np.random.default_rng(seed)
            folder = keep / f"{name}_{args.seed}_{number}"
            shutil.rmtree(folder, ignore_errors=True)
            try:
                model = LAYERS[name](draw)
                randomize(model, rng)
                what = record(model, folder, draw.choice([2, 3, 5, 8, 33, draw.randint(1, 33)]), rng)
            except AssertionError:
                raise
            except Exception as error:  # TensorFlow has no code for most of channels_first on CPU
                counts["not computed by Keras"] += 1
                text = " ".join(str(error).split())[:200]
                refusals[f"Keras: {text}"] += 1
                continue
            kind, text = compare(args.kregc, folder) if args.kregc else ("recorded", "")
            counts[kind] += 1
            if kind == "refused":
                refusals[text.splitlines()[0][:200]] += 1
            if kind == "differs":
                print(f"DIFFERS {folder}\n  " + "\n  ".join(what) + "\n  " + text.replace("\n", "\n  "), flush=True)
            elif args.kregc and not args.keep_all:
                shutil.rmtree(folder)
        print(f"{name}: " + ", ".join(f"{n} {kind}" for kind, n in counts.items()), flush=True)
        for text, n in refusals.items():
            print(f"  {n}x {text}")
        total += counts
    print(f"total: {dict(total)}")
    return 1 if total["differs"] else 0


if __name__ == "__main__":
    sys.exit(main())

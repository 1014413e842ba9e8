#!/usr/bin/env python3
"""Holds every spelling of a regularizer, in every place, to what Keras makes of it.

usage: check-regularizers.py KREGC SCRATCH      (PYTHONPATH: where keras_models.py is)

SPELLINGS: what stands in a file, written by which Keras, and what it means there:
class, l1, l2 (for OrthogonalRegularizer factor and mode), or words of the message
and the exit status. PLACES: the weights of each layer class that may have one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import subprocess
import sys
from pathlib import Path

from keras_models import Layer, l2, regularizer, sequential, tf_keras

OLD, NEW = "2.15.0", "3.15.1"
KERAS_2_2 = {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.0010000000474974513}}
SPELLINGS = [
    # Names.
    ("l1", OLD, ("L1", 0.01, 0)), ("L1", OLD, ("L1", 0.01, 0)), ("l2", OLD, ("L2", 0, 0.01)), ("L2", OLD, ("L2", 0, 0.01)),
    ("l1", NEW, ("L1", 0.01, 0)), ("L1", NEW, ("L1", 0.01, 0)), ("l2", NEW, ("L2", 0, 0.01)), ("L2", NEW, ("L2", 0, 0.01)),
    ("l1_l2", OLD, ("L1L2", 0.01, 0.01)), ("l1_l2", NEW, (2, "'l1_l2' is not a regularizer name")),
    ("l1l2", NEW, ("L1L2", 0, 0)), ("l1l2", OLD, (2, "'l1l2' is not a regularizer name")),
    ("L1L2", NEW, ("L1L2", 0, 0)), ("L1L2", OLD, ("L1L2", 0, 0)),
    ("orthogonal_regularizer", NEW, ("OrthogonalRegularizer", 0.01, "rows")),
    ("OrthogonalRegularizer", OLD, ("OrthogonalRegularizer", 0.01, "rows")),
    ("l3", NEW, (2, "'l3' is not a regularizer name")),
    # Objects, as the releases have written them; a missing or null factor is the constructor's default.
    ({"name": "ActivityRegularizer", "l1": 0.25, "l2": 0.5}, OLD, ("L1L2", 0.25, 0.5)),
    ({"name": "WeightRegularizer", "l1": 0.25, "l2": 0.0}, OLD, ("L1L2", 0.25, 0)),
    ({"name": "L1L2Regularizer", "l1": 0.0, "l2": 0.5}, OLD, ("L1L2", 0, 0.5)),
    (KERAS_2_2, OLD, ("L1L2", 0, 0.001)),
    ({"class_name": "L2", "config": {"l2": 0.5}}, OLD, ("L2", 0, 0.5)),
    ({**l2(0.5), "shared_object_id": 7}, NEW, ("L2", 0, 0.5)),
    ({"class_name": "L1", "config": {"l1": 0.25}}, NEW, ("L1", 0.25, 0)),
    (regularizer("L1"), NEW, ("L1", 0.01, 0)), (regularizer("L2", l2=None), NEW, ("L2", 0, 0.01)),
    (regularizer("L1L2", l1=None, l2=0.5), NEW, ("L1L2", 0, 0.5)), (regularizer("L1", l1=True), NEW, ("L1", 1, 0)),
    ({**l2(0.5), "module": "tf_keras.regularizers"}, OLD, ("L2", 0, 0.5)),
    (regularizer("OrthogonalRegularizer", factor=0.5, mode="columns"), NEW, ("OrthogonalRegularizer", 0.5, "columns")),
    (None, NEW, None),
    # Numbers.
    (regularizer("L1", l1=-0.5), OLD, ("L1", -0.5, 0)), (regularizer("L1", l1=-0.5), NEW, (2, "the regularizer's l1 is")),
    (regularizer("L2", l2="0.5"), NEW, (2, "the regularizer's l2 is")), (regularizer("L2", l2=[0.5]), OLD, (2, "the regularizer's l2 is")),
    (regularizer("OrthogonalRegularizer", factor=0.5, mode="diagonal"), NEW, (2, "'rows' or 'columns'")),
    # What is not Keras' own is named, never run.
    ({"module": "my.code", "class_name": "MyReg", "config": {}, "registered_name": "pkg>MyReg"}, NEW, (3, "MyReg")),
    ({"module": None, "class_name": "L2", "config": {"l2": 0.5}, "registered_name": "pkg>L2"}, NEW, (3, "L2")),
    ({"module": "my.code", "class_name": "L2", "config": {"l2": 0.5}, "registered_name": "L2"}, NEW, (3, "L2")),
    ({"module": "builtins", "class_name": "function", "config": "pkg>penalty", "registered_name": "function"}, NEW,
     (3, "pkg>penalty")),
    ({"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}, NEW, (3, "lambda")),
    (7, NEW, (2, "7")),
]

IMAGE = (6, 6, 4)
# Shape, layer class, its config, regularizers by argument: the weight that each is of.
PLACES = [
    ((4,), "Dense", {"units": 3}, {"kernel": "kernel", "bias": "bias"}),
    ((4,), "EinsumDense", {"equation": "ab,bc->ac", "output_shape": 3, "bias_axes": "c"}, {"kernel": "kernel", "bias": "bias"}),
    ((5,), "Embedding", {"input_dim": 9, "output_dim": 4}, {"embeddings": "embeddings"}),
    *[((8, 6, 5)[:rank] + (4,), f"Conv{rank}D{suffix}", {"filters": 3, "kernel_size": [2] * rank}, {"kernel": "kernel", "bias": "bias"})
      for rank in (1, 2, 3) for suffix in ("", "Transpose")],
    *[((8, 6)[:rank] + (4,), f"DepthwiseConv{rank}D", {"kernel_size": [2] * rank}, {"depthwise": "kernel", "bias": "bias"})
      for rank in (1, 2)],
    *[((8, 6)[:rank] + (4,), f"SeparableConv{rank}D", {"filters": 3, "kernel_size": [2] * rank},
       {"depthwise": "depthwise_kernel", "pointwise": "pointwise_kernel", "bias": "bias"}) for rank in (1, 2)],
    (IMAGE, "BatchNormalization", {}, {"beta": "beta", "gamma": "gamma"}),
    (IMAGE, "LayerNormalization", {}, {"beta": "beta", "gamma": "gamma"}),
    (IMAGE, "GroupNormalization", {"groups": 2}, {"beta": "beta", "gamma": "gamma"}),
    (IMAGE, "PReLU", {}, {"alpha": "alpha"}),
]


def inspect(kregc, path, model, version):
    path.write_text(json.dumps(model))
    flags = ["--keras-version", version] if version == NEW else []
    done = subprocess.run([kregc, "inspect", str(path), "--format", "json", *flags], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def check_spelling(kregc, path, spelling, version, wanted):
    make = sequential if version == NEW else tf_keras
    model = make((4,), Layer("Dense", "dense", units=3, activity_regularizer=spelling))
    status, out, err = inspect(kregc, path, model, version)
    if wanted and isinstance(wanted[0], int):
        found = (status, wanted[1] if wanted[1] in err else err)
    elif status:
        found = (status, err)
    else:
        sites = [p["regularizer"] for p in json.loads(out)["penalties"]]
        found = None
        if sites:
            r = sites[0]
            found = (r["class"], r["factor"], r["mode"]) if "factor" in r else (r["class"], r["l1"], r["l2"])
            found = tuple(round(v, 7) if isinstance(v, float) else v for v in found)
    if found != wanted:
        yield f"{spelling!r} of Keras {version}: found {found}, wanted {wanted}"


def check_place(kregc, path, shape, name, config, arguments):
    given = {f"{argument}_regularizer": l2(0.5 + i) for i, argument in enumerate(arguments)}
    status, out, err = inspect(kregc, path, sequential(shape, Layer(name, "layer", **config, **given)), NEW)
    if status:
        yield f"{name}: {err}"
        return
    found = {p["variable"]: p["regularizer"]["l2"] for p in json.loads(out)["penalties"]}
    wanted = {weight: 0.5 + i for i, weight in enumerate(arguments.values())}
    if found != wanted:
        yield f"{name}: found {found}, wanted {wanted}"


def main(kregc, scratch):
    Path(scratch).mkdir(parents=True, exist_ok=True)
    path = Path(scratch) / "model.json"
    amiss = [line for row in SPELLINGS for line in check_spelling(kregc, path, *row)]
    amiss += [line for row in PLACES for line in check_place(kregc, path, *row)]
    print("\n".join(amiss) or f"{len(SPELLINGS)} spellings and {len(PLACES)} layers as Keras has them")
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

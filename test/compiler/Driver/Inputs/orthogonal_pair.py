"""Models with orthogonal penalties: orthogonal_pair.py FOLDER

A layer and a linear Activation behind it, with an orthogonal penalty on either of
them; and one with another factor.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import sys
from pathlib import Path

from keras_models import chain, Layer, regularizer


def model(attached, factor, *, kernel=None):
    """`attached` to the layer that makes the tensor, or to the one behind it."""
    penalty = regularizer("OrthogonalRegularizer", factor=factor, mode="rows")
    on = {"activity_regularizer": penalty}
    first = Layer("Activation", "relu", activation="relu", **(on if attached else {}))
    if kernel:
        first = Layer("Dense", "dense", units=3, kernel_regularizer=kernel, **(on if attached else {}))
    return chain((4,), first, Layer("Activation", "linear", activation="linear", **({} if attached else on)))


def main(folder):
    columns = regularizer("OrthogonalRegularizer", factor=0.5, mode="columns")
    for name, each in {"attached": model(True, 0.25), "behind": model(False, 0.25), "more": model(True, 0.5),
                       "kernel": model(True, 0.25, kernel=columns),
                       "same_kernel": model(False, 0.25, kernel=columns)}.items():
        (folder / f"{name}.json").write_text(json.dumps(each))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

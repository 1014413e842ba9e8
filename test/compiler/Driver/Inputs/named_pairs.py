"""Models without weight values whose layers are in one order or the other.

usage: named_pairs.py FOLDER

Two dense layers of one input, then the difference of both. In swapped.json the same
layers come in the other order; renamed.json is plain.json with other names;
crossed.json with the names of the two exchanged.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import sys
from pathlib import Path

from keras_models import functional, input_layer, Layer


def difference(names, swapped=False):
    """x·W(names[0]) - x·W(names[1])"""
    x = input_layer([4])
    both = [Layer("Dense", name, x, units=3, use_bias=True) for name in names]
    out = Layer("Subtract", "out", *both)
    return functional([x, *(reversed(both) if swapped else both), out], [out])


for name, model in {"plain": difference(["p", "q"]), "swapped": difference(["p", "q"], swapped=True),
                    "renamed": difference(["r", "s"]), "crossed": difference(["q", "p"])}.items():
    Path(sys.argv[1], name + ".json").write_text(json.dumps(model))

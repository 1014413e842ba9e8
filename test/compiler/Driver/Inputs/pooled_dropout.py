"""Compares means of penalties that `kregc equiv` names with a sum over all masks.

usage: pooled_dropout.py KREGC

The tensor is max_pool(dropout(x, 2x, -x)); both models penalise it, with different
coefficients, so that the verdict for expectation says both means.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import itertools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from keras_json import layer, model, source

RATE, COEFFICIENTS = 0.25, ((0.3, 0.5), (0.7, 0.2))


def text(l1, l2):
    layers = [
        source("x", 2, 1),
        layer("Rescaling", "twice", ["x"], scale=2.0, offset=0.0),
        layer("Rescaling", "minus", ["x"], scale=-1.0, offset=0.0),
        layer("Concatenate", "all", ["x", "twice", "minus"], axis=1),
        layer("Dropout", "dropout", ["all"], rate=RATE, seed=None, noise_shape=None),
        layer("MaxPooling1D", "pool", ["dropout"], pool_size=[3], strides=[3], padding="valid", data_format="channels_last"),
        layer("ActivityRegularization", "ar", ["pool"], l1=l1, l2=l2),
    ]
    return model(layers, ["x"], "ar")


def mean(window, power):
    """E|max|^power over all masks of a window."""
    total = 0
    for mask in itertools.product((0, 1), repeat=len(window)):
        chance = (1 - RATE) ** sum(mask) * RATE ** (len(mask) - sum(mask))
        total += chance * abs(max(x * m / (1 - RATE) for x, m in zip(window, mask))) ** power
    return total


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, (l1, l2) in zip("ab", COEFFICIENTS):
            Path(folder, name + ".json").write_text(text(l1, l2))
        done = subprocess.run([sys.argv[1], "equiv", f"{folder}/a.json", f"{folder}/b.json", "--keras-version", "3.15.1",
                               "--mode", "expectation"], capture_output=True, text=True)
    # For ones the rows of the concatenation are 1 1 2 2 -1 -1 in each sample.
    match = re.search(r"their means are (\S+) and (\S+) for ones \(batch 2\), with error bounds", done.stdout)
    if not match:
        print(f"no means: {done.stdout}{done.stderr}")
        return 1
    sums = [sum(mean(window, power) for window in ((1, 1, 2), (2, -1, -1))) for power in (1, 2)]
    wrong = 0
    for (l1, l2), said in zip(COEFFICIENTS, match.groups()):
        wanted = l1 * sums[0] + l2 * sums[1]
        if abs(float(said) - wanted) > 1e-6 * wanted:
            wrong += 1
            print(f"says {said}, the sum over all masks is {wanted}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

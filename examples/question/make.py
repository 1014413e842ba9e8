#!/usr/bin/env python3
"""Makes the four models of the question from files that real Keras wrote.

usage: make.py CASES OUT        CASES is test/e2e/cases

Keras wrote each placement as a model of its own, with random weights of its
own. To compare penalties the weights must be the same, so all four get the
weights file of one of them: layer names and shapes agree, and a weights file
may hold layers that a model does not have. Everything else stays as it was.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys
import zipfile
from pathlib import Path

PLACEMENTS = {
    "attached": "seed_cnn_attached",
    "after_conv": "seed_cnn_ar_after_conv",
    "after_dropout": "seed_cnn_ar_after_dropout",
    "on_maxpool": "seed_cnn_on_maxpool",
}
WEIGHTS = "model.weights.h5"


def main(cases, out):
    with zipfile.ZipFile(cases / PLACEMENTS["after_conv"] / "model.keras") as archive:
        weights = archive.read(WEIGHTS)
    for name, case in PLACEMENTS.items():
        with zipfile.ZipFile(cases / case / "model.keras") as source, \
                zipfile.ZipFile(out / f"{name}.keras", "w") as target:
            for entry in source.namelist():
                member = zipfile.ZipInfo(entry)  # a fixed date: same bytes every time
                target.writestr(member, weights if entry == WEIGHTS else source.read(entry))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

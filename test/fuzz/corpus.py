#!/usr/bin/env python3
"""Writes the corpus of each libFuzzer program from the tests' model files.

usage: corpus.py INPUTS OUT      INPUTS: test/frontends/Keras/Inputs

OUT/zip, OUT/config, OUT/hdf5, OUT/answer and OUT/pickle get one file per seed.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import io
import struct
import sys
import zipfile
from pathlib import Path


def main(inputs, out):
    for topic in ("zip", "config", "hdf5", "answer", "pickle"):
        (out / topic).mkdir(parents=True, exist_ok=True)
    for path in sorted(inputs.iterdir()):
        data = path.read_bytes()
        if data.startswith(b"\x89HDF"):
            (out / "hdf5" / path.name).write_bytes(data)
        elif data.startswith(b"PK"):
            (out / "zip" / path.name).write_bytes(data)
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                config = archive.read("config.json")
                weights = archive.read("model.weights.h5") if "model.weights.h5" in names else b""
                if "model.weights.npz" in names:
                    with zipfile.ZipFile(io.BytesIO(archive.read("model.weights.npz"))) as arrays:
                        for number, name in enumerate(arrays.namelist()):
                            (out / "pickle" / f"{path.name}-{number}").write_bytes(arrays.read(name))
            (out / "config" / path.name).write_bytes(b"\x00" + config)
            if weights:
                (out / "hdf5" / path.name).write_bytes(weights)
        elif path.suffix == ".json":
            (out / "config" / path.name).write_bytes(b"?" + data)
    # A group with a text and a dataset in it, as Hdf5Tree.cpp writes them.
    def text(word):
        return struct.pack("<Q", len(word)) + word
    def numbers(*values):
        return struct.pack(f"<{len(values)}Q", *values)
    data = text(b"0") + numbers(1, 0, 2, 3, 4, 0, 1, 96, 0)
    group = text(b"") + numbers(0, 1) + text(b"name") + numbers(1, 1) + text(b"dense") + numbers(1) + data
    (out / "answer" / "group").write_bytes(numbers(1) + group)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

"""Makes data sets for tests of training.

  dataset.py OUT NAME=SHAPE:KIND …

OUT is a .npz file, or a folder of .npy files. Kinds: `normal` numbers, `labelsK`
(classes below K), `onehotK` (an axis more), `bytes`, `fortran`, `nan` (one of
them), `ones`, `text`. Equal words make equal arrays.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys
import zlib

import numpy as np


def make(name, shape, kind):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    if kind.startswith("labels"):
        return random.integers(0, int(kind[6:]), shape).astype(np.int32)
    if kind.startswith("onehot"):
        return np.eye(int(kind[6:]), dtype=np.float32)[random.integers(0, int(kind[6:]), shape)]
    if kind == "text":
        return np.full(shape, "word")
    array = random.normal(size=shape).astype(np.float32)
    if kind == "bytes":
        array = (np.abs(array) * 50).astype(np.uint8)
    elif kind == "fortran":
        array = np.asfortranarray(array)
    elif kind == "nan":
        array.flat[array.size // 2] = np.nan
    elif kind == "ones":
        array[...] = 1
    return array


out, *words = sys.argv[1:]
arrays = {}
for word in words:
    name, rest = word.split("=")
    sizes, kind = rest.split(":")
    arrays[name] = make(name, [int(n) for n in sizes.split("x")], kind)
if out.endswith(".npz"):
    np.savez(out, **arrays)
else:
    os.makedirs(out, exist_ok=True)
    for name, array in arrays.items():
        np.save(os.path.join(out, name + ".npy"), array)

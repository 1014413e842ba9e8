"""Makes and shows .npz files for tests.

  npz.py make FILE NAME=2x3 …    arrays of that shape: 0, 1/7, 2/7 …
  npz.py show FILE               name, type and shape of each array
  npz.py same FILE FILE          exit status 1 unless all arrays are bit-equal

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np

verb, file, *rest = sys.argv[1:]
if verb == "make":
    arrays = {}
    for word in rest:
        name, shape = word.split("=")
        sizes = [int(n) for n in shape.split("x")]
        arrays[name] = (np.arange(np.prod(sizes)) % 50 / 7).astype(np.float32).reshape(sizes)
    np.savez(file, **arrays)
elif verb == "show":
    for name, array in np.load(file).items():
        print(name, array.dtype, array.shape)
else:
    a, b = np.load(file), np.load(rest[0])
    same = a.files == b.files and all(a[n].tobytes() == b[n].tobytes() for n in a.files)
    sys.exit(not same)

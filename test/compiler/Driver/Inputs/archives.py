"""What differs between two .keras files; or unpacks one as .json and .weights.h5.

usage: archives.py A B | archives.py --unpack A STEM
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import sys
import zipfile
from pathlib import Path


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def compare(a, b, place):
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        for key in a:
            compare(a[key], b[key], f"{place}.{key}" if place else key)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            compare(x, y, f"{place}[{i}]")
    elif a != b:
        print(f"{place}: {a} becomes {b}")


if sys.argv[1] == "--unpack":
    content = entries(sys.argv[2])
    Path(sys.argv[3] + ".json").write_bytes(content["config.json"])
    Path(sys.argv[3] + ".weights.h5").write_bytes(content["model.weights.h5"])
else:
    a, b = entries(sys.argv[1]), entries(sys.argv[2])
    if list(a) != list(b):
        print(f"entries {list(a)} become {list(b)}")
    for name in a:
        if name == "config.json":
            compare(json.loads(a[name]), json.loads(b[name]), "")
        elif a[name] != b[name]:
            print(f"{name} has other bytes")

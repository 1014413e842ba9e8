#!/usr/bin/env python3
"""Writes a model of the size of ResNet-50, and measures `kregc inspect` on it.

usage: large-model.py KREGC INPUTS FOLDER

INPUTS is the folder of resnet50.py. Prints seconds of processor time and MB of
memory; exit status 1 above 0.3 s or 200 MB, or if inspect fails.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import resource
import subprocess
import sys

SECONDS, MEGABYTES = 0.3, 200


def main(program, inputs, folder):
    sys.path.insert(0, inputs)
    from resnet50 import write
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "large.keras")
    write(path)
    size = os.path.getsize(path) / 1e6
    done = subprocess.run([program, "inspect", "--format", "json", path], capture_output=True, text=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.remove(path)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6
    print(f"{size:.0f} MB: {seconds:.2f} s of processor time, {megabytes:.0f} MB of memory")
    if done.returncode != 0:
        print(done.stderr)
        return 1
    report = json.loads(done.stdout)
    print(f"{report['parameters']} parameters, {len(report['penalties'])} penalties")
    return 0 if size > 100 and seconds <= SECONDS and megabytes <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Stands in for kregc and gets one thing wrong: wrong-kregc.py KREGC WHAT ARGS…

WHAT: output, penalty, inspect.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import subprocess
import sys

import numpy as np

kregc, what, *arguments = sys.argv[1:]
done = subprocess.run([kregc, *arguments], capture_output=True, text=True)
if arguments[0] == "inspect":
    print(done.stdout.replace('"live": true', '"live": false') if what == "inspect" else done.stdout)
elif what in ("output", "penalty"):
    file = arguments[arguments.index("--outputs") + 1]
    arrays = dict(np.load(file))
    name = {"output": "y_0", "penalty": "penalties"}[what]
    arrays[name] = arrays[name] * 1.01
    np.savez(file, **arrays)
sys.stderr.write(done.stderr)
sys.exit(done.returncode)

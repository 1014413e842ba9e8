"""statuses.py KREGC WORDS…: each command line must end with status 2, print one
line on stderr and nothing on stdout.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import subprocess
import sys

bad = 0
for words in sys.argv[2:]:
    done = subprocess.run([sys.argv[1], *words.split()], capture_output=True, text=True)
    lines = done.stderr.splitlines()
    if done.returncode != 2 or done.stdout or len(lines) != 1 or not lines[0].startswith("kregc: error: "):
        print(f"kregc {words}: status {done.returncode}, stdout {done.stdout!r}, stderr {done.stderr!r}")
        bad += 1
sys.exit(bad > 0)

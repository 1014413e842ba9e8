#!/usr/bin/env python3
"""Gives kregc a malformed or hostile file and looks at how it ends.

usage: check-bad.py KREGC FILE

index.json beside FILE says what is wrong with it and which statuses are right.
Whatever the file is: an end within 2 s of processor time and 1 GiB of memory,
one message if it is refused, and then nothing written. Prints what is not so;
exit status 1 if there was something.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

# Processor time: a busy machine is no failure. What waits forever hangs.
SECONDS, HANGS, BYTES = 2, 120, 1 << 30


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))


def check(program, file, row, sanitized):
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out"
        for verb in (["inspect", file], ["compile", file, "-o", out]):
            try:
                # AddressSanitizer is slow and reserves terabytes of addresses.
                done = subprocess.run([program, *map(str, verb)], capture_output=True, errors="replace", text=True,
                                      timeout=HANGS, cwd=scratch, preexec_fn=None if sanitized else limit)
            except subprocess.TimeoutExpired:
                problems.append(f"{verb[0]}: no end within {HANGS} s")
                continue
            if done.returncode not in row["exit"]:
                problems.append(f"{verb[0]}: status {done.returncode}, want one of {row['exit']}: {done.stderr[:300]}")
            if done.returncode == 0:
                continue
            lines = done.stderr.splitlines()
            errors = [line for line in lines if line.startswith("kregc: error: ")]
            if len(errors) != 1 or any(not line.startswith(("kregc: ", "note: ", "  ")) for line in lines):
                problems.append(f"{verb[0]}: one message wanted, found {done.stderr[:300]!r}")
            left = [p.name for p in Path(scratch).rglob("*")]
            if left:
                problems.append(f"{verb[0]}: left {left} behind")
    return problems


def main(program, file):
    rows = {row["file"]: row for row in json.loads((file.parent / "index.json").read_text())}
    problems = check(program, file, rows[file.name], sanitized="asan" in program)
    for problem in problems:
        print(f"{file.name} ({rows[file.name]['expect']}): {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))

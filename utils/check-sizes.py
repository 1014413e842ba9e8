#!/usr/bin/env python3
"""Finds files and functions that grew too large to read.

usage: check-sizes.py [SOURCE_FOLDER]

Limits in lines: 600 for a source file, 300 for a header, 500 for a table or a
.td file, 80 for a function of C++. A file that must be larger has a row with
its reason in ALLOWED. Exit status 1 if something is over its limit.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import subprocess
import sys
from pathlib import Path

FILE_LIMITS = {".cpp": 600, ".c": 600, ".h": 300, ".td": 500, ".def": 500, ".py": 600, ".sh": 300, ".mlir": 400}
FUNCTION_LIMIT = 80
ALLOWED = {}  # path: reason


def tracked_files(root):
    done = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        return [root / name for name in done.stdout.splitlines() if (root / name).is_file()]
    return [p for p in root.rglob("*") if p.is_file() and "build" not in p.relative_to(root).parts]


def long_functions(lines):
    """(first line, length) of bodies that clang-format closes at column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None and re.match(r"[A-Za-z].*[)a-z]\s*\{$", line) and "namespace" not in line \
                and not re.match(r"(class|struct|enum|union|extern)\b", line):
            start = number
        elif line.startswith("}"):
            if start is not None and number - start + 1 > FUNCTION_LIMIT:
                yield start, number - start + 1
            start = None


def main(root):
    over = []
    for path in tracked_files(root):
        name, limit = path.relative_to(root).as_posix(), FILE_LIMITS.get(path.suffix)
        if limit is None or name in ALLOWED:
            continue
        lines = path.read_text(errors="replace").splitlines()
        if len(lines) > limit:
            over.append(f"{name}: {len(lines)} lines; the limit of a {path.suffix} file is {limit}")
        if path.suffix == ".cpp":
            over += [f"{name}:{at}: a function of {length} lines; the limit is {FUNCTION_LIMIT}"
                     for at, length in long_functions(lines)]
    print("\n".join(over) or "every file is within its limit")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()))

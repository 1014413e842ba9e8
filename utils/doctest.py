#!/usr/bin/env python3
"""Runs the examples of a Markdown page or .td file.

usage: doctest.py --kreg-opt PATH --bin FOLDER --root FOLDER FILE…

* ```mlir blocks must pass kreg-opt (ops whose operands are not defined in the
  block belong in a function; a block that is a sketch is marked ```text).
* ```console blocks are run from --root with --bin in front of PATH; lines after
  `$ command` are what it prints. `…` at the end of a line stands for the rest of
  it, a line of `…` for any lines. build/bin/ in a command means --bin.
Prints each block that does not hold; exit status 1 if there was one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def blocks(text):
    """(language, first line, body) of every fenced block."""
    for match in re.finditer(r"^([ \t]*)```(\w+)\n(.*?)^\1```", text, re.S | re.M):
        body = re.sub("^" + match.group(1), "", match.group(3), flags=re.M)
        yield match.group(2), text[: match.start()].count("\n") + 1, body


def expected_pattern(lines):
    """A regular expression from the lines that a reader sees."""
    parts = []
    for line in lines:
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            pieces = [re.escape(p.rstrip() if i else p) for i, p in enumerate(line.split("…"))]
            parts.append(".*".join(pieces) + r"[ \t]*\n")
    return "".join(parts)


def check_mlir(body, args):
    done = subprocess.run([args.kreg_opt, "--split-input-file"], input=body, capture_output=True, text=True)
    return done.stderr if done.returncode else None


def check_console(body, args, folder):
    commands = re.split(r"^\$ ", body, flags=re.M)[1:]
    for entry in commands:
        # A backslash at the end of a line continues the command.
        command, output = re.match(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", entry, re.S).groups()
        command = command.replace("build/bin/", f"{args.bin}/")
        done = subprocess.run(["bash", "-c", command], cwd=folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if not output.strip():
            if done.returncode:
                return f"$ {command}\nexit {done.returncode}: {done.stdout}"
        elif not re.fullmatch(expected_pattern(output.rstrip("\n").split("\n")), done.stdout.rstrip("\n") + "\n"):
            return f"$ {command}\nprints\n{done.stdout}\nand the page says\n{output}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kreg-opt", required=True)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    args = parser.parse_args()
    failed = ran = 0
    with tempfile.TemporaryDirectory() as scratch:
        # Commands see the source tree, and write beside it, not into it.
        for entry in args.root.iterdir():
            if entry.name not in ("build", ".git"):
                (Path(scratch) / entry.name).symlink_to(entry)
        for file in args.files:
            for language, line, body in blocks(file.read_text()):
                if language not in ("mlir", "console"):
                    continue
                ran += 1
                problem = check_mlir(body, args) if language == "mlir" else check_console(body, args, scratch)
                if problem:
                    failed += 1
                    print(f"{file}:{line}: this block does not hold\n{problem}")
    print(f"{ran} examples, {failed} do not hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Changes the proofs of every law's test; none of them may be accepted.

usage: tamper-laws.py TOOLS TESTS [COUNT]

TESTS holds a LAW.mlir for each law; of the certificate of each pair of models in
it COUNT changes (10) of the proof that tamper.py knows are tried. Exit status 1 if one is accepted
that does not prove the same.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tamper

OPTIONS = re.compile(r"^// RUN: .*--test-kreg-compare-models=(\S+)", re.M)


def certificates(tools, test, folder):
    own = OPTIONS.search(test.read_text())
    pipeline = f"--test-kreg-compare-models=certificates={folder} {own.group(1) if own else ''}"
    subprocess.run([tools / "kreg-opt", test, "--split-input-file", "--verify-diagnostics", pipeline, "-o", "/dev/null"], check=True)
    return sorted(folder.glob("*.json"))


def main():
    tools, tests, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 10
    generator = random.Random(1)
    laws, checked, tried, wrong = set(), 0, 0, []
    for test in sorted(tests.glob("*.mlir")):
        with tempfile.TemporaryDirectory() as tmp:
            for file in certificates(tools, test, Path(tmp)):
                certificate = json.loads(file.read_text())
                checked += 1
                for proof in certificate["proofs"]:
                    laws |= {step[0] for step in proof["steps"]} | {f"penalty {move[0]}" for move in proof["moves"]}
                variants = tamper.variants(certificate, tamper.changed_proofs(certificate))
                for what, changed, same in generator.sample(variants, min(count, len(variants))):
                    tried += 1
                    if tamper.status_of(tools / "kreg-check", changed) != 1 and not same:
                        wrong.append(f"{test.stem}/{file.name}: {what}")
    print("".join(f"accepted: {line}\n" for line in wrong), end="")
    print(f"{len(laws)} laws in {checked} certificates, {tried} changes, {len(wrong)} accepted")
    return 1 if wrong or not tried else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Drops each side condition of each law; the tests of the law must notice.

usage: mutate-laws.py KREG_OPT [SOURCE_FOLDER] [LAW…]

For each CONDITION of dialect/Proof/Laws.def the law's -bad test runs

  * without the condition in the prover: the test must fail, because the checker
    refuses a proof and names the condition, or a term that there cannot be;
  * the same, and the checker is not believed: a wrong "equal" (or "same
    gradients") must come out, so that the condition is what keeps it away.

Prints the score, and a line per condition that was not noticed; exit status 1
if there is one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import subprocess
import sys
from pathlib import Path

LAW = re.compile(r'^(VALUE|MOVE)_LAW\((\w+), "([^"]*)"', re.M)
CONDITION = re.compile(r'^(?:(VALUE|MOVE)_LAW\((\w+), "([^"]*)"|CONDITION\((\w+), \w+, "([^"]*)")', re.M)
OPTIONS = re.compile(r"^// RUN: .*--test-kreg-compare-models=(\S+)", re.M)
WRONG = re.compile(r"unexpected remark: \w+: (equal|not-equal, same gradients)")


def conditions(table):
    """(law, whether of penalties, condition) in the order of the table."""
    law = None
    for kind, _, name, _, condition in CONDITION.findall(table):
        if kind:
            law = (name, kind == "MOVE")
        else:
            yield (*law, condition)


def run(tool, test, options):
    own = OPTIONS.search(test.read_text())
    pipeline = f"--test-kreg-compare-models={options} {own.group(1) if own else ''}"
    done = subprocess.run([tool, test, "--split-input-file", "--verify-diagnostics", pipeline, "-o", "/dev/null"],
                          capture_output=True, text=True)
    return done.returncode, done.stderr


def problem_of(tool, test, law, condition):
    """What the law's test does not notice; empty if it notices all."""
    if not test.exists():
        return f"there is no {test.name}"
    row = f"{law}:{condition}"
    status, text = run(tool, test, f"drop={row}")
    if status == 0:
        return "the tests do not notice that the prover lacks it"
    refusals = (f"the condition '{condition}' of law '{law}' does not hold", "has a shape that it cannot have")
    if not any(refusal in text for refusal in refusals):
        return "the checker does not miss it"
    status, text = run(tool, test, f"drop={row} unchecked")
    if status == 0 or not WRONG.search(text):
        return "nothing wrong is proved without it"
    return ""


def main():
    tool, source = sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else ".")
    only = sys.argv[3:]
    table = (source / "dialect/Proof/Laws.def").read_text()
    rows = [row for row in conditions(table) if not only or row[0] in only]
    missed = 0
    for law, of_penalties, condition in rows:
        name = f"{'penalty-' if of_penalties else ''}{law}-bad.mlir"
        problem = problem_of(tool, source / "test/dialect/Proof" / name, law, condition)
        if problem:
            missed += 1
            print(f"{law}: {condition}: {problem}")
    print(f"{len(LAW.findall(table))} laws, {len(rows)} conditions, {len(rows) - missed} noticed")
    return 1 if missed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Adds up lit's result files and prints `N passed, N failed` as the last line.

usage: count-tests.py results.json…

Tests that lit left out are named before that line and counted in neither
number. Exit status 1 if a test failed, or if there was none at all.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import sys

PASSED = {"PASS", "XFAIL", "FLAKYPASS"}
LEFT_OUT = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def main(files):
    passed, failed, left_out = 0, 0, []
    for file in files:
        with open(file) as stream:
            tests = json.load(stream)["tests"]
        for test in tests:
            if test["code"] in PASSED:
                passed += 1
            elif test["code"] in LEFT_OUT:
                left_out.append(test["name"])
            else:
                failed += 1
                print(f"{test['code']}: {test['name']}")
    for name in left_out:
        print(f"not run: {name}")
    if passed + failed == 0:
        print("no test ran")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

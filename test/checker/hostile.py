#!/usr/bin/env python3
"""Certificates that are made to take long; kreg-check must end soon all the same.

usage: hostile.py KREG_CHECK

Nesting, chains of terms, work that grows with the square or exponent of the
size, numbers and shapes that are too large. Each must be rejected with a message,
in 60 seconds and 8 GiB. Prints a line per certificate for which that is not so;
exit status 1 if there is one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import hashlib
import resource
import subprocess
import sys
import tempfile

from steps import B, X, certificate, constant, term, unary, weight

SECONDS, BYTES = 60, 8 << 30


def sealed(rest):
    return '{"sha256":"' + hashlib.sha256(rest.encode()).hexdigest() + '"' + rest


def nested(depth):
    return sealed(',"format":"kreg-certificate 1","tolerance":1e-6,"nodes":[{"op":"input","shape":[-1],"attrs":{"index":'
                  + "[" * depth + "]" * depth + "}}]}\n")


def penalty(tensor, per_batch=False):
    return {"tensor": tensor, "l1": 1.0, "l2": 0.0, "per_batch": per_batch}


def doubled(count):
    """Sums of two times the sum before."""
    return [term("sum", [], [i, i]) for i in range(1, count + 1)]


def cases():
    many = 50000
    yield "nested", nested(10**6)
    yield "many values", sealed(',"format":[' + "[]," * 11_000_000 + "[]]}\n")
    yield "many digits", sealed(',"tolerance":' + "1" * 10**6 + "}\n")
    yield "shape", certificate([X, constant(0, shape=[2**60])], (0, 0))
    yield "rank", certificate([X, term("reshape", [B] + [1] * many, [0])], (0, 0))
    yield "memory", certificate([X, constant(0, shape=[10**12])], (0, 0), new=[term("sum", [10**12], [1, 1]), term("sum", [10**12], [1, 1, 1])],
                                steps=[["constant", 2, 3]])
    chain = [X] + [term("reshape", [B, 4], [i]) for i in range(many)] + [unary("relu", [B, 4], many)]
    yield "bounds of a chain", certificate(chain, (0, 0), [["on-range", many + 1, many]])
    yield "exponential constant", certificate([X, constant(1)], (0, 0), new=doubled(60), steps=[["constant", 61, 60]])
    yield "exponential sum", certificate([X, constant(1)], (0, 0), new=doubled(60), steps=[["linear", 61, 60]])
    yield "product of many digits", certificate([X, constant(1.1)] + [term("product", [B, 4], [0] + [1] * 99_999)] * 2, (2, 3), [["factors", 2, 3]])
    yield "factors that overflow", certificate([X], (0, 0), new=[term("repeat", [B, 4], [0], factors=[1, 2**62])])
    repeats = [X] + [term("repeat", [B, 4], [i], factors=[1, 2**62]) for i in range(many)]
    yield "coefficients of many digits", certificate(repeats, (0, 0), moves=[["repeat", 0, i, 1, False] for i in range(many, 0, -1)], penalties=([penalty(many)], []))
    drops = [X] + [term("dropout", [B, 4], [i], draw=i, rate=0.5) for i in range(many)]
    yield "draws of a chain", certificate(drops, (0, 0), moves=[["dropout", 0, i, 1, False] for i in range(many, 0, -1)], penalties=([penalty(many)], []))
    yield "many weights", certificate([X, weight("w", 4)], (0, 0), new=[weight("v", 4)] * 4)


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def problem_of(checker, text):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        try:
            done = subprocess.run([checker, file.name], capture_output=True, text=True, timeout=SECONDS, preexec_fn=limit)
        except subprocess.TimeoutExpired:
            return "takes too long"
    rejected = done.returncode == 1 and done.stderr.startswith("rejected: ")
    return "" if rejected else f"exit status {done.returncode}: {done.stderr[:200]}"


def main():
    count, wrong = 0, 0
    for what, text in cases():
        count += 1
        if problem := problem_of(sys.argv[1], text):
            wrong += 1
            print(f"{what}: {problem}", flush=True)
    print(f"{count} certificates, {wrong} not rejected in time")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

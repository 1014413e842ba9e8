#!/usr/bin/env python3
"""Compares the verdicts of `kregc equiv` with the truth about a pair of models.

usage: check-pair.py KREGC FOLDER

FOLDER has a.keras, b.keras and truth.json (a verdict per mode, and a repair).
The verdicts must be right and decided; kreg-check must accept the certificate of
the equal modes, the repaired file must be equal where a repair was found, and
`kregc run` must find that the models differ on the counterexample for inference. Prints a line per disagreement;
exit status 1 if there was one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

MODES = ("inference", "training", "expectation")
TOLERANCE = 1e-6


def call(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True)


def check_verdict(mode, want, got):
    verdict = got["verdict"]
    wanted = "equal" if want["verdict"] == "equal" else "not-equal"
    if verdict != wanted:
        return [f"{mode}: says {verdict} ({got['reason']}), the truth is {wanted}"]
    if want["verdict"] == "equal-up-to-constant-gradient" and got["same_gradients"] is not True:
        return [f"{mode}: does not say that the gradients are the same"]
    return []


def check_repair(truth, verdicts):
    repair = truth.get("repair")
    for mode in repair["equal_then_in"] if repair else []:
        got = {row["layer"]: row for row in verdicts[mode]["repair"] or []}
        if not got:
            yield f"{mode}: no repair"
        for want in [] if repair.get("unique") is False else repair["set_in_b"]:
            have = got.get(want["layer"], {"l1": -1, "l2": -1})
            if any(abs(have[k] - want[k]) > TOLERANCE * max(1, want[k]) for k in ("l1", "l2")):
                yield f"{mode}: repairs {sorted(got.items())}, wanted {want}"


def check_repaired(kregc, folder, repaired, modes, verdicts):
    """The file with a repair is equal to the first model in the modes that it was written for."""
    if not modes:
        repairs = [mode for mode in MODES if verdicts[mode]["repair"]]
        return [f"{repairs}: the repair was not written"] if repairs or repaired.exists() else []
    done = call(kregc, "equiv", folder / "a.keras", repaired, "--format", "json")
    if not done.stdout:
        return [f"repaired file: exit {done.returncode}: {done.stderr.strip()}"]
    found = json.loads(done.stdout)["verdicts"]
    return [f"{mode}: the repaired file is {found[mode]['verdict']}" for mode in modes if found[mode]["verdict"] != "equal"]


def replay(kregc, folder, example, out):
    """The compiled models differ on a counterexample as the interpreter said."""
    data = np.load(example)
    results = []
    for model in "ab":
        done = call(kregc, "run", folder / f"{model}.keras", "--inputs", example, "--outputs", out)
        if done.returncode != 0:
            return [f"run: {done.stderr.strip()}"]
        got = dict(np.load(out))
        penalty = got["penalties"].sum() + got["weight_penalties"].sum()
        if not np.isclose(penalty, data[f"{model}_penalty"], rtol=1e-4, atol=1e-6):
            return [f"replay: the penalty of {model} is {penalty}, said {data[f'{model}_penalty']}"]
        results.append([got["y_0"], penalty])
    same = np.allclose(results[0][0], results[1][0], rtol=1e-6, atol=1e-9) and np.isclose(results[0][1], results[1][1], rtol=1e-6)
    return ["replay: the compiled models agree on the counterexample"] if same else []


def check(kregc, folder, tmp):
    truth = json.loads((folder / "truth.json").read_text())
    certificate, examples, repaired = tmp / "certificate.json", tmp / "examples", tmp / "repaired.keras"
    done = call(kregc, "equiv", folder / "a.keras", folder / "b.keras", "--format", "json",
                "--certificate", certificate, "--counterexample", examples, "--write-repaired", repaired)
    if done.returncode not in (0, 1, 3):
        return [f"equiv: exit {done.returncode}: {done.stderr.strip()}"]
    verdicts = json.loads(done.stdout)["verdicts"]
    problems = [p for mode in MODES for p in check_verdict(mode, truth[mode], verdicts[mode])]
    problems += check_repair(truth, verdicts)
    problems += check_repaired(kregc, folder, repaired, json.loads(done.stdout)["repaired_in"], verdicts)
    found = {verdicts[mode]["verdict"] for mode in MODES}
    status = 1 if "not-equal" in found else 3 if "undecided" in found else 0
    if done.returncode != status:
        problems.append(f"exit status {done.returncode}, wanted {status}")
    equal = [mode for mode in MODES if verdicts[mode]["verdict"] == "equal"]
    if equal:
        checked = call(kregc.parent / "kreg-check", certificate)
        rounds = {mode: ", up to rounding of constants" in verdicts[mode]["reason"] for mode in equal}
        wanted = "".join(f"{mode}: equal{', up to rounding of constants' * rounds[mode]}\n" for mode in equal)
        wanted += "accepted\n"
        if checked.returncode != 0 or checked.stdout != wanted:
            problems.append(f"kreg-check: {checked.stdout}{checked.stderr}")
    elif certificate.exists():
        problems.append("a certificate of nothing was written")
    if verdicts["inference"]["verdict"] == "not-equal":
        problems += replay(kregc, folder, examples / "inference.npz", tmp / "out.npz")
    return problems


def main():
    with tempfile.TemporaryDirectory() as tmp:
        problems = check(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), Path(tmp))
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compares `kregc run` and `kregc inspect` with what Keras recorded.

usage: check-case.py KREGC FOLDER

FOLDER has a model file, case.json (what the model is, its penalties and
tolerances) and inference.npz (inputs, outputs and penalties for two batches).
Prints a line per disagreement; exit status 1 if there was one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

# Penalties are long sums of float32: they get this much at least.
PENALTY_RTOL, PENALTY_ATOL = 2e-5, 1e-7


def model_of(folder):
    files = [f for f in folder.iterdir() if f.stem == "model" and f.suffix in (".keras", ".h5", ".json")]
    assert len(files) == 1, f"one model file wanted in {folder}, found {files}"
    return files[0]


def version_flags(case):
    """A bare .json of Keras 3 does not say which release wrote it."""
    if case["format"] == "json" and not case["keras"].startswith("tf-keras"):
        return ["--keras-version", case["keras"]]
    return []


def kregc(command):
    """(stdout, None), or (None, what went wrong)."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        return None, f"{command[1]}: exit {done.returncode}: {done.stderr.strip()}"
    return done.stdout, None


def compare(name, got, want, rtol, atol):
    if got.shape != want.shape:
        return [f"{name}: shape {got.shape}, recorded {want.shape}"]
    off = ~np.isclose(got, want, rtol=rtol, atol=atol, equal_nan=True)
    if not off.any():
        return []
    worst = np.nanmax(np.abs(got.astype(float) - want)[off])
    return [f"{name}: {off.sum()} of {off.size} numbers disagree, by up to {worst:.3g}"]


def check_run(program, folder, case, prefix, scratch):
    """The batch whose arrays are called `<prefix>x_0` and so on."""
    recorded = np.load(folder / "inference.npz")
    batch = {k[len(prefix):]: recorded[k] for k in recorded.files if k.startswith(prefix)}
    inputs = {k: v for k, v in batch.items() if k.startswith("x_")}
    if not inputs:
        return [] if prefix else ["inference.npz has no inputs"]
    np.savez(scratch / "in.npz", **inputs)
    out = scratch / f"{prefix}out.npz"
    _, problem = kregc([program, "run", model_of(folder), "--inputs", scratch / "in.npz",
                        "--outputs", out, *version_flags(case)])
    if problem:
        return [problem]
    got, problems = dict(np.load(out)), []
    for name, want in batch.items():
        if name.startswith("y_"):
            problems += compare(prefix + name, got[name], want, case["rtol"], case["atol"])
        elif name in ("penalties", "weight_penalties"):
            # Keras' order differs for nested layers; ours is that of `inspect`.
            problems += compare(prefix + name, np.sort(got[name]), np.sort(want),
                                max(case["rtol"], PENALTY_RTOL), max(case["atol"], PENALTY_ATOL))
    return problems


def site(entry, normalization):
    regularizer = entry["regularizer"]
    return (entry["layer"], round(regularizer.get("l1") or 0.0, 7),
            round(regularizer.get("l2") or 0.0, 7), normalization)


def check_inspect(program, folder, case):
    text, problem = kregc([program, "inspect", model_of(folder), "--format", "json", *version_flags(case)])
    if problem:
        return [problem]
    report, problems = json.loads(text), []
    live = [p for p in report["penalties"] if p["kind"] == "activity" and p["live"]]
    # A penalty of value 0 did not tell Keras' normalisation: either will do.
    open_layers = {p["layer"] for p in case["penalties"] if p["normalization"] == "undetermined"}
    def key(entry):
        return site(entry, "?" if entry["layer"] in open_layers else entry["normalization"])
    have, want = sorted(map(key, live)), sorted(map(key, case["penalties"]))
    if have != want:
        problems.append(f"inspect: live penalties {have}, recorded {want}")
    shapes = sorted(str(p["tensor_shape"][1:]) for p in live)
    recorded = sorted(str(p["tensor_shape"][1:]) for p in case["penalties"])
    if shapes != recorded:
        problems.append(f"inspect: shapes {shapes}, recorded {recorded}")
    weights = sum(int(np.prod(w["shape"])) for w in case["weights"])
    if report["parameters"] != weights:
        problems.append(f"inspect: {report['parameters']} parameters, recorded {weights}")
    for layer in case["regularizer_ignored_on"]:
        if not any(w["layer"] == layer for w in report["warnings"]):
            problems.append(f"inspect: no warning about the regularizer on '{layer}', which Keras ignores")
    return problems


def main(program, folder):
    case = json.loads((folder / "case.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        problems = check_inspect(program, folder, case)
        for prefix in ("", "b1_"):
            problems += check_run(program, folder, case, prefix, Path(scratch))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

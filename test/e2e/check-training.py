#!/usr/bin/env python3
"""Compares `kregc grad` and `kregc train` with what Keras recorded.

usage: check-training.py KREGC FOLDER

FOLDER has a model file, case.json and training.npz: a batch, the loss and the
gradients of it, and losses and weights of a few steps on it.
Prints a line per disagreement; exit status 1 if there was one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

spec = importlib.util.spec_from_file_location("check_case", Path(__file__).with_name("check-case.py"))
check_case = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_case)
compare, kregc, model_of = check_case.compare, check_case.kregc, check_case.model_of


def settings(case):
    """A bare .json has no compile settings."""
    if case["format"] != "json":
        return []
    optimizer = {"class_name": case["optimizer"]["class"], "config": case["optimizer"]["config"]}
    loss = case["loss"] if isinstance(case["loss"], str) else json.dumps(case["loss"])
    return ["--loss", loss, "--optimizer", json.dumps(optimizer)]


def check(program, folder, case, scratch):
    recorded = np.load(folder / "training.npz")
    tolerance = case["training"]["rtol"], case["training"]["atol"]
    arrays = {k: recorded[k] for k in recorded.files if k.startswith(("x_", "t_")) or k == "sample_weight"}
    flags = [*check_case.version_flags(case), *settings(case)]
    weighted = []
    if "class_weight" in recorded.files:
        weights = recorded["class_weight"].tolist()
        weighted = ["--class-weight", json.dumps(weights)]
        # `grad` has no weights of classes: those of the samples are the same.
        arrays["sample_weight"] = recorded["class_weight"][recorded["t_0"].reshape(-1).astype(int)]
    np.savez(scratch / "data.npz", **arrays)
    _, problem = kregc([program, "grad", model_of(folder), "--data", scratch / "data.npz", "--outputs", scratch / "g.npz", *flags])
    if problem:
        return [problem]
    got, problems = np.load(scratch / "g.npz"), []
    for name, want in (("loss", "loss_total"), ("data_loss", "loss_without_penalties"),
                       *((k, k) for k in recorded.files if k.startswith("grad/"))):
        problems += compare(name, got[name], recorded[want], *tolerance)

    if weighted:
        del arrays["sample_weight"]
        np.savez(scratch / "data.npz", **arrays)
    batch = len(recorded["x_0"])
    _, problem = kregc([program, "train", model_of(folder), "--data", scratch / "data.npz", "--epochs", case["steps"],
                        "--batch-size", batch, "--no-shuffle", "-o", scratch / "w.npz", "--history", scratch / "h.json",
                        *flags, *weighted])
    if problem:
        return problems + [problem]
    weights = np.load(scratch / "w.npz")
    for name in recorded.files:
        if name.startswith(("w/", "state/")):
            path = name.split("/", 1)[1]
            problems += compare(path, weights[path], recorded[name], *tolerance)
    history = json.loads((scratch / "h.json").read_text())
    problems += compare("history", np.array(history["loss"]), recorded["loss_history"], *tolerance)
    parts = np.array(history["data_loss"]) + history["activity_penalty"] + history["weight_penalty"]
    problems += compare("parts of the loss", parts, np.array(history["loss"]), 1e-12, 0)
    return problems


def main(program, folder):
    case = json.loads((folder / "case.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        problems = check(program, folder, case, Path(scratch))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

#!/usr/bin/env python3
"""Shows that a model trained by `kregc train` is one that Keras goes on with.

usage: check-trained.py KREGC CASE…

Needs Python with Keras 3 and a backend. Each CASE is a folder of
test/e2e/training. kregc trains its model for two steps and writes a .keras;
Keras loads that, predicts what `kregc run` does, has the optimizer's state, and
its third step ends with the weights of kregc's third. Prints a line per case;
exit status 1 if one differs.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np


def kregc(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def furthest(a, b):
    return float(np.max(np.abs(np.asarray(a, np.float64) - b) / (1e-3 + np.abs(b)), initial=0))


def check(program, folder, scratch):
    case = json.loads((folder / "case.json").read_text())
    recorded = np.load(folder / "training.npz")
    arrays = {k: recorded[k] for k in recorded.files if k.startswith(("x_", "t_")) or k == "sample_weight"}
    np.savez(scratch / "data.npz", **arrays)
    np.savez(scratch / "in.npz", x_0=arrays["x_0"])
    model, trained = next(folder.glob("model.*")), scratch / "trained.keras"
    train = [program, "train", model, "--data", scratch / "data.npz", "--batch-size", len(arrays["x_0"]), "--no-shuffle"]
    kregc(*train, "--epochs", 2, "-o", trained)
    kregc(*train, "--epochs", 3, "-o", scratch / "third.npz")
    kregc(program, "run", trained, "--inputs", scratch / "in.npz", "--outputs", scratch / "out.npz")
    loaded = keras.models.load_model(trained)
    problems = {"predictions": furthest(loaded.predict(arrays["x_0"], verbose=0), np.load(scratch / "out.npz")["y_0"])}
    if int(loaded.optimizer.iterations) != 2:
        problems["iterations"] = float("inf")
    loaded.train_on_batch(arrays["x_0"], arrays["t_0"], sample_weight=arrays.get("sample_weight"))
    third = np.load(scratch / "third.npz")
    problems["third step"] = max(furthest(v.numpy(), third[v.path.split("/", 1)[1] if v.path not in third else v.path]) for v in loaded.weights)
    return {k: v for k, v in problems.items() if not v < 2e-3}, case["optimizer"]["class"]


def main(program, folders):
    failed = False
    for folder in map(Path, folders):
        with tempfile.TemporaryDirectory() as scratch:
            problems, optimizer = check(program, folder, Path(scratch))
        print(f"{folder.name}: {optimizer}: {problems or 'the same'}")
        failed |= bool(problems)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

#!/usr/bin/env python3
"""Shows that a model trained by `kregc train` is one that Keras goes on with.

usage: check-trained.py KREGC [CASE…]

Needs Python with Keras 3 and a backend. Each CASE is a folder of
test/e2e/training. kregc trains its model for two steps and writes a .keras;
Keras loads that, predicts what `kregc run` does, has the optimizer's state, and
its third step ends with the weights of kregc's third.

Without a CASE, a small model with every optimizer: kregc trains two steps of a
.keras and three of a .h5, and Keras alone does the same. Weights and variables of
the optimizer must be the same then, and after one step more of both in Keras.
(Keras 3.15 cannot load the optimizer of any .h5, its own included, since it
builds it for no variables; so the variables are put in by hand there.)

Prints a line per case; exit status 1 if one differs.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import keras
import numpy as np
from keras.src.legacy.saving.legacy_h5_format import load_optimizer_weights_from_hdf5_group


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


def settings():
    """Every optimizer, by what a line calls it."""
    o = keras.optimizers
    yield "SGD", o.SGD(0.05)
    yield "SGD momentum", o.SGD(0.05, momentum=0.9)
    yield "SGD nesterov", o.SGD(0.05, momentum=0.9, nesterov=True)
    yield "RMSprop", o.RMSprop(0.01)
    yield "RMSprop momentum", o.RMSprop(0.01, momentum=0.5)
    yield "RMSprop centered", o.RMSprop(0.01, centered=True)
    yield "Adam", o.Adam(0.01)
    yield "Adam amsgrad", o.Adam(0.01, amsgrad=True)
    yield "AdamW", o.AdamW(0.01, weight_decay=0.05)
    yield "Adagrad", o.Adagrad(0.05)
    yield "Adadelta", o.Adadelta(1.0)
    yield "Adamax", o.Adamax(0.01)
    yield "Nadam", o.Nadam(0.01)
    yield "Lion", o.Lion(0.003)
    yield "Ftrl", o.Ftrl(0.05, l1_regularization_strength=0.01, l2_regularization_strength=0.01, beta=0.1)
    yield "SGD averages", o.SGD(0.05, use_ema=True, ema_overwrite_frequency=2)
    yield "Adam schedule", o.Adam(o.schedules.CosineDecay(0.02, 5))
    yield "RMSprop, all", o.RMSprop(0.01, momentum=0.5, centered=True, weight_decay=0.01, clipnorm=0.1, use_ema=True,
                                    gradient_accumulation_steps=2)


def small_model():
    layers, penalty = keras.layers, keras.regularizers.L1L2(1e-3, 1e-3)
    keras.utils.set_random_seed(3)
    return keras.Sequential([keras.Input((8, 8, 2)),
                             layers.Conv2D(5, 3, activation="relu", activity_regularizer=penalty),
                             layers.BatchNormalization(), layers.Flatten(),
                             layers.Dense(7, activation="tanh", kernel_regularizer="l2"),
                             layers.Dense(4, activation="softmax")])


def load(path, optimizer):
    model = keras.models.load_model(path)
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            values = [np.asarray(value) for value in load_optimizer_weights_from_hdf5_group(file)]
        model.compile(type(optimizer).from_config(optimizer.get_config()), "sparse_categorical_crossentropy")
        model.optimizer.build(model.trainable_variables)
        for variable, value in zip(model.optimizer.variables, values, strict=True):
            variable.assign(value)
    return model


def check_optimizer(program, optimizer, suffix, steps, scratch):
    random = np.random.default_rng(0)
    x, t = random.normal(size=(12, 8, 8, 2)).astype("f"), random.integers(0, 4, 12).astype("f")
    np.savez(scratch / "data.npz", x_0=x, t_0=t)
    alone = small_model()
    alone.compile(optimizer, "sparse_categorical_crossentropy")
    alone.save(scratch / f"model{suffix}")
    trained = scratch / f"trained{suffix}"
    kregc(program, "train", scratch / f"model{suffix}", "--data", scratch / "data.npz", "--batch-size", 12,
          "--no-shuffle", "--epochs", steps, "-o", trained)
    loaded = load(trained, optimizer)
    for _ in range(steps):
        alone.train_on_batch(x, t)
    problems = {}
    for moment in ("then", "a step later"):
        pairs = [*zip(loaded.weights, alone.weights, strict=True),
                 *zip(loaded.optimizer.variables, alone.optimizer.variables, strict=True)]
        problems[moment] = max(furthest(a.numpy(), b.numpy()) for a, b in pairs)
        for model in (loaded, alone):
            model.train_on_batch(x, t)
    return {k: v for k, v in problems.items() if not v < 2e-3}


def check_optimizers(program):
    failed = False
    for suffix, steps in ((".keras", 2), (".h5", 3)):
        for name, optimizer in settings():
            with tempfile.TemporaryDirectory() as scratch:
                problems = check_optimizer(program, optimizer, suffix, steps, Path(scratch))
            print(f"{name}, {suffix}: {problems or 'the same'}", flush=True)
            failed |= bool(problems)
    return failed


def main(program, folders):
    if not folders:
        return check_optimizers(program)
    failed = False
    for folder in map(Path, folders):
        with tempfile.TemporaryDirectory() as scratch:
            problems, optimizer = check(program, folder, Path(scratch))
        print(f"{folder.name}: {optimizer}: {problems or 'the same'}")
        failed |= bool(problems)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

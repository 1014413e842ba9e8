"""Trains the libraries of recorded Keras cases through their C API:

  check-training.py KREGC CC FOLDER CASE...     CASE: a folder of test/e2e/cases
  check-training.py KREGC CC FOLDER --all CASES

* loss, penalties and every gradient are Keras', then every weight and moving
  statistic after the recorded steps, within the case's tolerance;
* steps have the same bits with 1 and 3 threads.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ctypes as c
import json
import subprocess
import sys
from pathlib import Path

import numpy as np


class Options(c.Structure):
    """The first fields of kreg_options."""

    _fields_ = [("size", c.c_size_t), ("threads", c.c_int32)]


class Result(c.Structure):
    """kreg_step_result."""

    _fields_ = [
        ("loss", c.c_double), ("data_loss", c.c_double), ("activity_penalty", c.c_double), ("weight_penalty", c.c_double),
        ("data_losses", c.POINTER(c.c_double)), ("activity_penalties", c.POINTER(c.c_double)),
        ("weight_penalties", c.POINTER(c.c_double)), ("learning_rate", c.c_double), ("iteration", c.c_int64),
    ]


class Tensor(c.Structure):
    """kreg_tensor."""

    _fields_ = [
        ("path", c.c_char_p), ("slot", c.c_char_p), ("trainable", c.c_int32), ("rank", c.c_int32),
        ("shape", c.POINTER(c.c_int64)), ("elements", c.c_int64), ("data", c.POINTER(c.c_float)),
    ]

    def array(self):
        values = np.ctypeslib.as_array(self.data, (self.elements,))
        return values.reshape([self.shape[i] for i in range(self.rank)])


def pointers(arrays):
    return (c.c_void_p * max(len(arrays), 1))(*[a.ctypes.data for a in arrays])


class Model:
    """An instance of the library of a case."""

    def __init__(self, code, threads):
        self.code, self.handle = code, c.c_void_p()
        options = Options(c.sizeof(Options), threads)
        assert code.m_create(c.byref(options), c.byref(self.handle)) == 0

    def call(self, name, *arguments):
        status = getattr(self.code, name)(self.handle, *arguments)
        assert status == 0, f"{name}: {self.code.m_error_message(self.handle).decode()}"

    def weights(self):
        found, tensor = {}, Tensor()
        while self.code.m_weight(self.handle, c.c_int64(len(found)), c.byref(tensor)) == 0:
            found[tensor.path.decode()] = (tensor.array().copy(), tensor.trainable)
        return found

    def run(self, name, batch, inputs, targets, weights, arrays):
        result = Result()
        self.call(name, c.c_int64(batch), pointers(inputs), pointers(targets), pointers(weights),
                  pointers(arrays) if arrays else None, c.byref(result))
        return result


def compile_case(kregc, cc, folder, case, settings):
    """The library of a case, or None where kregc does not support its model."""
    model = next(path for path in (case / f"model.{kind}" for kind in ("keras", "h5", "json")) if path.exists())
    flags = []
    if model.suffix == ".json":  # it has no compile settings
        loss, optimizer = settings["loss"], settings["optimizer"]
        flags += ["--loss", loss if isinstance(loss, str) else json.dumps(loss)]
        flags += ["--optimizer", json.dumps({"class_name": optimizer["class"], "config": optimizer["config"]})]
        if not settings["keras"].startswith("tf-keras"):
            flags += ["--keras-version", settings["keras"]]
    done = subprocess.run([kregc, "compile", model, "--mode", "training", "-o", folder, "--name", "m", *flags],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{case.name}: kregc says {done.returncode}: {done.stderr.strip().splitlines()[-1]}")
        return None
    shared = folder / "m.so"
    subprocess.run([cc, "-shared", "-o", shared, "-Wl,--whole-archive", folder / "libm.a", "-Wl,--no-whole-archive",
                    "-Wl,-z,defs", "-lm", "-lpthread", "-lc"], check=True)
    code = c.CDLL(str(shared.resolve()))
    code.m_error_message.restype = c.c_char_p
    return code


class Comparison:
    def __init__(self, rtol, atol):
        self.rtol, self.atol, self.problems = rtol, atol, []

    def __call__(self, what, got, want):
        got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
        if got.shape != want.shape:
            self.problems.append(f"{what}: shape {got.shape}, not {want.shape}")
            return
        excess = np.abs(got - want) / (self.atol + self.rtol * np.abs(want))
        worst = excess.max(initial=0)
        if not worst <= 1:
            self.problems.append(f"{what}: {worst:.3g} times the tolerance")


def check(kregc, cc, folder, case):
    settings = json.loads((case / "case.json").read_text())
    data = np.load(case / "training.npz")
    code = compile_case(kregc, cc, folder, case, settings)
    if code is None:
        return ["cannot be compiled"]
    compare = Comparison(settings["training"]["rtol"], settings["training"]["atol"])

    def series(prefix):
        names = [f"{prefix}{i}" for i in range(len(data.files)) if f"{prefix}{i}" in data.files]
        return [np.ascontiguousarray(data[name], np.float32) for name in names]

    inputs, targets = series("x_"), series("t_")
    batch = len(inputs[0])
    weights = np.ones(batch, np.float32)
    if "sample_weight" in data.files:
        weights = np.ascontiguousarray(data["sample_weight"], np.float32)
    elif "class_weight" in data.files:
        weights = np.ascontiguousarray(data["class_weight"][data["t_0"].astype(int).reshape(-1)], np.float32)
    weights = [weights] * len(targets)

    model = Model(code, 1)
    trained = {path: w for path, (w, trainable) in model.weights().items() if trainable}
    gradients = [np.zeros_like(w) for w in trained.values()]
    result = model.run("m_gradients", batch, inputs, targets, weights, gradients)
    compare("loss", result.loss, data["loss_total"])
    compare("data loss", result.data_loss, data["loss_without_penalties"])
    if "penalties" in data.files:  # Keras 2 does not tell them apart
        penalties = data["penalties"]
        # Keras lists those of nested models in another order.
        got = sorted(result.activity_penalties[i] for i in range(len(penalties)))
        compare("penalties", got, sorted(penalties))
        compare("weight penalty", result.weight_penalty, data["weight_penalties"].sum())
    for path, gradient in zip(trained, gradients):
        compare(f"gradient of {path}", gradient, data[f"grad/{path}"])

    other = Model(code, 3)
    for step, loss in enumerate(data["loss_history"]):
        result = model.run("m_train_step", batch, inputs, targets, weights, None)
        compare(f"loss of step {step}", result.loss, loss)
        other.run("m_train_step", batch, inputs, targets, weights, None)
    for (path, (got, _)), (again, _) in zip(model.weights().items(), other.weights().values()):
        for prefix in ("w/", "state/"):
            if prefix + path in data.files:
                compare(f"{path} after the steps", got, data[prefix + path])
        if got.tobytes() != again.tobytes():
            compare.problems.append(f"{path}: other bits with 3 threads")
    return compare.problems


def main():
    kregc, cc, folder, *cases = sys.argv[1:]
    if cases[0] == "--all":
        cases = sorted(path.parent for path in Path(cases[1]).glob("*/training.npz"))
    failed = 0
    for case in map(Path, cases):
        problems = check(kregc, cc, Path(folder) / case.name, case)
        failed += bool(problems)
        print(f"{case.name}: {'; '.join(problems[:4]) or 'as Keras'}", flush=True)
    print(f"{len(cases) - failed} of {len(cases)} cases are as Keras")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

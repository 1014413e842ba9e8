"""Pairs that want a wrong verdict of `kregc equiv`, a crash, or all memory.

usage: hostile_pairs.py KREGC

Each pair has the verdicts that are true of it; "undecided" is among them where no
trial can be expected to see the difference. Runs with 4 GiB of address space. Prints a
line per wrong answer; exit status 1 if there was one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from keras_json import chain, layer, model, source

EQUAL, DIFFERENT, OPEN = {"equal"}, {"not-equal"}, {"not-equal", "undecided"}
X = source("x", 4)


def penalty(l1):
    return ("ActivityRegularization", {"l1": l1, "l2": 0.0})


def relu(maximum=None, threshold=0.0):
    return ("ReLU", {"max_value": maximum, "negative_slope": 0.0, "threshold": threshold})


def rescale(factor):
    return ("Rescaling", {"scale": factor, "offset": 0.0})


def activation(name):
    return ("Activation", {"activation": name})


def squares(count, l1):
    """x^(2^count): fractions with as many digits, doubles that overflow or vanish."""
    layers, last = [X], "x"
    for i in range(count):
        layers.append(layer("Multiply", f"l{i}", [last, last]))
        last = f"l{i}"
    layers.append(layer("ActivityRegularization", "ar", [last], l1=l1, l2=0.0))
    return model(layers, ["x"], "ar")


def difference(inputs):
    return model([source("x", 4), source("y", 4), layer("Subtract", "s", ["x", "y"])], inputs, "s")


def unused(inputs):
    return model([source("x", 4), source("y", 4), layer("Softmax", "s", ["x"], axis=-1)], inputs, "s")


def sum_of_squares(l1):
    """(x/4)^(2^40), where doubles are 0 and fractions would not fit: but also x."""
    layers, last = [X, layer("Rescaling", "small", ["x"], scale=0.25, offset=0.0)], "small"
    for i in range(40):
        layers.append(layer("Multiply", f"l{i}", [last, last]))
        last = f"l{i}"
    layers.append(layer("Add", "sum", [last, "x"]))
    layers.append(layer("ActivityRegularization", "ar", ["sum"], l1=l1, l2=0.0))
    return model(layers, ["x"], "ar")


PAIRS = {
    "relu6 only above 6": (chain(X, relu(6.0)), chain(X, relu()), DIFFERENT),
    "a corner at 600": (chain(X, relu(600.0)), chain(X, relu()), DIFFERENT),
    "a corner at 10^9": (chain(X, relu(1e9)), chain(X, relu()), DIFFERENT),
    "a corner at 10^20": (chain(X, relu(1e20)), chain(X, relu()), OPEN),
    "a corner near 0": (chain(X, relu(None, 1e-9)), chain(X, relu()), OPEN),
    "a corner in the range": (chain(X, activation("sigmoid"), relu(0.999)), chain(X, activation("sigmoid")), DIFFERENT),
    "a corner out of range": (chain(X, activation("sigmoid"), relu(6.0)), chain(X, activation("sigmoid")), EQUAL),
    "a coefficient of 10^-30": (chain(X, penalty(1e-30)), chain(X, penalty(1.00001e-30)), DIFFERENT),
    "a coefficient that is 0 in float32": (chain(X, penalty(1e-46)), chain(X), EQUAL),
    "coefficients one float32 apart": (chain(X, penalty(0.1)), chain(X, penalty(0.1 * (1 + 1.2e-7))), DIFFERENT),
    "coefficients one double apart": (chain(X, penalty(0.1)), chain(X, penalty(0.1 * (1 + 3e-16))), EQUAL),
    "factors of 10^-30": (chain(X, rescale(1e-30)), chain(X, rescale(1.1e-30)), DIFFERENT),
    "a factor of 10^-300": (chain(X, *[rescale(0.1)] * 300), chain(X, *[rescale(0.1)] * 301), DIFFERENT),
    "a softmax that is saturated": (chain(X, rescale(1000.0), ("Softmax", {"axis": -1})),
                                    chain(X, rescale(1001.0), ("Softmax", {"axis": -1})), DIFFERENT),
    "a thousand layers that shrink": (chain(X, *[activation("tanh")] * 1000, penalty(0.1)),
                                      chain(X, *[activation("tanh")] * 1000, penalty(0.1000001)), DIFFERENT),
    "values of 10^(10^18)": (squares(60, 0.1), squares(60, 0.2), DIFFERENT),
    "one square more": (squares(60, 0.1), squares(61, 0.1), OPEN),
    "fractions of 10^12 digits": (sum_of_squares(0.1), sum_of_squares(0.2), DIFFERENT),
    "exponentials of exponentials": (chain(X, *[activation("exponential")] * 30, penalty(0.1)),
                                     chain(X, *[activation("exponential")] * 30, penalty(0.2)), OPEN),
    "tensors of 10^10 numbers": (chain(source("x", 100000, 100000), relu(), penalty(0.1)),
                                 chain(source("x", 100000, 100000), relu(), penalty(0.2)), OPEN),
    "inputs in another order": (difference(["x", "y"]), difference(["y", "x"]), DIFFERENT),
    "an input without a use": (unused(["x", "y"]), unused(["x", "y"]), EQUAL),
    "another input without a use": (unused(["x", "y"]), unused(["y", "x"]), DIFFERENT),
}


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def verdict(kregc, folder, a, b):
    for name, text in (("a", a), ("b", b)):
        Path(folder, name + ".json").write_text(text)
    words = [kregc, "equiv", f"{folder}/a.json", f"{folder}/b.json", "--keras-version", "3.15.1", "--mode", "inference",
             "--format", "json"]
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=limited, timeout=60)
    if done.returncode not in (0, 1, 3) or not done.stdout:
        return f"exit {done.returncode}", done.stderr
    answer = json.loads(done.stdout)["verdicts"]["inference"]
    return answer["verdict"], answer["reason"]


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (a, b, true) in PAIRS.items():
            said, reason = verdict(sys.argv[1], folder, a, b)
            if said not in true:
                wrong += 1
                print(f"{name}: says {said} ({reason}), wanted {' or '.join(sorted(true))}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

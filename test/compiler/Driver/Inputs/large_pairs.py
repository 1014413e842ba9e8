"""Large pairs of files through `kregc equiv` and `kreg-check`, with their times.

usage: large_pairs.py KREGC KREG_CHECK INPUTS FOLDER

INPUTS is the folder of resnet50.py. Each pair is one model twice: with penalties
attached to its layers, and with every layer renamed and every penalty in a layer
of its own. Prints a line per pair; exit status 1 if a pair is not proved equal in
every mode or is slower than it may be (seconds of processor time).
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from keras_models import chain, Layer, regularizer

MODES, PROVING, CHECKING = 3, 5, 1


def deep(layers, prefix, standalone):
    """`layers` layers one behind the other, every other one penalised."""
    every = []
    for i in range(layers // 2):
        factors = {"l1": 1e-3, "l2": 2e-3}
        attached = {} if standalone else {"activity_regularizer": regularizer("L1L2", **factors)}
        every.append(Layer("Dense", f"{prefix}dense{i}", units=8))
        every.append(Layer("Activation", f"{prefix}relu{i}", activation="relu", **attached))
        if standalone:
            every.append(Layer("ActivityRegularization", f"{prefix}penalty{i}", **factors))
    return chain([8], *every)


def run(*command):
    """Exit status, text and seconds of processor time."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, text, used.ru_utime + used.ru_stime


def measure(what, tools, a, b, certificate, *options):
    """Whether the pair is proved equal in time."""
    status, text, proving = run(tools[0], "equiv", a, b, "--certificate", certificate, *options)
    equal = len(re.findall(r"^\w+ +equal ", text, re.M))
    print(f"{what}: equal in {equal} modes, {proving:.2f} s")
    if status != 0 or equal != MODES:
        print(text)
        return False
    status, text, checking = run(tools[1], certificate)
    size = os.path.getsize(certificate) / 1e6
    print(f"{what}: certificate of {size:.1f} MB {text.splitlines()[-1]}, {checking:.2f} s")
    return status == 0 and proving <= PROVING and checking <= CHECKING


def main(kregc, kreg_check, inputs, folder):
    sys.path.insert(0, inputs)
    import resnet50

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    a, b, certificate = (str(folder / name) for name in ("a.keras", "b.keras", "certificate.json"))
    tools = kregc, kreg_check
    resnet50.write(a, penalties="attached")
    resnet50.write(b, penalties="standalone", prefix="b_")
    fine = measure("ResNet-50", tools, a, b, certificate)
    os.remove(a)
    os.remove(b)
    a, b = str(folder / "a.json"), str(folder / "b.json")
    Path(a).write_text(json.dumps(deep(1000, "a_", standalone=False)))
    Path(b).write_text(json.dumps(deep(1000, "b_", standalone=True)))
    fine &= measure("1000 layers", tools, a, b, certificate, "--keras-version", "3.15.1")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

#!/usr/bin/env python3
"""Holds every row of Warnings.def to its models in warning_models.py.

usage: check-warnings.py KREGC SOURCE_FOLDER SCRATCH_FOLDER

Each row must have a model that `kregc inspect` warns about, with the row's
severity, the layer and the words that the table says, and a model that is
nearly the same and has no such warning. Exit status 1 if something is amiss.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re
import subprocess
import sys
from pathlib import Path

from warning_models import WARNINGS


def rows(source):
    text = (source / "frontends/Keras/Warnings.def").read_text()
    return dict(re.findall(r'^WARNING\(\w+, "([^"]+)", (\w+),', text, re.M))


class Inspector:
    def __init__(self, kregc, source, scratch):
        self.kregc, self.source, self.scratch = kregc, source, scratch
        scratch.mkdir(parents=True, exist_ok=True)

    def warnings(self, model, version):
        """What inspect says, as {id: [warning]}."""
        if isinstance(model, str):
            path = self.source / "test" / model
        else:
            path = self.scratch / "model.json"
            path.write_text(json.dumps(model))
        command = [self.kregc, "inspect", str(path), "--format", "json"] + (["--keras-version", version] if version else [])
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return {"": [done.stderr]}
        found = {}
        for warning in json.loads(done.stdout)["warnings"]:
            found.setdefault(warning["id"], []).append(warning)
        return found


def check_row(inspector, name, severity, models):
    positive, near = models
    if not positive or not near:
        yield f"{name}: no model, or none that nearly has it"
    for number, (model, version, layer, words) in enumerate(positive):
        found = inspector.warnings(model, version)
        if "" in found:
            yield f"{name}, model {number}: {found[''][0]}"
        elif not any(w["layer"] == layer and words in w["text"] and w["severity"] == severity.lower() and w["instead"]
                     for w in found.get(name, [])):
            yield f"{name}, model {number}: wanted a {severity.lower()} of layer '{layer}' with \"{words}\", found {found}"
    for number, (model, version) in enumerate(near):
        found = inspector.warnings(model, version)
        if "" in found:
            yield f"{name}, near model {number}: {found[''][0]}"
        elif name in found:
            yield f"{name}, near model {number}: has it: {found[name]}"


def main(kregc, source, scratch):
    inspector, table = Inspector(kregc, source, scratch), rows(source)
    amiss = [f"{name}: no models in warning_models.py" for name in table.keys() - WARNINGS.keys()]
    amiss += [f"{name}: no row in Warnings.def" for name in WARNINGS.keys() - table.keys()]
    for name in table.keys() & WARNINGS.keys():
        amiss += check_row(inspector, name, table[name], WARNINGS[name])
    print("\n".join(amiss) or f"{len(table)} warnings, each with models that have it and models that nearly do")
    return 1 if amiss or not table else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])))

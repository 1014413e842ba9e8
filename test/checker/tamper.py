#!/usr/bin/env python3
"""Changes a certificate in many ways; none of them may be accepted.

usage: tamper.py KREG_CHECK CERTIFICATE

First without a new digest (any change must be noticed), then with one: models
that are not those that were proved equal, and proofs with steps that do not
follow. A proof from which a step is gone, or in which two have changed places or
a new term is another, may still prove the same of the same models: what is
accepted then is counted as harmless, after a look that models and claims are
those of the original. Prints a line per certificate that was wrongly accepted;
exit status 1 if there was one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import copy
import hashlib
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

# Laws that say the same the other way round.
SYMMETRIC = ("same", "sum", "product", "linear", "scale-through-concat", "group-constants", "constant")


def sealed(certificate):
    """The text of a certificate with the digest that belongs to it."""
    body = {key: value for key, value in certificate.items() if key != "sha256"}
    rest = "," + json.dumps(body, separators=(",", ":"), ensure_ascii=False)[1:] + "\n"
    return '{"sha256":"' + hashlib.sha256(rest.encode()).hexdigest() + '"' + rest


def live(certificate, model):
    """The nodes that the outputs and penalties of a model depend on."""
    terms = certificate[model]
    open_nodes = terms["outputs"] + [row["tensor"] for row in terms["penalties"]]
    seen = set()
    while open_nodes:
        node = open_nodes.pop()
        if node not in seen:
            seen.add(node)
            open_nodes += certificate["nodes"][node].get("operands", [])
    return seen


def other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return value + "x"


def changed_models(certificate):
    """Each number and word of model b changed in turn."""
    for node in sorted(live(certificate, "b")):
        attrs = certificate["nodes"][node].get("attrs", {})
        for key, value in attrs.items():
            changed = copy.deepcopy(certificate)
            items = changed["nodes"][node]["attrs"]
            items[key] = [other(v) for v in value] if isinstance(value, list) else other(value)
            yield f"node {node}: {key}", changed
        changed = copy.deepcopy(certificate)
        changed["nodes"][node]["op"] += "x"
        yield f"node {node}: op", changed
    for index, row in enumerate(certificate["b"]["penalties"]):
        for key in ("l1", "l2", "per_batch"):
            changed = copy.deepcopy(certificate)
            changed["b"]["penalties"][index][key] = other(row[key]) if key == "per_batch" else row[key] * 1.001 + 1e-4
            yield f"penalty {index}: {key}", changed
        changed = copy.deepcopy(certificate)
        del changed["b"]["penalties"][index]
        if row["l1"] or row["l2"]:
            yield f"penalty {index}: dropped", changed


def changed_proofs(certificate):
    """Steps that do not follow: repeated, of another law, of other terms."""
    for p, proof in enumerate(certificate["proofs"]):
        for part in ("steps", "moves"):
            for i, step in enumerate(proof[part]):
                def variant(make):
                    changed = copy.deepcopy(certificate)
                    make(changed["proofs"][p][part])
                    return changed
                place = f"{proof['mode']}: {part} {i}"
                yield place + " twice", variant(lambda steps: steps.insert(i, copy.deepcopy(steps[i])))
                yield place + " law", variant(lambda steps: steps[i].__setitem__(0, "no-law"))
                yield place + " place", variant(lambda steps: steps[i].__setitem__(2, 10**6))
                if part == "moves":
                    yield place + " model", variant(lambda steps: steps[i].__setitem__(1, 2))
                    yield place + " power", variant(lambda steps: steps[i].__setitem__(3, 3))
                elif step[0] not in SYMMETRIC:
                    yield f"{place} '{step[0]}' reversed", variant(lambda steps: steps[i].__setitem__(slice(1, 3), step[:0:-1]))
        changed = copy.deepcopy(certificate)
        changed["proofs"][p]["steps"] = []
        if proof["steps"]:
            yield f"{proof['mode']}: no steps", changed


def perhaps_harmless(certificate, generator):
    """Steps dropped or reordered, fields of new terms changed: other proofs."""
    for p, proof in enumerate(certificate["proofs"]):
        for part in ("steps", "moves"):
            for i in range(len(proof[part])):
                changed = copy.deepcopy(certificate)
                del changed["proofs"][p][part][i]
                yield f"{proof['mode']}: {part} {i} dropped", changed
                if i + 1 < len(proof[part]):
                    changed = copy.deepcopy(certificate)
                    steps = changed["proofs"][p][part]
                    steps[i], steps[i + 1] = steps[i + 1], steps[i]
                    yield f"{proof['mode']}: {part} {i} and {i + 1} swapped", changed
        for i in range(len(proof["nodes"])):
            changed = copy.deepcopy(certificate)
            node = changed["proofs"][p]["nodes"][i]
            field = generator.choice(sorted(node))
            value = node[field]
            if isinstance(value, dict):
                key = generator.choice(sorted(value))
                value[key] = [other(v) for v in value[key]] if isinstance(value[key], list) else other(value[key])
            elif isinstance(value, list) and value:
                at = generator.randrange(len(value))
                value[at] = other(value[at])
            else:
                node[field] = other(value) if not isinstance(value, list) else [0]
            yield f"{proof['mode']}: {field} of new node {i}", changed


def proves_the_same(certificate, changed):
    """The same models, modes and claims: what is proved of them is true."""
    claims = [[(p["mode"], p["claim"]) for p in c["proofs"]] for c in (certificate, changed)]
    return claims[0] == claims[1] and all(certificate[key] == changed[key] for key in ("nodes", "a", "b"))


def changed_bytes(text):
    generator = random.Random(1)
    for _ in range(40):
        at = generator.randrange(len(text))
        yield f"byte {at}", text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1:]
        yield f"byte {at} lost", text[:at] + text[at + 1:]


def variants(certificate, changes):
    """(what was changed, the text, whether accepting it is harmless)."""
    result = [(what, sealed(changed), False) for what, changed in changes]
    return result + [(what, sealed(changed), proves_the_same(certificate, changed)) for what, changed in perhaps_harmless(certificate, random.Random(2))]


def status_of(checker, text):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        return subprocess.run([checker, file.name], capture_output=True).returncode


def main():
    checker, file = sys.argv[1], Path(sys.argv[2])
    text = file.read_text()
    certificate = json.loads(text)
    if status_of(checker, sealed(certificate)) != 0:
        print("the same certificate under a new digest is rejected")
        return 1
    accepted, odd, harmless = [], [], []
    changes = variants(certificate, [*changed_models(certificate), *changed_proofs(certificate)])
    changes += [(what, changed, False) for what, changed in changed_bytes(text)]
    for what, changed, same in changes:
        status = status_of(checker, changed)
        (harmless if status == 0 and same else accepted if status == 0 else odd if status != 1 else []).append(what)
    for what in accepted:
        print(f"accepted: {what}")
    for what in odd:
        print(f"neither accepted nor rejected: {what}")
    print(f"{len(changes) - len(accepted) - len(odd) - len(harmless)} of {len(changes)} rejected, {len(harmless)} prove the same of the same models")
    return 1 if accepted or odd else 0


if __name__ == "__main__":
    sys.exit(main())

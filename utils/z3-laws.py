#!/usr/bin/env python3
"""Proves certificates with Z3: what the prover says of two models, over the reals.

usage: z3-laws.py KREG_OPT FOLDER [LAW…]

The folder has a test per law, LAW.mlir: pairs of models that kreg-opt proves equal and writes
certificates of. The two models of a certificate are unrolled element by element
for a batch of two (or of the size that it fixes), and Z3 is asked for inputs and
weights for which an output or the sum of penalties differs: in inference for one run, in training for one run
whose masks are unknowns, in expectation for the mean over all masks of dropout.
There must be none. e^x and other functions that are not rational are unknowns
with what is known of them (e^x > 0). Weights are unknowns too: the proof holds
for all of them; where a law computes with weights they are the numbers that the
certificate has.

Prints a line per certificate: for each mode `proved`, `refuted` or `not
expressible: why`. Exit status 1 if one was refuted or Z3 gave up.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import itertools
import json
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

BATCH = 2
MAX_MASKS = 10  # draws of an expectation that are enumerated
SECONDS = 60


class Inexpressible(Exception):
    pass


def number(value):
    if isinstance(value, str):
        raise Inexpressible(f"the number '{value}'")
    value = Fraction(value)
    text = f"{abs(value.numerator)}.0" if value.denominator == 1 else f"(/ {abs(value.numerator)}.0 {value.denominator}.0)"
    return f"(- {text})" if value < 0 else text


def strides_of(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return strides[::-1]


class Tensor:
    """Terms of SMT-LIB in row-major order."""

    def __init__(self, shape, data):
        self.shape, self.data, self.strides = shape, data, strides_of(shape)

    def at(self, index):
        return self.data[sum(i * s for i, s in zip(index, self.strides))]

    def broadcast_at(self, index):
        index = index[len(index) - len(self.shape):]
        return self.at([0 if size == 1 else i for i, size in zip(index, self.shape)])


def indices(shape):
    return itertools.product(*(range(size) for size in shape))


def fold(op, terms):
    return terms[0] if len(terms) == 1 else f"({op} {' '.join(terms)})"


def largest(terms):
    result = terms[0]
    for term in terms[1:]:
        result = f"(let ((a {result}) (b {term})) (ite (>= a b) a b))"
    return result


def negated(term):
    return f"(- {term})"


def total(terms):
    return fold("+", terms) if terms else "0.0"


class Script:
    """Declarations and facts; a name for each term, so that text stays short."""

    def __init__(self):
        self.lines, self.names, self.functions = [], {}, set()

    def unknown(self, prefix):
        name = f"{prefix}{len(self.lines)}"
        self.lines.append(f"(declare-const {name} Real)")
        return name

    def named(self, term):
        if term not in self.names:
            name = f"t{len(self.lines)}"
            self.lines.append(f"(define-fun {name} () Real {term})")
            self.names[term] = name
        return self.names[term]

    def fact(self, fact):
        self.lines.append(f"(assert {fact})")

    def call(self, function, term, fact=None):
        """An uninterpreted function of a term, with a fact about its value y."""
        if function not in self.functions:
            self.functions.add(function)
            self.lines.append(f"(declare-fun {function} (Real) Real)")
        value = self.named(f"({function} {term})")
        if fact:
            self.fact(fact.format(y=value, x=term))
        return value


def batch_of(certificate):
    """The size that the inputs fix, or a small one."""
    sizes = [node["attrs"].get("batch") for node in certificate["nodes"] if node["op"] == "input"]
    return sizes[0] if sizes and sizes[0] else BATCH


class Model:
    """Values of the nodes of a certificate for given masks of its draws."""

    def __init__(self, script, certificate, mode, leaves, masks):
        self.script, self.nodes, self.mode = script, certificate["nodes"], mode
        self.weights = certificate.get("weights", {})
        self.leaves, self.masks, self.values = leaves, masks, {}
        self.batch = batch_of(certificate)

    def value(self, node):
        if node not in self.values:
            term = self.nodes[node]
            shape = [self.batch if size < 0 else size for size in term["shape"]]
            attrs = term.get("attrs", {})
            operands = [self.value(operand) for operand in term.get("operands", [])]
            function = getattr(self, "op_" + term["op"], None)
            if not function:
                raise Inexpressible(f"the op '{term['op']}'")
            data = [self.script.named(item) for item in function(shape, attrs, operands)]
            self.values[node] = Tensor(shape, data)
        return self.values[node]

    # Leaves.

    def op_input(self, shape, attrs, _):
        return self.leaf(("input", attrs["index"]), shape)

    def op_weight(self, shape, attrs, _):
        text = self.weights.get(attrs.get("sha256"))
        if text:
            return [number(value) for value, in struct.iter_unpack("<f", bytes.fromhex(text))]
        return self.leaf(("weight", attrs.get("sha256"), attrs.get("symbol")), shape)

    def leaf(self, key, shape):
        if key not in self.leaves:
            count = len(list(indices(shape)))
            self.leaves[key] = [self.script.unknown("x") for _ in range(count)]
        return self.leaves[key]

    def op_constant(self, shape, attrs, _):
        values, count = attrs["values"], len(list(indices(shape)))
        return [number(v) for v in (values * count if len(values) == 1 else values)]

    # Functions of each element.

    def op_unary(self, shape, attrs, operands):
        kind, params = attrs["kind"], attrs.get("params", [])
        return [self.unary(kind, params, x) for x in operands[0].data]

    def unary(self, kind, params, x):
        if kind == "clipped_relu":
            slope, threshold, most = params
            low = f"(* {number(slope)} (- {x} {number(threshold)}))"
            capped = x if most == "inf" else f"(ite (>= {x} {number(most)}) {number(most)} {x})"
            return f"(ite (> {x} {number(threshold)}) {capped} {low})"
        if kind == "elu" and params == [0]:
            kind = "relu"
        exact = {
            "relu": "(ite (>= {x} 0.0) {x} 0.0)",
            "relu6": "(ite (<= {x} 0.0) 0.0 (ite (>= {x} 6.0) 6.0 {x}))",
            "leaky_relu": "(ite (>= {x} 0.0) {x} (* {a} {x}))",
            "abs": "(ite (>= {x} 0.0) {x} (- {x}))",
            "neg": "(- {x})",
            "square": "(* {x} {x})",
            "clip": "(ite (<= {x} {a}) {a} (ite (>= {x} {b}) {b} {x}))",
        }.get(kind)
        names = dict(zip("ab", map(number, params)))
        if exact:
            return exact.format(x=x, **names)
        facts = {
            "exp": "(> {y} 0.0)",
            "sigmoid": "(and (> {y} 0.0) (< {y} 1.0))",
            "tanh": "(and (> {y} (- 1.0)) (< {y} 1.0) (=> (= {x} 0.0) (= {y} 0.0)))",
            "elu": "(ite (>= {x} 0.0) (= {y} {x}) (< {y} 0.0))",
        }
        if kind not in facts:
            raise Inexpressible(f"the function '{kind}'")
        return self.script.call(kind, x, facts[kind])

    def op_binary(self, shape, attrs, operands):
        kind = attrs["kind"]
        if kind in ("max", "min"):
            return self.extremum(shape, operands, kind == "min")
        op = {"add": "+", "sub": "-", "mul": "*", "div": "/"}[kind]
        return [f"({op} {operands[0].broadcast_at(i)} {operands[1].broadcast_at(i)})" for i in indices(shape)]

    def extremum(self, shape, operands, smallest):
        result = []
        for index in indices(shape):
            terms = [operand.broadcast_at(index) for operand in operands]
            if smallest:
                result.append(negated(largest([negated(term) for term in terms])))
            else:
                result.append(largest(terms))
        return result

    # Moves.

    def op_reshape(self, shape, attrs, operands):
        return operands[0].data

    def op_transpose(self, shape, attrs, operands):
        result = []
        for index in indices(shape):
            source = [0] * len(index)
            for i, dim in zip(index, attrs["perm"]):
                source[dim] = i
            result.append(operands[0].at(source))
        return result

    def op_pad(self, shape, attrs, operands):
        result = []
        for index in indices(shape):
            source = [i - low for i, low in zip(index, attrs["low"])]
            inside = all(0 <= i < size for i, size in zip(source, operands[0].shape))
            result.append(operands[0].at(source) if inside else "0.0")
        return result

    def op_slice(self, shape, attrs, operands):
        strides = attrs.get("strides", [1] * len(shape))
        return [operands[0].at([low + i * step for i, low, step in zip(index, attrs["low"], strides)]) for index in indices(shape)]

    def op_repeat(self, shape, attrs, operands):
        return [operands[0].at([i // factor for i, factor in zip(index, attrs["factors"])]) for index in indices(shape)]

    def op_concat(self, shape, attrs, operands):
        axis, result = attrs["axis"], []
        for index in indices(shape):
            at = index[axis]
            for operand in operands:
                if at < operand.shape[axis]:
                    result.append(operand.at([*index[:axis], at, *index[axis + 1:]]))
                    break
                at -= operand.shape[axis]
        return result

    # Contractions and reductions.

    def op_dense(self, shape, attrs, operands):
        x, kernel = operands
        return [total([f"(* {x.at([*index[:-1], k])} {kernel.at([k, index[-1]])})" for k in range(kernel.shape[0])]) for index in indices(shape)]

    def window(self, attrs, x, index, size, dilations):
        """(position in the window, position in x) of the elements that are in x."""
        for t in indices(size):
            at = [i * s - low + k * d for i, s, low, k, d in zip(index[1:-1], attrs["strides"], attrs["pads_low"], t, dilations)]
            if all(0 <= i < n for i, n in zip(at, x.shape[1:-1])):
                yield t, at

    def op_conv(self, shape, attrs, operands):
        x, kernel = operands
        if attrs.get("groups", 1) != 1:
            raise Inexpressible("groups")
        channels = range(x.shape[-1])
        return [total([f"(* {x.at([index[0], *at, c])} {kernel.at([*t, c, index[-1]])})"
                       for t, at in self.window(attrs, x, index, kernel.shape[:-2], attrs["dilations"]) for c in channels])
                for index in indices(shape)]

    def op_depthwise_conv(self, shape, attrs, operands):
        x, kernel = operands
        many = kernel.shape[-1]
        return [total([f"(* {x.at([index[0], *at, index[-1] // many])} {kernel.at([*t, index[-1] // many, index[-1] % many])})"
                       for t, at in self.window(attrs, x, index, kernel.shape[:-2], attrs["dilations"])])
                for index in indices(shape)]

    def op_pool(self, shape, attrs, operands):
        x, size = operands[0], attrs["window"]
        result = []
        for index in indices(shape):
            terms = [x.at([index[0], *at, index[-1]]) for _, at in self.window(attrs, x, index, size, [1] * len(size))]
            result.append(largest(terms) if attrs["kind"] == "max" else f"(/ {total(terms)} {len(terms)}.0)")
        return result

    def op_reduce(self, shape, attrs, operands):
        x, axes, kind = operands[0], attrs.get("axes", []), attrs["kind"]
        rows = {}
        for index in indices(x.shape):
            rows.setdefault(tuple(i for dim, i in enumerate(index) if dim not in axes), []).append(x.at(index))
        if kind == "max":
            return [largest(row) for row in rows.values()]
        if kind == "min":
            return [negated(largest([negated(item) for item in row])) for row in rows.values()]
        return [total(row) if kind == "sum" else f"(/ {total(row)} {len(row)}.0)" for row in rows.values()]

    def op_softmax(self, shape, attrs, operands):
        """y > 0 with y · Σ e^x = e^x."""
        x, axis, result = operands[0], attrs["axis"], []
        powers = Tensor(shape, [self.unary("exp", [], item) for item in x.data])
        for index in indices(shape):
            row = [powers.at([*index[:axis], i, *index[axis + 1:]]) for i in range(shape[axis])]
            result.append(self.script.unknown("y"))
            self.script.fact(f"(and (> {result[-1]} 0.0) (= (* {result[-1]} {self.script.named(total(row))}) {powers.at(index)}))")
        return result

    # Noise.

    def op_dropout(self, shape, attrs, operands):
        if self.mode == "inference" or not attrs.get("rate"):
            return operands[0].data
        keep = 1 - Fraction(attrs["rate"])
        drawn = [self.batch if size == 0 else size for size in attrs.get("noise_shape", shape)]
        masks = Tensor(drawn, [self.masks(attrs["draw"], i, keep) for i in range(len(list(indices(drawn))))])
        return [f"(* {operands[0].at(index)} {masks.broadcast_at(index)})" for index in indices(shape)]

    def op_noise(self, shape, attrs, operands):
        if self.mode == "inference" or not attrs.get("amount"):
            return operands[0].data
        if attrs["kind"] != "gaussian_noise" or self.mode == "expectation":
            raise Inexpressible(f"the noise '{attrs['kind']}'")
        return [f"(+ {x} {self.leaf(('noise', attrs['draw'], i), [1])[0]})" for i, x in enumerate(operands[0].data)]


def penalty_of(model, terms):
    parts = []
    for site in terms["penalties"]:
        x = model.value(site["tensor"])
        divisor = model.batch if site["per_batch"] else 1
        for power, coefficient in ((1, site["l1"]), (2, site["l2"])):
            if coefficient:
                items = [f"(* {item} {item})" if power == 2 else f"(ite (>= {item} 0.0) {item} (- {item}))" for item in x.data]
                parts.append(f"(* {number(Fraction(coefficient) / divisor)} {total(items)})")
    return total(parts)


class Unknowns:
    """Masks of a training run: unknown, but the same in both models."""

    def __init__(self, script):
        self.script, self.known = script, {}

    def __call__(self, draw, index, keep):
        if (draw, index) not in self.known:
            name = self.script.unknown("m")
            self.script.fact(f"(or (= {name} 0.0) (= {name} {number(1 / keep) if keep else '0.0'}))")
            self.known[draw, index] = name
        return self.known[draw, index]


class Outcome:
    """One of all outcomes of the masks; those that are asked for are noted."""

    def __init__(self, bits):
        self.bits, self.asked, self.weight = bits, [], Fraction(1)

    def __call__(self, draw, index, keep):
        key = (draw, index)
        if key not in self.asked:
            self.asked.append(key)
            self.weight *= keep if self.bits.get(key, True) else 1 - keep
        return number(1 / keep) if keep and self.bits.get(key, True) else "0.0"


def mean_penalty(script, certificate, which, leaves):
    """The penalty's mean over all outcomes of its masks; None if it has none."""
    first = Outcome({})
    penalty_of(Model(Script(), certificate, "expectation", {}, first), certificate[which])
    if not first.asked:
        return None
    if len(first.asked) > MAX_MASKS:
        raise Inexpressible(f"the mean over {len(first.asked)} draws")
    parts = []
    for bits in itertools.product((True, False), repeat=len(first.asked)):
        outcome = Outcome(dict(zip(first.asked, bits)))
        penalty = penalty_of(Model(script, certificate, "expectation", leaves, outcome), certificate[which])
        if outcome.weight:
            parts.append(f"(* {number(outcome.weight)} {penalty})")
    return total(parts)


def question(certificate, mode, claim):
    """A script that is unsatisfiable if the claim is true."""
    script, leaves = Script(), {}
    masks = Unknowns(script)
    sides = [Model(script, certificate, "training" if mode == "expectation" else mode, leaves, masks) for _ in "ab"]
    differences = []
    for left, right in zip(certificate["a"]["outputs"], certificate["b"]["outputs"]):
        for x, y in zip(sides[0].value(left).data, sides[1].value(right).data):
            if x != y:
                differences.append(f"(not (= {x} {y}))")
    if mode == "expectation":
        penalties = [mean_penalty(script, certificate, which, leaves) or penalty_of(side, certificate[which]) for side, which in zip(sides, "ab")]
    else:
        penalties = [penalty_of(side, certificate[which]) for side, which in zip(sides, "ab")]
    if claim == "equal" and penalties[0] != penalties[1]:
        differences.append(f"(not (= {penalties[0]} {penalties[1]}))")
    if not differences:
        return None
    script.lines.append(f"(assert (or false {' '.join(differences)}))")
    return "\n".join(["(set-logic ALL)", *script.lines, "(check-sat)"]) + "\n"


@functools.lru_cache(maxsize=None)
def status_of(text):
    done = subprocess.run(["z3", f"-T:{SECONDS}", "-in"], input=text, capture_output=True, text=True)
    return done.stdout.strip().split("\n")[0]


def answer(certificate):
    """Words per mode."""
    for proof in certificate["proofs"]:
        try:
            text = question(certificate, proof["mode"], proof["claim"])
        except Inexpressible as why:
            yield f"{proof['mode']} not expressible: {why}"
            continue
        status = status_of(text) if text else "unsat"
        if status != "unsat" and proof["rounded"]:
            yield f"{proof['mode']} not expressible: it holds up to rounding"
        else:
            yield f"{proof['mode']} " + {"unsat": "proved", "sat": "refuted"}.get(status, f"gave up: {status}")


def main():
    tool, folder, *laws = sys.argv[1:]
    tests = [path for path in sorted(Path(folder).glob("*.mlir")) if not path.stem.endswith("-bad") and (not laws or path.stem in laws)]
    counts = {"proved": 0, "expressible": 0, "refuted": 0, "gave up": 0}
    for test in tests:
        with tempfile.TemporaryDirectory() as certificates:
            options = "merge-linear " if "merge-linear" in test.read_text() else ""
            subprocess.run([tool, test, "--split-input-file", f"--test-kreg-compare-models={options}certificates={certificates}", "-o", "/dev/null"],
                           capture_output=True, check=True)
            for path in sorted(Path(certificates).iterdir()):
                words = list(answer(json.loads(path.read_text())))
                print(f"{test.stem}: {path.stem}: {', '.join(words)}")
                for count in counts:
                    counts[count] += sum(count in word for word in words)
    print(f"{counts['proved']} proved, {counts['expressible']} not expressible, {counts['refuted']} refuted, {counts['gave up']} given up")
    return 1 if counts["refuted"] or counts["gave up"] or not counts["proved"] else 0


if __name__ == "__main__":
    sys.exit(main())

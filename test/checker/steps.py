#!/usr/bin/env python3
"""Single steps, each true, and false after one change; kreg-check must tell.

usage: steps.py KREG_CHECK

The conditions that docs/proof.md names are tried by utils/mutate-laws.py; these
are the others: where a law applies, what its two sides have in common, and the
shapes of terms that a proof introduces. Exit status 1 if a verdict is wrong.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import copy
import sys

import tamper


def term(op, shape, operands=(), **attrs):
    return {"op": op, "shape": list(shape), "operands": list(operands), "attrs": attrs}


def unary(kind, shape, x, *params):
    return term("unary", shape, [x], kind=kind, **({"params": list(params)} if params else {}))


def constant(*values, shape=()):
    return term("constant", shape, values=list(values))


def weight(name, *shape):
    return term("weight", shape, symbol=name)


B = -1
X = term("input", [B, 4], index=0)
IMAGE = term("input", [B, 6, 2], index=0)
CONV = dict(strides=[1], pads_low=[0], pads_high=[0], dilations=[1])
# (law, terms, changes): the last two terms are equal, and with one of the changes
# (number of the term, attribute or "operands" or "op", value) they are not.
STEPS = [
    ("same", [X, term("dropout", [B, 4], [0], rate=0.5, draw=0), term("dropout", [B, 4], [0], rate=0.5, draw=0)],
     [(2, "draw", 1), (2, "rate", 0.25), (2, "op", "noise")]),
    ("transpose-transpose", [term("input", [B, 4, 4, 4], index=0), term("transpose", [B, 4, 4, 4], [0], perm=[0, 2, 3, 1]),
                             term("transpose", [B, 4, 4, 4], [1], perm=[0, 2, 3, 1]), term("transpose", [B, 4, 4, 4], [0], perm=[0, 3, 1, 2])],
     [(3, "perm", [0, 2, 3, 1]), (3, "perm", [0, 1, 2, 3]), (3, "perm", [])]),
    ("repeat-repeat", [X, term("repeat", [B, 8], [0], factors=[1, 2]), term("repeat", [B, 24], [1], factors=[1, 3]), term("repeat", [B, 24], [0], factors=[1, 6])],
     [(3, "factors", [1, 5]), (3, "factors", [6]), (2, "op", "pad")]),
    ("pad-pad", [X, term("pad", [B, 5], [0], low=[0, 1], high=[0, 0]), term("pad", [B, 7], [1], low=[0, 0], high=[0, 2]), term("pad", [B, 7], [0], low=[0, 1], high=[0, 2])],
     [(3, "low", [0, 2]), (3, "high", [0, 1]), (1, "op", "slice"), (3, "low", [0, 1.5])]),
    ("slice-pad", [X, term("pad", [B, 8], [0], low=[0, 2], high=[0, 2]), term("pad", [B, 6], [0], low=[0, 1], high=[0, 1]),
                   term("slice", [B, 6], [1], low=[0, 1], high=[0, 1]), term("slice", [B, 6], [2], low=[0, 0], high=[0, 0])],
     [(3, "strides", [1, 2]), (4, "strides", [1, 2]), (2, "low", [0, 2]), (2, "high", [0, 0]), (4, "low", [0, 1]), (4, "high", [0, 1])]),
    ("move-to-pad", [IMAGE, constant(3), term("product", [B, 6, 2], [0, 1]), unary("exp", [B, 6, 2], 2), term("transpose", [B, 2, 6], [0], perm=[0, 2, 1]),
                     term("product", [B, 2, 6], [4, 1]), term("transpose", [B, 2, 6], [3], perm=[0, 2, 1]), unary("exp", [B, 2, 6], 5)],
     [(7, "kind", "tanh"), (7, "operands", [4]), (4, "op", "reshape"), (6, "op", "repeat")]),
    ("linear", [X, unary("tanh", [B, 4], 0), constant(2), constant(3), constant(6), constant(7), term("product", [B, 4], [0, 2]), term("sum", [B, 4], [6, 1, 2]),
                term("product", [B, 4], [7, 3]), term("product", [B, 4], [0, 5]), term("product", [B, 4], [1, 3]), term("sum", [B, 4], [8, 0]), term("sum", [B, 4], [9, 10, 4])],
     [(5, "values", [6]), (5, "values", [8]), (4, "values", [2]), (12, "operands", [9, 10]), (12, "operands", [9, 1, 4]), (12, "op", "product"), (11, "op", "maximum")]),
    ("linear", [X, unary("tanh", [B, 4], 0), constant(-1), term("product", [B, 4], [1, 2]), term("binary", [B, 4], [0, 1], kind="sub"), term("sum", [B, 4], [0, 3])],
     [(2, "values", [1]), (4, "kind", "add"), (4, "operands", [1, 0]), (3, "operands", [0, 2])]),
    ("scale-through-concat", [X, unary("tanh", [B, 4], 0), constant(2), constant(6), constant(3), term("product", [B, 4], [0, 2]), term("product", [B, 4], [1, 3]),
                              term("product", [B, 4], [1, 4]), term("concat", [B, 8], [0, 7], axis=1), term("concat", [B, 8], [5, 6], axis=1), term("product", [B, 8], [8, 2])],
     [(2, "values", [3]), (4, "values", [2]), (8, "operands", [7, 0]), (8, "axis", 0), (9, "op", "sum"), (10, "operands", [8, 3])]),
    ("zero", [X, constant(0), term("product", [B, 4], [0, 1]), constant(0, shape=[B, 4])], [(1, "values", [1]), (3, "values", [1]), (2, "op", "sum"), (3, "op", "weight")]),
    ("zero", [X, constant(0, shape=[B, 4]), unary("exp", [B, 4], 1), constant(0, shape=[B, 2, 2]), term("reshape", [B, 2, 2], [2]), unary("exp", [B, 2, 2], 3)],
     [(1, "values", [1]), (3, "values", [2]), (5, "kind", "tanh"), (4, "op", "pool")]),
    ("clipped-clipped", [X, unary("clipped_relu", [B, 4], 0, 0, 1, 4), unary("clipped_relu", [B, 4], 1, 0, 2, 3), unary("clipped_relu", [B, 4], 0, 0, 2, 3)],
     [(3, "params", [0, 1, 3]), (3, "params", [0, 2, 4]), (3, "params", [0.5, 2, 3]), (2, "params", [0.5, 2, 3]), (1, "params", [-0.5, 1, 4]), (1, "params", [0, -1, 4])]),
    ("leaky-leaky", [X, unary("leaky_relu", [B, 4], 0, 0.5), unary("leaky_relu", [B, 4], 1, 0.25), unary("leaky_relu", [B, 4], 0, 0.125)],
     [(3, "params", [0.25]), (3, "kind", "elu"), (1, "kind", "elu"), (1, "params", [-0.5])]),
    ("even", [X, unary("abs", [B, 4], 0), term("dropout", [B, 4], [1], rate=0.5, draw=0), term("dropout", [B, 4], [0], rate=0.5, draw=0), unary("square", [B, 4], 2), unary("square", [B, 4], 3)],
     [(3, "draw", 1), (1, "kind", "relu"), (2, "op", "noise"), (3, "op", "noise")]),
    ("concat-concat", [X, unary("tanh", [B, 4], 0), term("concat", [B, 8], [0, 1], axis=1), term("concat", [B, 12], [2, 1], axis=1), term("concat", [B, 12], [0, 1, 1], axis=1)],
     [(4, "operands", [1, 0, 1]), (4, "operands", [0, 1]), (4, "axis", 0), (2, "axis", 0)]),
    ("sum", [X, unary("tanh", [B, 4], 0), term("binary", [B, 4], [0, 1], kind="add"), term("sum", [B, 4], [1, 0])],
     [(3, "operands", [0, 0]), (3, "operands", [0, 1, 1]), (2, "kind", "mul"), (3, "op", "product")]),
    ("weight-reshape", [X, weight("w", 2, 2), term("reshape", [4], [1]), weight("w", 4)], [(3, "symbol", "v")]),
    ("splat", [X, constant(2, shape=[4]), constant(2), term("product", [B, 4], [0, 1]), term("product", [B, 4], [0, 2])],
     [(2, "values", [3]), (4, "op", "sum"), (4, "operands", [2, 2])]),
    ("negation", [X, constant(-1), unary("neg", [B, 4], 0), term("product", [B, 4], [0, 1])], [(1, "values", [1]), (2, "kind", "abs")]),
    ("clipped-relu", [X, unary("clipped_relu", [B, 4], 0, 0.5, 0, "inf"), unary("leaky_relu", [B, 4], 0, 0.5)],
     [(2, "params", [0.25]), (2, "params", []), (2, "kind", "elu")]),
    ("scale-through-even", [X, constant(-3), term("product", [B, 4], [0, 1]), unary("abs", [B, 4], 0), constant(3), unary("abs", [B, 4], 2), term("product", [B, 4], [4, 3])],
     [(4, "values", [-3]), (4, "values", [9]), (3, "kind", "relu")]),
    ("unary-through-concat", [X, unary("tanh", [B, 4], 0), unary("relu", [B, 4], 0), unary("relu", [B, 4], 1), term("concat", [B, 8], [0, 1], axis=1),
                              unary("relu", [B, 8], 4), term("concat", [B, 8], [2, 3], axis=1)],
     [(3, "kind", "relu6"), (6, "operands", [3, 2]), (6, "axis", 0)]),
    ("conv-is-dense", [IMAGE, weight("k", 1, 2, 3), term("reshape", [2, 3], [1]), term("pad", [B, 8, 2], [0], low=[0, 1, 0], high=[0, 1, 0]),
                       term("conv", [B, 8, 3], [0, 1], **{**CONV, "pads_low": [1], "pads_high": [1]}), term("dense", [B, 8, 3], [3, 2])],
     [(4, "groups", 2), (1, "shape", [3, 2, 3]), (4, "op", "depthwise_conv"), (4, "strides", [2]), (4, "pads_low", [0]), (3, "high", [0, 2, 0]), (3, "low", [0, 1, 1]), (3, "op", "slice")]),
    ("pad-into-conv", [IMAGE, weight("k", 3, 3, 3), term("pad", [B, 8, 3], [0], low=[0, 1, 1], high=[0, 1, 0]), term("pad", [B, 6, 3], [0], low=[0, 0, 1], high=[0, 0, 0]),
                       term("conv", [B, 6, 3], [2, 1], **CONV), term("conv", [B, 6, 3], [3, 1], **{**CONV, "pads_low": [1], "pads_high": [1]})],
     [(5, "pads_low", [0]), (2, "low", [0, 1, 0]), (2, "high", [0, 1, 1]), (2, "low", [1, 1, 1]), (3, "low", [0, 1, 1]), (3, "high", [0, 0, 1]), (5, "strides", [2]), (5, "groups", 2)]),
    ("dense-dense", [X, weight("j", 4, 4), weight("k", 4, 4), term("dense", [4, 4], [1, 2]), term("dense", [B, 4], [0, 1]), term("dense", [B, 4], [4, 2]), term("dense", [B, 4], [0, 3])],
     [(3, "operands", [2, 1]), (3, "op", "product")]),
    ("scale-into-kernel", [X, weight("k", 4, 4), weight("s", 4), term("product", [4, 4], [1, 2]), term("dense", [B, 4], [0, 1]), term("product", [B, 4], [4, 2]), term("dense", [B, 4], [0, 3])],
     [(2, "shape", [4, 1]), (3, "op", "sum"), (3, "operands", [1, 1])]),
    ("batch-norm-affine", [X, weight("m", 4), weight("v", 4), constant(0.5), constant(1), constant(-1), term("sum", [4], [2, 3]), unary("sqrt", [4], 6),
                           term("binary", [4], [4, 7], kind="div"), term("product", [B, 4], [0, 8]), term("product", [4], [1, 8, 5]),
                           term("batch_norm", [B, 4], [0, 1, 2], axis=1, epsilon=0.5, gamma=False, beta=False), term("sum", [B, 4], [9, 10])],
     [(3, "values", [0.25]), (4, "values", [2]), (5, "values", [1]), (6, "operands", [1, 3]), (8, "kind", "mul"), (11, "trained", True),
      (11, "axis", 0), (11, "gamma", True), (11, "beta", True), (11, "op", "batch_norm_train")]),
]
# (law, power, terms, changes): the penalty of the last term is that of term 0.
MOVES = [
    ("pad", 1, [X, term("pad", [B, 5], [0], low=[0, 1], high=[0, 0])], [(1, "op", "slice")]),
    ("sign", 2, [X, unary("neg", [B, 4], 0)], [(1, "kind", "relu"), (1, "op", "binary")]),
    ("scale", 1, [X, constant(-1), term("product", [B, 4], [0, 1])], [(1, "values", [-2]), (2, "shape", [3, B, 4]), (2, "operands", [0, 1, 0])]),
    ("concat", 1, [X, term("concat", [B, 4], [0], axis=1)], [(1, "axis", 0)]),
    ("repeat", 1, [X, term("repeat", [B, 4], [0], factors=[1, 1])], [(1, "factors", [1, 2])]),
    ("dropout", 1, [X, term("dropout", [B, 4], [0], rate=0.5, draw=0)], [(1, "op", "noise"), (1, "rate", 1)]),
]
# (term on term 0 and 1, shapes that it cannot have), its own is the right one.
SHAPES = [
    (IMAGE, weight("k", 3, 2, 5), term("conv", [B, 4, 5], [0, 1], **CONV), [[B, 5, 5], [B, 4, 2], [B, 4], [4, 4, 5]]),
    (IMAGE, weight("k", 3, 2, 5), term("depthwise_conv", [B, 4, 10], [0, 1], **CONV), [[B, 4, 5]]),
    (IMAGE, weight("k", 3, 5, 2), term("conv_transpose", [B, 8, 5], [0, 1], **CONV), [[B, 4, 5], [B, 8, 2]]),
    (IMAGE, IMAGE, term("pool", [B, 3, 2], [0], kind="max", window=[2], strides=[2], pads_low=[0], pads_high=[0]), [[B, 6, 2], [B, 3, 1]]),
    (IMAGE, weight("k", 2, 5), term("dense", [B, 6, 5], [0, 1]), [[B, 6, 2], [B, 5]]),
    (IMAGE, IMAGE, term("reshape", [B, 12], [0]), [[B, 6], [12], [12, B], [B, B, 12]]),
    (IMAGE, IMAGE, term("transpose", [B, 2, 6], [0], perm=[0, 2, 1]), [[B, 6, 2]]),
    (IMAGE, IMAGE, term("pad", [B, 7, 2], [0], low=[0, 1, 0], high=[0, 0, 0]), [[B, 6, 2]]),
    (IMAGE, IMAGE, term("slice", [B, 3, 2], [0], low=[0, 1, 0], high=[0, 0, 0], strides=[1, 2, 1]), [[B, 5, 2], [B, 2, 2]]),
    (IMAGE, IMAGE, term("repeat", [B, 12, 2], [0], factors=[1, 2, 1]), [[B, 6, 2]]),
    (IMAGE, IMAGE, term("resize", [B, 9, 2], [0], sizes=[9], kind="bilinear"), [[B, 6, 2]]),
    (IMAGE, IMAGE, term("reduce", [B, 2], [0], axes=[1], kind="sum"), [[B, 6], [B, 1, 2]]),
    (IMAGE, IMAGE, term("concat", [B, 12, 2], [0, 1], axis=1), [[B, 6, 4], [B, 6, 2]]),
    (IMAGE, weight("b", 2), term("sum", [B, 6, 2], [0, 1]), [[2], [B, 6]]),
    (IMAGE, IMAGE, unary("relu", [B, 6, 2], 0), [[B, 12]]),
]


def changed(terms, change):
    result = copy.deepcopy(terms)
    index, field, value = change
    place = result[index] if field in ("op", "operands", "shape") else result[index]["attrs"]
    place[field] = value
    return result


def certificate(terms, outputs, steps=(), moves=(), penalties=((), ()), new=(), mode="expectation"):
    models = [{"inputs": [0], "outputs": [output], "penalties": list(sites)} for output, sites in zip(outputs, penalties)]
    proof = {"mode": mode, "claim": "equal", "rounded": True, "nodes": list(new), "steps": list(steps), "moves": list(moves)}
    return tamper.sealed({"format": "kreg-certificate 1", "tolerance": 1e-6, "weights": {}, "nodes": terms,
                          "a": models[0], "b": models[1], "proofs": [proof]})


def step(law, terms):
    n, m = len(terms) - 2, len(terms) - 1
    return certificate(terms, (n, m), [[law, n, m]])


def move(law, power, terms):
    site = {"l1": float(power == 1), "l2": float(power == 2), "per_batch": False}
    last = len(terms) - 1
    return certificate(terms, (0, 0), moves=[[law, 0, last, power, False]], penalties=([{**site, "tensor": last}], [{**site, "tensor": 0}]))


def cases():
    """(what it is, the certificate, whether it is true)."""
    for law, terms, changes in STEPS:
        yield law, step(law, terms), True
        for change in changes:
            yield f"{law}: {change}", step(law, changed(terms, change)), False
    for law, power, terms, changes in MOVES:
        yield f"penalty {law}", move(law, power, terms), True
        for change in changes:
            yield f"penalty {law}: {change}", move(law, power, changed(terms, change)), False
    for x, y, new, wrong in SHAPES:
        second = {**y, "attrs": {"index": 0}} if y["op"] == "input" else y
        for shape in [new["shape"], *wrong]:
            yield f"{new['op']} of shape {shape}", certificate([x, second], (0, 0), new=[{**new, "shape": shape}]), shape == new["shape"]


def main():
    wrong, count = 0, 0
    for what, text, is_true in cases():
        count += 1
        if (tamper.status_of(sys.argv[1], text) == 0) != is_true:
            wrong += 1
            print(f"{'rejected' if is_true else 'accepted'}: {what}")
    print(f"{count} certificates, {wrong} wrong verdicts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

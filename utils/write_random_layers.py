#!/usr/bin/env python3
"""Writes models with random layers as JSON, without Keras.

usage: write_random_layers.py OUT COUNT [--seed S]     COUNT of each layer

The generators are those of compare-with-keras.py (random_keras_layers.py); what
they take for Keras writes down how its layers are made and called. For each layer
OUT gets NAME-i.json, a model of Keras 3.15.1 without weights. One with a number
`index_below` takes integers below it.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/compiler/Driver/Inputs"))
from keras_models import entry, functional, input_layer, Layer, regularizer  # noqa: E402
from random_keras_layers import Draw, LAYERS  # noqa: E402

# The names of arguments that the generators give by position.
POSITIONAL = [
    (r"Conv\dD|SeparableConv\dD|Conv\dDTranspose", ["filters", "kernel_size"]), (r"DepthwiseConv\dD", ["kernel_size"]),
    (r"(Max|Average)Pooling\dD", ["pool_size"]), (r"ZeroPadding\dD", ["padding"]), (r"Cropping\dD", ["cropping"]),
    (r"UpSampling\dD", ["size"]), (r"Dense", ["units"]), (r"EinsumDense", ["equation"]), (r"Activation", ["activation"]),
    (r"ReLU", ["max_value", "negative_slope", "threshold"]), (r"LeakyReLU", ["negative_slope"]), (r"ELU", ["alpha"]),
    (r"Reshape", ["target_shape"]), (r"Permute", ["dims"]), (r"RepeatVector", ["n"]), (r"GaussianNoise", ["stddev"]),
    (r"(Gaussian|Alpha|Spatial|)Dropout(\dD)?", ["rate"]), (r"ActivityRegularization", ["l1", "l2"]),
    (r"Rescaling", ["scale", "offset"]), (r"Embedding", ["input_dim", "output_dim"]), (r"TimeDistributed", ["layer"]),
    (r"GroupNormalization", ["groups"]),
]
# What Keras writes one number for each dimension of.
PER_DIMENSION = ["kernel_size", "strides", "dilation_rate", "pool_size", "output_padding"]


def saved(class_name, name, value):
    """An argument as Keras' configs have it."""
    rank = re.search(r"(\d)D", class_name)
    if name in PER_DIMENSION and isinstance(value, int):
        return [value] * int(rank[1])
    if name in ("padding", "cropping") and isinstance(value, tuple) and rank[1] != "1":
        return [list(v) if isinstance(v, tuple) else [v, v] for v in value]
    return entry(value) if isinstance(value, Layer) else value


class Layers:
    """keras.layers: notes the class, the arguments and the calls."""

    def __init__(self):
        self.made = []

    def __getattr__(self, class_name):
        def make(*values, **arguments):
            names = next((names for pattern, names in POSITIONAL if re.fullmatch(pattern, class_name)), [])
            arguments.update(zip(names, values))
            config = {name: saved(class_name, name, value) for name, value in arguments.items()}
            layer = Called(class_name, f"layer_{len(self.made)}", **config)
            self.made.append(layer)
            return layer
        return make


class Called(Layer):
    def __call__(self, inputs):
        self.calls.append(tuple(inputs) if isinstance(inputs, list) else (inputs,))
        return self


class Regularizers:
    L1 = staticmethod(lambda l1: regularizer("L1", l1=l1))
    L2 = staticmethod(lambda l2: regularizer("L2", l2=l2))
    L1L2 = staticmethod(lambda l1, l2: regularizer("L1L2", l1=l1, l2=l2))


class Model:
    def __init__(self, inputs, output):
        self.inputs, self.output = inputs if isinstance(inputs, list) else [inputs], output


class Keras:
    """As much of Keras as the generators see."""

    regularizers = Regularizers
    Model = staticmethod(Model)

    def __init__(self):
        self.layers, self.inputs = Layers(), 0

    def Input(self, shape, dtype="float32"):
        self.inputs += 1
        return input_layer(list(shape), f"x_{self.inputs}", dtype)


def make(name, seed):
    """A model, and the layers that it calls."""
    keras = Keras()
    model = LAYERS[name](Draw(keras, f"{name} {seed}"))
    # A layer in a TimeDistributed, or one that was not chosen, is called by nobody.
    called = [layer for layer in keras.layers.made if layer.calls]
    text = functional([*model.inputs, *called], [model.output])
    if hasattr(model, "index_below"):
        text["index_below"] = model.index_below
    return text, called


def classes(count):
    """The layer classes in `count` models of each generator."""
    found = {"InputLayer"}
    for name in LAYERS:
        for seed in range(count):
            found.update(layer.class_name for layer in make(name, seed)[1])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in LAYERS:
        for i in range(options.count):
            text, _ = make(name, options.seed + i)
            (options.out / f"{name}-{options.seed + i}.json").write_text(json.dumps(text))


if __name__ == "__main__":
    main()

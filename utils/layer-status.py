#!/usr/bin/env python3
"""Writes docs/status.md: what kregc does with each layer class, found by trying.

usage: layer-status.py BIN      prints the page (utils/gen-docs.sh writes it)

Each class of Layers.def gets a small model (SAMPLES; a class without one is an
error). `kregc inspect` and `kregc compile` say how far it comes; step form is
tried with kreg-opt. Classes of REFUSED must end with exit
status 3 and their name. Exit status 1 if that is not so.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/compiler/Driver/Inputs"))
from keras_models import chain, functional, inner, input_layer, Layer  # noqa: E402
from write_random_layers import classes as random_classes  # noqa: E402

VERSION = "3.15.1"
SPATIAL = {1: (8,), 2: (6, 6), 3: (4, 4, 4)}
DENSE = inner("Dense", "inside", units=3)


def image(rank):
    return (*SPATIAL[rank], 4)


def windows(rank):
    return [2] * rank


def per_rank(prefix, suffix="", ranks=(1, 2, 3), **config):
    """Samples of a family such as Conv1D to Conv3D; callables get the rank."""
    return {f"{prefix}{rank}D{suffix}": (image(rank), {k: v(rank) if callable(v) else v for k, v in config.items()})
            for rank in ranks}


# Class: shape of the input, config. Several inputs where there is a number.
SAMPLES = {
    "InputLayer": ((4,), None), "Dense": ((4,), {"units": 3}),
    "EinsumDense": ((4,), {"equation": "ab,bc->ac", "output_shape": 3, "bias_axes": "c"}),
    "Embedding": ((5,), {"input_dim": 9, "output_dim": 4}), "Identity": ((4,), {}),
    "TimeDistributed": ((5, 4), {"layer": DENSE}), "ActivityRegularization": ((4,), {"l1": 0.5}),
    "Activation": ((4,), {"activation": "relu"}), "ReLU": ((4,), {}), "LeakyReLU": ((4,), {}),
    "PReLU": ((4,), {}), "ELU": ((4,), {}), "Softmax": ((4,), {}), "ThresholdedReLU": ((4,), {"theta": 1.0}),
    "Dropout": ((4,), {"rate": 0.5}), "GaussianNoise": ((4,), {"stddev": 0.5}),
    "GaussianDropout": ((4,), {"rate": 0.5}), "AlphaDropout": ((4,), {"rate": 0.5}),
    **per_rank("SpatialDropout", rate=0.5),
    **per_rank("Conv", filters=3, kernel_size=windows),
    **per_rank("DepthwiseConv", ranks=(1, 2), kernel_size=windows),
    **per_rank("SeparableConv", ranks=(1, 2), filters=3, kernel_size=windows),
    **per_rank("Conv", "Transpose", filters=3, kernel_size=windows),
    **per_rank("MaxPooling", pool_size=windows), **per_rank("AveragePooling", pool_size=windows),
    **per_rank("GlobalMaxPooling"), **per_rank("GlobalAveragePooling"),
    "Flatten": ((3, 4), {}), "Reshape": ((3, 4), {"target_shape": [12]}), "Permute": ((3, 4), {"dims": [2, 1]}),
    "RepeatVector": ((4,), {"n": 3}),
    **per_rank("ZeroPadding", padding=lambda rank: [1] * rank if rank > 1 else 1),
    **per_rank("Cropping", cropping=lambda rank: [1] * rank if rank > 1 else 1),
    **per_rank("UpSampling", size=lambda rank: [2] * rank if rank > 1 else 2),
    "BatchNormalization": ((4,), {}), "LayerNormalization": ((4,), {}), "GroupNormalization": ((4,), {"groups": 2}),
    "RMSNormalization": ((4,), {}), "UnitNormalization": ((4,), {}), "Normalization": ((4,), {}),
    "Rescaling": ((4,), {"scale": 0.5}),
    **{name: (2, {}) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")},
    "Dot": (2, {"axes": 1}),
}

CELL = inner("LSTMCell", "cell", units=3)
REFUSED = {
    "SimpleRNN": {"units": 3}, "LSTM": {"units": 3}, "GRU": {"units": 3}, "RNN": {"cell": CELL},
    "Bidirectional": {"layer": inner("LSTM", "inside", units=3)}, "ConvLSTM1D": {"filters": 3, "kernel_size": [2]},
    "ConvLSTM2D": {"filters": 3, "kernel_size": [2, 2]}, "ConvLSTM3D": {"filters": 3, "kernel_size": [2, 2, 2]},
    "StackedRNNCells": {}, "Masking": {"mask_value": 0.0}, "Attention": {}, "AdditiveAttention": {},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "GroupedQueryAttention": {"head_dim": 3, "num_query_heads": 2, "num_key_value_heads": 1},
}


def classes():
    text = (ROOT / "frontends/Keras/Layers/Layers.def").read_text()
    return re.findall(r"^LAYER\((\w+)\)", text, re.M)


def model_of(name):
    """The sample's model."""
    shape, config = SAMPLES[name]
    if config is None:
        return chain(shape, Layer("Identity", "identity"))
    if shape == 2:
        inputs = [input_layer([4], "a"), input_layer([4], "b")]
        layer = Layer(name, "sample", *inputs, **config)
        return functional([*inputs, layer], [layer])
    return chain(shape, Layer(name, "sample", **config), dtype="int32" if name == "Embedding" else "float32")


class Tools:
    def __init__(self, bin_folder, scratch):
        self.kregc, self.kreg_opt, self.scratch = f"{bin_folder}/kregc", f"{bin_folder}/kreg-opt", scratch

    def run(self, model, verb, *options):
        path = self.scratch / "model.json"
        path.write_text(json.dumps(model))
        return subprocess.run([self.kregc, verb, str(path), "--keras-version", VERSION, *options],
                              capture_output=True, text=True)

    def becomes_step(self, imported):
        """Whether a model in layer form, with a loss, can be differentiated."""
        text = re.sub(r"^(  kreg\.model .*) \{$", r'\1 attributes {kreg.losses = [{kind = "mean_squared_error"}]} {',
                      imported, flags=re.M)
        done = subprocess.run([self.kreg_opt, "--kreg-step-pipeline", "-o", "/dev/null"], input=text,
                              capture_output=True, text=True)
        return done.returncode == 0


def recorded():
    """Layer classes in cases of test/e2e, and those in cases with training steps."""
    outputs, steps = set(), set()
    for path in (ROOT / "test/e2e").glob("*/*/case.json"):
        layers = set(json.loads(path.read_text()).get("layers", []))
        outputs |= layers if (path.parent / "inference.npz").exists() else set()
        steps |= layers if (path.parent / "training.npz").exists() else set()
    return outputs, steps


def mark(value):
    return "yes" if value else "–"


def supported_rows(tools):
    outputs, steps = recorded()
    drawn = random_classes(20)
    for name in classes():
        if name not in SAMPLES:
            sys.exit(f"utils/layer-status.py: no sample of class {name}")
        model, dumps = model_of(name), tools.scratch / name
        compiles = tools.run(model, "compile", "--emit", "plan", "--dump-phases", str(dumps)).returncode == 0
        reads = compiles or tools.run(model, "inspect").returncode == 0
        imported = [path.read_text() for path in dumps.glob("*-import.mlir")]
        step = bool(imported) and tools.becomes_step(imported[0])
        yield [f"`{name}`", *map(mark, (reads, compiles, step, name in drawn, name in outputs, name in steps))]


def refused_rows(tools):
    for name, config in REFUSED.items():
        done = tools.run(chain((5, 4), Layer(name, "sample", **config)), "inspect")
        if done.returncode != 3 or f"layer 'sample' has the class '{name}'" not in done.stderr:
            sys.exit(f"utils/layer-status.py: {name}: exit {done.returncode}: {done.stderr}")
        yield f"`{name}`"


def table(heading, rows):
    return "\n".join(["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
                     + ["| " + " | ".join(row) + " |" for row in rows])


def main(bin_folder):
    with tempfile.TemporaryDirectory() as scratch:
        tools = Tools(bin_folder, Path(scratch))
        supported = table(["layer", "read, inspect", "inference", "gradients", "random attributes", "recorded outputs",
                           "recorded steps"],
                          supported_rows(tools))
        refused = ", ".join(refused_rows(tools))
    print(f"""<!-- Made by utils/gen-docs.sh; edit the source, not this page. -->

# Status

What kregc does with each layer class of Keras, found by trying it on a small
model: *read, inspect* the file, *inference* (kernels are planned), *gradients*
(step form is made). *Random attributes*: it is compiled with many of them and many
shapes, and compared with the interpreter (`test/compiler/random-layers.test`) and
with Keras itself (`utils/compare-with-keras.py`). The last columns say whether a
model of `test/e2e/cases` or `training` has the layer: with outputs that Keras recorded, and with
training steps.

{supported}

Layers that are refused by their name, with exit status 3:
{refused}. Where recurrent ones will go is written in
[architecture.md](architecture.md), "Recurrence".""")


if __name__ == "__main__":
    main(sys.argv[1])

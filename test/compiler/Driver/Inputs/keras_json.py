"""Models as Keras 3 writes them in JSON, from a few words.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json


def source(name, *shape):
    config = {"batch_shape": [None, *shape], "dtype": "float32", "sparse": False, "name": name}
    return {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None, "name": name,
            "config": config, "inbound_nodes": []}


def layer(class_name, name, inputs, **config):
    tensors = [{"class_name": "__keras_tensor__",
                "config": {"shape": [None], "dtype": "float32", "keras_history": [x, 0, 0]}} for x in inputs]
    return {"module": "keras.layers", "class_name": class_name, "registered_name": None, "name": name,
            "config": {"name": name, "trainable": True, "dtype": "float32", **config},
            "inbound_nodes": [{"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}]}


def model(layers, inputs, output):
    config = {"name": "m", "trainable": True, "layers": layers,
              "input_layers": [[x, 0, 0] for x in inputs], "output_layers": [[output, 0, 0]]}
    return json.dumps({"module": "keras", "class_name": "Functional", "registered_name": "Functional", "config": config})


def chain(first, *steps):
    """A model of layers one behind the other: (class, config) each."""
    layers, last = [first], first["name"]
    for i, (class_name, config) in enumerate(steps):
        layers.append(layer(class_name, f"l{i}", [last], **config))
        last = f"l{i}"
    return model(layers, [first["name"]], last)

"""Small Keras models as JSON, in the words of Keras 3 and of tf.keras.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""


def l1(value):
    return regularizer("L1", l1=value)


def l2(value):
    return regularizer("L2", l2=value)


def regularizer(name, **config):
    return {"module": "keras.regularizers", "class_name": name, "config": config, "registered_name": None}


class Layer:
    """A layer, called on the layers (or calls, in Keras 3) of `inputs`."""

    def __init__(self, class_name, name, *inputs, **config):
        self.class_name, self.name, self.config = class_name, name, {"name": name, **config}
        self.calls = [inputs] if inputs else []

    def again(self, *inputs):
        """Another call; its tensor."""
        self.calls.append(inputs)
        return (self.name, len(self.calls) - 1, 0)


def entry(each):
    return {"module": "keras.layers", "class_name": each.class_name, "config": each.config, "registered_name": None}


def inner(class_name, name, **config):
    """A layer in a wrapper."""
    return entry(Layer(class_name, name, **config))


def input_layer(shape, name="x", dtype="float32"):
    return Layer("InputLayer", name, batch_shape=[None, *shape], dtype=dtype)


def history(tensor):
    return list(tensor) if isinstance(tensor, tuple) else [tensor.name, 0, 0]


def keras_tensor(tensor):
    return {"class_name": "__keras_tensor__",
            "config": {"shape": [None], "dtype": "float32", "keras_history": history(tensor)}}


def functional(layers, outputs):
    """A Functional model of Keras 3; its inputs are its InputLayers."""
    def node(inputs):
        tensors = [keras_tensor(each) for each in inputs]
        return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}
    entries = [{**entry(each), "name": each.name, "inbound_nodes": [node(call) for call in each.calls]}
               for each in layers]
    config = {"name": "model", "trainable": True, "layers": entries,
              "input_layers": [history(each) for each in layers if each.class_name == "InputLayer"],
              "output_layers": [history(each) for each in outputs]}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config,
            "registered_name": "Functional"}


def chain(shape, *layers, dtype="float32"):
    """A Functional model of Keras 3 of one layer behind the other."""
    every = [input_layer(shape, dtype=dtype), *layers]
    for before, each in zip(every, every[1:]):
        each.calls = [(before,)]
    return functional(every, every[-1:])


def sequential(shape, *layers, **config):
    """A Sequential model of Keras 3."""
    config = {"name": "model", "trainable": True, **config, "layers": [entry(each) for each in (input_layer(shape), *layers)]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def tf_keras(shape, *layers):
    """A Sequential model of tf-keras."""
    entries = [{"class_name": "InputLayer", "config": {"batch_input_shape": [None, *shape], "dtype": "float32",
                                                       "name": "x"}}]
    entries += [{"class_name": each.class_name, "config": each.config} for each in layers]
    return {"class_name": "Sequential", "config": {"name": "model", "layers": entries},
            "keras_version": "2.15.0", "backend": "tensorflow"}

"""Writes .keras files of the size of ResNet-50: 25 million random weights, 100 MB.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

import keras_archive

CENTRE = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 1e-4}, "registered_name": None}
PENALTY = {"module": "keras.regularizers", "class_name": "L1L2", "config": {"l1": 1e-5, "l2": 2e-5},
           "registered_name": None}


class Network:
    """Layers of a Functional and their weights, in the order of the file."""

    def __init__(self, weights, prefix="", penalties=None):
        self.layers, self.counts, self.weights = [], {}, weights
        self.prefix, self.penalties = prefix, penalties
        self.random = np.random.default_rng(50)

    def add(self, class_name, inputs, shapes=(), **config):
        """A layer; the name of its output."""
        snake = {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "MaxPooling2D": "max_pooling2d",
                 "GlobalAveragePooling2D": "global_average_pooling2d", "InputLayer": "input_layer",
                 "ActivityRegularization": "activity_regularization"}
        stem = snake.get(class_name, class_name.lower())
        count = self.counts.get(stem, 0)
        self.counts[stem] = count + 1
        group = f"{stem}_{count}" if count else stem
        name = self.prefix + group
        tensors = [{"class_name": "__keras_tensor__", "config": {"shape": [None], "dtype": "float32",
                                                                "keras_history": [i, 0, 0]}} for i in inputs]
        node = {"args": [tensors if class_name == "Add" else tensors[0]] if tensors else [], "kwargs": {}}
        self.layers.append({"module": "keras.layers", "class_name": class_name, "config": {"name": name, **config},
                            "registered_name": None, "name": name, "inbound_nodes": [node] if inputs else []})
        arrays = [self.random.standard_normal(s, dtype=np.float32) * np.float32(0.05) for s in shapes]
        if class_name != "InputLayer":
            self.weights.vars(group, name, arrays)
        return name

    def penalised(self, class_name, inputs, *rest, **config):
        """A layer with the model's penalty, if it has one."""
        if self.penalties == "attached":
            config["activity_regularizer"] = PENALTY
        x = self.add(class_name, inputs, *rest, **config)
        return self.add("ActivityRegularization", [x], **PENALTY["config"]) if self.penalties == "standalone" else x

    def conv(self, x, size, channels, filters, stride=1, activation="relu"):
        x = self.penalised("Conv2D", [x], [(size, size, channels, filters), (filters,)], filters=filters,
                     kernel_size=[size, size], strides=[stride, stride], padding="same", data_format="channels_last",
                     dilation_rate=[1, 1], groups=1, activation="linear", use_bias=True, kernel_regularizer=CENTRE)
        x = self.add("BatchNormalization", [x], [(filters,)] * 4, axis=-1, momentum=0.99, epsilon=1e-3, center=True,
                     scale=True)
        return self.penalised("Activation", [x], activation=activation)

    def resnet50(self):
        x = self.add("InputLayer", [], batch_shape=[None, 224, 224, 3], dtype="float32")
        x = self.conv(x, 7, 3, 64, 2)
        x = self.add("MaxPooling2D", [x], pool_size=[3, 3], strides=[2, 2], padding="same", data_format="channels_last")
        channels = 64
        for width, blocks, first in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
            for block in range(blocks):
                stride = first if block == 0 else 1
                short = x if block else self.conv(x, 1, channels, 4 * width, stride, "linear")
                x = self.conv(x, 1, channels, width, stride)
                x = self.conv(x, 3, width, width)
                x = self.conv(x, 1, width, 4 * width, 1, "linear")
                channels = 4 * width
                x = self.penalised("Activation", [self.add("Add", [short, x])], activation="relu")
        x = self.add("GlobalAveragePooling2D", [x], data_format="channels_last", keepdims=False)
        x = self.add("Dense", [x], [(channels, 1000), (1000,)], units=1000, activation="softmax", use_bias=True)
        return {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
                "config": {"name": "resnet50", "trainable": True, "layers": self.layers,
                           "input_layers": [[self.layers[0]["name"], 0, 0]], "output_layers": [[x, 0, 0]]}}


def write(path, **choices):
    """Writes resnet50 of a Network with these choices, the same numbers each time."""
    keras_archive.write(path, lambda weights: Network(weights, **choices).resnet50())

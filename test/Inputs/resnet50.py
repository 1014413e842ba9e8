"""Writes .keras files of the size of ResNet-50.

25 million random weights (100 MB) in the layout of Keras 3.15, in a stored archive
as Keras writes it, made with nothing but NumPy and libhdf5.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ctypes
import ctypes.util
import glob
import json
import os
import zipfile

import numpy as np

CENTRE = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 1e-4}, "registered_name": None}
PENALTY = {"module": "keras.regularizers", "class_name": "L1L2", "config": {"l1": 1e-5, "l2": 2e-5},
           "registered_name": None}


class Hdf5Writer:
    """As much of libhdf5 as Keras' layout needs."""

    def __init__(self, path):
        names = glob.glob("/usr/lib/*/libhdf5_serial.so*") + [ctypes.util.find_library("hdf5_serial")]
        self.h5 = ctypes.CDLL(names[0])
        self.h5.H5open()
        for name in ("H5Fcreate", "H5Gcreate2", "H5Screate_simple", "H5Screate", "H5Dcreate2", "H5Acreate2", "H5Tcopy",
                     "H5Pcreate"):
            getattr(self.h5, name).restype = ctypes.c_int64
        self.floats = self.constant("H5T_IEEE_F32LE_g")
        self.links = self.check(self.h5.H5Pcreate(self.constant("H5P_CLS_LINK_CREATE_ID_g")))
        self.h5.H5Pset_create_intermediate_group(self.links, 1)
        self.file = self.check(self.h5.H5Fcreate(path.encode(), 2, self.zero, self.zero))

    zero = ctypes.c_int64(0)

    def constant(self, name):
        return ctypes.c_int64(ctypes.c_int64.in_dll(self.h5, name).value)

    @staticmethod
    def check(number):
        assert number >= 0, "HDF5 refuses"
        return ctypes.c_int64(number)

    def vars(self, path, name, arrays):
        """layers/<path>/vars with its attribute `name` and its datasets."""
        group = self.check(self.h5.H5Gcreate2(self.file, f"layers/{path}/vars".encode(), self.links, self.zero, self.zero))
        text = self.check(self.h5.H5Tcopy(self.constant("H5T_C_S1_g")))
        self.h5.H5Tset_size(text, ctypes.c_size_t(len(name)))
        scalar = self.check(self.h5.H5Screate(0))
        attribute = self.check(self.h5.H5Acreate2(group, b"name", text, scalar, self.zero, self.zero))
        self.check(self.h5.H5Awrite(attribute, text, name.encode()))
        for i, array in enumerate(arrays):
            sizes = (ctypes.c_uint64 * array.ndim)(*array.shape)
            space = self.check(self.h5.H5Screate_simple(array.ndim, sizes, None))
            data = self.check(self.h5.H5Dcreate2(group, str(i).encode(), self.floats, space, self.zero, self.zero, self.zero))
            self.check(self.h5.H5Dwrite(data, self.floats, self.zero, self.zero, self.zero,
                                        array.ctypes.data_as(ctypes.c_void_p)))
            self.h5.H5Dclose(data)
            self.h5.H5Sclose(space)
        self.h5.H5Aclose(attribute)
        self.h5.H5Gclose(group)

    def close(self):
        self.h5.H5Fclose(self.file)


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
    weights = path + ".weights.h5"
    writer = Hdf5Writer(weights)
    config = Network(writer, **choices).resnet50()
    writer.close()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(config))
        archive.write(weights, "model.weights.h5")
    os.remove(weights)

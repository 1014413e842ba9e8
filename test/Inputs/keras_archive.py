"""Writes .keras files in the layout of Keras 3.15, with NumPy and libhdf5 alone.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ctypes
import ctypes.util
import glob
import json
import os
import zipfile


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


def write(path, config_of, version="3.15.1"):
    """Writes the model that `config_of` makes, a function of the writer of its weights;
    a stored archive, as Keras writes it."""
    weights = path + ".weights.h5"
    writer = Hdf5Writer(weights)
    config = config_of(writer)
    writer.close()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(config))
        archive.write(weights, "model.weights.h5")
    os.remove(weights)

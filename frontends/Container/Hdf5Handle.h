// An HDF5 identifier that closes itself.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_HDF5HANDLE_H
#define KREGC_FRONTENDS_CONTAINER_HDF5HANDLE_H

#include <hdf5.h>

namespace kregc {

/// Owns an HDF5 identifier of any kind; a negative one is a failed call.
struct Hdf5Handle {
  hid_t id;
  explicit Hdf5Handle(hid_t id) : id(id) {}
  Hdf5Handle(const Hdf5Handle &) = delete;
  Hdf5Handle &operator=(const Hdf5Handle &) = delete;
  ~Hdf5Handle() {
    if (id >= 0) {
      H5Idec_ref(id);
    }
  }
  operator hid_t() const { return id; }
  bool ok() const { return id >= 0; }
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_HDF5HANDLE_H

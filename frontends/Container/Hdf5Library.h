// The HDF5 library, for the confined child alone: it lists what a file holds
// and reads numbers on request.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_HDF5LIBRARY_H
#define KREGC_FRONTENDS_CONTAINER_HDF5LIBRARY_H

#include "llvm/ADT/StringRef.h"

namespace kregc {

class Channel;

/// The first byte of the answer to a path: the numbers follow, or a failure.
enum class Hdf5Reply : char { Numbers, Failure };

/// The child's whole life: sends encodeTree() of the file in `bytes` or
/// encodeFailure(), then answers each path of a dataset with a Hdf5Reply,
/// and its float32 numbers without a frame. Ends when the parent is gone.
void serveHdf5(llvm::StringRef bytes, const Channel &channel);

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_HDF5LIBRARY_H

// The same kernels by oneDNN, where it is installed, to compare with: bias and
// ReLU as post-operations, float32, one thread, activations in NHWC (as in a
// Keras model), weights in the layout that oneDNN likes best, packed before.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_BENCH_KERNELS_ONEDNN_H
#define KREGC_BENCH_KERNELS_ONEDNN_H

#include <cstdint>
#include <functional>

namespace kregc::bench {

/// A square convolution; `groups` is the number of channels where it is
/// depthwise. A dense layer is one of size 1 and kernel 1.
struct PeerLayer {
  int64_t batch, size, channels, filters, kernel;
  int64_t stride = 1, padLow = 0, padHigh = 0, groups = 1;
};

/// One call of the layer, or nothing where oneDNN is not built in.
std::function<void()> makeOneDnnLayer(const PeerLayer &layer);

} // namespace kregc::bench

#endif // KREGC_BENCH_KERNELS_ONEDNN_H

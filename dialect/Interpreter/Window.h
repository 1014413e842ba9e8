// A window that slides over the spatial dimensions of a tensor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_INTERPRETER_WINDOW_H
#define KREGC_DIALECT_INTERPRETER_WINDOW_H

#include "mlir/Support/LLVM.h"

namespace mlir::kreg::interpreter {

/// The pairs of points that a window connects. A point is a flat index into
/// [batch, spatial…] of the input or the result, channels left out.
class Window {
public:
  /// x: [batch, spatial…, channels]; one entry per spatial dimension elsewhere.
  Window(ArrayRef<int64_t> x, ArrayRef<int64_t> window,
         ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
         ArrayRef<int64_t> low, ArrayRef<int64_t> high);

  /// [batch, out spatial…, channels]
  SmallVector<int64_t> resultShape(int64_t channels) const;

  /// Calls visit(from, to, tap) for each point `to` of the result, in order,
  /// and each element `tap` of the window, in order, that reads a point `from`
  /// of the input; those in the padding are left out.
  void forEachTap(
      llvm::function_ref<void(int64_t from, int64_t to, int64_t tap)> visit)
      const;

private:
  using Taps = SmallVector<std::pair<int64_t, int64_t>>;
  /// (from, tap) within one image for point `to` of one image of the result.
  Taps tapsOf(int64_t to) const;

  int64_t batch;
  SmallVector<int64_t> in, out, window, strides, dilations, low;
};

} // namespace mlir::kreg::interpreter

#endif // KREGC_DIALECT_INTERPRETER_WINDOW_H

// What the type inference of all core ops shares.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_IR_INFERTYPES_H
#define KREGC_DIALECT_IR_INFERTYPES_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Diagnostics.h"

namespace mlir::kreg {

inline RankedTensorType tensorTypeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Fails with a message at `loc`, where there is one.
template <typename... Parts>
LogicalResult refuse(std::optional<Location> loc, Parts &&...parts) {
  if (!loc) {
    return failure();
  }
  InFlightDiagnostic diagnostic = emitError(*loc);
  (diagnostic << ... << std::forward<Parts>(parts));
  return diagnostic;
}

/// Appends to `out` the extents of the result of a window that slides over the
/// spatial dimensions of x ([B, spatial…, C]); one entry per spatial dimension
/// in the other lists. Fails, with a message about `op`, where it does not fit.
LogicalResult inferWindow(std::optional<Location> loc, StringRef op,
                          ArrayRef<int64_t> x, ArrayRef<int64_t> window,
                          ArrayRef<int64_t> strides,
                          ArrayRef<int64_t> dilations, ArrayRef<int64_t> low,
                          ArrayRef<int64_t> high,
                          SmallVectorImpl<int64_t> &out);

} // namespace mlir::kreg

#endif // KREGC_DIALECT_IR_INFERTYPES_H

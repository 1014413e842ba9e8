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

} // namespace mlir::kreg

#endif // KREGC_DIALECT_IR_INFERTYPES_H

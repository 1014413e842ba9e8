// Reading the values of weights, and making new ones.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRANSFORMS_WEIGHTVALUES_H
#define KREGC_DIALECT_TRANSFORMS_WEIGHTVALUES_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Builders.h"

#include <optional>
#include <vector>

namespace mlir::kreg {

/// The variable that `tensor` is read from, or null if it is not a kreg.read.
VariableOp getVariable(Value tensor, SymbolTable &symbols);

/// The elements of a float32 variable in row-major order; nothing if it has no
/// value or another element type.
std::optional<std::vector<double>> getWeightValues(VariableOp variable);

/// A variable that is not trainable, placed behind `after`, with `values`
/// rounded to float32. Its name is `name`, with a suffix if that is taken.
VariableOp makeVariable(SymbolTable &symbols, VariableOp after, StringRef name,
                        ArrayRef<int64_t> shape, ArrayRef<double> values);

} // namespace mlir::kreg

#endif // KREGC_DIALECT_TRANSFORMS_WEIGHTVALUES_H

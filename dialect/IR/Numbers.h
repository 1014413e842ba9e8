// Numbers of a model file as Keras computes with them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_IR_NUMBERS_H
#define KREGC_DIALECT_IR_NUMBERS_H

#include "dialect/IR/Kreg.h"

namespace mlir::kreg {

/// A number rounded to the type of the tensor's elements that it is used with.
double asElement(double number, Type element);

/// The parameters of a function, rounded where they come from a file; those of
/// Keras' own formulas (1/6 of hard_sigmoid) are exact.
SmallVector<double> parametersOf(UnaryOp op);

} // namespace mlir::kreg

#endif // KREGC_DIALECT_IR_NUMBERS_H

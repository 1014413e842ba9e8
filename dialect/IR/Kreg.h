// The kreg dialect: what every user of the IR includes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_IR_KREG_H
#define KREGC_DIALECT_IR_KREG_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialect/IR/KregDialect.h.inc"
#include "dialect/IR/KregEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/IR/KregAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialect/IR/KregOps.h.inc"

namespace mlir::kreg {

/// How many parameters a `kreg.unary` of this kind has.
size_t getNumParameters(UnaryKind kind);

} // namespace mlir::kreg

#endif // KREGC_DIALECT_IR_KREG_H

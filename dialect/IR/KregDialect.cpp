// Registration of the dialect: its ops, attributes and constants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Kreg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::kreg;

#include "dialect/IR/KregDialect.cpp.inc"
#include "dialect/IR/KregEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/IR/KregAttrs.cpp.inc"

void KregDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/IR/KregAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/IR/KregOps.cpp.inc"
      >();
}

Operation *KregDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  if (isa<FloatType>(type)) {
    return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(value));
  }
  return ConstantOp::create(builder, loc, cast<ElementsAttr>(value));
}

// Registration of the dialect: its ops, attributes and constants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Kreg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;

/// The shortest decimal that is the coefficient again: 0.01, 1.0e-07.
static void printCoefficient(AsmPrinter &printer, FloatAttr coefficient) {
  double value = coefficient.getValueAsDouble();
  if (!std::isfinite(value)) {
    printer.printFloat(coefficient.getValue());
    return;
  }
  std::string text;
  for (int digits = 1; digits <= 17; ++digits) {
    text.clear();
    llvm::raw_string_ostream(text) << llvm::format("%.*g", digits, value);
    if (std::strtod(text.c_str(), nullptr) == value) {
      break;
    }
  }
  if (text.find('.') == std::string::npos) {
    size_t exponent = text.find('e');
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  }
  printer.getStream() << text;
}

/// A float64, with or without its type.
static ParseResult parseCoefficient(AsmParser &parser, FloatAttr &coefficient) {
  double value;
  Type f64 = parser.getBuilder().getF64Type(), type;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseFloat(value)) {
    return failure();
  }
  if (succeeded(parser.parseOptionalColon())) {
    if (parser.parseType(type)) {
      return failure();
    }
    if (type != f64) {
      return parser.emitError(loc) << "expected a coefficient of type 'f64'";
    }
  }
  coefficient = FloatAttr::get(f64, value);
  return success();
}

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
  addBytecodeInterface();
}

Operation *KregDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  if (isa<FloatType>(type)) {
    return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(value));
  }
  return ConstantOp::create(builder, loc, cast<ElementsAttr>(value));
}

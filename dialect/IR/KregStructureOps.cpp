// Models, layers, weights, penalties and kernels: assembly and verifiers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace mlir::kreg;

//===----------------------------------------------------------------------===//
// ModelOp
//===----------------------------------------------------------------------===//

void ModelOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    FunctionType type) {
  state.addAttribute(SymbolTable::getSymbolAttrName(),
                     builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  Block *body = new Block;
  for (Type input : type.getInputs()) {
    body->addArgument(input, state.location);
  }
  state.addRegion()->push_back(body);
}

ParseResult ModelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto functionType =
      [](Builder &builder, ArrayRef<Type> inputs, ArrayRef<Type> results,
         function_interface_impl::VariadicFlag, std::string &) -> Type {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), functionType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void ModelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult ModelOp::verifyRegions() {
  // model_c1
  auto terminator = dyn_cast<ReturnOp>(getBody().front().getTerminator());
  if (!terminator) {
    return emitOpError("requires its body to end with 'kreg.return'");
  }
  if (TypeRange(terminator.getOutputs().getTypes()) !=
      TypeRange(getResultTypes())) {
    return emitOpError("requires 'kreg.return' to have the result types ")
           << getResultTypes() << ", but got "
           << terminator.getOutputs().getTypes();
  }
  // model_c2
  for (auto [index, type] : llvm::enumerate(getArgumentTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor ||
        llvm::any_of(tensor.getShape().drop_front(tensor.getRank() > 0 ? 1 : 0),
                     ShapedType::isDynamic)) {
      return emitOpError("requires argument ")
             << index
             << " to be a tensor that is dynamic in dimension 0 only, but got "
             << type;
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// LayerOp
//===----------------------------------------------------------------------===//

ParseResult LayerOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  StringAttr name;
  StringRef className;
  if (parser.parseAttribute(name) || parser.parseKeyword(&className)) {
    return failure();
  }
  result.addAttribute(getLayerNameAttrName(result.name), name);
  result.addAttribute(getClassNameAttrName(result.name),
                      builder.getStringAttr(className));
  if (succeeded(parser.parseOptionalKeyword("call"))) {
    IntegerAttr call;
    if (parser.parseAttribute(call, builder.getI64Type())) {
      return failure();
    }
    result.addAttribute(getCallAttrName(result.name), call);
  }
  if (succeeded(parser.parseOptionalKeyword("penalised"))) {
    StringRef word;
    bool orthogonal = succeeded(parser.parseOptionalKeyword("orthogonal"));
    Attribute regularizer = orthogonal ? OrthogonalAttr::parse(parser, {})
                                       : L1L2Attr::parse(parser, {});
    SMLoc loc = parser.getCurrentLocation();
    if (!regularizer || parser.parseKeyword("per") ||
        parser.parseKeyword(&word)) {
      return failure();
    }
    std::optional<Norm> norm = symbolizeNorm(word);
    if (!norm) {
      return parser.emitError(loc) << "expected 'per batch' or 'per none'";
    }
    result.addAttribute(orthogonal ? getOrthogonalAttrName(result.name)
                                   : getRegularizerAttrName(result.name),
                        regularizer);
    result.addAttribute(getNormAttrName(result.name),
                        NormAttr::get(builder.getContext(), *norm));
  }
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion())) {
    return failure();
  }
  if (succeeded(parser.parseOptionalColon())) {
    return parser.parseTypeList(result.types);
  }
  return success();
}

void LayerOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getLayerNameAttr() << ' ' << getClassName();
  if (getCall() != 0) {
    printer << " call " << getCall();
  }
  if (getRegularizer() || getOrthogonal()) {
    printer << " penalised ";
    if (getOrthogonal()) {
      printer << "orthogonal ";
      getOrthogonalAttr().print(printer);
    } else {
      getRegularizerAttr().print(printer);
    }
    printer << " per " << stringifyNorm(getNorm());
  }
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getLayerNameAttrName(), getClassNameAttrName(), getCallAttrName(),
       getRegularizerAttrName(), getOrthogonalAttrName(), getNormAttrName()});
  printer << ' ';
  printer.printRegion(getBody());
  if (getNumResults() != 0) {
    printer << " : " << getResultTypes();
  }
}

LogicalResult LayerOp::verifyRegions() {
  // layer_c1
  auto yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  if (!yield || yield.getValues().getTypes() != getResultTypes()) {
    return emitOpError("requires its body to yield the result types ")
           << getResultTypes();
  }
  // layer_c2
  if (getRegularizer() && getOrthogonal()) {
    return emitOpError("requires one regularizer at most");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// VariableOp, ReadOp, PenaltyOp
//===----------------------------------------------------------------------===//

LogicalResult VariableOp::verify() {
  // variable_c1
  if (getValue() && getValue()->getType() != getType()) {
    return emitOpError("requires a value of type ")
           << getType() << ", but got " << getValue()->getType();
  }
  // variable_c2
  if (getOrthogonal() && getRegularizer()) {
    return emitOpError("requires one regularizer at most");
  }
  if (getOrthogonal() && cast<RankedTensorType>(getType()).getRank() != 2) {
    return emitOpError("requires a matrix for 'orthogonal', but got ")
           << getType();
  }
  return success();
}

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto variable =
      symbols.lookupNearestSymbolFrom<VariableOp>(*this, getVariableAttr());
  // read_c1
  if (!variable) {
    return emitOpError("names '")
           << getVariable() << "', which is not a 'kreg.variable'";
  }
  // read_c2
  if (variable.getType() != getType()) {
    return emitOpError("requires the variable's type ")
           << variable.getType() << ", but got " << getType();
  }
  return success();
}

LogicalResult PenaltyOp::verify() {
  // penalty_c1
  if (getNorm() == Norm::Batch &&
      cast<RankedTensorType>(getInput().getType()).getRank() == 0) {
    return emitOpError("requires an input of rank 1 or more when normalised by "
                       "batch, but got ")
           << getInput().getType();
  }
  return success();
}

LogicalResult OrthogonalPenaltyOp::verify() {
  // orthogonal_penalty_c1
  if (cast<RankedTensorType>(getInput().getType()).getRank() != 2) {
    return emitOpError("requires an input of rank 2, but got ")
           << getInput().getType();
  }
  return success();
}

OpFoldResult PenaltyOp::fold(FoldAdaptor) {
  // A zero coefficient still multiplies in Keras only where it is not zero:
  // its L1L2 skips zero factors, so NaN in the tensor stays outside.
  if (!getRegularizer().isZero()) {
    return {};
  }
  return FloatAttr::get(Float64Type::get(getContext()), 0.0);
}

//===----------------------------------------------------------------------===//
// Directives of assembly formats
//===----------------------------------------------------------------------===//

/// Numbers in brackets, infinite ones too (a ReLU without a maximum), which
/// DenseF64ArrayAttr prints but does not parse.
static ParseResult parseParameters(OpAsmParser &parser,
                                   DenseF64ArrayAttr &params) {
  SmallVector<double> values;
  auto parseOne = [&] { return parser.parseFloat(values.emplace_back()); };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                     parseOne)) {
    return failure();
  }
  params = DenseF64ArrayAttr::get(parser.getContext(), values);
  return success();
}

static void printParameters(OpAsmPrinter &printer, Operation *,
                            DenseF64ArrayAttr params) {
  printer << '[';
  llvm::interleaveComma(params.asArrayRef(), printer, [&](double value) {
    printer.printFloat(APFloat(value));
  });
  printer << ']';
}

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> types;
  auto parseOne = [&]() -> ParseResult {
    return failure(parser.parseArgument(arguments.emplace_back()) ||
                   parser.parseEqual() ||
                   parser.parseOperand(operands.emplace_back()) ||
                   parser.parseColonType(types.emplace_back()));
  };
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseAttribute(name) ||
      parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, parseOne)) {
    return failure();
  }
  result.addAttribute(getKernelNameAttrName(result.name), name);
  for (auto [argument, type] : llvm::zip_equal(arguments, types)) {
    argument.type = type;
  }
  if (parser.resolveOperands(operands, types, loc, result.operands) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), arguments) ||
      parser.parseOptionalColonTypeList(result.types)) {
    return failure();
  }
  return success();
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getKernelNameAttr() << " (";
  llvm::interleaveComma(llvm::zip_equal(getBody().getArguments(), getInputs()),
                        printer, [&](auto pair) {
                          printer << std::get<0>(pair) << " = "
                                  << std::get<1>(pair) << " : "
                                  << std::get<1>(pair).getType();
                        });
  printer << ")";
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getKernelNameAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
  if (getNumResults() != 0) {
    printer << " : " << getResultTypes();
  }
}

LogicalResult KernelOp::verifyRegions() {
  Block &body = getBody().front();
  // kernel_c1
  if (body.getArgumentTypes() != getInputs().getTypes()) {
    return emitOpError("requires block arguments of the operands' types");
  }
  // kernel_c2
  auto yield = dyn_cast<YieldOp>(body.getTerminator());
  if (!yield || yield.getValues().getTypes() != getResultTypes()) {
    return emitOpError("requires its body to yield the result types ")
           << getResultTypes();
  }
  // kernel_c3
  if (getPackings() && getPackings()->size() != getInputs().size()) {
    return emitOpError("requires one packing per operand, but got ")
           << getPackings()->size() << " for " << getInputs().size();
  }
  return success();
}

LogicalResult DivideByBatchOp::verify() {
  // divide_by_batch_c1
  if (cast<RankedTensorType>(getOf().getType()).getRank() == 0) {
    return emitOpError("requires a tensor of rank 1 or more, but got ")
           << getOf().getType();
  }
  return success();
}

#define GET_OP_CLASSES
#include "dialect/IR/KregOps.cpp.inc"

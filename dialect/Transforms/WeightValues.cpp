// Reading the values of weights, and making new ones.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Transforms/WeightValues.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace mlir::kreg;

VariableOp mlir::kreg::getVariable(Value tensor, SymbolTable &symbols) {
  auto read = tensor ? tensor.getDefiningOp<ReadOp>() : ReadOp();
  return read ? symbols.lookup<VariableOp>(read.getVariable()) : VariableOp();
}

std::optional<std::vector<double>>
mlir::kreg::getWeightValues(VariableOp variable) {
  if (!variable || !variable.getValue()) {
    return std::nullopt;
  }
  ElementsAttr value = *variable.getValue();
  if (auto resource = dyn_cast<DenseF32ResourceElementsAttr>(value)) {
    std::optional<ArrayRef<float>> data = resource.tryGetAsArrayRef();
    if (!data || int64_t(data->size()) != resource.getNumElements()) {
      return std::nullopt;
    }
    return std::vector<double>(data->begin(), data->end());
  }
  auto dense = dyn_cast<DenseFPElementsAttr>(value);
  if (!dense || !dense.getElementType().isF32()) {
    return std::nullopt;
  }
  auto floats = dense.getValues<float>();
  return std::vector<double>(floats.begin(), floats.end());
}

VariableOp mlir::kreg::makeVariable(SymbolTable &symbols, VariableOp after,
                                    StringRef name, ArrayRef<int64_t> shape,
                                    ArrayRef<double> values) {
  OpBuilder builder(after.getContext());
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  std::vector<float> rounded(values.begin(), values.end());
  DenseResourceElementsAttr value = DenseF32ResourceElementsAttr::get(
      type, name,
      HeapAsmResourceBlob::allocateAndCopyInferAlign<float>(rounded));
  auto variable = VariableOp::create(
      builder, after.getLoc(), name, /*sym_visibility=*/StringAttr(), type,
      /*trainable=*/false, /*regularizer=*/L1L2Attr(),
      /*orthogonal=*/OrthogonalAttr(), cast<ElementsAttr>(value));
  symbols.insert(variable, std::next(Block::iterator(after)));
  return variable;
}

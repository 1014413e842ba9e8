// Moves: type inference, verifiers and folds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/InferTypes.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace mlir::kreg;

LogicalResult ReshapeOp::verify() {
  RankedTensorType x = tensorTypeOf(getX()), y = tensorTypeOf(getY());
  auto count = [](ArrayRef<int64_t> sizes) {
    int64_t product = 1;
    for (int64_t n : sizes) {
      product *= n;
    }
    return product;
  };
  // reshape_c1
  bool same = x.getRank() >= 1 && y.getRank() >= 1 &&
              x.getElementType() == y.getElementType();
  if (same && x.hasStaticShape() && y.hasStaticShape()) {
    same = count(x.getShape()) == count(y.getShape());
  } else if (same) {
    same = x.getDimSize(0) == y.getDimSize(0) &&
           count(x.getShape().drop_front()) == count(y.getShape().drop_front());
  }
  if (!same) {
    return emitOpError("requires the batch and the number of elements to stay, "
                       "but got ")
           << x << " to " << y;
  }
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getX().getType() == getType()) {
    return getX();
  }
  if (auto inner = getX().getDefiningOp<ReshapeOp>()) {
    setOperand(inner.getX());
    return getResult();
  }
  return {};
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor op,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX());
  SmallVector<int64_t> shape;
  // transpose_c1
  if (!isPermutationVector(op.getPerm()) ||
      static_cast<int64_t>(op.getPerm().size()) != x.getRank()) {
    return refuse(loc, "'kreg.transpose' op requires a permutation of ",
                  x.getRank(), " dimensions");
  }
  for (int64_t dim : op.getPerm()) {
    shape.push_back(x.getDimSize(dim));
  }
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (isIdentityPermutation(getPerm())) {
    return getX();
  }
  // Two transposes are one: y[i] = inner[perm[i]] = x[innerPerm[perm[i]]].
  if (auto inner = getX().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> perm;
    for (int64_t dim : getPerm()) {
      perm.push_back(inner.getPerm()[dim]);
    }
    setPerm(perm);
    setOperand(inner.getX());
    return getResult();
  }
  return {};
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc, Adaptor op,
                                      SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX());
  size_t rank = x.getRank();
  // pad_c1
  if (op.getLow().size() != rank || op.getHigh().size() != rank || rank < 1 ||
      op.getLow()[0] != 0 || op.getHigh()[0] != 0) {
    return refuse(loc, "'kreg.pad' op requires one low and one high pad per "
                       "dimension, none at the batch");
  }
  SmallVector<int64_t> shape{x.getDimSize(0)};
  for (size_t i = 1; i < rank; ++i) {
    // pad_c2
    if (op.getLow()[i] < 0 || op.getHigh()[i] < 0) {
      return refuse(loc, "'kreg.pad' op requires pads of at least 0");
    }
    shape.push_back(x.getDimSize(i) + op.getLow()[i] + op.getHigh()[i]);
  }
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  auto isZero = [](int64_t n) { return n == 0; };
  return llvm::all_of(getLow(), isZero) && llvm::all_of(getHigh(), isZero)
             ? OpFoldResult(getX())
             : OpFoldResult();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  // concat_c1
  if (op.getInputs().empty()) {
    return refuse(loc, "'kreg.concat' op requires at least one input");
  }
  RankedTensorType first = tensorTypeOf(op.getInputs().front());
  int64_t axis = op.getAxis();
  // concat_c2
  if (axis < 1 || axis >= first.getRank()) {
    return refuse(loc, "'kreg.concat' op requires an axis from 1 to ",
                  first.getRank() - 1, ", but got ", axis);
  }
  SmallVector<int64_t> shape(first.getShape());
  for (Value input : op.getInputs().drop_front()) {
    RankedTensorType type = tensorTypeOf(input);
    SmallVector<int64_t> same(type.getShape());
    if (type.getRank() == first.getRank()) {
      shape[axis] += same[axis];
      same[axis] = first.getDimSize(axis);
    }
    // concat_c3
    if (ArrayRef<int64_t>(same) != first.getShape()) {
      return refuse(
          loc, "'kreg.concat' op requires inputs that agree outside of axis ",
          axis, ", but got ", first, " and ", type);
    }
  }
  types.push_back(RankedTensorType::get(shape, first.getElementType()));
  return success();
}

// Reductions and elementwise ops: type inference, verifiers and folds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/InferTypes.h"
#include "dialect/IR/Numbers.h"

using namespace mlir;
using namespace mlir::kreg;

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX());
  SmallVector<int64_t> shape;
  for (int64_t axis : op.getAxes()) {
    // reduce_c1
    if (axis < 1 || axis >= x.getRank()) {
      return refuse(loc, "'kreg.reduce' op requires axes from 1 to ",
                    x.getRank() - 1, ", but got ", axis);
    }
    // reduce_c2
    if (llvm::count(op.getAxes(), axis) != 1) {
      return refuse(loc, "'kreg.reduce' op requires each axis once, but got ",
                    axis, " again");
    }
  }
  for (auto [axis, size] : llvm::enumerate(x.getShape())) {
    if (!llvm::is_contained(op.getAxes(), static_cast<int64_t>(axis))) {
      shape.push_back(size);
    } else if (op.getKeepdims()) {
      shape.push_back(1);
    }
  }
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

OpFoldResult ReduceOp::fold(FoldAdaptor) {
  return getAxes().empty() ? OpFoldResult(getX()) : OpFoldResult();
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = tensorTypeOf(getX()).getRank(), axis = getAxis();
  // softmax_c1
  if (axis < 1 || axis >= rank) {
    return emitOpError("requires an axis from 1 to ")
           << rank - 1 << ", but got " << axis;
  }
  return success();
}

size_t kreg::getNumParameters(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::ClippedRelu:
    return 3;
  case UnaryKind::Selu:
  case UnaryKind::HardSigmoid:
  case UnaryKind::Clip:
  case UnaryKind::Threshold:
    return 2;
  case UnaryKind::LeakyRelu:
  case UnaryKind::Elu:
  case UnaryKind::Celu:
    return 1;
  default:
    return 0;
  }
}

double kreg::asElement(double number, Type element) {
  return element.isF64() ? number : static_cast<float>(number);
}

SmallVector<double> kreg::parametersOf(UnaryOp op) {
  SmallVector<double> params(op.getParams());
  UnaryKind kind = op.getKind();
  if (kind != UnaryKind::HardSigmoid && kind != UnaryKind::Selu) {
    Type element = tensorTypeOf(op.getX()).getElementType();
    for (double &number : params) {
      number = asElement(number, element);
    }
  }
  return params;
}

LogicalResult UnaryOp::verify() {
  // unary_c1
  size_t wanted = getNumParameters(getKind());
  if (getParams().size() != wanted) {
    return emitOpError("requires ")
           << wanted << " parameters for '" << stringifyUnaryKind(getKind())
           << "', but got " << getParams().size();
  }
  return success();
}

OpFoldResult UnaryOp::fold(FoldAdaptor) {
  // relu(relu(x)) = relu(x); the same for every idempotent function.
  auto idempotent = [](UnaryKind kind) {
    return kind == UnaryKind::Relu || kind == UnaryKind::Relu6 ||
           kind == UnaryKind::Abs;
  };
  if (auto inner = getX().getDefiningOp<UnaryOp>()) {
    if (inner.getKind() == getKind() && idempotent(getKind())) {
      return getX();
    }
  }
  return {};
}

LogicalResult BinaryOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType a = tensorTypeOf(op.getA()), b = tensorTypeOf(op.getB());
  int64_t rank = std::max(a.getRank(), b.getRank());
  SmallVector<int64_t> shape(rank);
  auto sizeAt = [&](RankedTensorType type, int64_t i) {
    int64_t at = i - (rank - type.getRank());
    return at < 0 ? 1 : type.getDimSize(at);
  };
  for (int64_t i = 0; i < rank; ++i) {
    int64_t m = sizeAt(a, i), n = sizeAt(b, i);
    // binary_c1
    if (m != n && m != 1 && n != 1) {
      return refuse(loc,
                    "'kreg.binary' op requires shapes that broadcast, but got ",
                    a, " and ", b);
    }
    shape[i] = m == 1 ? n : m;
  }
  types.push_back(RankedTensorType::get(shape, a.getElementType()));
  return success();
}

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>, Adaptor op,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(op.getValue().getType());
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValueAttr(); }

LogicalResult BatchNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location>, Adaptor op,
                                            SmallVectorImpl<Type> &types) {
  types.push_back(op.getX().getType());
  return success();
}

LogicalResult BatchNormOp::verify() {
  RankedTensorType x = tensorTypeOf(getX());
  int64_t axis = getAxis();
  // batch_norm_c2
  if (axis < 1 || axis >= x.getRank()) {
    return emitOpError("requires an axis from 1 to ")
           << x.getRank() - 1 << ", but got " << axis;
  }
  // batch_norm_c1
  for (Value operand : getOperands().drop_front()) {
    if (tensorTypeOf(operand).getShape() !=
        ArrayRef<int64_t>{x.getDimSize(axis)}) {
      return emitOpError("requires statistics and factors of shape [")
             << x.getDimSize(axis) << "], but got " << operand.getType();
    }
  }
  return success();
}

LogicalResult DropoutOp::verify() {
  // dropout_c1
  double rate = getRate().convertToDouble();
  if (!(rate >= 0.0 && rate <= 1.0)) {
    return emitOpError("requires a rate from 0 to 1, but got ") << rate;
  }
  return success();
}

OpFoldResult DropoutOp::fold(FoldAdaptor) {
  return getRate().isZero() ? OpFoldResult(getX()) : OpFoldResult();
}

// The core ops: type inference, verifiers and folds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Kreg.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlir::kreg;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Fails with a message at `loc`, where there is one.
template <typename... Parts>
static LogicalResult refuse(std::optional<Location> loc, Parts &&...parts) {
  if (!loc) {
    return failure();
  }
  InFlightDiagnostic diagnostic = emitError(*loc);
  (diagnostic << ... << std::forward<Parts>(parts));
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

LogicalResult DenseOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc, Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorOf(op.getX()), kernel = tensorOf(op.getKernel());
  // dense_c1
  if (x.getRank() < 2 || kernel.getRank() != 2) {
    return refuse(loc,
                  "'kreg.dense' op requires x of rank 2 or more and a kernel "
                  "of rank 2, but got ",
                  x, " and ", kernel);
  }
  // dense_c2
  if (x.getShape().back() != kernel.getDimSize(0)) {
    return refuse(loc,
                  "'kreg.dense' op requires the last dimension of x to be the "
                  "kernel's first, but got ",
                  x, " and ", kernel);
  }
  SmallVector<int64_t> shape(x.getShape());
  shape.back() = kernel.getDimSize(1);
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

/// Output extents of a window that slides over the spatial dimensions of x.
static LogicalResult inferWindow(std::optional<Location> loc, StringRef op,
                                 ArrayRef<int64_t> x, ArrayRef<int64_t> window,
                                 ArrayRef<int64_t> strides,
                                 ArrayRef<int64_t> dilations,
                                 ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                                 SmallVectorImpl<int64_t> &out) {
  size_t rank = window.size();
  // conv_c1
  if (x.size() != rank + 2 || strides.size() != rank ||
      dilations.size() != rank || low.size() != rank || high.size() != rank) {
    return refuse(loc, "'", op,
                  "' op requires one stride, dilation, low and high pad per "
                  "spatial dimension (",
                  rank, ")");
  }
  for (size_t i = 0; i < rank; ++i) {
    // conv_c2
    if (strides[i] < 1 || dilations[i] < 1 || low[i] < 0 || high[i] < 0 ||
        window[i] < 1) {
      return refuse(loc, "'", op,
                    "' op requires positive windows, strides and dilations and "
                    "pads of at least 0");
    }
    // conv_c4
    int64_t reach = (window[i] - 1) * dilations[i] + 1;
    int64_t padded = x[i + 1] + low[i] + high[i];
    if (ShapedType::isDynamic(x[i + 1]) || padded < reach) {
      return refuse(loc, "'", op,
                    "' op requires the window to fit into the padded input, "
                    "but spatial dimension ",
                    i, " has ", padded, " elements for a reach of ", reach);
    }
    out.push_back((padded - reach) / strides[i] + 1);
  }
  return success();
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorOf(op.getX()), kernel = tensorOf(op.getKernel());
  ArrayRef<int64_t> window = kernel.getShape();
  if (kernel.getRank() < 3) {
    return refuse(loc,
                  "'kreg.conv' op requires a kernel of rank 3 to 5, but got ",
                  kernel);
  }
  SmallVector<int64_t> shape{x.getRank() ? x.getDimSize(0) : 0};
  if (failed(inferWindow(loc, "kreg.conv", x.getShape(), window.drop_back(2),
                         op.getStrides(), op.getDilations(), op.getPadsLow(),
                         op.getPadsHigh(), shape))) {
    return failure();
  }
  // conv_c3
  int64_t groups = op.getGroups();
  if (groups < 1 ||
      x.getShape().back() != kernel.getDimSize(kernel.getRank() - 2) * groups ||
      kernel.getShape().back() % groups != 0) {
    return refuse(loc,
                  "'kreg.conv' op requires channels of x = kernel's · groups "
                  "and groups to divide the filters, but got ",
                  x, ", ", kernel, " and ", groups, " groups");
  }
  shape.push_back(kernel.getShape().back());
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

LogicalResult DepthwiseConvOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor op,
                                                SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorOf(op.getX()), kernel = tensorOf(op.getKernel());
  if (kernel.getRank() < 3) {
    return refuse(
        loc,
        "'kreg.depthwise_conv' op requires a kernel of rank 3 to 5, but got ",
        kernel);
  }
  SmallVector<int64_t> shape{x.getRank() ? x.getDimSize(0) : 0};
  if (failed(inferWindow(loc, "kreg.depthwise_conv", x.getShape(),
                         kernel.getShape().drop_back(2), op.getStrides(),
                         op.getDilations(), op.getPadsLow(), op.getPadsHigh(),
                         shape))) {
    return failure();
  }
  // depthwise_conv_c3
  if (x.getShape().back() != kernel.getDimSize(kernel.getRank() - 2)) {
    return refuse(loc,
                  "'kreg.depthwise_conv' op requires as many channels in x as "
                  "in the kernel, but got ",
                  x, " and ", kernel);
  }
  shape.push_back(kernel.getShape().back() * x.getShape().back());
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// Windows and reductions
//===----------------------------------------------------------------------===//

LogicalResult PoolOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorOf(op.getX());
  SmallVector<int64_t> ones(op.getWindow().size(), 1);
  SmallVector<int64_t> shape{x.getRank() ? x.getDimSize(0) : 0};
  if (failed(inferWindow(loc, "kreg.pool", x.getShape(), op.getWindow(),
                         op.getStrides(), ones, op.getPadsLow(),
                         op.getPadsHigh(), shape))) {
    return failure();
  }
  // pool_c3
  for (size_t i = 0; i < ones.size(); ++i) {
    if (op.getPadsLow()[i] >= op.getWindow()[i] ||
        op.getPadsHigh()[i] >= op.getWindow()[i]) {
      return refuse(loc,
                    "'kreg.pool' op requires pads smaller than the window");
    }
  }
  shape.push_back(x.getShape().back());
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorOf(op.getX());
  SmallVector<int64_t> shape;
  for (int64_t axis : op.getAxes()) {
    if (axis < 1 || axis >= x.getRank()) {
      return refuse(loc, "'kreg.reduce' op requires axes from 1 to ",
                    x.getRank() - 1, ", but got ", axis);
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

LogicalResult SoftmaxOp::verify() {
  int64_t rank = tensorOf(getX()).getRank(), axis = getAxis();
  // softmax_c1
  if (axis < 1 || axis >= rank) {
    return emitOpError("requires an axis from 1 to ")
           << rank - 1 << ", but got " << axis;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

size_t kreg::getNumParameters(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::ClippedRelu:
    return 3;
  case UnaryKind::Selu:
  case UnaryKind::HardSigmoid:
    return 2;
  case UnaryKind::LeakyRelu:
  case UnaryKind::Elu:
  case UnaryKind::Celu:
    return 1;
  default:
    return 0;
  }
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
  RankedTensorType a = tensorOf(op.getA()), b = tensorOf(op.getB());
  int64_t rank = std::max(a.getRank(), b.getRank());
  SmallVector<int64_t> shape(rank);
  auto sizeAt = [&](RankedTensorType type, int64_t i) {
    int64_t at = i - (rank - type.getRank());
    return at < 0 ? 1 : type.getDimSize(at);
  };
  for (int64_t i = 0; i < rank; ++i) {
    int64_t m = sizeAt(a, i), n = sizeAt(b, i);
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
  RankedTensorType x = tensorOf(getX());
  int64_t axis = getAxis();
  // batch_norm_c2
  if (axis < 1 || axis >= x.getRank()) {
    return emitOpError("requires an axis from 1 to ")
           << x.getRank() - 1 << ", but got " << axis;
  }
  // batch_norm_c1
  for (Value operand : getOperands().drop_front()) {
    if (tensorOf(operand).getShape() != ArrayRef<int64_t>{x.getDimSize(axis)}) {
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

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  RankedTensorType x = tensorOf(getX()), y = tensorOf(getY());
  auto rowSize = [](RankedTensorType type) {
    int64_t size = 1;
    for (int64_t n : type.getShape().drop_front()) {
      size *= n;
    }
    return size;
  };
  // reshape_c1
  if (x.getRank() < 1 || y.getRank() < 1 ||
      x.getDimSize(0) != y.getDimSize(0) || rowSize(x) != rowSize(y) ||
      x.getElementType() != y.getElementType()) {
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
  RankedTensorType x = tensorOf(op.getX());
  SmallVector<int64_t> shape;
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
  RankedTensorType x = tensorOf(op.getX());
  size_t rank = x.getRank();
  if (op.getLow().size() != rank || op.getHigh().size() != rank || rank < 1 ||
      op.getLow()[0] != 0 || op.getHigh()[0] != 0) {
    return refuse(loc, "'kreg.pad' op requires one low and one high pad per "
                       "dimension, none at the batch");
  }
  SmallVector<int64_t> shape{x.getDimSize(0)};
  for (size_t i = 1; i < rank; ++i) {
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
  if (op.getInputs().empty()) {
    return refuse(loc, "'kreg.concat' op requires at least one input");
  }
  RankedTensorType first = tensorOf(op.getInputs().front());
  int64_t axis = op.getAxis();
  if (axis < 1 || axis >= first.getRank()) {
    return refuse(loc, "'kreg.concat' op requires an axis from 1 to ",
                  first.getRank() - 1, ", but got ", axis);
  }
  SmallVector<int64_t> shape(first.getShape());
  for (Value input : op.getInputs().drop_front()) {
    RankedTensorType type = tensorOf(input);
    SmallVector<int64_t> same(type.getShape());
    if (type.getRank() == first.getRank()) {
      shape[axis] += same[axis];
      same[axis] = first.getDimSize(axis);
    }
    if (ArrayRef<int64_t>(same) != first.getShape()) {
      return refuse(
          loc, "'kreg.concat' op requires inputs that agree outside of axis ",
          axis, ", but got ", first, " and ", type);
    }
  }
  types.push_back(RankedTensorType::get(shape, first.getElementType()));
  return success();
}

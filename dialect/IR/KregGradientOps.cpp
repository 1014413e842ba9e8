// Ops of training steps: verifiers and folds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/InferTypes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::kreg;

LogicalResult ReduceToOp::verify() {
  ArrayRef<int64_t> from = tensorTypeOf(getX()).getShape(),
                    to = tensorTypeOf(getY()).getShape();
  // reduce_to_c1
  bool fits = to.size() <= from.size();
  for (size_t i = 0; fits && i < to.size(); ++i) {
    fits = to[i] == 1 || to[i] == from[from.size() - to.size() + i];
  }
  return fits ? success()
              : emitOpError("requires a result that broadcasts to ")
                    << getX().getType() << ", but got " << getY().getType();
}

OpFoldResult ReduceToOp::fold(FoldAdaptor) {
  return getX().getType() == getY().getType() ? getX() : Value();
}

LogicalResult FillOp::verify() {
  ArrayRef<int64_t> shape = tensorTypeOf(getY()).getShape();
  // fill_c1
  if (tensorTypeOf(getLike()).getRank() == 0) {
    return emitOpError("requires a tensor with a batch, but got ")
           << getLike().getType();
  }
  // fill_c2
  if (!shape.empty() && ShapedType::isDynamicShape(shape.drop_front())) {
    return emitOpError("requires a result whose dimensions but the first are "
                       "static, but got ")
           << getY().getType();
  }
  return success();
}

LogicalResult TotalOp::verify() {
  // total_c1
  if (getNorm() == Norm::Batch && tensorTypeOf(getInput()).getRank() == 0) {
    return emitOpError("requires an input of rank 1 or more when divided by "
                       "the batch, but got ")
           << getInput().getType();
  }
  return success();
}

LogicalResult OrthogonalGradientOp::verify() {
  // orthogonal_gradient_c1
  if (tensorTypeOf(getInput()).getRank() != 2) {
    return emitOpError("requires an input of rank 2, but got ")
           << getInput().getType();
  }
  return success();
}

LogicalResult OneHotOp::verify() {
  ArrayRef<int64_t> ids = tensorTypeOf(getIds()).getShape(),
                    result = tensorTypeOf(getY()).getShape();
  // one_hot_c1
  if (result.empty() || result.drop_back() != ids ||
      ShapedType::isDynamic(result.back())) {
    return emitOpError("requires a result with the shape of ids and one static "
                       "dimension more, but got ")
           << getIds().getType() << " and " << getY().getType();
  }
  return success();
}

LogicalResult
DenseKernelGradientOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc, Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX()), dy = tensorTypeOf(op.getDy());
  // dense_kernel_gradient_c1
  if (x.getRank() < 2 || dy.getRank() != x.getRank() ||
      x.getShape().drop_back() != dy.getShape().drop_back()) {
    return refuse(loc,
                  "'kreg.dense_kernel_gradient' op requires x and dy to agree "
                  "outside of their last dimensions, but got ",
                  x, " and ", dy);
  }
  types.push_back(RankedTensorType::get(
      {x.getShape().back(), dy.getShape().back()}, x.getElementType()));
  return success();
}

/// Checks that a convolution of x with the kernel has the type of y. The
/// kernel's last two dimensions are [C/groups, F], depthwise [C, F/C].
template <typename Op>
static LogicalResult verifyConvolution(Op op, Value x, Value kernel, Value y,
                                       int64_t groups, bool depthwise) {
  ArrayRef<int64_t> in = tensorTypeOf(x).getShape(),
                    sizes = tensorTypeOf(kernel).getShape(),
                    out = tensorTypeOf(y).getShape();
  if (in.size() < 3 || sizes.size() != in.size()) {
    return op.emitOpError("requires a kernel of the rank of the input, from 3, "
                          "but got ")
           << kernel.getType() << " and " << x.getType();
  }
  SmallVector<int64_t> shape{in.front()};
  if (failed(inferWindow(op.getLoc(), op->getName().getStringRef(), in,
                         sizes.drop_back(2), op.getStrides(), op.getDilations(),
                         op.getPadsLow(), op.getPadsHigh(), shape))) {
    return failure();
  }
  int64_t channels = sizes[sizes.size() - 2], filters = sizes.back();
  shape.push_back(depthwise ? channels * filters : filters);
  bool fits = groups > 0 && channels * groups == in.back() &&
              filters % groups == 0 && ArrayRef<int64_t>(shape) == out;
  return fits ? success()
              : op.emitOpError("belongs to no convolution of ")
                    << x.getType() << " with " << kernel.getType() << " to "
                    << y.getType();
}

LogicalResult ConvKernelGradientOp::verify() {
  return verifyConvolution(*this, getA(), getY(), getB(), getGroups(), false);
}

LogicalResult ConvInputGradientOp::verify() {
  return verifyConvolution(*this, getY(), getB(), getA(), getGroups(), false);
}

LogicalResult DepthwiseKernelGradientOp::verify() {
  return verifyConvolution(*this, getA(), getY(), getB(), 1, true);
}

LogicalResult DepthwiseInputGradientOp::verify() {
  return verifyConvolution(*this, getY(), getB(), getA(), 1, true);
}

/// Checks that pooling x has the shape of `pooled`.
template <typename Op>
static LogicalResult verifyPooling(Op op, Value x, Value pooled,
                                   StringRef name) {
  ArrayRef<int64_t> in = tensorTypeOf(x).getShape();
  SmallVector<int64_t> ones(op.getWindow().size(), 1);
  SmallVector<int64_t> shape{in.empty() ? 0 : in.front()};
  if (failed(inferWindow(op.getLoc(), op->getName().getStringRef(), in,
                         op.getWindow(), op.getStrides(), ones, op.getPadsLow(),
                         op.getPadsHigh(), shape))) {
    return failure();
  }
  shape.push_back(in.back());
  if (ArrayRef<int64_t>(shape) != tensorTypeOf(pooled).getShape()) {
    return op.emitOpError("requires ")
           << name << " to have the shape of the pooled tensor, but got "
           << pooled.getType();
  }
  return success();
}

LogicalResult PoolGradientOp::verify() {
  // pool_gradient_c1
  if (failed(verifyPooling(*this, getX(), getDy(), "dy"))) {
    return failure();
  }
  // pool_gradient_c2
  Value positions = getPositions();
  if (positions && (getKind() != PoolKind::Max ||
                    positions.getType() != getDy().getType())) {
    return emitOpError("requires positions of a maximum, of type ")
           << getDy().getType() << ", but got " << positions.getType();
  }
  return success();
}

LogicalResult PoolPositionOp::verify() {
  // pool_position_c1
  return verifyPooling(*this, getX(), getY(), "the result");
}

int64_t ResizeGradientOp::factorOf(unsigned i) {
  return tensorTypeOf(getDy()).getDimSize(i) /
         tensorTypeOf(getY()).getDimSize(i);
}

LogicalResult ResizeGradientOp::verify() {
  ArrayRef<int64_t> from = tensorTypeOf(getDy()).getShape(),
                    to = tensorTypeOf(getY()).getShape();
  // resize_gradient_c1
  bool fits = from.size() == to.size() && to.size() > 2 &&
              from.front() == to.front() && from.back() == to.back();
  for (size_t i = 1; fits && i + 1 < to.size(); ++i) {
    fits = to[i] > 0 && from[i] > 0 && from[i] % to[i] == 0;
  }
  return fits ? success()
              : emitOpError("requires a result whose sizes divide those of ")
                    << getDy().getType() << ", but got " << getY().getType();
}

int64_t PhaseKernelOp::firstOf(int64_t window, int64_t stride, int64_t low) {
  return llvm::divideCeilSigned(low - window + 1, stride);
}

int64_t PhaseKernelOp::tapsOf(int64_t window, int64_t stride, int64_t low) {
  return llvm::divideFloorSigned(low + stride - 1, stride) + 1 -
         firstOf(window, stride, low);
}

RankedTensorType PhaseKernelOp::resultType(RankedTensorType kernel,
                                           ArrayRef<int64_t> strides,
                                           ArrayRef<int64_t> low) {
  size_t spatial = strides.size();
  SmallVector<int64_t> shape(strides);
  for (size_t i = 0; i < spatial; ++i) {
    shape.push_back(tapsOf(kernel.getDimSize(i), strides[i], low[i]));
  }
  shape.push_back(kernel.getDimSize(spatial + 1));
  shape.push_back(kernel.getDimSize(spatial));
  return RankedTensorType::get(shape, kernel.getElementType());
}

LogicalResult PhaseKernelOp::verify() {
  RankedTensorType kernel = tensorTypeOf(getKernel());
  size_t spatial = getStrides().size();
  // phase_kernel_c1
  return spatial > 0 && getLow().size() == spatial &&
                 kernel.getRank() == int64_t(spatial) + 2 &&
                 llvm::all_of(getStrides(), [](int64_t s) { return s > 0; }) &&
                 resultType(kernel, getStrides(), getLow()) == getY().getType()
             ? success()
             : emitOpError("has no phases of type ")
                   << getY().getType() << " of " << kernel;
}

LogicalResult PhaseConvOp::verify() {
  ArrayRef<int64_t> x = tensorTypeOf(getX()).getShape(),
                    kernel = tensorTypeOf(getKernel()).getShape(),
                    y = tensorTypeOf(getY()).getShape();
  size_t spatial = getWindow().size();
  // phase_conv_c1
  bool fits = spatial > 0 && getLow().size() == spatial &&
              x.size() == spatial + 2 && kernel.size() == 2 * spatial + 2 &&
              y.size() == 2 * spatial + 2 &&
              x.back() == kernel[kernel.size() - 2] &&
              y.back() == kernel.back() && x.front() == y.front();
  for (size_t i = 0; fits && i < spatial; ++i) {
    // phase_conv_c2
    fits = kernel[i] > 0 && y[2 + 2 * i] == kernel[i] &&
           kernel[spatial + i] ==
               PhaseKernelOp::tapsOf(getWindow()[i], kernel[i], getLow()[i]);
  }
  return fits ? success()
              : emitOpError("does not lead from ")
                    << getX().getType() << " with " << getKernel().getType()
                    << " to " << getY().getType();
}

LogicalResult EmbeddingGradientOp::verify() {
  SmallVector<int64_t> wanted(tensorTypeOf(getIds()).getShape());
  ArrayRef<int64_t> table = tensorTypeOf(getY()).getShape();
  // embedding_gradient_c1
  if (table.size() == 2) {
    wanted.push_back(table.back());
  }
  return table.size() == 2 &&
                 tensorTypeOf(getDy()).getShape() == ArrayRef<int64_t>(wanted)
             ? success()
             : emitOpError("requires dy to have the shape of ids and the "
                           "result's last dimension behind it, but got ")
                   << getIds().getType() << ", " << getDy().getType() << " and "
                   << getY().getType();
}

LogicalResult RandomOp::verify() {
  // random_c1
  if (tensorTypeOf(getState()).getShape() != ArrayRef<int64_t>(4)) {
    return emitOpError("requires a state of 4 words, but got ")
           << getState().getType();
  }
  ArrayRef<int64_t> shape = tensorTypeOf(getY()).getShape();
  // random_c2
  if (tensorTypeOf(getLike()).getRank() == 0 ||
      (!shape.empty() && ShapedType::isDynamicShape(shape.drop_front()))) {
    return emitOpError("requires a tensor with a batch, and a result whose "
                       "dimensions but the first are static, but got ")
           << getLike().getType() << " and " << getY().getType();
  }
  return success();
}

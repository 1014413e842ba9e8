// Contractions and pooling: type inference, verifiers and folds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/InferTypes.h"

using namespace mlir;
using namespace mlir::kreg;

LogicalResult DenseOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc, Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX()),
                   kernel = tensorTypeOf(op.getKernel());
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

LogicalResult kreg::inferWindow(std::optional<Location> loc, StringRef op,
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
  RankedTensorType x = tensorTypeOf(op.getX()),
                   kernel = tensorTypeOf(op.getKernel());
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
  RankedTensorType x = tensorTypeOf(op.getX()),
                   kernel = tensorTypeOf(op.getKernel());
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

LogicalResult PoolOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX());
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

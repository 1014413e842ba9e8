// dense, conv and depthwise_conv as sums of products.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::kreg;

static Value multiplyAdd(OpBuilder &b, Location loc, ValueRange arguments) {
  Value product = arith::MulFOp::create(b, loc, arguments[0], arguments[1]);
  return arith::AddFOp::create(b, loc, arguments[2], product);
}

Value kreg::lower(DenseOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  unsigned rank = type.getRank(), loops = rank + 1;
  SmallVector<AffineExpr> x;
  for (unsigned i = 0; i + 1 < rank; ++i) {
    x.push_back(lb.dim(i));
  }
  x.push_back(lb.dim(rank));
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {
      AffineMap::get(loops, 0, x, context),
      AffineMap::get(loops, 0, {lb.dim(rank), lb.dim(rank - 1)}, context)};
  return lb.generic(type, {op.getX(), op.getKernel()}, maps, 1,
                    lb.filled(type, op.getX(), 0.0), multiplyAdd);
}

/// Indices of the spatial dimensions of x: out·stride + window·dilation.
static void appendWindow(LinalgBuilder &lb, SmallVectorImpl<AffineExpr> &x,
                         ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                         unsigned firstOut, unsigned firstWindow) {
  for (auto [i, stride, dilation] : llvm::enumerate(strides, dilations)) {
    x.push_back(lb.dim(firstOut + i) * stride +
                lb.dim(firstWindow + i) * dilation);
  }
}

Value kreg::lower(ConvOp op) {
  // Loops: batch, out…, filter, window…, channel of the group.
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto kernel = cast<RankedTensorType>(op.getKernel().getType());
  unsigned spatial = type.getRank() - 2;
  unsigned filter = spatial + 1, window = spatial + 2,
           channel = window + spatial, loops = channel + 1;
  SmallVector<AffineExpr> x{lb.dim(0)}, w;
  appendWindow(lb, x, op.getStrides(), op.getDilations(), 1, window);
  int64_t groups = op.getGroups();
  int64_t filtersPerGroup = kernel.getShape().back() / groups;
  int64_t channelsPerGroup = kernel.getDimSize(spatial);
  x.push_back(groups == 1 ? lb.dim(channel)
                          : lb.dim(filter).floorDiv(filtersPerGroup) *
                                    channelsPerGroup +
                                lb.dim(channel));
  for (unsigned i = 0; i < spatial; ++i) {
    w.push_back(lb.dim(window + i));
  }
  w.push_back(lb.dim(channel));
  w.push_back(lb.dim(filter));
  Value padded =
      lb.padSpatial(op.getX(), op.getPadsLow(), op.getPadsHigh(), 0.0);
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {AffineMap::get(loops, 0, x, context),
                      AffineMap::get(loops, 0, w, context)};
  return lb.generic(type, {padded, op.getKernel()}, maps, spatial + 1,
                    lb.filled(type, op.getX(), 0.0), multiplyAdd);
}

Value kreg::lower(DepthwiseConvOp op) {
  // Loops: batch, out…, channel·multiplier, window….
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto kernel = cast<RankedTensorType>(op.getKernel().getType());
  unsigned spatial = type.getRank() - 2;
  unsigned out = spatial + 1, window = spatial + 2, loops = window + spatial;
  int64_t multiplier = kernel.getShape().back();
  AffineExpr channel = lb.dim(out).floorDiv(multiplier);
  SmallVector<AffineExpr> x{lb.dim(0)}, w;
  appendWindow(lb, x, op.getStrides(), op.getDilations(), 1, window);
  x.push_back(channel);
  for (unsigned i = 0; i < spatial; ++i) {
    w.push_back(lb.dim(window + i));
  }
  w.push_back(channel);
  w.push_back(lb.dim(out) % multiplier);
  Value padded =
      lb.padSpatial(op.getX(), op.getPadsLow(), op.getPadsHigh(), 0.0);
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {AffineMap::get(loops, 0, x, context),
                      AffineMap::get(loops, 0, w, context)};
  return lb.generic(type, {padded, op.getKernel()}, maps, spatial,
                    lb.filled(type, op.getX(), 0.0), multiplyAdd);
}

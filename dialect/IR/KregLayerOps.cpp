// Ops of the feed-forward layers: type inference, verifiers and folds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/InferTypes.h"

using namespace mlir;
using namespace mlir::kreg;

static bool isOne(int64_t n) { return n == 1; }

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor op,
                                                SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX()),
                   kernel = tensorTypeOf(op.getKernel());
  if (kernel.getRank() < 3) {
    return refuse(loc,
                  "'kreg.conv_transpose' op requires a kernel of rank 3 to 5, "
                  "but got ",
                  kernel);
  }
  size_t rank = kernel.getRank() - 2;
  // conv_transpose_c1
  if (x.getRank() != kernel.getRank() || op.getStrides().size() != rank ||
      op.getDilations().size() != rank || op.getPadsLow().size() != rank ||
      op.getPadsHigh().size() != rank) {
    return refuse(loc,
                  "'kreg.conv_transpose' op requires one stride, dilation, low "
                  "and high pad per spatial dimension (",
                  rank, ")");
  }
  // conv_transpose_c3
  if (x.getShape().back() != kernel.getShape().back()) {
    return refuse(loc,
                  "'kreg.conv_transpose' op requires as many channels in x as "
                  "in the kernel's last dimension, but got ",
                  x, " and ", kernel);
  }
  SmallVector<int64_t> shape{x.getDimSize(0)};
  for (size_t i = 0; i < rank; ++i) {
    int64_t stride = op.getStrides()[i], dilation = op.getDilations()[i];
    // conv_transpose_c2
    if (stride < 1 || dilation < 1 || op.getPadsLow()[i] < 0) {
      return refuse(loc, "'kreg.conv_transpose' op requires positive strides "
                         "and dilations and low pads of at least 0");
    }
    int64_t extent = (x.getDimSize(i + 1) - 1) * stride +
                     (kernel.getDimSize(i) - 1) * dilation + 1 -
                     op.getPadsLow()[i] - op.getPadsHigh()[i];
    // conv_transpose_c4
    if (x.isDynamicDim(i + 1) || extent < 1) {
      return refuse(loc,
                    "'kreg.conv_transpose' op requires positive result "
                    "extents, but spatial dimension ",
                    i, " has ", extent);
    }
    shape.push_back(extent);
  }
  shape.push_back(kernel.getDimSize(rank));
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc, Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX());
  ArrayRef<int64_t> low = op.getLow(), high = op.getHigh(),
                    strides = op.getStrides();
  size_t rank = x.getRank();
  // slice_c1
  if (rank < 1 || low.size() != rank || high.size() != rank ||
      (!strides.empty() && strides.size() != rank) || low[0] != 0 ||
      high[0] != 0 || (!strides.empty() && strides[0] != 1)) {
    return refuse(loc, "'kreg.slice' op requires one low and one high cut per "
                       "dimension and as many strides or none, and to leave "
                       "the batch as it is");
  }
  SmallVector<int64_t> shape{x.getDimSize(0)};
  for (size_t i = 1; i < rank; ++i) {
    int64_t stride = strides.empty() ? 1 : strides[i];
    // slice_c2
    if (low[i] < 0 || high[i] < 0 || stride < 1) {
      return refuse(loc, "'kreg.slice' op requires cuts of at least 0 and "
                         "positive strides");
    }
    int64_t left = x.getDimSize(i) - low[i] - high[i];
    // slice_c3
    if (x.isDynamicDim(i) || left < 1) {
      return refuse(loc,
                    "'kreg.slice' op requires an element to be left, but "
                    "dimension ",
                    i, " has ", x.getDimSize(i), " with ", low[i], " and ",
                    high[i], " cut off");
    }
    shape.push_back((left - 1) / stride + 1);
  }
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getX().getType() == getType()) {
    return getX(); // nothing is cut, and a stride meets one element only
  }
  // A slice of a slice without strides in the inner one is one slice.
  auto inner = getX().getDefiningOp<SliceOp>();
  if (inner && llvm::all_of(inner.getStrides(), isOne)) {
    SmallVector<int64_t> low(getLow()), high(getHigh());
    for (size_t i = 0; i < low.size(); ++i) {
      low[i] += inner.getLow()[i];
      high[i] += inner.getHigh()[i];
    }
    setLow(low);
    setHigh(high);
    setOperand(inner.getX());
    return getResult();
  }
  return {};
}

LogicalResult RepeatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX());
  ArrayRef<int64_t> factors = op.getFactors();
  // repeat_c1
  if (factors.size() != size_t(x.getRank()) || factors.empty() ||
      factors[0] != 1 ||
      llvm::any_of(factors, [](int64_t n) { return n < 1; })) {
    return refuse(loc,
                  "'kreg.repeat' op requires one positive factor per dimension "
                  "(",
                  x.getRank(), "), 1 at the batch");
  }
  SmallVector<int64_t> shape{x.getDimSize(0)};
  for (size_t i = 1; i < factors.size(); ++i) {
    shape.push_back(x.getDimSize(i) * factors[i]);
  }
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

OpFoldResult RepeatOp::fold(FoldAdaptor) {
  if (llvm::all_of(getFactors(), isOne)) {
    return getX();
  }
  // (i / m) / n = i / (m·n)
  if (auto inner = getX().getDefiningOp<RepeatOp>()) {
    SmallVector<int64_t> factors(getFactors());
    for (size_t i = 0; i < factors.size(); ++i) {
      factors[i] *= inner.getFactors()[i];
    }
    setFactors(factors);
    setOperand(inner.getX());
    return getResult();
  }
  return {};
}

LogicalResult ResizeOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorTypeOf(op.getX());
  ArrayRef<int64_t> sizes = op.getSizes();
  // resize_c1
  if (sizes.empty() || int64_t(sizes.size()) + 2 != x.getRank() ||
      llvm::any_of(sizes, [](int64_t n) { return n < 1; })) {
    return refuse(loc,
                  "'kreg.resize' op requires one positive size per spatial "
                  "dimension of ",
                  x);
  }
  SmallVector<int64_t> shape{x.getDimSize(0)};
  shape.append(sizes.begin(), sizes.end());
  shape.push_back(x.getShape().back());
  types.push_back(RankedTensorType::get(shape, x.getElementType()));
  return success();
}

OpFoldResult ResizeOp::fold(FoldAdaptor) {
  return getX().getType() == getType() ? getX() : Value();
}

LogicalResult NoiseOp::verify() {
  double amount = getAmount().convertToDouble();
  bool isRate = getKind() != NoiseKind::GaussianNoise;
  // noise_c1
  if (!(amount >= 0.0) || (isRate && amount > 1.0)) {
    return emitOpError("requires an amount ")
           << (isRate ? "from 0 to 1" : "of at least 0") << ", but got "
           << amount;
  }
  // noise_c2
  if (!getNoiseShape().empty() && getKind() != NoiseKind::AlphaDropout) {
    return emitOpError("requires no noise shape for '")
           << stringifyNoiseKind(getKind()) << "'";
  }
  return success();
}

OpFoldResult NoiseOp::fold(FoldAdaptor) {
  return getAmount().isZero() ? OpFoldResult(getX()) : OpFoldResult();
}

LogicalResult NormalizeOp::verify() {
  int64_t rank = tensorTypeOf(getX()).getRank();
  for (int64_t axis : getAxes()) {
    // normalize_c1
    if (axis < 1 || axis >= rank || llvm::count(getAxes(), axis) != 1) {
      return emitOpError("requires axes from 1 to ")
             << rank - 1 << ", each once, but got " << axis;
    }
  }
  // normalize_c2
  if (getAxes().empty()) {
    return emitOpError("requires an axis");
  }
  // normalize_c3
  double epsilon = getEpsilon().convertToDouble();
  bool isL2 = getKind() == NormalizeKind::L2;
  if (!(epsilon >= 0.0) || (isL2 && epsilon == 0.0)) {
    return emitOpError("requires an epsilon ")
           << (isL2 ? "above 0" : "of at least 0") << ", but got " << epsilon;
  }
  return success();
}

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType a = tensorTypeOf(op.getA()), b = tensorTypeOf(op.getB());
  int64_t rank = a.getRank();
  // matmul_c1
  if (rank < 2 || b.getRank() != rank ||
      a.getShape().drop_back(2) != b.getShape().drop_back(2)) {
    return refuse(loc,
                  "'kreg.matmul' op requires operands of the same rank and "
                  "leading dimensions, but got ",
                  a, " and ", b);
  }
  // matmul_c2
  if (a.getShape().back() != b.getDimSize(rank - 2)) {
    return refuse(loc,
                  "'kreg.matmul' op requires the last dimension of a to be the "
                  "last but one of b, but got ",
                  a, " and ", b);
  }
  SmallVector<int64_t> shape(a.getShape());
  shape.back() = b.getShape().back();
  types.push_back(RankedTensorType::get(shape, a.getElementType()));
  return success();
}

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor op,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType table = tensorTypeOf(op.getTable());
  // embedding_c1
  if (table.getRank() != 2) {
    return refuse(
        loc, "'kreg.embedding' op requires a table of rank 2, but got ", table);
  }
  SmallVector<int64_t> shape(tensorTypeOf(op.getIds()).getShape());
  shape.push_back(table.getDimSize(1));
  types.push_back(RankedTensorType::get(shape, table.getElementType()));
  return success();
}

// The ops of training steps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Operations.h"
#include "dialect/Interpreter/Window.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

/// The shape of a result at the batch of an operand.
static SmallVector<int64_t> shapeAt(Value result, int64_t batch) {
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(result.getType()).getShape());
  for (int64_t &size : shape) {
    size = ShapedType::isDynamic(size) ? batch : size;
  }
  return shape;
}

template <typename Number>
static Number inverseOf(int64_t batch) {
  return batch == 0 ? Number(0)
                    : *Arithmetic<Number>::divide(Number(1), Number(batch));
}

template <typename Number>
Result<Number> interpreter::run(ReduceToOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  SmallVector<int64_t> shape =
      shapeAt(op.getY(), x.shape.empty() ? 0 : x.shape[0]);
  // Summed dimensions have stride 0: their elements meet.
  SmallVector<int64_t> strides = stridesOf(shape);
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    strides[dim] = shape[dim] == 1 ? 0 : strides[dim];
  }
  strides.insert(strides.begin(), x.shape.size() - shape.size(), 0);
  Tensor<Number> y = zeros<Number>(shape);
  walk(x.shape, strides, 0,
       [&](int64_t from, int64_t to) { y.data[to] += x.data[from]; });
  return y;
}
KREG_INSTANTIATE(ReduceToOp)

template <typename Number>
Result<Number> interpreter::run(FillOp op, Operands<Number> operands) {
  int64_t batch = operands[0]->shape[0];
  std::optional<Number> value =
      Arithmetic<Number>::of(op.getValue().convertToDouble());
  if (!value) {
    return failureAt(op, "has a value that is not finite");
  }
  if (op.getNorm() == Norm::Batch) {
    value = *value * inverseOf<Number>(batch);
  }
  Tensor<Number> y = zeros<Number>(shapeAt(op.getY(), batch));
  std::fill(y.data.begin(), y.data.end(), *value);
  return y;
}
KREG_INSTANTIATE(FillOp)

template <typename Number>
Result<Number> interpreter::run(TotalOp op, Operands<Number> operands) {
  Number sum(0);
  for (const Number &value : operands[0]->data) {
    sum += value;
  }
  if (op.getNorm() == Norm::Batch) {
    sum = sum * inverseOf<Number>(operands[0]->shape[0]);
  }
  return Tensor<Number>{{}, {sum}};
}
KREG_INSTANTIATE(TotalOp)

template <typename Number>
Result<Number> interpreter::run(OneHotOp op, Operands<Number> operands) {
  const Tensor<Number> &ids = *operands[0];
  Tensor<Number> y =
      zeros<Number>(shapeAt(op.getY(), ids.shape.empty() ? 0 : ids.shape[0]));
  int64_t depth = y.shape.back();
  for (size_t i = 0; i < y.data.size(); ++i) {
    bool hit = ids.data[i / depth] == Number(int64_t(i) % depth);
    y.data[i] = hit ? Number(1) : Number(0);
  }
  return y;
}
KREG_INSTANTIATE(OneHotOp)

template <typename Number>
Result<Number> interpreter::run(DenseKernelGradientOp,
                                Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &dy = *operands[1];
  int64_t k = x.shape.back(), n = dy.shape.back();
  int64_t rows = productOf(ArrayRef(x.shape).drop_back());
  Tensor<Number> y = zeros<Number>({k, n});
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < k; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        y.data[i * n + j] += x.data[row * k + i] * dy.data[row * n + j];
      }
    }
  }
  return y;
}
KREG_INSTANTIATE(DenseKernelGradientOp)

//===----------------------------------------------------------------------===//
// Convolutions. One loop over (x, kernel, y) triples serves both gradients.
//===----------------------------------------------------------------------===//

/// Calls visit(x, kernel, y) with the flat indices of each product that a
/// convolution of `x` to `y` adds up.
template <typename Op>
static void
forEachProduct(Op op, ArrayRef<int64_t> x, ArrayRef<int64_t> kernel,
               int64_t groups,
               llvm::function_ref<void(int64_t, int64_t, int64_t)> visit) {
  Window window(x, kernel.drop_back(2), op.getStrides(), op.getDilations(),
                op.getPadsLow(), op.getPadsHigh());
  int64_t filters = kernel.back(), c = x.back();
  int64_t groupC = c / groups, groupF = filters / groups;
  window.forEachTap([&](int64_t from, int64_t to, int64_t tap) {
    for (int64_t i = 0; i < c; ++i) {
      int64_t first = i / groupC * groupF;
      for (int64_t f = first; f < first + groupF; ++f) {
        visit(from * c + i, (tap * groupC + i % groupC) * filters + f,
              to * filters + f);
      }
    }
  });
}

/// The same of a depthwise convolution: output channel c·M + m.
template <typename Op>
static void forEachDepthwiseProduct(
    Op op, ArrayRef<int64_t> x, ArrayRef<int64_t> kernel,
    llvm::function_ref<void(int64_t, int64_t, int64_t)> visit) {
  Window window(x, kernel.drop_back(2), op.getStrides(), op.getDilations(),
                op.getPadsLow(), op.getPadsHigh());
  int64_t c = x.back(), m = kernel.back();
  window.forEachTap([&](int64_t from, int64_t to, int64_t tap) {
    for (int64_t i = 0; i < c * m; ++i) {
      visit(from * c + i / m, tap * c * m + i, to * c * m + i);
    }
  });
}

template <typename Number>
Result<Number> interpreter::run(ConvKernelGradientOp op,
                                Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &dy = *operands[1];
  Tensor<Number> y = zeros<Number>(shapeAt(op.getY(), 0));
  forEachProduct(op, x.shape, y.shape, op.getGroups(),
                 [&](int64_t i, int64_t k, int64_t o) {
                   y.data[k] += x.data[i] * dy.data[o];
                 });
  return y;
}
KREG_INSTANTIATE(ConvKernelGradientOp)

template <typename Number>
Result<Number> interpreter::run(ConvInputGradientOp op,
                                Operands<Number> operands) {
  const Tensor<Number> &dy = *operands[0], &kernel = *operands[1];
  Tensor<Number> y = zeros<Number>(shapeAt(op.getY(), dy.shape[0]));
  forEachProduct(op, y.shape, kernel.shape, op.getGroups(),
                 [&](int64_t i, int64_t k, int64_t o) {
                   y.data[i] += kernel.data[k] * dy.data[o];
                 });
  return y;
}
KREG_INSTANTIATE(ConvInputGradientOp)

template <typename Number>
Result<Number> interpreter::run(DepthwiseKernelGradientOp op,
                                Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &dy = *operands[1];
  Tensor<Number> y = zeros<Number>(shapeAt(op.getY(), 0));
  forEachDepthwiseProduct(op, x.shape, y.shape,
                          [&](int64_t i, int64_t k, int64_t o) {
                            y.data[k] += x.data[i] * dy.data[o];
                          });
  return y;
}
KREG_INSTANTIATE(DepthwiseKernelGradientOp)

template <typename Number>
Result<Number> interpreter::run(DepthwiseInputGradientOp op,
                                Operands<Number> operands) {
  const Tensor<Number> &dy = *operands[0], &kernel = *operands[1];
  Tensor<Number> y = zeros<Number>(shapeAt(op.getY(), dy.shape[0]));
  forEachDepthwiseProduct(op, y.shape, kernel.shape,
                          [&](int64_t i, int64_t k, int64_t o) {
                            y.data[i] += kernel.data[k] * dy.data[o];
                          });
  return y;
}
KREG_INSTANTIATE(DepthwiseInputGradientOp)

namespace {
/// Where the maximum of a window lies.
struct Winner {
  int64_t from = -1, tap = 0; ///< element of x and of the window
  bool isNaN = false;         ///< one of the window's elements is NaN
};
} // namespace

/// Per pooled element the first largest one that its window sees.
template <typename Number>
static std::vector<Winner> winners(const Window &window,
                                   const Tensor<Number> &x, size_t pooled) {
  std::vector<Winner> best(pooled);
  int64_t c = x.shape.back();
  window.forEachTap([&](int64_t from, int64_t to, int64_t tap) {
    for (int64_t i = 0; i < c; ++i) {
      Winner &so = best[to * c + i];
      const Number &next = x.data[from * c + i];
      so.isNaN |= Arithmetic<Number>::isNaN(next);
      if (so.from < 0 || x.data[so.from] < next) {
        so.from = from * c + i;
        so.tap = tap;
      }
    }
  });
  return best;
}

template <typename Number>
Result<Number> interpreter::run(PoolGradientOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &dy = *operands[1];
  SmallVector<int64_t> ones(op.getWindow().size(), 1);
  Window window(x.shape, op.getWindow(), op.getStrides(), ones, op.getPadsLow(),
                op.getPadsHigh());
  int64_t c = x.shape.back();
  Tensor<Number> y = zeros<Number>(x.shape);
  if (op.getKind() == PoolKind::Avg) {
    std::vector<int64_t> counts(productOf(ArrayRef(dy.shape).drop_back()), 0);
    window.forEachTap([&](int64_t, int64_t to, int64_t) { ++counts[to]; });
    window.forEachTap([&](int64_t from, int64_t to, int64_t) {
      for (int64_t i = 0; i < c; ++i) {
        y.data[from * c + i] += *Arithmetic<Number>::divide(dy.data[to * c + i],
                                                            Number(counts[to]));
      }
    });
    return y;
  }
  for (auto [i, best] : llvm::enumerate(winners(window, x, dy.data.size()))) {
    y.data[best.from] += dy.data[i];
  }
  return y;
}
KREG_INSTANTIATE(PoolGradientOp)

template <typename Number>
Result<Number> interpreter::run(PoolPositionOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  SmallVector<int64_t> ones(op.getWindow().size(), 1);
  Window window(x.shape, op.getWindow(), op.getStrides(), ones, op.getPadsLow(),
                op.getPadsHigh());
  Tensor<Number> y = zeros<Number>(window.resultShape(x.shape.back()));
  for (auto [i, best] : llvm::enumerate(winners(window, x, y.data.size()))) {
    y.data[i] = Number(best.isNaN ? productOf(op.getWindow()) : best.tap);
  }
  return y;
}
KREG_INSTANTIATE(PoolPositionOp)

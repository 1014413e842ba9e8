// Dense and the convolutions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Operations.h"
#include "dialect/Interpreter/Window.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

/// y[j] += x·k[j]
template <typename Number>
static void addRow(Number *y, const Number &x, const Number *k, int64_t n) {
  for (int64_t j = 0; j < n; ++j) {
    y[j] += x * k[j];
  }
}

template <typename Number>
Result<Number> interpreter::run(DenseOp, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &kernel = *operands[1];
  int64_t k = kernel.shape[0], n = kernel.shape[1];
  SmallVector<int64_t> shape(ArrayRef(x.shape));
  shape.back() = n;
  Tensor<Number> y = zeros<Number>(shape);
  int64_t rows = productOf(ArrayRef(x.shape).drop_back());
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < k; ++i) {
      addRow(&y.data[row * n], x.data[row * k + i], &kernel.data[i * n], n);
    }
  }
  return y;
}
KREG_INSTANTIATE(DenseOp)

template <typename Number>
Result<Number> interpreter::run(ConvOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &kernel = *operands[1];
  ArrayRef<int64_t> sizes = kernel.shape;
  Window window(x.shape, sizes.drop_back(2), op.getStrides(), op.getDilations(),
                op.getPadsLow(), op.getPadsHigh());
  int64_t groups = op.getGroups(), filters = sizes.back(), c = x.shape.back();
  int64_t groupC = c / groups, groupF = filters / groups;
  Tensor<Number> y = zeros<Number>(window.resultShape(filters));
  window.forEachTap([&](int64_t from, int64_t to, int64_t tap) {
    for (int64_t g = 0; g < groups; ++g) {
      for (int64_t i = 0; i < groupC; ++i) {
        addRow(&y.data[to * filters + g * groupF],
               x.data[from * c + g * groupC + i],
               &kernel.data[(tap * groupC + i) * filters + g * groupF], groupF);
      }
    }
  });
  return y;
}
KREG_INSTANTIATE(ConvOp)

template <typename Number>
Result<Number> interpreter::run(DepthwiseConvOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &kernel = *operands[1];
  ArrayRef<int64_t> sizes = kernel.shape;
  Window window(x.shape, sizes.drop_back(2), op.getStrides(), op.getDilations(),
                op.getPadsLow(), op.getPadsHigh());
  int64_t c = x.shape.back(), m = sizes.back();
  Tensor<Number> y = zeros<Number>(window.resultShape(c * m));
  window.forEachTap([&](int64_t from, int64_t to, int64_t tap) {
    for (int64_t i = 0; i < c; ++i) {
      addRow(&y.data[(to * c + i) * m], x.data[from * c + i],
             &kernel.data[(tap * c + i) * m], m);
    }
  });
  return y;
}
KREG_INSTANTIATE(DepthwiseConvOp)

// Pooling, reductions and softmax.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Operations.h"
#include "dialect/Interpreter/Window.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

template <typename Number>
Result<Number> interpreter::run(PoolOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  SmallVector<int64_t> ones(op.getWindow().size(), 1);
  Window window(x.shape, op.getWindow(), op.getStrides(), ones, op.getPadsLow(),
                op.getPadsHigh());
  int64_t c = x.shape.back();
  Tensor<Number> y = zeros<Number>(window.resultShape(c));
  std::vector<int64_t> counts(productOf(ArrayRef(y.shape).drop_back()), 0);
  bool isMax = op.getKind() == PoolKind::Max;
  window.forEachTap([&](int64_t from, int64_t to, int64_t) {
    bool first = counts[to]++ == 0;
    for (int64_t i = 0; i < c; ++i) {
      Number &result = y.data[to * c + i];
      const Number &next = x.data[from * c + i];
      if (first) {
        result = next;
      } else if (isMax) {
        result = maximum(result, next);
      } else {
        result += next;
      }
    }
  });
  if (!isMax) {
    for (size_t i = 0; i < y.data.size(); ++i) {
      // kreg.pool (C3): each window has an element.
      y.data[i] = *Arithmetic<Number>::divide(y.data[i], Number(counts[i / c]));
    }
  }
  return y;
}
KREG_INSTANTIATE(PoolOp)

template <typename Number>
Result<Number> interpreter::run(ReduceOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  // Reduced dimensions stay as 1; a stride of 0 makes their elements meet.
  SmallVector<int64_t> kept(ArrayRef(x.shape)), shape;
  for (int64_t axis : op.getAxes()) {
    kept[axis] = 1;
  }
  SmallVector<int64_t> strides = stridesOf(kept);
  for (size_t dim = 0; dim < kept.size(); ++dim) {
    bool reduced = llvm::is_contained(op.getAxes(), int64_t(dim));
    if (reduced) {
      strides[dim] = 0;
    }
    if (!reduced || op.getKeepdims()) {
      shape.push_back(kept[dim]);
    }
  }
  Tensor<Number> y = zeros<Number>(shape);
  std::vector<bool> begun(y.data.size(), false);
  walk(x.shape, strides, 0, [&](int64_t from, int64_t to) {
    Number &result = y.data[to];
    const Number &next = x.data[from];
    if (!begun[to]) {
      result = next;
      begun[to] = true;
    } else if (op.getKind() == ReduceKind::Max) {
      result = maximum(result, next);
    } else if (op.getKind() == ReduceKind::Min) {
      result = minimum(result, next);
    } else {
      result += next;
    }
  });
  if (op.getKind() == ReduceKind::Mean && !y.data.empty()) {
    Number count(static_cast<int64_t>(x.data.size() / y.data.size()));
    for (Number &result : y.data) {
      std::optional<Number> mean = Arithmetic<Number>::divide(result, count);
      if (!mean) {
        return failureAt(op, "takes the mean of no elements");
      }
      result = *mean;
    }
  }
  return y;
}
KREG_INSTANTIATE(ReduceOp)

/// Softmax of n numbers with `stride` between them; false if not rational.
template <typename Number>
static bool softmaxRow(const Number *x, Number *y, int64_t n, int64_t stride) {
  Number largest = x[0];
  for (int64_t i = 1; i < n; ++i) {
    largest = maximum(largest, x[i * stride]);
  }
  Number sum(0);
  for (int64_t i = 0; i < n; ++i) {
    std::optional<Number> e = Arithmetic<Number>::exp(x[i * stride] - largest);
    if (!e) {
      return false;
    }
    sum += y[i * stride] = *e;
  }
  for (int64_t i = 0; i < n; ++i) {
    y[i * stride] = *Arithmetic<Number>::divide(y[i * stride], sum);
  }
  return true;
}

template <typename Number>
Result<Number> interpreter::run(SoftmaxOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  Tensor<Number> y = zeros<Number>(x.shape);
  int64_t n = x.shape[op.getAxis()];
  int64_t inner = productOf(ArrayRef(x.shape).drop_front(op.getAxis() + 1));
  int64_t rows = n == 0 ? 0 : int64_t(x.data.size()) / n;
  for (int64_t row = 0; row < rows; ++row) {
    int64_t at = row / inner * n * inner + row % inner;
    if (!softmaxRow(&x.data[at], &y.data[at], n, inner)) {
      return failureAt(op, "has a value that is not rational");
    }
  }
  return y;
}
KREG_INSTANTIATE(SoftmaxOp)

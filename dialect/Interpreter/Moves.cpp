// Ops that only move elements, and dropout, which at inference moves nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Operations.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

template <typename Number>
Result<Number> interpreter::run(DropoutOp, Operands<Number> operands) {
  return *operands[0];
}
KREG_INSTANTIATE(DropoutOp)

template <typename Number>
Result<Number> interpreter::run(ReshapeOp op, Operands<Number> operands) {
  Tensor<Number> y = *operands[0];
  int64_t batch = y.shape[0];
  y.shape = op.getType().getShape().vec();
  if (op.getType().isDynamicDim(0)) {
    y.shape[0] = batch;
  }
  return y;
}
KREG_INSTANTIATE(ReshapeOp)

template <typename Number>
Result<Number> interpreter::run(TransposeOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  SmallVector<int64_t> from = stridesOf(x.shape), shape, strides;
  for (int64_t dim : op.getPerm()) {
    shape.push_back(x.shape[dim]);
    strides.push_back(from[dim]);
  }
  Tensor<Number> y = zeros<Number>(shape);
  walk(shape, strides, 0,
       [&](int64_t i, int64_t at) { y.data[i] = x.data[at]; });
  return y;
}
KREG_INSTANTIATE(TransposeOp)

template <typename Number>
Result<Number> interpreter::run(PadOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  SmallVector<int64_t> shape(ArrayRef(x.shape));
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    shape[dim] += op.getLow()[dim] + op.getHigh()[dim];
  }
  Tensor<Number> y = zeros<Number>(shape);
  SmallVector<int64_t> strides = stridesOf(shape);
  int64_t offset = 0;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    offset += op.getLow()[dim] * strides[dim];
  }
  walk(x.shape, strides, offset,
       [&](int64_t i, int64_t at) { y.data[at] = x.data[i]; });
  return y;
}
KREG_INSTANTIATE(PadOp)

template <typename Number>
Result<Number> interpreter::run(ConcatOp op, Operands<Number> operands) {
  int64_t axis = op.getAxis();
  SmallVector<int64_t> shape(ArrayRef(operands[0]->shape));
  shape[axis] = 0;
  for (const Tensor<Number> *x : operands) {
    shape[axis] += x->shape[axis];
  }
  Tensor<Number> y = zeros<Number>(shape);
  SmallVector<int64_t> strides = stridesOf(shape);
  int64_t offset = 0;
  for (const Tensor<Number> *x : operands) {
    walk(x->shape, strides, offset,
         [&](int64_t i, int64_t at) { y.data[at] = x->data[i]; });
    offset += x->shape[axis] * strides[axis];
  }
  return y;
}
KREG_INSTANTIATE(ConcatOp)

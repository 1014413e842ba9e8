// One function per core op: its result from its operands' values. For the
// files of this folder; the door is Interpreter.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_INTERPRETER_OPERATIONS_H
#define KREGC_DIALECT_INTERPRETER_OPERATIONS_H

#include "dialect/Interpreter/Arithmetic.h"
#include "dialect/Interpreter/Interpreter.h"

namespace mlir::kreg::interpreter {

/// The values of an op's operands, in their order.
template <typename Number>
using Operands = ArrayRef<const Tensor<Number> *>;
template <typename Number>
using Result = llvm::Expected<Tensor<Number>>;

// Each takes a verified op and operands of its operands' shapes, the dynamic
// dimensions filled in. Errors only where a value is not rational.
#define KREG_FOR_EACH_CORE_OP(X)                                               \
  X(DenseOp)                                                                   \
  X(ConvOp)                                                                    \
  X(DepthwiseConvOp)                                                           \
  X(PoolOp)                                                                    \
  X(ReduceOp)                                                                  \
  X(SoftmaxOp)                                                                 \
  X(UnaryOp)                                                                   \
  X(BinaryOp)                                                                  \
  X(BatchNormOp)                                                               \
  X(DropoutOp)                                                                 \
  X(ReshapeOp)                                                                 \
  X(TransposeOp)                                                               \
  X(PadOp)                                                                     \
  X(ConcatOp)                                                                  \
  X(ConvTransposeOp)                                                           \
  X(SliceOp)                                                                   \
  X(RepeatOp)                                                                  \
  X(ResizeOp)                                                                  \
  X(NoiseOp)                                                                   \
  X(NormalizeOp)                                                               \
  X(MatmulOp)                                                                  \
  X(EmbeddingOp)                                                               \
  X(PenaltyOp)                                                                 \
  X(OrthogonalPenaltyOp)                                                       \
  X(ReduceToOp)                                                                \
  X(FillOp)                                                                    \
  X(TotalOp)                                                                   \
  X(OrthogonalGradientOp)                                                      \
  X(OneHotOp)                                                                  \
  X(DenseKernelGradientOp)                                                     \
  X(ConvKernelGradientOp)                                                      \
  X(ConvInputGradientOp)                                                       \
  X(DepthwiseKernelGradientOp)                                                 \
  X(DepthwiseInputGradientOp)                                                  \
  X(PoolGradientOp)                                                            \
  X(PoolPositionOp)                                                            \
  X(ResizeGradientOp)                                                          \
  X(EmbeddingGradientOp)                                                       \
  X(RandomStateOp)                                                             \
  X(RandomOp)

#define KREG_DECLARE(Op)                                                       \
  template <typename Number>                                                   \
  Result<Number> run(Op op, Operands<Number> x);
KREG_FOR_EACH_CORE_OP(KREG_DECLARE)
#undef KREG_DECLARE

/// Makes `run` of an op for each kind of number.
#define KREG_INSTANTIATE(Op)                                                   \
  template Result<double> mlir::kreg::interpreter::run(Op, Operands<double>);  \
  template Result<Rational> mlir::kreg::interpreter::run(Op,                   \
                                                         Operands<Rational>);  \
  template Result<Ball> mlir::kreg::interpreter::run(Op, Operands<Ball>);

/// l1·Σ|x| + l2·Σx² of all elements of `of`, whose value is x, divided by
/// dimension 0 where the norm says so (0 if there are none). Keras leaves a
/// zero coefficient's sum out, NaN in the tensor with it.
template <typename Number>
llvm::Expected<Number> penaltyOf(Operation *at, Value of,
                                 const Tensor<Number> &x, L1L2Attr regularizer,
                                 Norm norm);

/// The penalty of #kreg.orthogonal of a matrix; `norm` as above.
template <typename Number>
llvm::Expected<Number> penaltyOf(Operation *at, Value of,
                                 const Tensor<Number> &x,
                                 OrthogonalAttr regularizer, Norm norm);

/// The elements of a constant or of a weight's value.
template <typename Number>
Result<Number> tensorOf(Operation *at, ElementsAttr value);

/// What went wrong at an op: "layer 'dense': 'kreg.unary' op …".
llvm::Error failureAt(Operation *op, const Twine &what);

/// The product of sizes; 1 of none.
int64_t productOf(ArrayRef<int64_t> sizes);

/// Elements between neighbours along each dimension in row-major order.
SmallVector<int64_t> stridesOf(ArrayRef<int64_t> shape);

template <typename Number>
Tensor<Number> zeros(ArrayRef<int64_t> shape) {
  return {std::vector<int64_t>(shape.begin(), shape.end()),
          std::vector<Number>(productOf(shape), Number(0))};
}

/// Calls visit(i, a) for each index of `shape` in row-major order: i counts
/// from 0, a is `offset` plus the index's product with `strides`.
template <typename Visit>
void walk(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides, int64_t offset,
          Visit visit) {
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0, end = productOf(shape), a = offset; i < end; ++i) {
    visit(i, a);
    for (size_t dim = shape.size(); dim-- > 0;) {
      a += strides[dim];
      if (++index[dim] < shape[dim]) {
        break;
      }
      a -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
}

} // namespace mlir::kreg::interpreter

#endif // KREGC_DIALECT_INTERPRETER_OPERATIONS_H

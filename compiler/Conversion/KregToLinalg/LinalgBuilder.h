// Makes the linalg ops that core ops become; shared by all families.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_CONVERSION_KREGTOLINALG_LINALGBUILDER_H
#define KREGC_COMPILER_CONVERSION_KREGTOLINALG_LINALGBUILDER_H

#include "dialect/IR/Kreg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"

namespace mlir::kreg {

/// The value of a generic's body, from its block arguments (the inputs'
/// elements, then the accumulator).
using Payload = llvm::function_ref<Value(OpBuilder &, Location, ValueRange)>;

/// One core op being lowered; ops go in front of it.
struct LinalgBuilder {
  OpBuilder builder;
  Location loc;

  explicit LinalgBuilder(Operation *op) : builder(op), loc(op->getLoc()) {}

  Value real(double value, Type type);
  Value index(int64_t value);

  /// A new tensor of `type`, its batch that of dimension 0 of `like`.
  Value empty(RankedTensorType type, Value like);
  /// The same, filled with a number.
  Value filled(RankedTensorType type, Value like, double value);

  /// A linalg.generic with one result of `type`. Its loops are the dimensions
  /// of the result (in order) and then `reductions` more; `maps` index the
  /// inputs by them. With reductions the result starts as `init`.
  Value generic(RankedTensorType type, ValueRange inputs,
                ArrayRef<AffineMap> maps, unsigned reductions, Value init,
                Payload payload);

  /// A pointwise generic over inputs that have, or broadcast to, `type`.
  Value pointwise(RankedTensorType type, ValueRange inputs, Payload payload);

  /// Zeros (or `value`) around x; x itself where there are none.
  Value pad(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
            double value);
  /// The same for the spatial dimensions alone.
  Value padSpatial(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                   double value);

  AffineExpr dim(unsigned i) { return builder.getAffineDimExpr(i); }
};

/// Arithmetic on indices inside of a body.
struct Indices {
  OpBuilder &b;
  Location loc;

  Value number(int64_t n) { return arith::ConstantIndexOp::create(b, loc, n); }
  Value loop(int64_t i) { return linalg::IndexOp::create(b, loc, i); }
  Value add(Value x, int64_t n) {
    return n == 0 ? x : arith::AddIOp::create(b, loc, x, number(n));
  }
  Value mul(Value x, int64_t n) {
    return n == 1 ? x : arith::MulIOp::create(b, loc, x, number(n));
  }
  Value floorDiv(Value x, int64_t n) {
    return n == 1 ? x : arith::FloorDivSIOp::create(b, loc, x, number(n));
  }
  /// Into 0 … size-1.
  Value clamp(Value x, int64_t size) {
    return arith::MinSIOp::create(
        b, loc, arith::MaxSIOp::create(b, loc, x, number(0)), number(size - 1));
  }
  /// Whether it is one of 0 … size-1.
  Value isIn(Value x, int64_t size) {
    return arith::AndIOp::create(
        b, loc,
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle, number(0), x),
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x,
                              number(size)));
  }
  Value toReal(Value x, Type type) {
    Value integer = arith::IndexCastOp::create(b, loc, b.getI32Type(), x);
    return arith::SIToFPOp::create(b, loc, type, integer);
  }
};

/// The indexing map with which `operand` broadcasts to `result`, as NumPy does.
AffineMap broadcastMap(RankedTensorType operand, RankedTensorType result);

/// The function of a `kreg.unary` or `kreg.binary` on scalars.
Value emitUnary(OpBuilder &b, Location loc, UnaryKind kind,
                ArrayRef<double> params, Value x);
Value emitBinary(OpBuilder &b, Location loc, BinaryKind kind, Value lhs,
                 Value rhs);

/// The elements of a window that lie inside of x, as a number, in the body of a
/// generic with the loops batch, out…: a product of clipped lengths.
Value countInBounds(OpBuilder &b, Location loc, ArrayRef<int64_t> window,
                    ArrayRef<int64_t> strides, ArrayRef<int64_t> low,
                    RankedTensorType x);

// One lowering per family; each returns the op's result, to replace it.
Value lower(DenseOp op);
Value lower(ConvOp op);
Value lower(DepthwiseConvOp op);
Value lower(PoolOp op);
Value lower(ReduceOp op);
Value lower(SoftmaxOp op);
Value lower(UnaryOp op);
Value lower(BinaryOp op);
Value lower(BatchNormOp op);
Value lower(ConstantOp op);
Value lower(TransposeOp op);
Value lower(PadOp op);
Value lower(ConcatOp op);
Value lower(PenaltyOp op);
Value lower(ConvTransposeOp op);
Value lower(SliceOp op);
Value lower(RepeatOp op);
Value lower(ResizeOp op);
Value lower(MatmulOp op);
Value lower(EmbeddingOp op);
Value lower(ReduceToOp op);
Value lower(FillOp op);
Value lower(TotalOp op);
Value lower(OneHotOp op);
Value lower(DenseKernelGradientOp op);
Value lower(ConvKernelGradientOp op);
Value lower(ConvInputGradientOp op);
Value lower(DepthwiseKernelGradientOp op);
Value lower(DepthwiseInputGradientOp op);
Value lower(PoolGradientOp op);
Value lower(PoolPositionOp op);
Value lower(ResizeGradientOp op);
Value lower(EmbeddingGradientOp op);
Value lower(RandomOp op);
Value lower(PhaseKernelOp op);
Value lower(PhaseConvOp op);
Value lower(ReshapeOp op);

} // namespace mlir::kreg

#endif // KREGC_COMPILER_CONVERSION_KREGTOLINALG_LINALGBUILDER_H

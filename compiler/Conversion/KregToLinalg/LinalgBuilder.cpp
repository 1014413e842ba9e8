// The shared part of the lowering to linalg.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::kreg;

Value LinalgBuilder::real(double value, Type type) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getFloatAttr(type, value));
}

Value LinalgBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value LinalgBuilder::empty(RankedTensorType type, Value like) {
  SmallVector<Value> sizes;
  if (!type.hasStaticShape()) {
    sizes.push_back(tensor::DimOp::create(builder, loc, like, index(0)));
  }
  return tensor::EmptyOp::create(builder, loc, type, sizes);
}

Value LinalgBuilder::filled(RankedTensorType type, Value like, double value) {
  Value number = real(value, type.getElementType());
  return linalg::FillOp::create(builder, loc, number, empty(type, like))
      .getResult(0);
}

Value LinalgBuilder::generic(RankedTensorType type, ValueRange inputs,
                             ArrayRef<AffineMap> maps, unsigned reductions,
                             Value init, Payload payload) {
  unsigned rank = type.getRank();
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators.append(reductions, utils::IteratorType::reduction);
  SmallVector<AffineMap> all(maps);
  all.push_back(AffineMap::getMultiDimIdentityMap(rank, builder.getContext()));
  all.back() = AffineMap::get(rank + reductions, 0, all.back().getResults(),
                              builder.getContext());
  return linalg::GenericOp::create(
             builder, loc, TypeRange(type), inputs, init, all, iterators,
             [&](OpBuilder &b, Location at, ValueRange arguments) {
               linalg::YieldOp::create(b, at, payload(b, at, arguments));
             })
      .getResult(0);
}

AffineMap kreg::broadcastMap(RankedTensorType operand,
                             RankedTensorType result) {
  MLIRContext *context = result.getContext();
  int64_t missing = result.getRank() - operand.getRank();
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < operand.getRank(); ++i) {
    bool stretched =
        operand.getDimSize(i) == 1 && result.getDimSize(i + missing) != 1;
    exprs.push_back(stretched ? getAffineConstantExpr(0, context)
                              : getAffineDimExpr(i + missing, context));
  }
  return AffineMap::get(result.getRank(), 0, exprs, context);
}

Value LinalgBuilder::pointwise(RankedTensorType type, ValueRange inputs,
                               Payload payload) {
  SmallVector<AffineMap> maps;
  Value batched;
  for (Value input : inputs) {
    auto operand = cast<RankedTensorType>(input.getType());
    maps.push_back(broadcastMap(operand, type));
    if (!batched || !operand.hasStaticShape()) {
      batched = input;
    }
  }
  return generic(type, inputs, maps, 0, empty(type, batched), payload);
}

Value LinalgBuilder::pad(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                         double value) {
  auto isZero = [](int64_t n) { return n == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero)) {
    return x;
  }
  auto type = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<OpFoldResult> lows, highs;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    if (!type.isDynamicDim(i)) {
      shape[i] += low[i] + high[i];
    }
    lows.push_back(builder.getIndexAttr(low[i]));
    highs.push_back(builder.getIndexAttr(high[i]));
  }
  auto padded = RankedTensorType::get(shape, type.getElementType());
  return tensor::PadOp::create(builder, loc, padded, x, lows, highs,
                               real(value, type.getElementType()));
}

Value LinalgBuilder::padSpatial(Value x, ArrayRef<int64_t> low,
                                ArrayRef<int64_t> high, double value) {
  SmallVector<int64_t> lows{0}, highs{0};
  llvm::append_range(lows, low);
  llvm::append_range(highs, high);
  lows.push_back(0);
  highs.push_back(0);
  return pad(x, lows, highs, value);
}

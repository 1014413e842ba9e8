// The ops that formulas are made of.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Term.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

Term Term::number(double x) const {
  Type element = type().getElementType();
  auto one = RankedTensorType::get({1}, element);
  auto value = DenseElementsAttr::get(
      one, ArrayRef<Attribute>(builder->getFloatAttr(element, x)));
  return with(ConstantOp::create(*builder, loc, one, value));
}

Term Term::unary(UnaryKind kind, ArrayRef<double> params) const {
  return with(UnaryOp::create(*builder, loc, value.getType(),
                              UnaryKindAttr::get(builder->getContext(), kind),
                              value, builder->getDenseF64ArrayAttr(params)));
}

Term Term::binary(BinaryKind kind, const Term &other) const {
  return with(BinaryOp::create(*builder, loc, kind, value, other.value));
}

Term Term::fill(double x, RankedTensorType type, Norm norm) const {
  return with(FillOp::create(*builder, loc, type, APFloat(x), norm, value));
}

Term Term::reduce(ReduceKind kind, ArrayRef<int64_t> axes, bool keep) const {
  return with(ReduceOp::create(*builder, loc, kind, value, axes, keep));
}

Term Term::reshape(ArrayRef<int64_t> shape) const {
  auto result = RankedTensorType::get(shape, type().getElementType());
  return result == type()
             ? *this
             : with(ReshapeOp::create(*builder, loc, result, value));
}

Term Term::reduceTo(Type to) const {
  return to == value.getType()
             ? *this
             : with(ReduceToOp::create(*builder, loc, to, value));
}

Term Term::padded(ArrayRef<int64_t> low, ArrayRef<int64_t> high) const {
  return with(PadOp::create(*builder, loc, value,
                            builder->getDenseI64ArrayAttr(low),
                            builder->getDenseI64ArrayAttr(high)));
}

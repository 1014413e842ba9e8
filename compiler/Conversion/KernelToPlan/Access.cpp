// Index expressions, and reads through pads and reshapes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/Translation.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::plan;

static std::shared_ptr<Expression> make(Operator op, ElementType type) {
  auto result = std::make_shared<Expression>();
  result->op = op;
  result->type = type;
  return result;
}

ExpressionRef kreg::realNumber(double value, ElementType type) {
  auto result = make(Operator::Real, type);
  result->real = value;
  return result;
}

ExpressionRef kreg::integer(int64_t value) {
  auto result = make(Operator::Integer, ElementType::I32);
  result->integer = value;
  return result;
}

ExpressionRef kreg::loop(int64_t number) {
  auto result = make(Operator::Loop, ElementType::I32);
  result->integer = number;
  return result;
}

ExpressionRef kreg::extentOf(Extent extent) {
  if (extent.isStatic()) {
    return integer(extent.at(0));
  }
  auto result = make(Operator::Extent, ElementType::I32);
  result->extent = extent;
  return result;
}

ExpressionRef kreg::apply(Operator op, ElementType type,
                          std::vector<ExpressionRef> operands) {
  auto result = make(op, type);
  result->operands = std::move(operands);
  return result;
}

static std::optional<int64_t> constantOf(const ExpressionRef &e) {
  if (e->op == Operator::Integer) {
    return e->integer;
  }
  return std::nullopt;
}

ExpressionRef kreg::indexAdd(ExpressionRef a, ExpressionRef b) {
  auto x = constantOf(a), y = constantOf(b);
  if (x && y) {
    return integer(*x + *y);
  }
  if (x == 0) {
    return b;
  }
  if (y == 0) {
    return a;
  }
  return apply(Operator::Add, ElementType::I32, {a, b});
}

ExpressionRef kreg::indexMul(ExpressionRef a, int64_t factor) {
  if (auto x = constantOf(a)) {
    return integer(*x * factor);
  }
  if (factor == 1) {
    return a;
  }
  if (factor == 0) {
    return integer(0);
  }
  return apply(Operator::Mul, ElementType::I32, {a, integer(factor)});
}

ExpressionRef kreg::indexDiv(const ExpressionRef &a, int64_t divisor) {
  if (auto x = constantOf(a)) {
    return integer(llvm::divideFloorSigned(*x, divisor));
  }
  return divisor == 1
             ? a
             : apply(Operator::Div, ElementType::I32, {a, integer(divisor)});
}

ExpressionRef kreg::indexMod(const ExpressionRef &a, int64_t divisor) {
  if (auto x = constantOf(a)) {
    return integer(llvm::mod(*x, divisor));
  }
  return divisor == 1
             ? integer(0)
             : apply(Operator::Mod, ElementType::I32, {a, integer(divisor)});
}

ExpressionRef kreg::affine(AffineExpr expr, ArrayRef<ExpressionRef> loops) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    return loops[dim.getPosition()];
  }
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    return integer(constant.getValue());
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  ExpressionRef lhs = affine(binary.getLHS(), loops);
  if (expr.getKind() == AffineExprKind::Add) {
    return indexAdd(lhs, affine(binary.getRHS(), loops));
  }
  int64_t number = cast<AffineConstantExpr>(binary.getRHS()).getValue();
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    return indexMul(lhs, number);
  case AffineExprKind::FloorDiv:
    return indexDiv(lhs, number);
  case AffineExprKind::Mod:
    return indexMod(lhs, number);
  default:
    llvm_unreachable("the lowering makes no other affine expressions");
  }
}

std::optional<ElementType> kreg::elementType(Type type) {
  if (type.isF32()) {
    return ElementType::F32;
  }
  if (type.isF64()) {
    return ElementType::F64;
  }
  if (type.isInteger(32) || type.isIndex()) {
    return ElementType::I32;
  }
  if (type.isInteger(1)) {
    return ElementType::I1;
  }
  return std::nullopt;
}

/// The indices of the tensor behind an expand_shape or collapse_shape: within
/// each group, the linear index of one side split by the sizes of the other.
///
/// Only the first dimension of a group may depend on the batch: no size of it
/// is needed then.
static std::vector<ExpressionRef>
throughReshape(ArrayRef<ReassociationIndices> groups, RankedTensorType wide,
               bool expanded, ArrayRef<ExpressionRef> indices) {
  std::vector<ExpressionRef> result;
  for (auto [g, group] : llvm::enumerate(groups)) {
    if (expanded) {
      // The result has the group's dimensions: one index of the source.
      ExpressionRef linear = integer(0);
      for (int64_t dim : group) {
        int64_t size = wide.getDimSize(dim);
        if (group.size() > 1 && size != 1 && !ShapedType::isDynamic(size)) {
          linear = indexMul(linear, size);
        }
        if (size != 1 || group.size() == 1) {
          linear = indexAdd(linear, indices[dim]);
        }
      }
      result.push_back(linear);
      continue;
    }
    // The source has them: split one index. The first takes what is left.
    std::vector<ExpressionRef> split(group.size());
    ExpressionRef rest = indices[g];
    for (size_t i = group.size(); i-- > 0;) {
      int64_t size = wide.getDimSize(group[i]);
      split[i] = i == 0 ? rest : indexMod(rest, size);
      if (i != 0) {
        rest = indexDiv(rest, size);
      }
    }
    result.insert(result.end(), split.begin(), split.end());
  }
  return result;
}

FailureOr<ExpressionRef> Translation::read(Value tensor,
                                           std::vector<ExpressionRef> indices) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (auto fill = fillOf.find(tensor); fill != fillOf.end()) {
    return realNumber(fill->second, *elementType(type.getElementType()));
  }
  if (auto value = valueOf.find(tensor); value != valueOf.end()) {
    auto result = make(Operator::Read, *elementType(type.getElementType()));
    result->value = value->second;
    result->operands = std::move(indices);
    return ExpressionRef(result);
  }
  Operation *op = tensor.getDefiningOp();
  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(op)) {
    return read(expand.getSrc(),
                throughReshape(expand.getReassociationIndices(),
                               expand.getResultType(), true, indices));
  }
  if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op)) {
    return read(collapse.getSrc(),
                throughReshape(collapse.getReassociationIndices(),
                               collapse.getSrcType(), false, indices));
  }
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(op)) {
    return readSlice(slice, std::move(indices));
  }
  if (auto pad = dyn_cast_or_null<tensor::PadOp>(op)) {
    return readPadded(pad, std::move(indices));
  }
  return op ? op->emitError("is not a tensor that a kernel can read")
            : emitError(tensor.getLoc(), "is not an operand of the kernel");
}

FailureOr<ExpressionRef>
Translation::readPadded(tensor::PadOp pad, std::vector<ExpressionRef> indices) {
  FloatAttr number;
  Value padding = pad.getConstantPaddingValue();
  if (!padding || !matchPattern(padding, m_Constant(&number))) {
    return pad.emitError("has no constant padding value");
  }
  for (auto [index, low] : llvm::zip_equal(indices, pad.getStaticLow())) {
    index = indexAdd(index, integer(-low));
  }
  // Through a reshape or a slice an index may be in bounds of what is stored
  // and out of bounds of what is padded.
  if (!valueOf.contains(pad.getSource())) {
    return pad.emitError("pads a tensor that is not stored");
  }
  auto inner = read(pad.getSource(), std::move(indices));
  auto result = std::make_shared<Expression>(**inner);
  result->op = Operator::ReadOr;
  result->operands.push_back(
      realNumber(number.getValueAsDouble(), result->type));
  return ExpressionRef(result);
}

FailureOr<ExpressionRef>
Translation::readSlice(tensor::ExtractSliceOp slice,
                       std::vector<ExpressionRef> indices) {
  if (!slice.getOffsets().empty() || !slice.getStrides().empty()) {
    return slice.emitError("has offsets or strides that are not constant");
  }
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  std::vector<ExpressionRef> source;
  size_t next = 0;
  for (auto [dim, offset, stride] :
       llvm::enumerate(slice.getStaticOffsets(), slice.getStaticStrides())) {
    ExpressionRef index = dropped[dim] ? integer(0) : indices[next++];
    source.push_back(indexAdd(indexMul(index, stride), integer(offset)));
  }
  return read(slice.getSource(), std::move(source));
}

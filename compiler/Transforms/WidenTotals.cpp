// The total of a loss, taken over the elements that its entries are sums of: it
// then joins the kernel that makes them, and costs no pass of its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/PrepareKernels.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::kreg;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {

/// Σ of ±f·g·reduce(e) = Σ of ±f·g·e, f and g one number per entry.
class Widening {
public:
  explicit Widening(TotalOp total) : total(total), builder(total) {}

  /// Whether the total is one of more elements now.
  bool run() {
    Value entries = total.getInput();
    while (entries.hasOneUse() && step(entries)) {
    }
    auto reduce = entries.getDefiningOp<ReduceOp>();
    return reduce && entries.hasOneUse() && isSum(reduce) && replace(reduce);
  }

private:
  static bool isSum(ReduceOp op) {
    return (op.getKind() == ReduceKind::Sum ||
            op.getKind() == ReduceKind::Mean) &&
           !llvm::is_contained(op.getAxes(), 0);
  }

  /// From a product to the factor that leads to a reduction.
  bool step(Value &entries) {
    if (auto unary = entries.getDefiningOp<UnaryOp>();
        unary && unary.getKind() == UnaryKind::Neg) {
      isNegative = !isNegative;
      entries = unary.getX();
      return true;
    }
    auto product = entries.getDefiningOp<BinaryOp>();
    if (!product || product.getKind() != BinaryKind::Mul) {
      return false;
    }
    Value a = product.getA(), b = product.getB();
    if (a.getType() != entries.getType() || isFactor(a)) {
      std::swap(a, b);
    }
    if (a.getType() != entries.getType()) {
      return false;
    }
    factors.push_back(b);
    entries = a;
    return true;
  }

  /// Whether a value is no sum, so that the other side must be it.
  static bool isFactor(Value value) {
    Operation *op = value.getDefiningOp();
    return !op || isa<ConstantOp, FillOp, ReadOp>(op);
  }

  /// `factor`, of the rank of the entries or one number, against the elements.
  Value widened(Value factor, ReduceOp reduce) {
    ArrayRef<int64_t> shape = typeOf(factor).getShape();
    if (typeOf(factor).hasStaticShape() &&
        typeOf(factor).getNumElements() == 1) {
      return reshaped(factor, 1);
    }
    if (reduce.getKeepdims()) {
      return factor;
    }
    SmallVector<int64_t> wide;
    size_t next = 0;
    for (int64_t d = 0; d < typeOf(reduce.getX()).getRank(); ++d) {
      bool isGone = llvm::is_contained(reduce.getAxes(), d);
      wide.push_back(isGone ? 1 : shape[next++]);
    }
    return reshaped(factor, wide);
  }

  /// So that what only the old form read has one use less.
  static void eraseIfDead(Operation *op) {
    if (op && isOpTriviallyDead(op)) {
      llvm::SetVector<Operation *> below;
      for (Value operand : op->getOperands()) {
        below.insert(operand.getDefiningOp());
      }
      op->erase();
      for (Operation *next : below) {
        eraseIfDead(next);
      }
    }
  }

  Value reshaped(Value value, ArrayRef<int64_t> shape) {
    auto type = RankedTensorType::get(shape, typeOf(value).getElementType());
    return type == value.getType()
               ? value
               : ReshapeOp::create(builder, total.getLoc(), type, value)
                     .getResult();
  }

  bool replace(ReduceOp reduce) {
    int64_t rank = typeOf(reduce.getY()).getRank();
    for (Value factor : factors) {
      bool isNumber = typeOf(factor).hasStaticShape() &&
                      typeOf(factor).getNumElements() == 1;
      if (!isNumber && typeOf(factor).getRank() != rank) {
        return false;
      }
    }
    Value element = reduce.getX();
    Location loc = total.getLoc();
    double scale = isNegative ? -1 : 1;
    if (reduce.getKind() == ReduceKind::Mean) {
      for (int64_t axis : reduce.getAxes()) {
        scale /= double(typeOf(element).getDimSize(axis));
      }
    }
    for (Value factor : factors) {
      element = BinaryOp::create(builder, loc, BinaryKind::Mul, element,
                                 widened(factor, reduce));
    }
    if (scale != 1) {
      auto type = RankedTensorType::get({1}, typeOf(element).getElementType());
      auto number = DenseElementsAttr::get(
          type, builder.getFloatAttr(type.getElementType(), scale));
      element =
          BinaryOp::create(builder, loc, BinaryKind::Mul, element,
                           ConstantOp::create(builder, loc, type, number));
    }
    Value narrow = total.getInput();
    total.getInputMutable().assign(element);
    eraseIfDead(narrow.getDefiningOp());
    return true;
  }

  TotalOp total;
  OpBuilder builder;
  SmallVector<Value> factors;
  bool isNegative = false;
};

} // namespace

void mlir::kreg::widenTotals(ModelOp model) {
  for (TotalOp total : model.getBody().front().getOps<TotalOp>()) {
    while (Widening(total).run()) {
    }
  }
}

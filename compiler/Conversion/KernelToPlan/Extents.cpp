// Sizes of tensors as functions of the batch.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/Translation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::kreg;
using kregc::plan::Extent;

using Shape = FailureOr<std::vector<Extent>>;

static Extent constantExtent(int64_t size) { return {size, 0, 1}; }

/// factor · extent, where that is an extent.
static FailureOr<Extent> times(Extent extent, int64_t factor) {
  if (extent.divisor != 1) {
    return failure();
  }
  return Extent{extent.constant * factor, extent.perBatch * factor, 1};
}

/// extent / divisor without a rest, for every batch.
static FailureOr<Extent> divided(Extent extent, int64_t divisor) {
  if (extent.divisor != 1 || divisor == 0 || extent.constant % divisor != 0 ||
      extent.perBatch % divisor != 0) {
    return failure();
  }
  return Extent{extent.constant / divisor, extent.perBatch / divisor, 1};
}

static FailureOr<Extent> sum(Extent a, Extent b) {
  if (a.divisor != 1 || b.divisor != 1) {
    return failure();
  }
  return Extent{a.constant + b.constant, a.perBatch + b.perBatch, 1};
}

/// An index computed from `tensor.dim`s and constants.
FailureOr<Extent> Translation::extentOfIndex(Value index) {
  IntegerAttr number;
  if (matchPattern(index, m_Constant(&number))) {
    return constantExtent(number.getInt());
  }
  if (auto dim = index.getDefiningOp<tensor::DimOp>()) {
    Shape shape = extents(dim.getSource());
    std::optional<int64_t> position = dim.getConstantIndex();
    if (failed(shape) || !position ||
        *position >= static_cast<int64_t>(shape->size())) {
      return failure();
    }
    return (*shape)[*position];
  }
  Operation *op = index.getDefiningOp();
  if (!op || op->getNumOperands() != 2) {
    return failure();
  }
  FailureOr<Extent> a = extentOfIndex(op->getOperand(0));
  FailureOr<Extent> b = extentOfIndex(op->getOperand(1));
  if (failed(a) || failed(b)) {
    return failure();
  }
  if (isa<arith::AddIOp>(op)) {
    return sum(*a, *b);
  }
  if (isa<arith::MulIOp>(op) && (a->isStatic() || b->isStatic())) {
    return b->isStatic() ? times(*a, b->at(0)) : times(*b, a->at(0));
  }
  if (isa<arith::DivSIOp, arith::DivUIOp>(op) && b->isStatic()) {
    return divided(*a, b->at(0));
  }
  return failure();
}

static Shape collapse(tensor::CollapseShapeOp op, ArrayRef<Extent> source) {
  std::vector<Extent> result;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    Extent product = constantExtent(1);
    for (int64_t dim : group) {
      if (!product.isStatic() && !source[dim].isStatic()) {
        return failure();
      }
      auto next = source[dim].isStatic() ? times(product, source[dim].at(0))
                                         : times(source[dim], product.at(0));
      if (failed(next)) {
        return failure();
      }
      product = *next;
    }
    result.push_back(product);
  }
  return result;
}

static Shape expand(tensor::ExpandShapeOp op, ArrayRef<Extent> source) {
  RankedTensorType type = op.getResultType();
  std::vector<Extent> result(type.getRank());
  for (auto [i, group] : llvm::enumerate(op.getReassociationIndices())) {
    int64_t known = 1;
    for (int64_t dim : group) {
      known *= type.isDynamicDim(dim) ? 1 : type.getDimSize(dim);
    }
    for (int64_t dim : group) {
      if (!type.isDynamicDim(dim)) {
        result[dim] = constantExtent(type.getDimSize(dim));
        continue;
      }
      auto rest = divided(source[i], known);
      if (failed(rest)) {
        return failure();
      }
      result[dim] = *rest;
    }
  }
  return result;
}

static Shape pad(tensor::PadOp op, std::vector<Extent> shape) {
  for (auto [extent, low, high] :
       llvm::zip_equal(shape, op.getStaticLow(), op.getStaticHigh())) {
    if (ShapedType::isDynamic(low) || ShapedType::isDynamic(high) ||
        extent.divisor != 1) {
      return failure();
    }
    extent.constant += low + high;
  }
  return shape;
}

Shape Translation::concatExtents(tensor::ConcatOp op) {
  Shape result = extents(op.getInputs().front());
  for (Value input : op.getInputs().drop_front()) {
    Shape next = extents(input);
    if (failed(result) || failed(next)) {
      return failure();
    }
    auto total = sum((*result)[op.getDim()], (*next)[op.getDim()]);
    if (failed(total)) {
      return failure();
    }
    (*result)[op.getDim()] = *total;
  }
  return result;
}

Shape Translation::extents(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  std::vector<Extent> fixed;
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    fixed.push_back(ShapedType::isDynamic(size) ? Extent{0, 1, 1}
                                                : constantExtent(size));
  }
  if (type.hasStaticShape()) {
    return fixed;
  }
  if (isa<BlockArgument>(tensor)) {
    // Dimension 0 is the batch, and is the only one that the batch decides.
    return type.getNumDynamicDims() == 1 && type.isDynamicDim(0)
               ? Shape(fixed)
               : Shape(failure());
  }
  auto of = [&](Value source, auto make) -> Shape {
    Shape shape = extents(source);
    return failed(shape) ? shape : make(*shape);
  };
  return TypeSwitch<Operation *, Shape>(tensor.getDefiningOp())
      .Case<linalg::GenericOp, linalg::FillOp>([&](auto op) -> Shape {
        return extents(
            op.getDpsInits()[cast<OpResult>(tensor).getResultNumber()]);
      })
      .Case([&](tensor::EmptyOp op) -> Shape {
        for (auto [dim, size] : llvm::enumerate(type.getShape())) {
          if (ShapedType::isDynamic(size)) {
            auto extent = extentOfIndex(op.getDynamicSize(dim));
            if (failed(extent)) {
              return failure();
            }
            fixed[dim] = *extent;
          }
        }
        return fixed;
      })
      .Case([&](tensor::CollapseShapeOp op) {
        return of(op.getSrc(),
                  [&](const auto &shape) { return collapse(op, shape); });
      })
      .Case([&](tensor::ExpandShapeOp op) {
        return of(op.getSrc(),
                  [&](const auto &shape) { return expand(op, shape); });
      })
      .Case([&](tensor::PadOp op) {
        return of(op.getSource(),
                  [&](const auto &shape) { return pad(op, shape); });
      })
      .Case([&](tensor::ConcatOp op) { return concatExtents(op); })
      .Case([&](tensor::ExtractSliceOp op) {
        return of(op.getSource(), [&](std::vector<Extent> shape) -> Shape {
          // Only whole dimensions depend on the batch.
          llvm::SmallBitVector dropped = op.getDroppedDims();
          std::vector<Extent> result;
          for (auto [dim, size] : llvm::enumerate(op.getStaticSizes())) {
            if (!dropped[dim]) {
              result.push_back(ShapedType::isDynamic(size)
                                   ? shape[dim]
                                   : constantExtent(size));
            }
          }
          return result;
        });
      })
      .Default([](Operation *) { return failure(); });
}

// Small rewrites after which more ops fit into one kernel.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/PrepareKernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::kreg;

/// f(reshape(x)) = reshape(f(x)): lets f join the kernel of x.
static void moveReshapesDown(ModelOp model) {
  for (UnaryOp op :
       llvm::make_early_inc_range(model.getBody().front().getOps<UnaryOp>())) {
    auto reshape = op.getX().getDefiningOp<ReshapeOp>();
    Operation *source = reshape ? reshape.getX().getDefiningOp() : nullptr;
    if (!source || isa<ReadOp>(source) || !reshape->hasOneUse()) {
      continue;
    }
    OpBuilder builder(op);
    auto moved = UnaryOp::create(builder, op.getLoc(), op.getKind(),
                                 reshape.getX(), op.getParams());
    auto behind =
        ReshapeOp::create(builder, reshape.getLoc(), op.getType(), moved);
    op.replaceAllUsesWith(behind.getResult());
    op.erase();
    reshape.erase();
  }
}

/// Zeros in front of a convolution are padding of its own: they then cost
/// nothing, and are not stored.
template <typename Conv>
static void foldPadInto(Conv conv) {
  auto pad = conv.getX().template getDefiningOp<PadOp>();
  auto isOfSpace = [](ArrayRef<int64_t> pads) {
    return pads.front() == 0 && pads.back() == 0;
  };
  if (!pad || !isOfSpace(pad.getLow()) || !isOfSpace(pad.getHigh())) {
    return;
  }
  auto sum = [](ArrayRef<int64_t> own, ArrayRef<int64_t> more) {
    SmallVector<int64_t> result(own);
    for (auto [total, extra] :
         llvm::zip_equal(result, more.drop_front().drop_back())) {
      total += extra;
    }
    return result;
  };
  conv.setPadsLow(sum(conv.getPadsLow(), pad.getLow()));
  conv.setPadsHigh(sum(conv.getPadsHigh(), pad.getHigh()));
  conv.getXMutable().assign(pad.getX());
}

static void foldPads(ModelOp model) {
  for (Operation &op : model.getBody().front()) {
    if (auto conv = dyn_cast<ConvOp>(op)) {
      foldPadInto(conv);
    } else if (auto conv = dyn_cast<DepthwiseConvOp>(op)) {
      foldPadInto(conv);
    }
  }
}

/// Of `rank` dimensions in their order, but for `a` and `b`.
static SmallVector<int64_t> permutationThatSwaps(int64_t a, int64_t b,
                                                 int64_t rank) {
  SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(perm[a], perm[b]);
  return perm;
}

/// A softmax over another axis than the last becomes one over the last between
/// transposes: the rows of a kernel's tile are along the last axis.
static void moveSoftmaxAxisLast(ModelOp model) {
  for (SoftmaxOp op : llvm::make_early_inc_range(
           model.getBody().front().getOps<SoftmaxOp>())) {
    int64_t axis = op.getAxis();
    int64_t last = cast<RankedTensorType>(op.getType()).getRank() - 1;
    if (axis == last) {
      continue;
    }
    SmallVector<int64_t> swap = permutationThatSwaps(axis, last, last + 1);
    OpBuilder builder(op);
    Value turned = TransposeOp::create(builder, op.getLoc(), op.getX(), swap);
    Value rows =
        SoftmaxOp::create(builder, op.getLoc(), turned.getType(), turned, last);
    // A sum does not know in which order: penalties stay in the kernel.
    op.getResult().replaceUsesWithIf(
        rows, [](OpOperand &use) { return isa<PenaltyOp>(use.getOwner()); });
    op.replaceAllUsesWith(
        TransposeOp::create(builder, op.getLoc(), rows, swap).getResult());
    op.erase();
  }
}

static void eraseDeadOps(ModelOp model) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(model.getBody().front()))) {
    if (isOpTriviallyDead(&op)) {
      op.erase();
    }
  }
}

/// A penalty that is always 0 needs no kernel.
static void foldZeroPenalties(ModelOp model) {
  for (PenaltyOp op : llvm::make_early_inc_range(
           model.getBody().front().getOps<PenaltyOp>())) {
    if (op.getRegularizer().isZero()) {
      OpBuilder builder(op);
      op.replaceAllUsesWith(
          arith::ConstantOp::create(builder, op.getLoc(),
                                    builder.getF64FloatAttr(0.0))
              ->getResult(0));
      op.erase();
    }
  }
}

/// The batch of a fill or of random numbers is that of an input of the model,
/// which is there before every kernel. Of a fixed batch a fill is a constant.
static void simplifyFills(ModelOp model) {
  auto inputOf = [&](Value like) {
    auto size = cast<RankedTensorType>(like.getType()).getDimSize(0);
    for (BlockArgument input : model.getBody().getArguments()) {
      auto type = cast<RankedTensorType>(input.getType());
      if (type.getRank() > 0 && type.getDimSize(0) == size) {
        return Value(input);
      }
    }
    return like;
  };
  for (Operation &op : llvm::make_early_inc_range(model.getBody().front())) {
    if (auto random = dyn_cast<RandomOp>(op)) {
      random.getLikeMutable().assign(inputOf(random.getLike()));
    }
    auto fill = dyn_cast<FillOp>(op);
    if (!fill) {
      continue;
    }
    auto type = cast<RankedTensorType>(fill.getY().getType());
    auto like = cast<RankedTensorType>(fill.getLike().getType());
    bool divides = fill.getNorm() == Norm::Batch;
    if (!type.hasStaticShape() || (divides && like.isDynamicDim(0))) {
      fill.getLikeMutable().assign(inputOf(fill.getLike()));
      continue;
    }
    OpBuilder builder(fill);
    double value = fill.getValue().convertToDouble();
    if (divides) {
      value = like.getDimSize(0) == 0 ? 0 : value / double(like.getDimSize(0));
    }
    auto number = DenseElementsAttr::get(
        type, builder.getFloatAttr(type.getElementType(), value));
    fill.replaceAllUsesWith(
        ConstantOp::create(builder, fill.getLoc(), type, number).getResult());
    fill.erase();
  }
}

/// The gradient of a maximum gets the places of the maxima, which are found
/// once and not by each element.
static void addPoolPositions(ModelOp model) {
  for (PoolGradientOp op : model.getBody().front().getOps<PoolGradientOp>()) {
    if (op.getKind() != PoolKind::Max || op.getPositions()) {
      continue;
    }
    OpBuilder builder(op);
    op.getPositionsMutable().assign(PoolPositionOp::create(
        builder, op.getLoc(), op.getDy().getType(), op.getX(), op.getWindow(),
        op.getStrides(), op.getPadsLow(), op.getPadsHigh()));
  }
}

static bool isPointwise(ConvKernelGradientOp op) {
  auto all = [](ArrayRef<int64_t> values, int64_t wanted) {
    return llvm::all_of(values, [&](int64_t v) { return v == wanted; });
  };
  auto kernel = cast<RankedTensorType>(op.getType());
  return all(kernel.getShape().drop_back(2), 1) && all(op.getStrides(), 1) &&
         all(op.getPadsLow(), 0) && all(op.getPadsHigh(), 0) &&
         op.getGroups() == 1;
}

/// xᵀ·dy = (dyᵀ·x)ᵀ: the side that fills the lanes of a vector better becomes
/// the last one. To transpose the result costs about as much as some terms of
/// the sum, so it is done where each sample has many.
template <typename Gradient>
static void turnKernelGradient(Gradient op) {
  constexpr int64_t kLanes = 16; // no target has more for float32
  constexpr int64_t kFewTerms = 32;
  auto x = cast<RankedTensorType>(op->getOperand(0).getType());
  if (ShapedType::getNumElements(x.getShape().drop_front().drop_back()) <
      kFewTerms) {
    return;
  }
  auto kernel = cast<RankedTensorType>(op.getType());
  SmallVector<int64_t> shape(kernel.getShape());
  int64_t rank = kernel.getRank();
  int64_t &in = shape[rank - 2], &out = shape.back();
  // Lanes in use, of those computed: in/⌈in⌉ > out/⌈out⌉.
  if (in * llvm::alignTo(out, kLanes) <= out * llvm::alignTo(in, kLanes)) {
    return;
  }
  std::swap(in, out);
  OpBuilder builder(op);
  auto turned = cast<Gradient>(builder.clone(*op));
  turned->setOperands({op->getOperand(1), op->getOperand(0)});
  turned.getResult().setType(
      RankedTensorType::get(shape, kernel.getElementType()));
  op.replaceAllUsesWith(
      TransposeOp::create(builder, op.getLoc(), turned,
                          permutationThatSwaps(rank - 2, rank - 1, rank))
          .getResult());
  op.erase();
}

static void turnKernelGradients(ModelOp model) {
  for (Operation &op : llvm::make_early_inc_range(model.getBody().front())) {
    if (auto dense = dyn_cast<DenseKernelGradientOp>(op)) {
      turnKernelGradient(dense);
    } else if (auto conv = dyn_cast<ConvKernelGradientOp>(op);
               conv && isPointwise(conv)) {
      turnKernelGradient(conv);
    }
  }
}

void mlir::kreg::prepareKernels(ModelOp model) {
  decomposeNormalize(model);
  moveSoftmaxAxisLast(model);
  simplifyFills(model);
  widenTotals(model);
  addPoolPositions(model);
  foldZeroPenalties(model);
  foldPads(model);
  turnKernelGradients(model);
  eraseDeadOps(model);
  moveReshapesDown(model);
  splitTransposedConvolutions(model);
}

// Transposed convolutions by phases: an output point o of stride s is of phase
// o mod s, and the points of one phase are an ordinary convolution.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/PrepareKernels.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::kreg;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isElementwise(Operation *op) {
  return isa_and_nonnull<UnaryOp, BinaryOp>(op);
}

static Value reshape(OpBuilder &builder, Location loc, Value value,
                     ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, typeOf(value).getElementType());
  return type == value.getType()
             ? value
             : ReshapeOp::create(builder, loc, type, value).getResult();
}

namespace {

/// Elementwise ops behind the view of a phase_conv, moved in front of it, so
/// that they join its kernel.
class Sinking {
public:
  /// `view` is [B, n…, C] of `phases`, [B, …, s, C], and `cut` what is left of
  /// it where the last points have no phase to the end, or null.
  Sinking(ReshapeOp view, SliceOp cut, RankedTensorType phases)
      : view(view), cut(cut), phases(phases), builder(view) {}

  void run() {
    while (canSink()) {
      Operation *user = *whole().user_begin();
      builder.setInsertionPoint(user);
      SmallVector<Value> operands;
      for (Value operand : user->getOperands()) {
        operands.push_back(operand == whole() ? view.getX()
                                              : inPhases(operand));
      }
      Operation *moved = recreate(user, operands);
      auto behind = ReshapeOp::create(builder, view.getLoc(), view.getType(),
                                      moved->getResult(0));
      if (cut) {
        auto cutBehind =
            SliceOp::create(builder, cut.getLoc(), behind, cut.getLow(),
                            cut.getHigh(), cut.getStrides());
        user->replaceAllUsesWith(cutBehind);
        user->erase();
        cut.erase();
        cut = cutBehind;
      } else {
        user->replaceAllUsesWith(behind);
        user->erase();
      }
      view.erase();
      view = behind;
    }
  }

private:
  /// The tensor that others read.
  Value whole() { return cut ? cut.getResult() : view.getResult(); }

  bool canSink() {
    Value value = whole();
    if (!value.hasOneUse() || !isElementwise(*value.user_begin())) {
      return false;
    }
    Operation *user = *value.user_begin();
    return user->getResult(0).getType() == value.getType() &&
           llvm::all_of(user->getOperands(), [&](Value operand) {
             return operand == value || broadcasts(operand);
           });
  }

  /// Whether it, or what it is made of, has one number per channel, or all of
  /// the numbers where no one is cut off.
  bool broadcasts(Value value) {
    if (value.getType() == whole().getType()) {
      Operation *op = value.getDefiningOp();
      return !cut && (!isElementwise(op) || !value.hasOneUse() ||
                      llvm::all_of(op->getOperands(), [&](Value operand) {
                        return broadcasts(operand);
                      }));
    }
    return typeOf(value).hasStaticShape() &&
           typeOf(value).getNumElements() ==
               (typeOf(value).getShape().empty()
                    ? 1
                    : typeOf(value).getShape().back());
  }

  Operation *recreate(Operation *op, ArrayRef<Value> operands) {
    OperationState state(op->getLoc(), op->getName(), operands, phases,
                         op->getAttrs());
    state.propertiesAttr = op->getPropertiesAsAttribute();
    return builder.create(state);
  }

  /// `value`, which broadcasts to the view, so that it broadcasts to the
  /// phases.
  Value inPhases(Value value) {
    Location loc = view.getLoc();
    if (value.getType() == whole().getType()) {
      Operation *op = value.getDefiningOp();
      if (!isElementwise(op) || !value.hasOneUse()) {
        return reshape(builder, loc, value, phases.getShape());
      }
      SmallVector<Value> operands = llvm::map_to_vector(
          op->getOperands(), [&](Value operand) { return inPhases(operand); });
      return recreate(op, operands)->getResult(0);
    }
    // One number, or one per channel.
    return reshape(builder, loc, value, typeOf(value).getNumElements());
  }

  ReshapeOp view;
  SliceOp cut;
  RankedTensorType phases;
  OpBuilder builder;
};

} // namespace

/// kernel: [window…, C, F], x: [B, in…, F].
template <typename Op>
static void splitPhases(Op op, Value x, Value kernel) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  RankedTensorType type = typeOf(op.getResult()), weights = typeOf(kernel);
  ArrayRef<int64_t> strides = op.getStrides(), low = op.getPadsLow();
  auto phaseKernel = PhaseKernelOp::create(
      builder, loc, PhaseKernelOp::resultType(weights, strides, low), kernel,
      strides, low);
  SmallVector<int64_t> window, shape{type.getDimSize(0)}, view(shape),
      cutLow{0}, cutHigh{0};
  for (size_t i = 0; i < strides.size(); ++i) {
    int64_t size = type.getDimSize(i + 1);
    int64_t points = llvm::divideCeil(size, strides[i]);
    window.push_back(weights.getDimSize(i));
    shape.push_back(points);
    shape.push_back(strides[i]);
    view.push_back(points * strides[i]);
    cutLow.push_back(0);
    cutHigh.push_back(view.back() - size);
  }
  shape.push_back(type.getShape().back());
  view.push_back(type.getShape().back());
  cutLow.push_back(0);
  cutHigh.push_back(0);
  auto phases = RankedTensorType::get(shape, type.getElementType());
  Value conv =
      PhaseConvOp::create(builder, loc, phases, x, phaseKernel, window, low);
  Value whole = reshape(builder, loc, conv, view);
  auto behind = whole.getDefiningOp<ReshapeOp>();
  SliceOp cut;
  if (whole.getType() != type) {
    cut = SliceOp::create(builder, loc, whole, cutLow, cutHigh,
                          ArrayRef<int64_t>());
    whole = cut;
  }
  op.replaceAllUsesWith(whole);
  op.erase();
  if (behind) {
    Sinking(behind, cut, phases).run();
  }
}

void mlir::kreg::splitTransposedConvolutions(ModelOp model) {
  auto isPlain = [](ArrayRef<int64_t> dilations) {
    return llvm::all_of(dilations, [](int64_t d) { return d == 1; });
  };
  SmallVector<Operation *> ops;
  for (Operation &op : model.getBody().front()) {
    if (isa<ConvTransposeOp, ConvInputGradientOp>(op)) {
      ops.push_back(&op);
    }
  }
  for (Operation *op : ops) {
    if (auto conv = dyn_cast<ConvTransposeOp>(op)) {
      if (isPlain(conv.getDilations())) {
        splitPhases(conv, conv.getX(), conv.getKernel());
      }
      continue;
    }
    auto conv = cast<ConvInputGradientOp>(op);
    if (isPlain(conv.getDilations()) && conv.getGroups() == 1) {
      splitPhases(conv, conv.getA(), conv.getB());
    }
  }
}

// Groups ops around anchors, greedily, in the order of the block.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/KernelGroups.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::kreg;

Value mlir::kreg::stripReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>()) {
    value = reshape.getX();
  }
  return value;
}

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isElementwise(Operation *op) {
  return isa<UnaryOp, BinaryOp, BatchNormOp>(op);
}

/// The family of the kernel that an op anchors; nothing for elementwise ops
/// and those that are in no kernel.
static std::optional<Family> anchorFamily(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Family>>(op)
      .Case<DenseOp, ConvTransposeOp, MatmulOp, ConvInputGradientOp,
            PhaseConvOp>([](auto) { return Family::Contraction; })
      .Case<DenseKernelGradientOp, ConvKernelGradientOp,
            DepthwiseKernelGradientOp, EmbeddingGradientOp>(
          [](auto) { return Family::Accumulation; })
      .Case([](ReduceToOp op) {
        bool keepsBatch =
            typeOf(op.getY()).getRank() == typeOf(op.getX()).getRank() &&
            typeOf(op.getY()).getDimSize(0) == typeOf(op.getX()).getDimSize(0);
        return keepsBatch ? Family::Reduction : Family::Accumulation;
      })
      .Case([](ConvOp conv) {
        // One input channel to each group is a depthwise convolution.
        bool depthwise =
            conv.getGroups() > 1 &&
            typeOf(conv.getX()).getShape().back() == int64_t(conv.getGroups());
        return depthwise ? Family::Depthwise : Family::Contraction;
      })
      .Case<DepthwiseConvOp, DepthwiseInputGradientOp>(
          [](auto) { return Family::Depthwise; })
      .Case<PoolOp, PoolGradientOp, PoolPositionOp, ResizeGradientOp>(
          [](auto) { return Family::Pooling; })
      .Case<ReduceOp, SoftmaxOp>([](auto) { return Family::Reduction; })
      .Case<TransposeOp, PadOp, ConcatOp, SliceOp, RepeatOp, PhaseKernelOp>(
          [](auto) { return Family::Data; })
      .Case<ResizeOp, EmbeddingOp>([](auto) { return Family::Elementwise; })
      .Default([](Operation *) { return std::nullopt; });
}

bool mlir::kreg::isSum(Operation *op) { return isa<PenaltyOp, TotalOp>(op); }

bool mlir::kreg::isHostOp(Operation *op) {
  return isa<OrthogonalPenaltyOp, OrthogonalGradientOp>(op);
}

/// A weight in another order, which is made when the library is.
bool KernelGroups::isWeight(Operation *op) const {
  return !storesAnyway && isa<PhaseKernelOp>(op) &&
         isa_and_nonnull<ReadOp>(op->getOperand(0).getDefiningOp());
}

void KernelGroups::findSources(Block &body) {
  auto isCheap = [&](Operation &op) {
    auto isSmall = [&](Value operand) {
      return storesAnyway && isa<BinaryOp>(op) &&
             operand.getType() != op.getResult(0).getType();
    };
    return isa<UnaryOp, BinaryOp, ReshapeOp>(op) &&
           llvm::all_of(op.getOperands(), [&](Value operand) {
             return sources.contains(operand.getDefiningOp()) ||
                    isSmall(operand);
           });
  };
  for (Operation &op : body) {
    if (isa<ConstantOp, FillOp, RandomOp, OneHotOp>(op) || isCheap(op)) {
      sources.insert(&op);
    }
  }
}

void KernelGroups::forEachRead(Operation *op,
                               llvm::function_ref<void(Value)> visit) const {
  for (Value operand : op->getOperands()) {
    Operation *source = operand.getDefiningOp();
    if (source && isSource(source)) {
      forEachRead(source, visit);
    } else {
      visit(operand);
    }
  }
}

KernelGroups::KernelGroups(ModelOp model) {
  Block &body = model.getBody().front();
  storesAnyway = model->getParentOp()->hasAttr("kreg.training");
  findSources(body);
  for (Operation &op : body) {
    if (isSource(&op) || isWeight(&op)) {
      continue;
    }
    if (std::optional<Family> family = anchorFamily(&op)) {
      addAnchor(&op, *family);
    } else if (isElementwise(&op)) {
      addElementwise(&op);
    } else if (isHostOp(&op)) {
      addGroup(&op, Family::Data); // alone: nothing joins it
    }
  }
  // Sums last: they decide nothing, so the same model without
  // penalties has the same kernels.
  for (Operation &op : body) {
    if (isSum(&op)) {
      addSum(&op);
    }
  }
}

std::optional<unsigned> KernelGroups::groupOf(Operation *op) const {
  auto found = groupOfOp.find(op);
  return found == groupOfOp.end() ? std::nullopt
                                  : std::optional<unsigned>(found->second);
}

std::optional<unsigned> KernelGroups::groupOf(Value value) const {
  Operation *op = value.getDefiningOp();
  return op ? groupOf(op) : std::nullopt;
}

unsigned KernelGroups::addGroup(Operation *op, Family family) {
  unsigned group = groups.size();
  groups.push_back({family, op, {}, {}, {}});
  join(op, group);
  return group;
}

void KernelGroups::join(Operation *op, unsigned group) {
  groups[group].ops.push_back(op);
  groupOfOp[op] = group;
  forEachRead(op, [&](Value operand) {
    std::optional<unsigned> source = groupOf(stripReshapes(operand));
    if (source && *source != group) {
      groups[group].dependencies.insert(*source);
    }
  });
}

void KernelGroups::addAnchor(Operation *op, Family family) {
  unsigned group = addGroup(op, family);
  groups[group].domain = typeOf(op->getResult(0));
  if (isa<ConvOp, DepthwiseConvOp, PoolOp>(op)) {
    takePad(op, group);
  }
}

/// A pad that only this window reads becomes part of its kernel.
void KernelGroups::takePad(Operation *anchor, unsigned group) {
  auto pad = anchor->getOperand(0).getDefiningOp<PadOp>();
  if (!pad || !pad->hasOneUse()) {
    return;
  }
  unsigned old = groupOfOp[pad];
  groups[group].dependencies.erase(old);
  groups[old].ops.clear();
  groups[old].dependencies.clear();
  groups[group].ops.pop_back();
  join(pad, group);
  join(anchor, group);
}

/// Whether `op` goes where its only reader goes. Without that, what the
/// backward pass makes of a forward value would become a result of the forward
/// kernel.
bool KernelGroups::isDeferred(Operation *op) const {
  Value result = op->getResult(0);
  return result.hasOneUse() && isElementwise(*result.user_begin()) &&
         result.user_begin()->getResult(0).getType() == result.getType();
}

/// Puts an elementwise op, and the deferred ones that lead to it, into the
/// youngest kernel that makes one of the values which they read.
void KernelGroups::addTree(Operation *root) {
  SmallVector<Operation *> tree, work = {root};
  llvm::SetVector<Value> leaves;
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    tree.push_back(op);
    forEachRead(op, [&](Value operand) {
      Operation *source = operand.getDefiningOp();
      bool inTree = source && !groupOf(source) && isElementwise(source) &&
                    isDeferred(source);
      if (inTree) {
        work.push_back(source);
      } else {
        leaves.insert(operand);
      }
    });
  }
  llvm::sort(tree,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  std::optional<unsigned> best;
  for (Value leaf : leaves) {
    std::optional<unsigned> group = groupOf(leaf);
    if (group && (!best || *group > *best) &&
        groups[*group].family != Family::Data &&
        groups[*group].domain == typeOf(root->getResult(0)) &&
        canJoinTree(leaves.getArrayRef(), leaf)) {
      best = group;
    }
  }
  for (Operation *op : tree) {
    if (best) {
      join(op, *best);
    } else {
      best = addGroup(op, Family::Elementwise);
      groups[*best].domain = typeOf(root->getResult(0));
      groups[*best].anchor = root;
    }
  }
}

/// Whether what reads `leaves` may join the kernel of `leaf` without a cycle.
bool KernelGroups::canJoinTree(ArrayRef<Value> leaves, Value leaf) const {
  unsigned group = *groupOf(leaf);
  return llvm::all_of(leaves, [&](Value other) {
    std::optional<unsigned> source = groupOf(stripReshapes(other));
    if (!source) {
      return true;
    }
    if (*source == group) {
      return groupOf(other) == group; // not through a view of the result
    }
    return !dependsOn(*source, group);
  });
}

void KernelGroups::addElementwise(Operation *op) {
  if (storesAnyway) {
    if (!isDeferred(op)) {
      addTree(op);
    }
    return;
  }
  std::optional<unsigned> best;
  for (Value operand : op->getOperands()) {
    // The youngest group: what the others make is there before it.
    if (canJoin(op, operand) && (!best || *groupOf(operand) > *best)) {
      best = groupOf(operand);
    }
  }
  if (best) {
    join(op, *best);
    return;
  }
  unsigned group = addGroup(op, Family::Elementwise);
  groups[group].domain = typeOf(op->getResult(0));
}

/// Whether `op` may join the kernel that makes `operand`.
bool KernelGroups::canJoin(Operation *op, Value operand) const {
  std::optional<unsigned> group = groupOf(operand);
  if (!group || groups[*group].family == Family::Data ||
      groups[*group].domain != typeOf(op->getResult(0)) ||
      escapes(operand, *group, op)) {
    return false;
  }
  return canJoinTree(SmallVector<Value>(op->getOperands()), operand);
}

bool KernelGroups::escapes(Value value, unsigned group) const {
  return escapes(value, group, nullptr);
}

bool KernelGroups::escapes(Value value, unsigned group,
                           Operation *besides) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (user == besides) {
      return false;
    }
    std::optional<unsigned> reader = groupOf(user);
    if (isSum(user)) {
      return reader && *reader != group; // not placed yet: will join
    }
    if (isa<ReshapeOp>(user)) {
      return escapes(user->getResult(0), group, besides);
    }
    return reader != group || stripReshapes(value) != value;
  });
}

bool KernelGroups::dependsOn(unsigned group, unsigned other) const {
  SmallVector<unsigned> work = {group};
  llvm::SmallDenseSet<unsigned> seen = {group};
  while (!work.empty()) {
    unsigned next = work.pop_back_val();
    if (next == other) {
      return true;
    }
    for (unsigned dependency : groups[next].dependencies) {
      if (seen.insert(dependency).second) {
        work.push_back(dependency);
      }
    }
  }
  return false;
}

void KernelGroups::addSum(Operation *sum) {
  Value tensor = stripReshapes(sum->getOperand(0));
  std::optional<unsigned> group = groupOf(tensor);
  if (group && groups[*group].family != Family::Data) {
    join(sum, *group);
    return;
  }
  // Sums of one tensor read it once.
  for (Operation *user : tensor.getUsers()) {
    std::optional<unsigned> other = groupOf(user);
    if (isSum(user) && other) {
      join(sum, *other);
      return;
    }
  }
  addGroup(sum, Family::Elementwise);
}

SmallVector<unsigned> KernelGroups::inOrder() const {
  SmallVector<unsigned> order;
  llvm::DenseSet<unsigned> done;
  for (unsigned first = 0; first < groups.size(); ++first) {
    // Depth first, without recursion: a model may be one long chain.
    SmallVector<unsigned> stack = {first};
    while (!stack.empty()) {
      unsigned group = stack.back();
      size_t depth = stack.size();
      SmallVector<unsigned> missing;
      for (unsigned dependency : groups[group].dependencies) {
        if (!done.contains(dependency)) {
          missing.push_back(dependency);
        }
      }
      llvm::sort(missing, std::greater<>()); // the oldest first
      stack.append(missing);
      if (stack.size() > depth) {
        continue;
      }
      stack.pop_back();
      if (done.insert(group).second && !groups[group].ops.empty()) {
        order.push_back(group);
      }
    }
  }
  return order;
}

// Groups the ops of a model around anchors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/KernelGroups.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::kreg;

KernelGroups::KernelGroups(ModelOp model) {
  for (Operation &op : model.getBody().front().without_terminator()) {
    add(&op);
  }
}

Value KernelGroups::behindReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>()) {
    value = reshape.getX();
  }
  return value;
}

void KernelGroups::add(Operation *op) {
  TypeSwitch<Operation *>(op)
      .Case<DenseOp, ConvOp, DepthwiseConvOp, PoolOp>(
          [&](auto) { addAnchor(op, /*takesPointwise=*/true, true); })
      // Rows and whole windows are reduced before anything is written: what
      // follows would need the result of a loop that is still running.
      .Case<ReduceOp, SoftmaxOp>([&](auto) { addAnchor(op, false, false); })
      .Case<TransposeOp, ConcatOp, PadOp>(
          [&](auto) { addAnchor(op, false, false); })
      .Case<UnaryOp, BinaryOp>([&](auto) { addPointwise(op); })
      .Case([&](PenaltyOp penalty) { addPenalty(penalty); });
}

void KernelGroups::addAnchor(Operation *op, bool takesPointwise,
                             bool takesPenalties) {
  int index = groups.size();
  KernelGroup &group = groups.emplace_back();
  group.anchor = op;
  group.takesPointwise = takesPointwise;
  group.takesPenalties = takesPenalties;
  if (isa<ConvOp, DepthwiseConvOp, PoolOp>(op)) {
    absorbPad(group, index, op);
  }
  groups[index].ops.push_back(op);
  groupOfOp[op] = index;
}

/// A pad that only this window reads is computed where it is read.
void KernelGroups::absorbPad(KernelGroup &group, int index, Operation *window) {
  auto pad = window->getOperand(0).getDefiningOp<PadOp>();
  if (!pad || !pad->hasOneUse()) {
    return;
  }
  groups[groupOfOp.at(pad)].ops.clear();
  group.ops.push_back(pad);
  groupOfOp[pad] = index;
}

/// An elementwise op joins the last group that it reads and that can take it.
void KernelGroups::addPointwise(Operation *op) {
  llvm::SmallSetVector<int, 4> candidates;
  for (Value operand : op->getOperands()) {
    if (int group = groupOf(operand); group >= 0) {
      candidates.insert(group);
    }
  }
  SmallVector<int> sorted(candidates.begin(), candidates.end());
  llvm::sort(sorted, std::greater<int>());
  for (int group : sorted) {
    if (canJoin(op, group)) {
      groups[group].ops.push_back(op);
      groupOfOp[op] = group;
      return;
    }
  }
  addAnchor(op, /*takesPointwise=*/true, /*takesPenalties=*/true);
}

bool KernelGroups::canJoin(Operation *op, int group) const {
  if (!groups[group].takesPointwise) {
    return false;
  }
  for (Value operand : op->getOperands()) {
    int source = groupOf(operand);
    if (source != group) {
      // A value that itself needs this group would close a cycle. So would a
      // value behind a reshape of the group's own result.
      int behind = groupOf(behindReshapes(operand));
      if (behind >= 0 && (behind == group || reaches(behind, group))) {
        return false;
      }
      continue;
    }
    // The value in between stays in registers: nobody else may need it, and
    // it must have the shape of what follows.
    if (operand.getType() != op->getResult(0).getType()) {
      return false;
    }
    for (Operation *user : operand.getUsers()) {
      if (user != op && !isa<PenaltyOp>(user)) {
        return false;
      }
    }
  }
  return true;
}

void KernelGroups::addPenalty(PenaltyOp penalty) {
  Value tensor = behindReshapes(penalty.getInput());
  int group = groupOf(tensor);
  if (group >= 0 && groups[group].takesPenalties) {
    groups[group].ops.push_back(penalty);
    groupOfOp[penalty] = group;
    return;
  }
  addAnchor(penalty, /*takesPointwise=*/false, /*takesPenalties=*/false);
}

int KernelGroups::groupOf(Value value) const {
  Operation *op = value.getDefiningOp();
  auto it = op ? groupOfOp.find(op) : groupOfOp.end();
  return it == groupOfOp.end() ? -1 : it->second;
}

llvm::SmallSetVector<int, 4> KernelGroups::sourcesOf(int group) const {
  llvm::SmallSetVector<int, 4> sources;
  for (Operation *op : groups[group].ops) {
    for (Value operand : op->getOperands()) {
      if (int source = groupOf(behindReshapes(operand));
          source >= 0 && source != group) {
        sources.insert(source);
      }
    }
  }
  return sources;
}

/// Whether group `from` needs a result of group `to`, directly or not.
bool KernelGroups::reaches(int from, int to) const {
  SmallVector<int> work{from};
  llvm::SmallDenseSet<int> seen{from};
  while (!work.empty()) {
    for (int source : sourcesOf(work.pop_back_val())) {
      if (source == to) {
        return true;
      }
      if (seen.insert(source).second) {
        work.push_back(source);
      }
    }
  }
  return false;
}

SmallVector<KernelGroup> KernelGroups::inOrder() const {
  SmallVector<KernelGroup> order;
  SmallVector<bool> done(groups.size(), false);
  // Depth first over sources, with an explicit stack: a deep model must not
  // overflow ours.
  SmallVector<std::pair<int, bool>> work;
  for (int group = groups.size() - 1; group >= 0; --group) {
    work.push_back({group, false});
  }
  while (!work.empty()) {
    auto [group, ready] = work.pop_back_val();
    if (done[group]) {
      continue;
    }
    if (!ready) {
      work.push_back({group, true});
      for (int source : sourcesOf(group)) {
        if (!done[source]) {
          work.push_back({source, false});
        }
      }
      continue;
    }
    done[group] = true;
    if (!groups[group].ops.empty()) {
      order.push_back(groups[group]);
    }
  }
  return order;
}

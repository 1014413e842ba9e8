// Which ops of a model become one kernel: the decision, apart from the
// rewriting. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_KERNELGROUPS_H
#define KREGC_COMPILER_TRANSFORMS_KERNELGROUPS_H

#include "dialect/IR/Kreg.h"

#include "llvm/ADT/DenseSet.h"

namespace mlir::kreg {

/// One kernel to be.
struct KernelGroup {
  Family family;
  /// The op that the kernel is named after.
  Operation *anchor;
  /// Anchor, producers and epilogue, later the penalties, in the order of the
  /// block. Empty: another group has taken the ops.
  SmallVector<Operation *> ops;
  /// Groups whose results this one reads.
  llvm::SmallDenseSet<unsigned> dependencies;
  /// The shape of all values of the group that another op may join.
  RankedTensorType domain;
};

/// The value that `value` is a view of (through any `kreg.reshape`s).
Value stripReshapes(Value value);

/// A sum of all elements in float64: a penalty or the total of a loss.
bool isSum(Operation *op);

/// An op that is no kernel: the runtime computes it, from whole tensors.
bool isHostOp(Operation *op);

/// The kernels of a model in penalty form without dead ops. Every op that
/// computes is in exactly one group, and no cycle leads through groups.
class KernelGroups {
public:
  explicit KernelGroups(ModelOp model);

  /// Groups in an order in which each comes behind those that it reads.
  SmallVector<unsigned> inOrder() const;

  const KernelGroup &operator[](unsigned group) const { return groups[group]; }

  /// The group of `op`, if it computes.
  std::optional<unsigned> groupOf(Operation *op) const;

  /// Whether `op` is computed anew in each kernel that reads it, because that
  /// costs less than memory: constants, fills, random numbers, one-hot rows,
  /// and functions of these alone or of tensors that are broadcast. It is in no
  /// group.
  bool isSource(Operation *op) const { return sources.contains(op); }

  /// Whether `value`, made in `group`, is read outside it.
  bool escapes(Value value, unsigned group) const;

private:
  void addAnchor(Operation *op, Family family);
  void addElementwise(Operation *op);
  bool isDeferred(Operation *op) const;
  void addTree(Operation *root);
  bool canJoinTree(ArrayRef<Value> leaves, Value leaf) const;
  void addSum(Operation *sum);
  unsigned addGroup(Operation *op, Family family);
  void join(Operation *op, unsigned group);
  void takePad(Operation *anchor, unsigned group);
  bool canJoin(Operation *op, Value operand) const;
  bool escapes(Value value, unsigned group, Operation *besides) const;
  bool dependsOn(unsigned group, unsigned other) const;
  std::optional<unsigned> groupOf(Value value) const;

  bool isWeight(Operation *op) const;
  void findSources(Block &body);
  /// Calls visit for each value that `op` reads, through sources.
  void forEachRead(Operation *op, llvm::function_ref<void(Value)> visit) const;

  /// In a training step most values are read again by the backward pass, so
  /// they are stored whatever joins their kernel.
  bool storesAnyway = false;
  std::vector<KernelGroup> groups;
  llvm::DenseSet<Operation *> sources;
  DenseMap<Operation *, unsigned> groupOfOp;
};

} // namespace mlir::kreg

#endif // KREGC_COMPILER_TRANSFORMS_KERNELGROUPS_H

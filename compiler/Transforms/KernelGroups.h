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

  /// Whether `value`, made in `group`, is read outside it.
  bool escapes(Value value, unsigned group) const;

private:
  void addAnchor(Operation *op, Family family);
  void addElementwise(Operation *op);
  void addPenalty(PenaltyOp penalty);
  unsigned addGroup(Operation *op, Family family);
  void join(Operation *op, unsigned group);
  void takePad(Operation *anchor, unsigned group);
  bool canJoin(Operation *op, Value operand) const;
  bool escapes(Value value, unsigned group, Operation *besides) const;
  bool dependsOn(unsigned group, unsigned other) const;
  std::optional<unsigned> groupOf(Value value) const;

  std::vector<KernelGroup> groups;
  DenseMap<Operation *, unsigned> groupOfOp;
};

} // namespace mlir::kreg

#endif // KREGC_COMPILER_TRANSFORMS_KERNELGROUPS_H

// Which ops of a model in penalty form become one kernel: the grouping alone,
// without changing the IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_KERNELGROUPS_H
#define KREGC_COMPILER_TRANSFORMS_KERNELGROUPS_H

#include "dialect/IR/Kreg.h"

#include "llvm/ADT/SetVector.h"

namespace mlir::kreg {

/// Ops that become one kernel, in the order of the model.
struct KernelGroup {
  SmallVector<Operation *> ops;
  Operation *anchor = nullptr; ///< gives the kernel its name
  bool takesPointwise = false; ///< an elementwise op behind it may join
  bool takesPenalties = false;
};

/// Groups every core op and penalty of the model but reads, constants and
/// reshapes; reads and constants are operands or are cloned, reshapes are
/// views.
class KernelGroups {
public:
  explicit KernelGroups(ModelOp model);

  /// The groups in an order in which each comes after those that it reads.
  SmallVector<KernelGroup> inOrder() const;

  /// The value behind a chain of reshapes.
  static Value behindReshapes(Value value);

private:
  void add(Operation *op);
  void addPointwise(Operation *op);
  void addPenalty(PenaltyOp penalty);
  void addAnchor(Operation *op, bool takesPointwise, bool takesPenalties);
  void absorbPad(KernelGroup &group, int index, Operation *window);

  int groupOf(Value value) const;
  bool reaches(int from, int to) const;
  bool canJoin(Operation *op, int group) const;
  llvm::SmallSetVector<int, 4> sourcesOf(int group) const;

  SmallVector<KernelGroup> groups;
  llvm::DenseMap<Operation *, int> groupOfOp;
};

} // namespace mlir::kreg

#endif // KREGC_COMPILER_TRANSFORMS_KERNELGROUPS_H

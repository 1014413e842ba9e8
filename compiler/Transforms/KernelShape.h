// What schedules are chosen by: the facts of a plan that all families ask for,
// and the constants of a core. Only the files of the model include this.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_KERNELSHAPE_H
#define KREGC_COMPILER_TRANSFORMS_KERNELSHAPE_H

#include "compiler/Plan/Plan.h"
#include "compiler/Target/Target.h"

#include <optional>

namespace kregc {

/// Multiply-adds take four cycles: fewer chains than this leave units idle.
constexpr double kFmaLatency = 4;
/// A loop's step itself: counter, branch, addresses.
constexpr double kStepCycles = 0.5;

inline int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Facts of a plan that all families ask for.
struct KernelShape {
  const plan::Plan &plan;
  const Target &target;
  std::vector<plan::Extent> domain;
  const plan::Stage *anchor = nullptr;
  int64_t channels = 1; ///< extent of the last dimension
  plan::Extent points{1, 0, 1};
  int64_t reduction = 1; ///< steps of the anchor's reduction
  int64_t innermost = 1; ///< steps of its innermost loop

  KernelShape(const plan::Plan &plan, const Target &target);

  size_t rank() const { return domain.size(); }
  /// The target's vectors, or narrower ones for fewer channels.
  int64_t vector() const;
  int64_t vectors(int64_t lanes) const { return divideUp(channels, lanes); }
  bool hasPadding() const;
  /// Whether the anchor reduces rows of the last dimension to one number each.
  bool reducesRows() const;
  /// Of all inputs, for a batch of one; or those that one row of results reads,
  /// roughly.
  int64_t inputBytes() const;
  int64_t inputBytesPerRow() const;
  std::optional<size_t> rowDimension() const {
    return plan::rowDimension(plan, rank());
  }
  int64_t rows() const {
    return rowDimension() ? domain[*rowDimension()].at(1) : 1;
  }
};

/// How many times more points than there are, over the batches that matter.
double pointWaste(const plan::Extent &extent, int64_t tile);

/// The largest divisor of `n` up to `limit`.
int64_t divisorUpTo(int64_t n, int64_t limit);

/// Independent chains along the reduction where the tile has too few.
int64_t chains(const KernelShape &shape, const plan::Schedule &s);

/// Rows of a strip: its input stays in half of L2, and an image makes some
/// tasks.
int64_t stripRows(const KernelShape &shape);

/// Tasks only where the outermost loops hold enough work at batch 1.
void setParallel(const KernelShape &shape, plan::Schedule &s,
                 double cyclesPerElement);

/// Cycles per element of what stands behind the anchor.
double epilogueCycles(const KernelShape &shape, int64_t lanes);

} // namespace kregc

#endif // KREGC_COMPILER_TRANSFORMS_KERNELSHAPE_H

// What the host code of a model has to do, in plain structs: which kernels in
// which order, on which memory. Made from a kreg.model in kernel form.
//
// A buffer is a piece of memory that values share: a value, its reshapes, and
// what a kernel reads or writes of it. It lives in the caller's inputs, in the
// caller's outputs, among the embedded weights, in the instance (variables that
// training changes, the state of random numbers) or in the instance's arena.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HOST_HOSTPLAN_H
#define KREGC_COMPILER_HOST_HOSTPLAN_H

#include "compiler/Plan/Plan.h"

#include "dialect/IR/Kreg.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace kregc::host {

/// constant + perBatch · batch, of bytes or elements.
struct Size {
  int64_t constant = 0;
  int64_t perBatch = 0;
};

constexpr int afterTheLastCall = std::numeric_limits<int>::max();

struct Buffer {
  enum class Place { Input, Output, Weight, Variable, RandomState, Arena };
  Place place = Place::Arena;
  int index = 0; ///< of the input, output, weight or variable
  Size bytes;    ///< Arena and Output
  int first = 0; ///< first and last call that touch it
  int last = 0;  ///< afterTheLastCall: the update does
  Size offset;   ///< Arena: from its start, a multiple of 64
};

/// An embedded weight as one or more kernels want it.
struct Weight {
  std::string path; ///< "conv2d/kernel"
  mlir::RankedTensorType type;
  mlir::ElementsAttr value;
  int64_t packing = 0; ///< block of the last dimension; 0: as it is
  /// Of the kreg.phase_kernel that sorts it before it is packed; empty: as it
  /// is.
  std::vector<int64_t> strides = {}, low = {};
};

/// The penalty of the pairs of vectors in a matrix, which the runtime computes,
/// or its gradient. The buffers of the call: the matrix, scratch memory, and
/// the gradient.
struct OrthogonalStep {
  Size rows;
  int64_t columns = 0;
  bool ofRows = true; ///< the vectors are the rows
  double factor = 0;
  Size divisor; ///< of the gradient; that of a penalty is in Penalty
  bool wantsGradient = false;
};

/// One kernel: a buffer per argument of its C function, in that order. Or none,
/// and a step of the runtime.
struct Call {
  const plan::Kernel *kernel = nullptr;
  std::optional<OrthogonalStep> orthogonal;
  std::vector<int> buffers;
  Size work; ///< about how many nanoseconds it takes on one thread

  /// Whether argument `i` is a sum of penalties.
  bool isSum(size_t i) const;
};

/// One entry of `penalties`: a constant, or the sum of an argument of a call,
/// divided by each of `divisors` in turn.
struct Penalty {
  double constant = 0; ///< that of an empty batch, if it is not divided
  int call = -1, argument = -1;
  std::vector<Size> divisors;
};

/// An input or output of the model. Its dimensions, -1 for the batch.
struct Port {
  std::string name;
  std::vector<int64_t> shape;
  int buffer = -1;
  /// Gradients and new states of a training step: the buffer of the arena that
  /// stands for the caller's memory, kept until the update has taken it. The
  /// runtime hands in its address.
  int kept = -1;
};

struct HostPlan {
  std::vector<Port> inputs, outputs;
  std::vector<Buffer> buffers;
  std::vector<Weight> weights;
  std::vector<Call> calls;
  std::vector<Penalty> penalties;

  Size arenaBytes;
  int64_t leastBatch = 0; ///< the same as mostBatch if the model has only one
  int64_t mostBatch = 0;  ///< beyond, an index would leave int32
};

/// `kernels` is in the order of the model's kreg.kernel ops and must outlive
/// the plan. Errors (StringError) name what the host code cannot do.
llvm::Expected<HostPlan> planHost(mlir::kreg::ModelOp model,
                                  const std::vector<plan::Kernel> &kernels);

/// Gives each Arena buffer its offset. Buffers whose calls do not overlap share
/// memory. Fills `arenaBytes`.
void planMemory(HostPlan &plan);

/// Bytes of an element of a Plan's value.
int64_t bytesOf(plan::ElementType type);

/// About how many nanoseconds a kernel takes on one thread.
Size estimateWork(const plan::Plan &plan);

/// A bound of the product of extents that holds for every batch. Nothing if
/// more than one of them follows the batch.
std::optional<Size> countElements(const std::vector<plan::Extent> &shape);

} // namespace kregc::host

#endif // KREGC_COMPILER_HOST_HOSTPLAN_H

// Runs a model in kernel form as its host plan says, without host code or
// runtime: kernel after kernel, on memory at the offsets of the plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_HOSTEXECUTOR_H
#define KREGC_TEST_UNIT_HOSTEXECUTOR_H

#include "compiler/Host/HostPlan.h"
#include "test/unit/KernelRunner.h"

namespace kregc::test {

/// The numbers of a weight that has a value.
std::vector<float> valuesOf(mlir::kreg::VariableOp variable);

class HostExecutor {
public:
  /// Plans and compiles the kernels of `model`, for this machine. Fails the
  /// running test and gives null where a level refuses.
  static std::unique_ptr<HostExecutor> make(mlir::kreg::ModelOp model,
                                            bool checked);

  /// Values of the model's outputs and its float64 scalars. The state of random
  /// numbers is zeros, as it is for the interpreter.
  struct Results {
    std::vector<std::vector<float>> outputs;
    std::vector<double> scalars;
  };
  Results run(int64_t batch, const std::vector<std::vector<float>> &inputs);

  const host::HostPlan &plan() const { return *hostPlan; }
  /// Milliseconds that each call of the latest run took.
  const std::vector<double> &times() const { return milliseconds; }

private:
  void call(size_t number, int64_t batch);
  void *address(const host::Buffer &buffer, int64_t batch);
  double scalar(const host::Penalty &penalty, int64_t batch) const;

  std::vector<plan::Kernel> kernels;
  std::vector<std::vector<std::unique_ptr<LoadedKernel>>> loaded;
  std::optional<host::HostPlan> hostPlan;
  std::vector<std::vector<float>> variables, inputs, outputs;
  std::vector<char> arena;
  std::vector<std::vector<double>> sums; ///< [call][argument]
  std::vector<double> milliseconds;
};

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_HOSTEXECUTOR_H

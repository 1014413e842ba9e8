// Runs plans, and whole models in kernel form through their plans, in the
// plainest way: what a code generator's results are compared with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_PLANREFERENCE_H
#define KREGC_TEST_UNIT_PLANREFERENCE_H

#include "compiler/Plan/Plan.h"
#include "test/unit/CoreReference.h"

#include <vector>

namespace kregc::test {

/// The values of a plan after a run at `batch`, by value number, row-major and
/// logical (not packed). `operands` are its inputs and weights in order.
/// Numbers of type f32 are rounded to it after each operation. A read that
/// leaves its value, or a value that no stage wrote, fails the test.
std::vector<std::vector<double>>
execute(const plan::Plan &plan, int64_t batch,
        const std::vector<std::vector<double>> &operands);

/// What a model in kernel form (bodies of linalg) computes, through the plan
/// that serves the batch in each kernel; partial sums are added up.
Results runKernelForm(mlir::kreg::ModelOp model,
                      const std::vector<Tensor> &inputs,
                      const Weights &weights);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_PLANREFERENCE_H

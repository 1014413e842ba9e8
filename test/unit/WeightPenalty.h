// The part of a step's loss that no kernel computes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_WEIGHTPENALTY_H
#define KREGC_TEST_UNIT_WEIGHTPENALTY_H

#include "dialect/Interpreter/Interpreter.h"

#include "gtest/gtest.h"

#include <numeric>

namespace kregc::test {

/// The sum of the weights' own penalties.
inline double weightPenalty(mlir::ModuleOp module) {
  llvm::Expected<std::vector<double>> parts =
      mlir::kreg::weightPenalties<double>(module);
  EXPECT_TRUE(bool(parts));
  return parts ? std::accumulate(parts->begin(), parts->end(), 0.0) : 0;
}

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_WEIGHTPENALTY_H

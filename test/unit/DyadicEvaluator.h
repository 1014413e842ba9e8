// The values of a model's penalties, exactly, for the ops that penalty laws
// cross. On small integers every number is a short binary fraction, so doubles
// do not round. Knows nothing of the laws or of the interpreter.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_DYADICEVALUATOR_H
#define KREGC_TEST_UNIT_DYADICEVALUATOR_H

#include "dialect/IR/Kreg.h"

#include <vector>

namespace kregc::test {

/// `count` integers from -3 to 3 that depend on `seed`.
std::vector<double> smallIntegers(size_t count, uint32_t seed);

/// The penalties of a model of one input with static shapes, at `input` in
/// row-major order. Aborts on an op that it does not know.
std::vector<double> evaluatePenalties(mlir::kreg::ModelOp model,
                                      const std::vector<double> &input);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_DYADICEVALUATOR_H

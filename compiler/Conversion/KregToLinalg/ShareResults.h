// Results of a lowered kernel that are one value.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_CONVERSION_KREGTOLINALG_SHARERESULTS_H
#define KREGC_COMPILER_CONVERSION_KREGTOLINALG_SHARERESULTS_H

#include "dialect/IR/Kreg.h"

namespace mlir::kreg {

/// Makes the results of a kernel whose body is in linalg, and without common
/// subexpressions, different values: what is yielded twice becomes one result,
/// or a copy where the model returns both.
void shareResults(KernelOp kernel);

} // namespace mlir::kreg

#endif // KREGC_COMPILER_CONVERSION_KREGTOLINALG_SHARERESULTS_H

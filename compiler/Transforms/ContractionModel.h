// Register tiles of contractions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_CONTRACTIONMODEL_H
#define KREGC_COMPILER_TRANSFORMS_CONTRACTIONMODEL_H

#include "compiler/Transforms/KernelShape.h"

namespace kregc {

plan::Schedule chooseContraction(const KernelShape &shape);

/// One or a few rows: the weights stream through once, many vectors at a time.
/// Nothing where the main schedule is as good.
std::optional<plan::Schedule> chooseSmall(const KernelShape &shape,
                                          const plan::Schedule &main);

} // namespace kregc

#endif // KREGC_COMPILER_TRANSFORMS_CONTRACTIONMODEL_H

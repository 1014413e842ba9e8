// Losses of a compile config as the attribute that `kreg-append-loss` reads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_IMPORT_IMPORTLOSSES_H
#define KREGC_FRONTENDS_IMPORT_IMPORTLOSSES_H

#include "dialect/IR/Kreg.h"
#include "frontends/Keras/Losses.h"

namespace kregc {

/// Sets `kreg.losses` of a model: one dictionary per output.
void setLosses(mlir::kreg::ModelOp model, llvm::ArrayRef<keras::Loss> losses);

} // namespace kregc

#endif // KREGC_FRONTENDS_IMPORT_IMPORTLOSSES_H

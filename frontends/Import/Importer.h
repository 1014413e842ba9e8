// From Model structs to a module in layer form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_IMPORT_IMPORTER_H
#define KREGC_FRONTENDS_IMPORT_IMPORTER_H

#include "frontends/Keras/Model.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

namespace kregc {

/// A module with one `kreg.variable` per weight of a live layer (by its Keras
/// path; a dense resource that shares the Model's storage) and one `kreg.model`
/// with one `kreg.layer` per live call, in the order of Model::calls. The
/// penalties that `kreg-dissolve-layers` makes of it therefore come in the
/// order of `kregc inspect`. Loads the dialects it needs into `context`.
/// Errors: InputError, Unsupported, naming layer and class.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importModel(const keras::Model &model, mlir::MLIRContext &context);

} // namespace kregc

#endif // KREGC_FRONTENDS_IMPORT_IMPORTER_H

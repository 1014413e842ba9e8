// Runs MLIR passes so that what they say becomes an Error or a remark.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_PASSRUNNER_H
#define KREGC_COMPILER_DRIVER_PASSRUNNER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <string>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace kregc::driver {

/// Holds a context's diagnostics for as long as it lives: errors are collected,
/// remarks (if asked for) and warnings go to stderr with the layer they are
/// about.
class PassRunner {
public:
  PassRunner(mlir::MLIRContext &context, bool remarks);

  /// Runs the passes that `build` adds. A DriverError (Unsupported) has what
  /// they said.
  llvm::Error run(mlir::ModuleOp module,
                  llvm::function_ref<void(mlir::OpPassManager &)> build);

  /// The errors said so far as one Error, for functions that return failure();
  /// `what` is what could not be done.
  llvm::Error takeError(llvm::StringRef what);

private:
  mlir::LogicalResult handle(mlir::Diagnostic &diagnostic);

  mlir::MLIRContext &context;
  std::string errors;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_PASSRUNNER_H

// Model files into the prover.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_PROVEMODELS_H
#define KREGC_COMPILER_DRIVER_PROVEMODELS_H

#include "compiler/Driver/CommandLine.h"
#include "dialect/Proof/Prove.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

namespace kregc::driver {

using PenaltyForm = mlir::OwningOpRef<mlir::ModuleOp>;

/// A file's model in penalty form.
llvm::Expected<PenaltyForm> readPenaltyForm(const Options &options,
                                            llvm::StringRef path,
                                            mlir::MLIRContext &context);

/// The modes that --mode names.
std::vector<mlir::kreg::proof::Mode> comparedModes(const Options &options);

/// Verdicts of two models in these modes. "Equal" is said only of what the
/// independent checker accepts.
llvm::Expected<mlir::kreg::proof::Result>
prove(const Options &options, PenaltyForm &a, PenaltyForm &b,
      llvm::ArrayRef<mlir::kreg::proof::Mode> modes);

/// The exit code of all verdicts so far and one more.
ExitCode worse(ExitCode code, mlir::kreg::proof::Verdict::Kind kind);

/// All pairs of model files of --table's folder.
llvm::Expected<ExitCode> equivTable(const Options &options);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_PROVEMODELS_H

// The verbs of kregc as functions. An Error is what is printed on stderr; its
// exit code is that of reportError (frontends/Container/Error.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_VERBS_H
#define KREGC_COMPILER_DRIVER_VERBS_H

#include "compiler/Driver/CommandLine.h"
#include "compiler/Target/Target.h"
#include "frontends/Keras/Model.h"

#include "llvm/Support/Error.h"

namespace kregc::driver {

llvm::Error compile(const Options &options);
llvm::Error run(const Options &options);
llvm::Error train(const Options &options);
llvm::Error grad(const Options &options);
llvm::Error inspect(const Options &options);
/// A comparison ends with a verdict, not an error: see ExitCodes.def.
llvm::Expected<ExitCode> equiv(const Options &options);
llvm::Error bench(const Options &options);

/// The model of the command line, read as its options say.
llvm::Expected<keras::Model> readModel(const Options &options);

/// The target of the command line.
llvm::Expected<Target> findTarget(const Options &options);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_VERBS_H

// A compilation: the phases in order, each from the result of the one before.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_COMPILATION_H
#define KREGC_COMPILER_DRIVER_COMPILATION_H

#include "compiler/Driver/CountOperations.h"
#include "compiler/Driver/PassRunner.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Emit/Library.h"
#include "compiler/Halide/Compile.h"
#include "compiler/Pipelines/Phases.h"
#include "compiler/Plan/Plan.h"
#include "compiler/Target/Target.h"

#include "frontends/Keras/Model.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kregc::driver {

struct CompilationOptions {
  Target target = hostTarget();
  std::string name;              ///< C name of the model
  Phase last = Phase::StaticLib; ///< the phase to stop after
  bool training = false;         ///< a training library; the model's
                                 ///< `training` is filled
  bool allTexts = false;         ///< make the text of every phase on the way
  bool remarks = false;          ///< print MLIR's remarks to stderr
};

/// Runs phases and keeps what they made. Errors are InputErrors, or
/// DriverErrors with what MLIR said.
class Compilation {
public:
  /// Called after each phase; `text` makes what --emit prints of it.
  using Observer = llvm::function_ref<llvm::Error(
      Phase, llvm::function_ref<std::string()> text)>;

  Compilation(keras::Model model, CompilationOptions options);

  /// Every phase up to the last. Phases that only make a text are left out
  /// where nobody wants it.
  llvm::Error run(Progress &progress, Observer observer);

  const keras::Model &model() const { return source; }

  /// What each kernel of one call (of a training library: one step) costs, in
  /// the order of the kernels.
  std::vector<KernelCost> costs(int64_t batch) const;

  /// After phase `static-lib`.
  const emit::Artefact &artefact() const { return library; }

private:
  bool isNeeded(Phase phase) const;
  llvm::Error runPhase(Phase phase);
  llvm::Error importLayers();
  llvm::Error makePlans();
  llvm::Error compileObjects();
  emit::LibraryInput libraryInput();
  std::string text(Phase phase);
  std::string note(Phase phase);

  keras::Model source;
  CompilationOptions options;
  mlir::MLIRContext context;
  PassRunner passes;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<plan::Kernel> kernels;            ///< in the order of the ops
  std::vector<halide::CompiledKernel> compiled; ///< each kernel's variants
  std::string hostText, header;
  emit::Artefact library;
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_COMPILATION_H

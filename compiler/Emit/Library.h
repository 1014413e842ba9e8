// From a model in kernel form and its kernels' objects to the files that a user
// links: one archive, one header, one manifest, all in memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_EMIT_LIBRARY_H
#define KREGC_COMPILER_EMIT_LIBRARY_H

#include "compiler/Host/TrainingTable.h"
#include "compiler/Plan/Plan.h"
#include "compiler/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace kregc::emit {

/// The machine code of one variant of a kernel; `symbol` is its plan's name.
struct KernelObject {
  std::string symbol;
  std::vector<char> object;
};

/// One entry of `penalties`, for the header and the manifest.
struct PenaltySite {
  std::string layer, className;
  std::string regularizer; ///< "L1L2(l1=0.001, l2=0.002)"
  std::string shape;       ///< of the penalised tensor: "(batch, 7, 7, 16)"
  bool perBatch = true;
};

/// Inputs of any kind and what the library computed for them: what
/// <name>_self_test runs again. Arrays are row-major, in the model's order.
struct SelfTest {
  int64_t batch = 1;
  std::vector<std::vector<float>> inputs, outputs;
  std::vector<double> penalties;
  double relativeTolerance = 1e-4, absoluteTolerance = 1e-5;
};

struct LibraryInput {
  mlir::ModuleOp module; ///< kernel form; one kreg.model, or the models
                         ///< forward, evaluate and step of a training library
  std::vector<plan::Kernel> kernels; ///< one per kreg.kernel, in program order,
                                     ///< penalties split
  std::vector<KernelObject> objects; ///< one per variant, any order
  Target target;
  std::string name; ///< a C identifier: prefix of every symbol of the API

  // Text for people; any of it may be empty.
  std::string sourceFile, sourceHash, kerasVersion;
  std::vector<PenaltySite> sites;

  /// Makes a training library.
  std::optional<host::TrainingSettings> training;

  std::optional<SelfTest> selfTest;
  /// Without one: run the finished library here for it, if the target is this
  /// machine and the arrays are small. Training changes what a library
  /// computes, so its libraries have none.
  bool recordSelfTest = false;
};

/// The bytes of lib<name>.a, and the texts of <name>.h, <name>.json and of the
/// host code before it is optimised. The same in each run for the same input.
struct Artefact {
  std::vector<char> archive;
  std::string header, manifest, hostLLVM;
};

/// Errors are plain StringErrors: what the model has that the host code cannot
/// do, or an internal mistake of an earlier phase.
llvm::Expected<Artefact> buildLibrary(const LibraryInput &input);

/// Only Artefact::hostLLVM (`--emit llvm`), which needs no objects.
llvm::Expected<std::string> buildHostText(const LibraryInput &input);

/// Only Artefact::header (`--emit header`), which needs no objects.
llvm::Expected<std::string> buildHeader(const LibraryInput &input);

} // namespace kregc::emit

#endif // KREGC_COMPILER_EMIT_LIBRARY_H

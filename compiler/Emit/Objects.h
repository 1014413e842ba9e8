// The members of an archive: host code, data and kernels as object files.
// Private to this folder.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_EMIT_OBJECTS_H
#define KREGC_COMPILER_EMIT_OBJECTS_H

#include "compiler/Emit/Library.h"
#include "compiler/Host/HostCode.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace kregc::emit {

/// LLVM's machine for a target; position-independent code.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeMachine(const Target &target);

/// Links the runtime into `module`, makes all but the API internal, optimises
/// for the machine. `needed` are the functions that kernels call; those that
/// the runtime has become hidden symbols "<name>__<function>".
llvm::Expected<std::vector<char>>
compileHost(llvm::Module &module, llvm::TargetMachine &machine,
            llvm::StringRef name, const std::set<std::string> &needed);

/// Bytes under a hidden symbol, at a multiple of 64, read-only.
struct Data {
  std::string symbol;
  llvm::ArrayRef<char> bytes;
};
llvm::Expected<std::vector<char>> makeDataObject(llvm::ArrayRef<Data> data,
                                                 llvm::TargetMachine &machine);

/// The object with all its global symbols hidden and "<name>__" before them;
/// its undefined halide_… functions get the same prefix and are added to
/// `needed`.
llvm::Expected<std::vector<char>> prefixSymbols(const KernelObject &kernel,
                                                llvm::StringRef name,
                                                std::set<std::string> &needed);

/// The bytes of a weight as kernels want it: row-major, or for block p the
/// shape [ceil(C/p), d0, …, dk, p] with zeros behind the last channel.
llvm::Expected<std::vector<char>> packWeight(const host::Weight &weight);

int64_t elementsAt(const host::Port &port, int64_t batch);

/// Inputs for a self test, and arrays of zeros for what comes out; nothing if
/// they would be too large.
std::optional<SelfTest> emptySelfTest(const host::HostPlan &plan);

/// Runs the library on the inputs of `test` and fills in the rest.
llvm::Error runSelfTest(llvm::ArrayRef<char> archive, llvm::StringRef name,
                        SelfTest &test);

/// What host code is made of; `training` is the table of a training library.
struct Parts {
  host::TrainingPlans plans; ///< of inference: `forward` alone
  std::optional<host::TrainingTable> training;

  const host::HostPlan &plan() const { return plans.forward; }
  /// What lies among the data: as kernels want them, or to start from.
  const std::vector<host::Weight> &weights() const {
    return training ? training->initial : plan().weights;
  }
  std::vector<std::vector<plan::Kernel>> kernels; ///< of each plan
};

std::string printHeader(const LibraryInput &input, const Parts &parts);
std::string printManifest(const LibraryInput &input, const Parts &parts);
/// The part of the header that only training libraries have. `expand` prints
/// text with the model's name in place of '$'.
void printTraining(llvm::raw_ostream &os, const LibraryInput &input,
                   const Parts &parts,
                   llvm::function_ref<void(llvm::StringRef)> expand);

} // namespace kregc::emit

#endif // KREGC_COMPILER_EMIT_OBJECTS_H

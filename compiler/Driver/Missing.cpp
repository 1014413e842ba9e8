// Stands in for the libraries that are not built yet; goes when they are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Library.h"
#include "compiler/Emit/Loader.h"
#include "compiler/Halide/Compile.h"

#ifdef KREGC_NO_EMIT
namespace kregc::emit {
static llvm::Error missing() {
  return llvm::createStringError("this build has no compiler/Emit");
}
llvm::Expected<Artefact> buildLibrary(const LibraryInput &) { return missing(); }
llvm::Expected<std::string> buildHostText(const LibraryInput &) { return missing(); }
llvm::Expected<std::string> buildHeader(const LibraryInput &) { return missing(); }
struct LoadedLibrary::State {};
llvm::Expected<std::unique_ptr<LoadedLibrary>>
LoadedLibrary::load(llvm::ArrayRef<char>, llvm::StringRef) { return missing(); }
LoadedLibrary::~LoadedLibrary() = default;
llvm::Expected<std::unique_ptr<LoadedModel>>
LoadedModel::create(const LoadedLibrary &, const kreg_options *) { return missing(); }
LoadedModel::~LoadedModel() = default;
llvm::Error LoadedModel::forward(int64_t, llvm::ArrayRef<const float *>, llvm::ArrayRef<float *>, double *) const { return missing(); }
} // namespace kregc::emit
#endif
#ifdef KREGC_NO_HALIDE
namespace kregc::halide {
Result compileKernel(const plan::Plan &plan, const Target &, const Options &) {
  return Error{plan.name + ": this build has no compiler/Halide"};
}
} // namespace kregc::halide
#endif

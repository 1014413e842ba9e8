// The host code of a model as an LLVM module: the functions of the generated
// header, which call kernels on the memory that a HostPlan gives them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HOST_HOSTCODE_H
#define KREGC_COMPILER_HOST_HOSTCODE_H

#include "compiler/Host/HostPlan.h"

#include "llvm/IR/Module.h"

#include <memory>

namespace kregc::host {

/// Sizes of a recorded vector; its numbers are data of other symbols.
struct SelfTestShape {
  int64_t batch = 1;
  std::vector<int64_t> outputSizes; ///< in elements
  size_t numInputs = 0, numPenalties = 0;
  double relative = 0, absolute = 0;
};

/// Symbols of the library that are not in the header; all are hidden.
std::string kernelSymbol(llvm::StringRef model, llvm::StringRef plan);
std::string weightSymbol(llvm::StringRef model, size_t number);
/// `what` is "in", "out" or "penalties".
std::string selfTestSymbol(llvm::StringRef model, llvm::StringRef what,
                           size_t number);

/// Makes the functions <name>_create, _forward, _self_test, _destroy and
/// _error_message in `context`. They call kernels and read weights as hidden
/// symbols, and the runtime (runtime/lib/Runtime.h) by its own names; the
/// caller links it in. `selfTest` may be null.
llvm::Expected<std::unique_ptr<llvm::Module>>
makeHostCode(const HostPlan &plan, llvm::StringRef name,
             const SelfTestShape *selfTest, llvm::LLVMContext &context);

/// The host plans of a training library's models.
struct TrainingPlans {
  HostPlan forward, evaluate, step;
};

/// Makes <name>__forward, <name>__evaluate and <name>__step: int32 f(instance,
/// int64 batch, inputs, outputs, scalars), in docs/architecture.md. They check
/// nothing, run under kreg_rt_guard, and read variables and the state of random
/// numbers through kreg_rt_variable and kreg_rt_noise_key
/// (runtime/lib/Training.h). Symbols as above.
llvm::Expected<std::unique_ptr<llvm::Module>>
makeTrainingCode(const TrainingPlans &plans, llvm::StringRef name,
                 llvm::LLVMContext &context);

} // namespace kregc::host

#endif // KREGC_COMPILER_HOST_HOSTCODE_H

// The host code of a model as an LLVM module: the functions of the generated
// header, which call kernels on the memory that a HostPlan gives them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HOST_HOSTCODE_H
#define KREGC_COMPILER_HOST_HOSTCODE_H

#include "compiler/Host/HostPlan.h"
#include "compiler/Host/TrainingTable.h"

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

/// Makes the API of a training library: _create, _forward, _destroy,
/// _error_message and the functions of training in runtime/lib/Training.h. The
/// kernels of its models are run by <name>__forward, __evaluate and __step:
/// int32 f(instance, int64 batch, inputs, outputs, scalars), see
/// docs/architecture.md. They read variables and the key of random numbers
/// through kreg_rt_variable and kreg_rt_noise_key. Symbols as above.
llvm::Expected<std::unique_ptr<llvm::Module>>
makeTrainingCode(const TrainingPlans &plans, const TrainingTable &table,
                 llvm::StringRef name, llvm::LLVMContext &context);

} // namespace kregc::host

#endif // KREGC_COMPILER_HOST_HOSTCODE_H

// All kernels of a model to object files, several at once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/CompileKernels.h"

#include "compiler/Driver/DriverError.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

using namespace llvm;

namespace kregc::driver {
namespace {

/// compileKernel, and its exceptions as errors: one that leaves a thread would
/// end the process.
halide::Result compileOne(const plan::Plan &plan, const Target &target,
                          const halide::Options &options) {
  try {
    return halide::compileKernel(plan, target, options);
  } catch (const std::exception &caught) {
    return halide::Error{plan.name + ": " + caught.what()};
  }
}

} // namespace

Expected<std::vector<halide::CompiledKernel>>
compileKernels(ArrayRef<plan::Kernel> kernels, const Target &target,
               const halide::Options &options) {
  std::vector<const plan::Plan *> plans;
  for (const plan::Kernel &kernel : kernels) {
    for (const plan::Variant &variant : kernel.variants) {
      plans.push_back(&variant.plan);
    }
  }
  std::vector<halide::Result> results(plans.size());
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t i; (i = next++) < plans.size();) {
      results[i] = compileOne(*plans[i], target, options);
    }
  };
  // Halide numbers the names in a statement through the whole process: one
  // thread, so that the text is the same every time.
  size_t cores = std::max(1u, std::thread::hardware_concurrency());
  size_t count = options.wantStatement ? 1 : std::min(plans.size(), cores);
  std::vector<std::thread> threads;
  for (size_t i = 1; i < count; ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread &thread : threads) {
    thread.join();
  }

  std::vector<halide::CompiledKernel> compiled;
  for (halide::Result &result : results) {
    if (const auto *error = std::get_if<halide::Error>(&result)) {
      return unsupported("internal: " + error->message);
    }
    compiled.push_back(std::move(std::get<halide::CompiledKernel>(result)));
  }
  return compiled;
}

} // namespace kregc::driver

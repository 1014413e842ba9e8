// See HostExecutor.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/HostExecutor.h"

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "compiler/Driver/CompileKernels.h"

#include "gtest/gtest.h"

#include <ctime>

using namespace mlir;
using namespace mlir::kreg;

namespace kregc::test {

/// Of this thread, in milliseconds: other processes do not count.
static double processorTime() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e3 * double(time.tv_sec) + 1e-6 * double(time.tv_nsec);
}

static int64_t at(host::Size size, int64_t batch) {
  return size.constant + size.perBatch * batch;
}

std::vector<float> valuesOf(VariableOp variable) {
  Attribute value = *variable.getValue();
  if (auto resource = dyn_cast<DenseF32ResourceElementsAttr>(value)) {
    llvm::ArrayRef<float> numbers = *resource.tryGetAsArrayRef();
    return {numbers.begin(), numbers.end()};
  }
  auto numbers = cast<DenseElementsAttr>(value).getValues<float>();
  return {numbers.begin(), numbers.end()};
}

std::unique_ptr<HostExecutor> HostExecutor::make(ModelOp model, bool checked) {
  auto made = std::make_unique<HostExecutor>();
  for (auto kernel : model.getBody().front().getOps<KernelOp>()) {
    auto plan = translateKernel(kernel);
    if (failed(plan)) {
      ADD_FAILURE() << "no plan of " << kernel.getKernelName().str();
      return nullptr;
    }
    made->kernels.push_back(std::move(*plan));
  }
  auto planned = host::planHost(model, made->kernels);
  if (!planned) {
    ADD_FAILURE() << llvm::toString(planned.takeError());
    return nullptr;
  }
  made->hostPlan = std::move(*planned);
  halide::Options options;
  options.checked = checked;
  auto compiled = driver::compileKernels(made->kernels, hostTarget(), options);
  if (!compiled) {
    ADD_FAILURE() << llvm::toString(compiled.takeError());
    return nullptr;
  }
  size_t next = 0;
  for (const plan::Kernel &kernel : made->kernels) {
    made->loaded.emplace_back();
    for (const plan::Variant &variant : kernel.variants) {
      made->loaded.back().push_back(
          std::make_unique<LoadedKernel>(variant.plan, (*compiled)[next++]));
    }
  }
  for (auto variable :
       model->getParentOfType<ModuleOp>().getOps<VariableOp>()) {
    std::vector<float> &values = made->variables.emplace_back();
    values = valuesOf(variable);
    values.resize(values.size() + 16);
  }
  return made;
}

void *HostExecutor::address(const host::Buffer &buffer, int64_t batch) {
  static int32_t randomState[4] = {};
  switch (buffer.place) {
  case host::Buffer::Place::Input:
    return inputs[buffer.index].data();
  case host::Buffer::Place::Output:
    return outputs[buffer.index].data();
  case host::Buffer::Place::Variable:
    return variables[buffer.index].data();
  case host::Buffer::Place::RandomState:
    return randomState;
  case host::Buffer::Place::Arena: {
    auto start = reinterpret_cast<uintptr_t>(arena.data());
    return reinterpret_cast<char *>((start + 63) / 64 * 64) +
           at(buffer.offset, batch);
  }
  case host::Buffer::Place::Weight:
    break;
  }
  ADD_FAILURE() << "an embedded weight";
  return nullptr;
}

void HostExecutor::call(size_t number, int64_t batch) {
  const host::Call &step = hostPlan->calls[number];
  ASSERT_TRUE(step.kernel) << "a step of the runtime";
  size_t variant = 0;
  while (step.kernel->variants[variant].maxBatch < batch) {
    ++variant;
  }
  std::vector<void *> memory;
  for (int buffer : step.buffers) {
    memory.push_back(address(hostPlan->buffers[buffer], batch));
  }
  double start = processorTime();
  EXPECT_EQ(loaded[number][variant]->call(batch, memory), 0)
      << step.kernel->name << ": " << LoadedKernel::lastError();
  milliseconds.push_back(processorTime() - start);

  const plan::Plan &plan = step.kernel->variants[variant].plan;
  std::vector<double> &of = sums.emplace_back();
  for (auto [i, value] : llvm::enumerate(plan.arguments())) {
    of.push_back(0);
    const plan::Value &argument = plan.values[value];
    if (argument.kind != plan::Value::Kind::PenaltySum) {
      continue;
    }
    if (argument.type == plan::ElementType::F64) {
      of.back() = *static_cast<double *>(memory[i]);
      continue;
    }
    int64_t count = 1;
    for (const plan::Extent &extent : argument.shape) {
      count *= extent.at(batch);
    }
    for (int64_t part = 0; part < count; ++part) {
      of.back() += static_cast<float *>(memory[i])[part];
    }
  }
}

double HostExecutor::scalar(const host::Penalty &penalty, int64_t batch) const {
  double value = penalty.call < 0 ? penalty.constant
                                  : sums[penalty.call][penalty.argument];
  for (host::Size divisor : penalty.divisors) {
    value /= double(at(divisor, batch));
  }
  return value;
}

HostExecutor::Results
HostExecutor::run(int64_t batch,
                  const std::vector<std::vector<float>> &arguments) {
  inputs = arguments;
  outputs.clear();
  sums.clear();
  milliseconds.clear();
  std::vector<int64_t> sizes;
  for (const host::Port &port : hostPlan->outputs) {
    int64_t size = 1;
    for (int64_t dim : port.shape) {
      size *= dim < 0 ? batch : dim;
    }
    sizes.push_back(size);
    outputs.emplace_back(size, NAN);
  }
  // What a kernel reads must have been written in this run.
  arena.assign(at(hostPlan->arenaBytes, batch) + 128, char(0xff));
  for (size_t i = 0; i < hostPlan->calls.size(); ++i) {
    call(i, batch);
  }
  Results results;
  for (auto [i, port] : llvm::enumerate(hostPlan->outputs)) {
    auto *from =
        static_cast<float *>(address(hostPlan->buffers[port.buffer], batch));
    results.outputs.emplace_back(from, from + sizes[i]);
  }
  for (const host::Penalty &penalty : hostPlan->penalties) {
    results.scalars.push_back(scalar(penalty, batch));
  }
  return results;
}

} // namespace kregc::test

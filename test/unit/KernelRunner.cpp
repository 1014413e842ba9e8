// Loads a compiled kernel with LLVM's JIT linker and calls it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/KernelRunner.h"

#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"

#include <HalideRuntime.h>
#include <cstdlib>
#include <cstring>

namespace kregc::test {
namespace {

constexpr int64_t kAlignment = 16; // floats
constexpr int64_t kGuard = 64;
constexpr float kGuardValue = -12345.678f;

std::string lastErrorText;

// The runtime of these kernels: serial, and every failed check is an error.
int doParFor(void *context, int (*task)(void *, int, uint8_t *), int min,
             int size, uint8_t *closure) {
  for (int i = min; i < min + size; ++i) {
    if (int error = task(context, i, closure)) {
      return error;
    }
  }
  return 0;
}
void *allocate(void *, size_t size) {
  return aligned_alloc(64, (size + 63) / 64 * 64);
}
void release(void *, void *p) { free(p); }
int failedCheck() {
  lastErrorText = "a check failed";
  return -1;
}

/// Gives every other symbol of Halide's runtime the function above.
class FailedChecks : public llvm::orc::DefinitionGenerator {
public:
  llvm::Error tryToGenerate(llvm::orc::LookupState &, llvm::orc::LookupKind,
                            llvm::orc::JITDylib &library,
                            llvm::orc::JITDylibLookupFlags,
                            const llvm::orc::SymbolLookupSet &names) override {
    llvm::orc::SymbolMap symbols;
    for (const auto &[name, flags] : names) {
      if ((*name).starts_with("halide_error")) {
        symbols[name] = {llvm::orc::ExecutorAddr::fromPtr(&failedCheck),
                         llvm::JITSymbolFlags::Exported};
      }
    }
    return symbols.empty()
               ? llvm::Error::success()
               : library.define(llvm::orc::absoluteSymbols(symbols));
  }
};

template <typename T>
T check(llvm::Expected<T> result) {
  if (!result) {
    fprintf(stderr, "%s\n", llvm::toString(result.takeError()).c_str());
    abort();
  }
  return std::move(*result);
}
void check(llvm::Error error) {
  if (error) {
    fprintf(stderr, "%s\n", llvm::toString(std::move(error)).c_str());
    abort();
  }
}

template <typename F>
llvm::orc::ExecutorSymbolDef symbol(F *function) {
  return {llvm::orc::ExecutorAddr::fromPtr(function),
          llvm::JITSymbolFlags::Exported};
}

halide_type_t typeOf(plan::ElementType type) {
  switch (type) {
  case plan::ElementType::I32:
    return halide_type_t(halide_type_int, 32);
  case plan::ElementType::F64:
    return halide_type_t(halide_type_float, 64);
  default:
    return halide_type_t(halide_type_float, 32);
  }
}

} // namespace

std::vector<int64_t> storedShape(const plan::Value &value, int64_t batch) {
  std::vector<int64_t> shape;
  for (const plan::Extent &e : plan::storedShape(value)) {
    shape.push_back(e.at(batch));
  }
  return shape;
}

std::vector<float> pack(const plan::Value &value,
                        const std::vector<float> &plain) {
  if (value.packing == 0) {
    return plain;
  }
  int64_t channels = value.shape.back().constant, block = value.packing;
  int64_t rows = plain.size() / channels,
          blocks = (channels + block - 1) / block;
  std::vector<float> result(blocks * rows * block);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < channels; ++c) {
      result[(c / block * rows + r) * block + c % block] =
          plain[r * channels + c];
    }
  }
  return result;
}

Argument::Argument(const plan::Value &value, int64_t batch)
    : sizes(storedShape(value, batch)) {
  for (int64_t n : sizes) {
    count *= n;
  }
  memory.assign(count + 2 * kGuard + kAlignment, kGuardValue);
}

float *Argument::data() {
  auto address = reinterpret_cast<uintptr_t>(memory.data() + kGuard);
  return reinterpret_cast<float *>((address + 63) / 64 * 64);
}

bool Argument::guardIsWhole() const {
  const float *begin = const_cast<Argument *>(this)->data();
  for (const float &f : memory) {
    bool inside = &f >= begin && &f < begin + count;
    if (!inside && f != kGuardValue) {
      return false;
    }
  }
  return true;
}

struct LoadedKernel::Impl {
  std::unique_ptr<llvm::orc::LLJIT> jit;
  void *function = nullptr;
};

LoadedKernel::LoadedKernel(const plan::Plan &plan,
                           const halide::CompiledKernel &kernel)
    : impl(std::make_unique<Impl>()), plan(plan) {
  static bool initialised = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)initialised;
  impl->jit = check(llvm::orc::LLJITBuilder().create());
  llvm::orc::LLJIT &jit = *impl->jit;
  llvm::orc::JITDylib &library = jit.getMainJITDylib();
  check(library.define(llvm::orc::absoluteSymbols(
      {{jit.mangleAndIntern("halide_do_par_for"), symbol(&doParFor)},
       {jit.mangleAndIntern("halide_malloc"), symbol(&allocate)},
       {jit.mangleAndIntern("halide_free"), symbol(&release)},
       {jit.mangleAndIntern("memset"), symbol(&memset)},
       {jit.mangleAndIntern("memcpy"), symbol(&memcpy)}})));
  library.addGenerator(std::make_unique<FailedChecks>());
  check(jit.addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
      llvm::StringRef(kernel.object.data(), kernel.object.size()),
      kernel.symbol)));
  impl->function = check(jit.lookup(kernel.symbol)).toPtr<void *>();
}

LoadedKernel::~LoadedKernel() = default;

const std::string &LoadedKernel::lastError() { return lastErrorText; }

int LoadedKernel::run(int64_t batch, std::vector<Argument> &arguments) const {
  std::vector<void *> memory;
  for (Argument &argument : arguments) {
    memory.push_back(argument.data());
  }
  return call(batch, memory);
}

int LoadedKernel::call(int64_t batch, const std::vector<void *> &memory) const {
  constexpr size_t kMost = 24;
  if (memory.size() > kMost) {
    lastErrorText = "a kernel with more arguments than can be called here";
    return -1;
  }
  std::vector<halide_buffer_t> buffers(memory.size());
  std::vector<std::vector<halide_dimension_t>> dimensions(memory.size());
  std::vector<int> order = plan.arguments();
  for (size_t i = 0; i < memory.size(); ++i) {
    const plan::Value &value = plan.values[order[i]];
    std::vector<int64_t> shape = storedShape(value, batch);
    int32_t stride = 1;
    dimensions[i].resize(shape.size());
    std::vector<size_t> places = plan::memoryOrder(value);
    for (size_t place = places.size(); place-- > 0;) {
      size_t d = places[place];
      dimensions[i][shape.size() - 1 - d] =
          halide_dimension_t(0, static_cast<int32_t>(shape[d]), stride);
      stride *= shape[d];
    }
    halide_buffer_t &buffer = buffers[i];
    memset(&buffer, 0, sizeof buffer);
    buffer.host = static_cast<uint8_t *>(memory[i]);
    buffer.type = typeOf(value.type);
    buffer.dimensions = shape.size();
    buffer.dim = dimensions[i].data();
  }
  using B = halide_buffer_t *;
  int32_t n = batch;
  B a[kMost] = {};
  for (size_t i = 0; i < buffers.size(); ++i) {
    a[i] = &buffers[i];
  }
  // Arguments beyond those that the function has are ignored by the C ABI.
  using Function = int (*)(void *, int32_t, B, B, B, B, B, B, B, B, B, B, B, B,
                           B, B, B, B, B, B, B, B, B, B, B, B);
  return reinterpret_cast<Function>(impl->function)(
      nullptr, n, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9],
      a[10], a[11], a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19],
      a[20], a[21], a[22], a[23]);
}

} // namespace kregc::test

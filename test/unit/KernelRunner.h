// Loads a compiled kernel into this process and calls it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_KERNELRUNNER_H
#define KREGC_TEST_UNIT_KERNELRUNNER_H

#include "compiler/Halide/Compile.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kregc::test {

/// Floats of a kernel's argument, row-major in the order of Value::shape.
/// Behind them stands a guard that checkGuards() looks at.
class Argument {
public:
  Argument(const plan::Value &value, int64_t batch);

  int64_t size() const { return count; }
  float *data();
  const std::vector<int64_t> &shape() const { return sizes; } ///< as stored
  bool guardIsWhole() const;

private:
  std::vector<int64_t> sizes;
  int64_t count = 1;
  std::vector<float> memory;
};

/// The shape in memory of a value: packed weights have one dimension more.
std::vector<int64_t> storedShape(const plan::Value &value, int64_t batch);

/// A weight in row-major order as its packing stores it, the tail zero-filled.
std::vector<float> pack(const plan::Value &value,
                        const std::vector<float> &plain);

/// One kernel in this process, with a serial runtime.
class LoadedKernel {
public:
  /// Aborts with a message where the object cannot be loaded.
  LoadedKernel(const plan::Plan &plan, const halide::CompiledKernel &kernel);
  ~LoadedKernel();

  /// Calls it; `arguments` in the order of Plan::arguments(). Returns its
  /// result, or -1 after a failed check of a checked build (see lastError()).
  int run(int64_t batch, std::vector<Argument> &arguments) const;
  /// The same on memory of the caller, one pointer per argument.
  int call(int64_t batch, const std::vector<void *> &memory) const;
  static const std::string &lastError();

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
  plan::Plan plan;
};

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_KERNELRUNNER_H

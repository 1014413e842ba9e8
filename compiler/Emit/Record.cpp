// The vector of <name>_self_test: some inputs, and what the library computes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Loader.h"
#include "compiler/Emit/Objects.h"

#include <algorithm>

using namespace llvm;

namespace kregc::emit {
namespace {

/// More would make a small library large.
constexpr int64_t mostBytes = 128 << 10;

/// Row-major arrays of zeros.
std::vector<std::vector<float>> arrays(ArrayRef<host::Port> ports,
                                       int64_t batch) {
  std::vector<std::vector<float>> list;
  for (const host::Port &port : ports) {
    list.emplace_back(elementsAt(port, batch));
  }
  return list;
}

int64_t bytesAt(const host::HostPlan &plan, int64_t batch) {
  int64_t elements = 0;
  for (const auto *ports : {&plan.inputs, &plan.outputs}) {
    for (const host::Port &port : *ports) {
      elements += elementsAt(port, batch);
    }
  }
  return elements * int64_t(sizeof(float));
}

} // namespace

int64_t elementsAt(const host::Port &port, int64_t batch) {
  int64_t count = 1;
  for (int64_t size : port.shape) {
    count *= size < 0 ? batch : size;
  }
  return count;
}

std::optional<SelfTest> emptySelfTest(const host::HostPlan &plan) {
  SelfTest test;
  bool isFixed = plan.leastBatch == plan.mostBatch;
  test.batch = isFixed ? plan.leastBatch : std::min<int64_t>(3, plan.mostBatch);
  if (!isFixed && bytesAt(plan, test.batch) > mostBytes) {
    test.batch = 1;
  }
  if (bytesAt(plan, test.batch) > mostBytes) {
    return std::nullopt;
  }
  test.inputs = arrays(plan.inputs, test.batch);
  test.outputs = arrays(plan.outputs, test.batch);
  test.penalties.resize(plan.penalties.size());
  // Of both signs: with positive ones alone, many units would be dead, and
  // their weights might be anything.
  uint32_t state = 1;
  for (std::vector<float> &array : test.inputs) {
    for (float &x : array) {
      state = state * 1664525u + 1013904223u;
      x = float(state >> 8) / 8388608.0f - 1.0f;
    }
  }
  // The same code gives the same bits; another libm may not.
  test.relativeTolerance = 1e-5;
  test.absoluteTolerance = 1e-7;
  return test;
}

Error runSelfTest(ArrayRef<char> archive, StringRef name, SelfTest &test) {
  auto library = LoadedLibrary::load(archive, name);
  if (!library) {
    return library.takeError();
  }
  kreg_options options = {};
  options.size = sizeof options;
  options.threads = 1;
  auto model = LoadedModel::create(**library, &options);
  if (!model) {
    return model.takeError();
  }
  std::vector<const float *> inputs;
  std::vector<float *> outputs;
  for (const std::vector<float> &array : test.inputs) {
    inputs.push_back(array.data());
  }
  for (std::vector<float> &array : test.outputs) {
    outputs.push_back(array.data());
  }
  return (*model)->forward(test.batch, inputs, outputs, test.penalties.data());
}

} // namespace kregc::emit

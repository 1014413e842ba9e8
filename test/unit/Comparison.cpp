// The whole compiler against the interpreter.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Comparison.h"

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "compiler/Driver/CompileKernels.h"
#include "compiler/Emit/Library.h"
#include "compiler/Emit/Loader.h"
#include "compiler/Pipelines/Pipelines.h"
#include "dialect/Interpreter/Interpreter.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace mlir::kreg;

namespace kregc::test {
namespace {

constexpr double kEpsilon = 1.2e-7; // of float32, rounding and reordering
constexpr float kCanary = 12345.5f; // behind each output
constexpr int64_t kMostSamples = 33;

using Array = std::vector<float>;

/// Numbers that end where memory ends: to read one more is a crash.
class Fenced {
public:
  explicit Fenced(llvm::ArrayRef<float> numbers) {
    size_t page = sysconf(_SC_PAGESIZE), bytes = 4 * numbers.size();
    size_t whole = (bytes + page - 1) / page * page;
    size = whole + page;
    start = static_cast<char *>(mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(start + whole, page, PROT_NONE);
    data = reinterpret_cast<float *>(start + whole - bytes);
    llvm::copy(numbers, data);
  }
  Fenced(const Fenced &) = delete;
  ~Fenced() { munmap(start, size); }

  float *data;

private:
  char *start;
  size_t size;
};

/// What a model does with one sample, and how large the numbers on the way are.
struct Sample {
  Evaluation<double> wanted;
  Evaluation<double> magnitude; ///< of the model with all signs removed
};

ModelOp modelOf(ModuleOp module) { return *module.getOps<ModelOp>().begin(); }

/// The same model with all weights positive.
OwningOpRef<ModuleOp> withoutSigns(ModuleOp module) {
  OwningOpRef<ModuleOp> copy(module.clone());
  copy->walk([](VariableOp variable) {
    auto value = cast<DenseElementsAttr>(*variable.getValue());
    variable.setValueAttr(cast<ElementsAttr>(
        cast<DenseElementsAttr>(cast<DenseFPElementsAttr>(value).mapValues(
            Float32Type::get(variable.getContext()),
            [](const APFloat &x) { return llvm::abs(x).bitcastToAPInt(); }))));
  });
  return copy;
}

/// A model on its way through the compiler, and its library.
class Compiled {
public:
  /// Null and a test failure if a phase fails.
  static std::unique_ptr<Compiled> make(ModuleOp module, bool checked);

  /// Outputs and penalties of the first `batch` samples.
  llvm::Error run(int64_t batch, const std::vector<Array> &inputs,
                  std::vector<Array> &outputs, std::vector<double> &penalties);

  int64_t tile = 1;    ///< the most points of a register tile
  int64_t samples = 1; ///< in each input of `run`
  bool checked = false;
  std::vector<bool> isInteger; ///< of each input: int32

private:
  std::unique_ptr<emit::LoadedLibrary> library;
  std::unique_ptr<emit::LoadedModel> instance;
};

std::unique_ptr<Compiled> Compiled::make(ModuleOp module, bool checked) {
  OwningOpRef<ModuleOp> copy(module.clone());
  PassManager passes(module.getContext());
  buildPenaltyPhase(passes);
  buildKernelsPhase(passes, "host");
  if (failed(passes.run(*copy))) {
    ADD_FAILURE() << "the passes fail";
    return nullptr;
  }
  auto result = std::make_unique<Compiled>();
  for (Type type : modelOf(module).getArgumentTypes()) {
    result->isInteger.push_back(getElementTypeOrSelf(type).isInteger());
  }
  emit::LibraryInput input;
  input.module = *copy;
  input.target = hostTarget();
  input.name = "m";
  bool hasPlans = true;
  copy->walk([&](KernelOp op) {
    auto kernel = translateKernel(op);
    hasPlans &= succeeded(kernel);
    if (hasPlans) {
      result->tile =
          std::max(result->tile, kernel->variants.back().plan.schedule.points);
      input.kernels.push_back(std::move(*kernel));
    }
  });
  if (!hasPlans) {
    ADD_FAILURE() << "a kernel has no plan";
    return nullptr;
  }
  halide::Options options;
  options.checked = checked;
  auto objects = driver::compileKernels(input.kernels, input.target, options);
  if (!objects) {
    ADD_FAILURE() << llvm::toString(objects.takeError());
    return nullptr;
  }
  for (halide::CompiledKernel &object : *objects) {
    input.objects.push_back({object.symbol, std::move(object.object)});
  }
  auto artefact = emit::buildLibrary(input);
  if (!artefact) {
    ADD_FAILURE() << llvm::toString(artefact.takeError());
    return nullptr;
  }
  auto library = emit::LoadedLibrary::load(artefact->archive, "m");
  if (!library) {
    ADD_FAILURE() << llvm::toString(library.takeError());
    return nullptr;
  }
  result->library = std::move(*library);
  auto instance = emit::LoadedModel::create(*result->library);
  if (!instance) {
    ADD_FAILURE() << llvm::toString(instance.takeError());
    return nullptr;
  }
  result->instance = std::move(*instance);
  return result;
}

llvm::Error Compiled::run(int64_t batch, const std::vector<Array> &inputs,
                          std::vector<Array> &outputs,
                          std::vector<double> &penalties) {
  std::vector<std::unique_ptr<Fenced>> fenced;
  std::vector<const float *> in;
  std::vector<float *> out;
  for (const Array &array : inputs) {
    // All arrays have as many samples.
    size_t count = array.size() / samples * batch;
    fenced.push_back(
        std::make_unique<Fenced>(llvm::ArrayRef(array).take_front(count)));
    if (isInteger[in.size()]) {
      for (size_t i = 0; i < count; ++i) {
        auto integer = static_cast<int32_t>(array[i]);
        std::memcpy(fenced.back()->data + i, &integer, sizeof integer);
      }
    }
    in.push_back(fenced.back()->data);
  }
  for (Array &array : outputs) {
    out.push_back(array.data());
  }
  return instance->forward(batch, in, out, penalties.data());
}

/// One random model through both ways.
class Comparison {
public:
  Comparison(RandomModel &random, OwningOpRef<ModuleOp> module)
      : random(random), module(std::move(module)) {}

  void run(Special special, bool checked);

private:
  void makeInputs(int64_t samples, Special special);
  void interpret();
  void compareBatch(Compiled &compiled, int64_t batch);
  void comparePenalties(int64_t batch, const std::vector<double> &got);
  double tolerance(double wanted, double magnitude) const;
  int64_t sizeOf(Type type) const;

  RandomModel &random;
  OwningOpRef<ModuleOp> module;
  std::vector<Array> inputs; ///< each all samples
  std::vector<Sample> samples;
};

int64_t Comparison::sizeOf(Type type) const {
  int64_t size = 1;
  for (int64_t n : cast<RankedTensorType>(type).getShape().drop_front()) {
    size *= n;
  }
  return size;
}

void Comparison::makeInputs(int64_t count, Special special) {
  for (Type type : modelOf(*module).getArgumentTypes()) {
    Array array(count * sizeOf(type));
    for (float &x : array) {
      x = random.indexBelow > 0
              ? static_cast<float>(random.between(0, random.indexBelow - 1))
              : static_cast<float>(random.real(-2.0, 2.0));
      if (special != Special::None && !random.finite && random.once(40)) {
        x = random.oneOf<float>(
            {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 50.0f, -50.0f, 1e-30f});
      }
    }
    inputs.push_back(std::move(array));
  }
  samples.resize(count);
}

/// Sample by sample: at inference no sample knows of the others.
void Comparison::interpret() {
  OwningOpRef<ModuleOp> positive = withoutSigns(*module);
  TypeRange types = modelOf(*module).getArgumentTypes();
  for (size_t i = 0; i < samples.size(); ++i) {
    std::vector<Tensor<double>> plain, bare;
    for (auto [type, array] : llvm::zip_equal(types, inputs)) {
      Tensor<double> x;
      x.shape = cast<RankedTensorType>(type).getShape().vec();
      x.shape[0] = 1;
      int64_t size = sizeOf(type);
      x.data.assign(array.begin() + i * size, array.begin() + (i + 1) * size);
      plain.push_back(x);
      for (double &number : x.data) {
        number = std::isfinite(number) ? std::fabs(number) : 1.0;
      }
      bare.push_back(std::move(x));
    }
    auto wanted = evaluate<double>(modelOf(*module), plain);
    ASSERT_TRUE(bool(wanted)) << llvm::toString(wanted.takeError());
    auto magnitude = evaluate<double>(modelOf(*positive), bare);
    ASSERT_TRUE(bool(magnitude)) << llvm::toString(magnitude.takeError());
    samples[i] = {std::move(*wanted), std::move(*magnitude)};
  }
}

double Comparison::tolerance(double wanted, double magnitude) const {
  double size = std::fabs(wanted) + 1.0;
  size += std::isfinite(magnitude) ? std::fabs(magnitude) : 0.0;
  return kEpsilon * (random.terms + 64) * size;
}

/// The same number as float32 arithmetic may have it.
bool agree(double got, double wanted, double tolerance) {
  if (std::isnan(wanted)) {
    return std::isnan(got);
  }
  double largest = std::numeric_limits<float>::max();
  if (std::fabs(wanted) >= largest || std::isinf(got)) {
    return std::signbit(got) == std::signbit(wanted) &&
           std::fabs(got) >= largest * 0.99 &&
           std::fabs(wanted) >= largest * 0.99;
  }
  return std::fabs(got - wanted) <= tolerance;
}

void Comparison::comparePenalties(int64_t batch,
                                  const std::vector<double> &got) {
  for (size_t p = 0; p < got.size(); ++p) {
    double wanted = 0, magnitude = 0;
    for (int64_t i = 0; i < batch; ++i) {
      wanted += samples[i].wanted.penalties[p];
      magnitude += samples[i].magnitude.penalties[p];
    }
    double divisor = random.perBatch[p] ? batch : 1;
    double limit = tolerance(wanted, 8 * magnitude);
    EXPECT_TRUE(agree(got[p], wanted / divisor, limit / divisor))
        << "penalty " << p << " at batch " << batch << ": " << got[p]
        << " instead of " << wanted / divisor;
  }
}

void Comparison::compareBatch(Compiled &compiled, int64_t batch) {
  TypeRange types = modelOf(*module).getResultTypes();
  std::vector<Array> outputs;
  for (Type type : types) {
    outputs.push_back(Array(batch * sizeOf(type) + 1, kCanary));
  }
  std::vector<double> penalties(random.perBatch.size());
  llvm::Error error = compiled.run(batch, inputs, outputs, penalties);
  std::string message = error ? llvm::toString(std::move(error)) : "";
  // Halide's bounds are those of whole strips, which may be longer than the
  // tensor; that nothing is read there the fences show.
  if (compiled.checked &&
      llvm::StringRef(message).contains("access_out_of_bounds")) {
    return;
  }
  ASSERT_EQ(message, "");
  for (size_t o = 0; o < outputs.size(); ++o) {
    ASSERT_EQ(outputs[o].back(), kCanary) << "written beyond output " << o;
    int64_t size = sizeOf(types[o]);
    for (int64_t i = 0; i < batch * size; ++i) {
      const Sample &sample = samples[i / size];
      double wanted = sample.wanted.outputs[o].data[i % size];
      double limit =
          tolerance(wanted, sample.magnitude.outputs[o].data[i % size]);
      ASSERT_TRUE(agree(outputs[o][i], wanted, limit))
          << "output " << o << ", element " << i % size << " of sample "
          << i / size << " at batch " << batch << ": " << outputs[o][i]
          << " instead of " << wanted << ", allowed " << limit;
    }
  }
  comparePenalties(batch, penalties);
}

void Comparison::run(Special special, bool checked) {
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  SCOPED_TRACE((checked ? "checked kernels, " : "") + text);
  ASSERT_TRUE(succeeded(verify(*module)));
  std::unique_ptr<Compiled> compiled = Compiled::make(*module, checked);
  if (!compiled) {
    return;
  }
  int64_t largest = std::min(kMostSamples, 2 * compiled->tile + 1);
  compiled->samples = largest;
  compiled->checked = checked;
  makeInputs(largest, special);
  interpret();
  for (int64_t batch = 1; batch <= largest; ++batch) {
    if (!testing::Test::HasFailure()) {
      compareBatch(*compiled, batch);
    }
  }
}

} // namespace

void compare(RandomModel &random, OwningOpRef<ModuleOp> module, Special special,
             bool checked) {
  Comparison(random, std::move(module)).run(special, checked);
}

} // namespace kregc::test

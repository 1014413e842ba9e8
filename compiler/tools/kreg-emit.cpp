// kreg-emit: the end of the pipeline alone. Reads a model in kernel form (its
// bodies linalg) and writes a library. The tool of the tests of host code:
// kernels may come from any compiler.
//
//   kreg-emit model.mlir --name m -o out --object k_dense=dense.o
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "compiler/Emit/Library.h"
#include "compiler/Emit/Loader.h"
#include "compiler/Halide/Compile.h"
#include "compiler/tools/Registry.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ToolOutputFile.h"

#include <map>

using namespace llvm;
using namespace kregc;

static cl::opt<std::string> inputFile(cl::Positional, cl::Required,
                                      cl::desc("<kernel form .mlir>"));
static cl::opt<std::string> outputFolder("o", cl::init("."),
                                         cl::desc("folder of the files"));
static cl::opt<std::string> modelName("name", cl::init("m"),
                                      cl::desc("C name of the model"));
static cl::list<std::string>
    objectFiles("object", cl::desc("symbol=file: the object of a kernel; "
                                   "kernels without go through Halide"));
static cl::opt<std::string> sourceName("source",
                                       cl::desc("source file to be named"));
static cl::list<std::string> sites("site", cl::desc("layer that is penalised"));
static cl::opt<bool> checked("checked", cl::desc("Halide's asserts on"));
static cl::opt<bool> recordSelfTest("record",
                                    cl::desc("run a batch of 2 and put it into "
                                             "<name>_self_test"));
static cl::opt<bool> spoilSelfTest("spoil",
                                   cl::desc("record one wrong number"));

static ExitOnError exitOnError("kreg-emit: ");

static Error failure(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static std::vector<char> readFile(StringRef path) {
  auto buffer = exitOnError(errorOrToExpected(MemoryBuffer::getFile(path)));
  return {buffer->getBufferStart(), buffer->getBufferEnd()};
}

static void writeFile(StringRef name, ArrayRef<char> bytes) {
  SmallString<128> path(outputFolder);
  sys::path::append(path, name);
  std::error_code code;
  ToolOutputFile file(path, code, sys::fs::OF_None);
  exitOnError(errorCodeToError(code));
  file.os().write(bytes.data(), bytes.size());
  file.keep();
}

static std::vector<char> compileKernel(const plan::Plan &plan,
                                       const Target &target) {
  halide::Options options;
  options.checked = checked;
  halide::Result result = halide::compileKernel(plan, target, options);
  if (auto *error = std::get_if<halide::Error>(&result)) {
    exitOnError(failure(error->message));
  }
  return std::get<halide::CompiledKernel>(result).object;
}

static void addKernels(emit::LibraryInput &input) {
  std::map<std::string, std::string> given;
  for (StringRef text : objectFiles) {
    auto [symbol, path] = text.split('=');
    given[symbol.str()] = path.str();
  }
  input.module.walk([&](mlir::kreg::KernelOp op) {
    auto kernel = mlir::kreg::translateKernel(op);
    if (failed(kernel)) {
      exitOnError(failure("kernel '" + op.getKernelName() + "' has no plan"));
    }
    for (plan::Variant &variant : kernel->variants) {
      const std::string &symbol = variant.plan.name;
      auto it = given.find(symbol);
      input.objects.push_back(
          {symbol, it != given.end()
                       ? readFile(it->second)
                       : compileKernel(variant.plan, input.target)});
    }
    input.kernels.push_back(std::move(*kernel));
  });
}

/// Deterministic numbers in [-1, 1), and what the library makes of them.
static emit::SelfTest record(emit::LibraryInput &input) {
  emit::SelfTest test;
  test.batch = 2;
  auto model = *input.module.getOps<mlir::kreg::ModelOp>().begin();
  auto arrays = [&](mlir::TypeRange types) {
    std::vector<std::vector<float>> list;
    uint32_t state = 1;
    for (mlir::Type type : types) {
      auto tensor = mlir::cast<mlir::RankedTensorType>(type);
      size_t count = 1;
      for (int64_t size : tensor.getShape()) {
        count *= mlir::ShapedType::isDynamic(size) ? test.batch : size;
      }
      std::vector<float> &array = list.emplace_back(count);
      for (float &x : array) {
        state = state * 1664525u + 1013904223u;
        x = float(state >> 8) / 8388608.0f - 1.0f;
      }
    }
    return list;
  };
  test.inputs = arrays(model.getArgumentTypes());
  test.outputs = arrays(model.getResultTypes());
  mlir::Operation *end = model.getBody().front().getTerminator();
  test.penalties.resize(
      mlir::cast<mlir::kreg::ReturnOp>(end).getPenalties().size());
  emit::Artefact plain = exitOnError(emit::buildLibrary(input));
  auto library =
      exitOnError(emit::LoadedLibrary::load(plain.archive, input.name));
  auto instance = exitOnError(emit::LoadedModel::create(*library));
  std::vector<const float *> inputs;
  std::vector<float *> outputs;
  for (const auto &array : test.inputs) {
    inputs.push_back(array.data());
  }
  for (auto &array : test.outputs) {
    outputs.push_back(array.data());
  }
  exitOnError(
      instance->forward(test.batch, inputs, outputs, test.penalties.data()));
  if (spoilSelfTest) {
    test.outputs[0].back() += 1.0f;
  }
  return test;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "kernel form to a library\n");
  mlir::DialectRegistry registry;
  mlir::kreg::registerKregDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(inputFile, &context);
  if (!module) {
    return 1;
  }
  emit::LibraryInput input;
  input.module = *module;
  input.target = hostTarget();
  input.name = modelName;
  input.sourceFile = sourceName;
  for (const std::string &layer : sites) {
    input.sites.push_back({layer, "Dense", "L1L2", "(batch, n)", true});
  }
  addKernels(input);
  if (recordSelfTest) {
    input.selfTest = record(input);
  }
  emit::Artefact artefact = exitOnError(emit::buildLibrary(input));
  exitOnError(errorCodeToError(sys::fs::create_directories(outputFolder)));
  writeFile("lib" + modelName + ".a", artefact.archive);
  writeFile(modelName + ".h", artefact.header);
  writeFile(modelName + ".json", artefact.manifest);
  writeFile(modelName + ".ll", artefact.hostLLVM);
  return 0;
}

// The archive, from its parts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Library.h"

#include "compiler/Emit/Objects.h"
#include "dialect/IR/Kreg.h"

#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace kregc::emit {
namespace {

Error failure(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<host::HostPlan> makePlan(const LibraryInput &input) {
  mlir::ModuleOp module = input.module;
  auto models = module.getOps<mlir::kreg::ModelOp>();
  if (!hasSingleElement(models)) {
    return failure("internal: a library is made of exactly one model");
  }
  return host::planHost(*models.begin(), input.kernels);
}

template <typename Arrays>
Error checkArrays(const Arrays &arrays, ArrayRef<host::Port> ports,
                  int64_t batch, StringRef what) {
  if (arrays.size() != ports.size()) {
    return failure("the self test has " + Twine(arrays.size()) + " " + what +
                   "s, the model " + Twine(ports.size()));
  }
  for (auto [i, array] : enumerate(arrays)) {
    if (int64_t(array.size()) != elementsAt(ports[i], batch)) {
      return failure("the self test's " + what + " " + Twine(i) + " has " +
                     Twine(array.size()) + " elements instead of " +
                     Twine(elementsAt(ports[i], batch)));
    }
  }
  return Error::success();
}

Expected<host::SelfTestShape> shapeOf(const SelfTest &test,
                                      const host::HostPlan &plan) {
  if (Error error =
          checkArrays(test.inputs, plan.inputs, test.batch, "input")) {
    return std::move(error);
  }
  if (Error error =
          checkArrays(test.outputs, plan.outputs, test.batch, "output")) {
    return std::move(error);
  }
  if (test.penalties.size() != plan.penalties.size()) {
    return failure("the self test has " + Twine(test.penalties.size()) +
                   " penalties, the model " + Twine(plan.penalties.size()));
  }
  host::SelfTestShape shape;
  shape.batch = test.batch;
  shape.numInputs = test.inputs.size();
  shape.numPenalties = test.penalties.size();
  shape.relative = test.relativeTolerance;
  shape.absolute = test.absoluteTolerance;
  for (const std::vector<float> &output : test.outputs) {
    shape.outputSizes.push_back(output.size());
  }
  return shape;
}

Expected<std::unique_ptr<Module>> makeHost(const LibraryInput &input,
                                           const host::HostPlan &plan,
                                           LLVMContext &context) {
  if (!input.selfTest) {
    return host::makeHostCode(plan, input.name, nullptr, context);
  }
  Expected<host::SelfTestShape> shape = shapeOf(*input.selfTest, plan);
  if (!shape) {
    return shape.takeError();
  }
  return host::makeHostCode(plan, input.name, &*shape, context);
}

template <typename T>
ArrayRef<char> bytesOf(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(T)};
}

/// Object files in the order of the archive.
class Members {
public:
  void add(std::string name, std::vector<char> object) {
    members.push_back({std::move(name), std::move(object)});
  }
  void dropLast() { members.pop_back(); }
  Expected<std::vector<char>> write();

private:
  struct Member {
    std::string name;
    std::vector<char> object;
  };
  std::vector<Member> members;
};

Expected<std::vector<char>> Members::write() {
  std::vector<NewArchiveMember> list;
  for (const Member &member : members) {
    list.emplace_back(MemoryBufferRef(
        StringRef(member.object.data(), member.object.size()), member.name));
  }
  auto buffer = writeArchiveToBuffer(list, SymtabWritingMode::NormalSymtab,
                                     object::Archive::K_GNU,
                                     /*Deterministic=*/true, /*Thin=*/false);
  if (!buffer) {
    return buffer.takeError();
  }
  StringRef bytes = (*buffer)->getBuffer();
  return std::vector<char>(bytes.begin(), bytes.end());
}

/// Kernels in the order of the program, each once.
Error addKernels(const LibraryInput &input, Members &members,
                 std::set<std::string> &needed) {
  std::map<std::string, const KernelObject *> objects;
  for (const KernelObject &object : input.objects) {
    objects[object.symbol] = &object;
  }
  std::set<std::string> added;
  for (const plan::Kernel &kernel : input.kernels) {
    for (const plan::Variant &variant : kernel.variants) {
      const std::string &symbol = variant.plan.name;
      if (!added.insert(symbol).second) {
        continue;
      }
      auto it = objects.find(symbol);
      if (it == objects.end()) {
        return failure("internal: kernel '" + symbol + "' has no object");
      }
      Expected<std::vector<char>> object =
          prefixSymbols(*it->second, input.name, needed);
      if (!object) {
        return object.takeError();
      }
      members.add(symbol + ".o", std::move(*object));
    }
  }
  return Error::success();
}

/// Weights and the numbers of the self test.
Error addData(const LibraryInput &input, const host::HostPlan &plan,
              TargetMachine &machine, Members &members) {
  std::vector<std::vector<char>> weights;
  std::vector<Data> data;
  weights.reserve(plan.weights.size());
  for (auto [i, weight] : enumerate(plan.weights)) {
    Expected<std::vector<char>> bytes = packWeight(weight);
    if (!bytes) {
      return bytes.takeError();
    }
    weights.push_back(std::move(*bytes));
    data.push_back({host::weightSymbol(input.name, i), weights.back()});
  }
  if (const auto &test = input.selfTest) {
    auto add = [&](StringRef what, size_t number, ArrayRef<char> bytes) {
      data.push_back({host::selfTestSymbol(input.name, what, number), bytes});
    };
    for (auto [i, array] : enumerate(test->inputs)) {
      add("in", i, bytesOf(array));
    }
    for (auto [i, array] : enumerate(test->outputs)) {
      add("out", i, bytesOf(array));
    }
    add("penalties", 0, bytesOf(test->penalties));
  }
  if (data.empty()) {
    return Error::success();
  }
  Expected<std::vector<char>> object = makeDataObject(data, machine);
  if (!object) {
    return object.takeError();
  }
  members.add(input.name + "_data.o", std::move(*object));
  return Error::success();
}

bool needsRecord(const LibraryInput &input) {
  return input.recordSelfTest && !input.selfTest && input.target.name == "host";
}

std::string print(const Module &module) {
  std::string text;
  raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

} // namespace

Expected<std::string> buildHostText(const LibraryInput &given) {
  Expected<host::HostPlan> plan = makePlan(given);
  if (!plan) {
    return plan.takeError();
  }
  LibraryInput input = given;
  if (needsRecord(given)) {
    input.selfTest = emptySelfTest(*plan);
  }
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = makeHost(input, *plan, context);
  if (!module) {
    return module.takeError();
  }
  return print(**module);
}

Expected<std::string> buildHeader(const LibraryInput &input) {
  Expected<host::HostPlan> plan = makePlan(input);
  if (!plan) {
    return plan.takeError();
  }
  return printHeader(input, *plan);
}

/// The library without a self test runs once, and has one then.
static Error record(LibraryInput &input, const host::HostPlan &plan,
                    TargetMachine &machine, Members &members,
                    std::vector<char> &archive) {
  if (Error error = runSelfTest(archive, input.name, *input.selfTest)) {
    return joinErrors(failure("internal: the library cannot run its self test"),
                      std::move(error));
  }
  members.dropLast();
  if (Error error = addData(input, plan, machine, members)) {
    return error;
  }
  Expected<std::vector<char>> again = members.write();
  if (!again) {
    return again.takeError();
  }
  archive = std::move(*again);
  return Error::success();
}

Expected<Artefact> buildLibrary(const LibraryInput &given) {
  Expected<host::HostPlan> plan = makePlan(given);
  if (!plan) {
    return plan.takeError();
  }
  Expected<std::unique_ptr<TargetMachine>> machine = makeMachine(given.target);
  if (!machine) {
    return machine.takeError();
  }
  LibraryInput input = given;
  bool records =
      given.recordSelfTest && !given.selfTest && given.target.name == "host";
  if (records) {
    input.selfTest = emptySelfTest(*plan);
  }
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = makeHost(input, *plan, context);
  if (!module) {
    return module.takeError();
  }
  Artefact artefact;
  artefact.hostLLVM = print(**module);
  std::set<std::string> needed;
  Members all;
  if (Error error = addKernels(input, all, needed)) {
    return std::move(error);
  }
  Expected<std::vector<char>> hostObject =
      compileHost(**module, **machine, input.name, needed);
  if (!hostObject) {
    return hostObject.takeError();
  }
  all.add(input.name + "_host.o", std::move(*hostObject));
  if (Error error = addData(input, *plan, **machine, all)) {
    return std::move(error);
  }
  Expected<std::vector<char>> archive = all.write();
  if (!archive) {
    return archive.takeError();
  }
  artefact.archive = std::move(*archive);
  if (records && input.selfTest) {
    if (Error error = record(input, *plan, **machine, all, artefact.archive)) {
      return std::move(error);
    }
  }
  artefact.header = printHeader(input, *plan);
  artefact.manifest = printManifest(input, *plan);
  return artefact;
}

} // namespace kregc::emit

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

/// The kernels of the models, in the order of the program.
std::vector<std::vector<plan::Kernel>> splitKernels(const LibraryInput &input) {
  std::vector<std::vector<plan::Kernel>> lists;
  auto next = input.kernels.begin();
  mlir::ModuleOp module = input.module;
  for (auto model : module.getOps<mlir::kreg::ModelOp>()) {
    std::vector<plan::Kernel> &list = lists.emplace_back();
    model->walk([&](mlir::kreg::KernelOp) {
      if (next != input.kernels.end()) {
        list.push_back(*next++);
      }
    });
  }
  return lists;
}

Error makePlans(const LibraryInput &input, Parts &parts) {
  mlir::ModuleOp module = input.module;
  parts.kernels = splitKernels(input);
  size_t wanted = input.training ? 3 : 1;
  if (parts.kernels.size() != wanted) {
    return failure("internal: a library is made of " + Twine(wanted) +
                   " models, not of " + Twine(parts.kernels.size()));
  }
  host::HostPlan *plans[] = {&parts.plans.forward, &parts.plans.evaluate,
                             &parts.plans.step};
  for (auto [i, model] : enumerate(module.getOps<mlir::kreg::ModelOp>())) {
    Expected<host::HostPlan> plan = host::planHost(model, parts.kernels[i]);
    if (!plan) {
      return plan.takeError();
    }
    *plans[i] = std::move(*plan);
  }
  return Error::success();
}

Expected<std::unique_ptr<Parts>> makeParts(const LibraryInput &input) {
  auto parts = std::make_unique<Parts>();
  if (Error error = makePlans(input, *parts)) {
    return std::move(error);
  }
  if (input.training) {
    Expected<host::TrainingTable> table =
        host::makeTrainingTable(input.module, parts->plans, *input.training);
    if (!table) {
      return table.takeError();
    }
    parts->training = std::move(*table);
  }
  return std::move(parts);
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

Expected<std::unique_ptr<Module>>
makeHost(const LibraryInput &input, const Parts &parts, LLVMContext &context) {
  if (parts.training) {
    return host::makeTrainingCode(parts.plans, *parts.training, input.name,
                                  context);
  }
  if (!input.selfTest) {
    return host::makeHostCode(parts.plan(), input.name, nullptr, context);
  }
  Expected<host::SelfTestShape> shape = shapeOf(*input.selfTest, parts.plan());
  if (!shape) {
    return shape.takeError();
  }
  return host::makeHostCode(parts.plan(), input.name, &*shape, context);
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
Error addData(const LibraryInput &input, const Parts &parts,
              TargetMachine &machine, Members &members) {
  std::vector<std::vector<char>> weights;
  std::vector<Data> data;
  weights.reserve(parts.weights().size());
  for (auto [i, weight] : enumerate(parts.weights())) {
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
  return input.recordSelfTest && !input.selfTest && !input.training &&
         input.target.name == "host";
}

std::string print(const Module &module) {
  std::string text;
  raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

} // namespace

Expected<std::string> buildHostText(const LibraryInput &given) {
  Expected<std::unique_ptr<Parts>> parts = makeParts(given);
  if (!parts) {
    return parts.takeError();
  }
  LibraryInput input = given;
  if (needsRecord(given)) {
    input.selfTest = emptySelfTest((*parts)->plan());
  }
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = makeHost(input, **parts, context);
  if (!module) {
    return module.takeError();
  }
  return print(**module);
}

Expected<std::string> buildHeader(const LibraryInput &input) {
  Expected<std::unique_ptr<Parts>> parts = makeParts(input);
  if (!parts) {
    return parts.takeError();
  }
  return printHeader(input, **parts);
}

/// The library without a self test runs once, and has one then.
static Error record(LibraryInput &input, const Parts &parts,
                    TargetMachine &machine, Members &members,
                    std::vector<char> &archive) {
  if (Error error = runSelfTest(archive, input.name, *input.selfTest)) {
    return joinErrors(failure("internal: the library cannot run its self test"),
                      std::move(error));
  }
  members.dropLast();
  if (Error error = addData(input, parts, machine, members)) {
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
  Expected<std::unique_ptr<Parts>> made = makeParts(given);
  if (!made) {
    return made.takeError();
  }
  const Parts &parts = **made;
  Expected<std::unique_ptr<TargetMachine>> machine = makeMachine(given.target);
  if (!machine) {
    return machine.takeError();
  }
  LibraryInput input = given;
  bool records = needsRecord(given);
  if (records) {
    input.selfTest = emptySelfTest(parts.plan());
  }
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = makeHost(input, parts, context);
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
  if (Error error = addData(input, parts, **machine, all)) {
    return std::move(error);
  }
  Expected<std::vector<char>> archive = all.write();
  if (!archive) {
    return archive.takeError();
  }
  artefact.archive = std::move(*archive);
  if (records && input.selfTest) {
    if (Error error = record(input, parts, **machine, all, artefact.archive)) {
      return std::move(error);
    }
  }
  artefact.header = printHeader(input, parts);
  artefact.manifest = printManifest(input, parts);
  return artefact;
}

} // namespace kregc::emit

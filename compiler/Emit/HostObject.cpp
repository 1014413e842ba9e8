// Host code and the runtime, linked and optimised together.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Objects.h"

#include "runtime/lib/Embedded.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Transforms/IPO/Internalize.h"

#include <mutex>

using namespace llvm;

namespace kregc::emit {

static Error failure(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<std::unique_ptr<TargetMachine>> makeMachine(const Target &target) {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
  });
  Triple triple(target.triple);
  std::string problem;
  const llvm::Target *found = TargetRegistry::lookupTarget(triple, problem);
  if (!found) {
    return failure("no code generator for '" + target.triple + "': " + problem);
  }
  TargetOptions options;
  options.MCOptions.AsmVerbose = false;
  std::unique_ptr<TargetMachine> machine(found->createTargetMachine(
      triple, target.cpu, target.features, options, Reloc::PIC_, std::nullopt,
      CodeGenOptLevel::Default));
  if (!machine) {
    return failure("no code generator for '" + target.triple + "'");
  }
  return std::move(machine);
}

/// The runtime's bitcode holds the layouts of pthread's types, so it is for one
/// kind of machine only.
static Error linkRuntime(Module &module) {
  const Triple &triple = module.getTargetTriple();
  if (triple.getArch() != Triple::x86_64 || !triple.isOSLinux()) {
    return failure("libraries are made for x86-64 Linux; there is no runtime "
                   "for '" +
                   triple.str() + "' yet");
  }
  runtime::Bytes bytes = runtime::bitcode();
  StringRef text(reinterpret_cast<const char *>(bytes.data), bytes.size);
  Expected<std::unique_ptr<Module>> parsed =
      parseBitcodeFile(MemoryBufferRef(text, "runtime"), module.getContext());
  if (!parsed) {
    return parsed.takeError();
  }
  (*parsed)->setTargetTriple(triple);
  (*parsed)->setDataLayout(module.getDataLayout());
  if (NamedMDNode *ident = (*parsed)->getNamedMetadata("llvm.ident")) {
    ident->eraseFromParent();
  }
  if (Linker::linkModules(module, std::move(*parsed))) {
    return failure("internal: the runtime does not link");
  }
  return Error::success();
}

/// Halide's checks call a function for each kind of mistake; each notes its
/// name. Arguments beyond the first are of no interest.
static void addCheckFunctions(Module &module,
                              const std::set<std::string> &needed) {
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::getUnqual(context);
  Type *i32 = Type::getInt32Ty(context);
  for (StringRef function : needed) {
    if (!function.starts_with("halide_error_") ||
        module.getFunction(function)) {
      continue;
    }
    Function *made =
        Function::Create(FunctionType::get(i32, {pointer}, false),
                         GlobalValue::ExternalLinkage, function, module);
    IRBuilder<> builder(BasicBlock::Create(context, "", made));
    Value *what = builder.CreateGlobalString(function);
    FunctionCallee report = module.getOrInsertFunction(
        "kreg_rt_check_failed",
        FunctionType::get(i32, {pointer, pointer}, false));
    builder.CreateRet(builder.CreateCall(report, {made->getArg(0), what}));
  }
}

/// All functions for one processor, whatever clang said of the runtime's.
static void setTarget(Module &module, const TargetMachine &machine) {
  for (Function &function : module) {
    function.removeFnAttr("target-cpu");
    function.removeFnAttr("target-features");
    function.removeFnAttr("tune-cpu");
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", machine.getTargetCPU());
      function.addFnAttr("target-features", machine.getTargetFeatureString());
    }
  }
}

static void optimize(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager graphs;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2)
      .run(module, modules);
}

Expected<std::vector<char>> compileHost(Module &module, TargetMachine &machine,
                                        StringRef name,
                                        const std::set<std::string> &needed) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  std::set<std::string> api;
  for (const Function &function : module) {
    if (!function.isDeclaration() && !function.hasLocalLinkage()) {
      api.insert(function.getName().str());
    }
  }
  if (Error error = linkRuntime(module)) {
    return std::move(error);
  }
  addCheckFunctions(module, needed);
  internalizeModule(module, [&](const GlobalValue &value) {
    return api.count(value.getName().str()) != 0 ||
           needed.count(value.getName().str()) != 0;
  });
  for (const std::string &function : needed) {
    if (Function *found = module.getFunction(function)) {
      found->setName(name + "__" + function);
      found->setVisibility(GlobalValue::HiddenVisibility);
      found->setDSOLocal(true);
    }
  }
  setTarget(module, machine);
  optimize(module, machine);

  SmallVector<char, 0> object;
  raw_svector_ostream stream(object);
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr,
                                  CodeGenFileType::ObjectFile)) {
    return failure("internal: no object files for '" +
                   machine.getTargetTriple().str() + "'");
  }
  passes.run(module);
  return std::vector<char>(object.begin(), object.end());
}

} // namespace kregc::emit

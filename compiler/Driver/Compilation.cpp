// A compilation: the phases in order, each from the result of the one before.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Compilation.h"

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "compiler/Driver/CompileKernels.h"
#include "compiler/Driver/CountOperations.h"
#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/Sites.h"
#include "compiler/Driver/TrainingSettings.h"
#include "compiler/Pipelines/Pipelines.h"
#include "dialect/IR/Kreg.h"
#include "frontends/Container/Error.h"
#include "frontends/Import/ImportLosses.h"
#include "frontends/Import/Importer.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace kregc::driver {
namespace {

std::string print(mlir::ModuleOp module) {
  std::string text;
  raw_string_ostream stream(text);
  mlir::OpPrintingFlags flags;
  flags.printNameLocAsPrefix();      // %conv2d, not %0
  flags.elideLargeResourceString(0); // weights are never printed
  flags.elideLargeElementsAttrs(16);
  module.print(stream, flags);
  // Without their values nothing is left of the resources but brackets.
  return StringRef(text).split("\n{-#").first.rtrim().str() + "\n";
}

template <typename Op>
int count(mlir::ModuleOp module) {
  int number = 0;
  module.walk([&](Op) { ++number; });
  return number;
}

std::string plural(int number, StringRef noun, StringRef many) {
  return (Twine(number) + " " + (number == 1 ? noun : many)).str();
}

/// SHA-256 in hexadecimal, or "" where the file cannot be read any more.
std::string hashOfFile(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer) {
    return "";
  }
  return toHex(SHA256::hash(arrayRefFromStringRef((*buffer)->getBuffer())),
               /*LowerCase=*/true);
}

} // namespace

Compilation::Compilation(keras::Model model, CompilationOptions options)
    : source(std::move(model)), options(std::move(options)),
      context(mlir::MLIRContext::Threading::DISABLED),
      passes(context, this->options.remarks) {}

bool Compilation::isNeeded(Phase phase) const {
  bool asked = phase == options.last || options.allTexts;
  switch (phase) {
  case Phase::Step:
    return options.training;
  case Phase::Stmt: // the objects, too
    return asked || options.last == Phase::StaticLib;
  case Phase::Llvm:
  case Phase::Header:
    return asked;
  default:
    return true;
  }
}

Error Compilation::run(Progress &progress, Observer observer) {
  for (const PhaseInfo &info : allPhases()) {
    if (info.phase > options.last) {
      break;
    }
    if (!isNeeded(info.phase)) {
      continue;
    }
    progress.begin(info.phase);
    if (Error error = runPhase(info.phase)) {
      progress.fail();
      return error;
    }
    progress.end(note(info.phase));
    if (Error error = observer(info.phase, [&] { return text(info.phase); })) {
      return error;
    }
  }
  return Error::success();
}

/// Keeps a result, or passes its error on.
template <typename T>
static Error keep(Expected<T> result, T &in) {
  if (!result) {
    return result.takeError();
  }
  in = std::move(*result);
  return Error::success();
}

Error Compilation::runPhase(Phase phase) {
  switch (phase) {
  case Phase::Import:
    return importLayers();
  case Phase::Penalty:
    return passes.run(*module, options.training ? buildTrainingPenaltyPhase
                                                : buildPenaltyPhase);
  case Phase::Step:
    return passes.run(*module, buildStepPhase);
  case Phase::Kernels:
    return passes.run(*module, [&](mlir::OpPassManager &manager) {
      buildKernelsPhase(manager, options.target.name);
    });
  case Phase::Plan:
    return makePlans();
  case Phase::Stmt:
    return compileObjects();
  case Phase::Llvm:
    return keep(emit::buildHostText(libraryInput()), hostText);
  case Phase::Header:
    return keep(emit::buildHeader(libraryInput()), header);
  case Phase::StaticLib:
    return keep(emit::buildLibrary(libraryInput()), library);
  }
  llvm_unreachable("every phase has its work");
}

Error Compilation::importLayers() {
  auto imported = importModel(source, context);
  if (!imported) {
    return imported.takeError();
  }
  module = std::move(*imported);
  if (options.training) {
    setLosses(*module->getOps<mlir::kreg::ModelOp>().begin(),
              source.training->losses);
  }
  return Error::success();
}

Error Compilation::makePlans() {
  bool failed = false;
  module->walk([&](mlir::kreg::KernelOp op) {
    mlir::FailureOr<plan::Kernel> kernel = mlir::kreg::translateKernel(op);
    failed |= mlir::failed(kernel);
    if (!failed) {
      kernels.push_back(std::move(*kernel));
    }
    return failed ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
  });
  return failed ? passes.takeError("the translation of a kernel")
                : Error::success();
}

Error Compilation::compileObjects() {
  halide::Options wanted;
  wanted.wantStatement = options.allTexts || options.last == Phase::Stmt;
  wanted.wantObject = options.last != Phase::Stmt;
  return keep(compileKernels(kernels, options.target, wanted), compiled);
}

emit::LibraryInput Compilation::libraryInput() {
  emit::LibraryInput input;
  input.module = *module;
  input.kernels = kernels;
  for (const halide::CompiledKernel &kernel : compiled) {
    input.objects.push_back({kernel.symbol, kernel.object});
  }
  input.target = options.target;
  input.name = options.name;
  input.recordSelfTest = true;
  if (options.training) {
    input.training = makeTrainingSettings(source);
  }
  input.sourceFile = sys::path::filename(source.file).str();
  input.sourceHash = hashOfFile(source.file);
  input.kerasVersion = source.version.text;
  for (const Site &site : collectSites(source)) {
    if (site.activity && site.live) {
      input.sites.push_back({site.layer, site.className,
                             describe(site.regularizer), describe(site.shape),
                             site.perBatch});
    }
  }
  return input;
}

std::vector<KernelCost> Compilation::costs(int64_t batch) const {
  std::vector<KernelCost> costs;
  for (const plan::Kernel &kernel : kernels) {
    const plan::Plan &plan = kernel.variants.back().plan;
    // A training library has the kernels of three models; a call is a step.
    if (!options.training || StringRef(kernel.name).starts_with("step_")) {
      costs.push_back(
          {kernel.name, countOperations(plan, batch), countBytes(plan, batch)});
    }
  }
  return costs;
}

std::string Compilation::text(Phase phase) {
  std::string text;
  switch (phase) {
  case Phase::Import:
  case Phase::Penalty:
  case Phase::Step:
  case Phase::Kernels:
    return print(*module);
  case Phase::Plan:
    for (const plan::Kernel &kernel : kernels) {
      for (const plan::Variant &variant : kernel.variants) {
        text += plan::print(variant.plan);
      }
    }
    return text;
  case Phase::Stmt:
    for (const halide::CompiledKernel &kernel : compiled) {
      text += kernel.statement;
    }
    return text;
  case Phase::Llvm:
    return hostText;
  case Phase::Header:
    return header;
  case Phase::StaticLib:
    return std::string(library.archive.begin(), library.archive.end());
  }
  llvm_unreachable("every phase has a text");
}

std::string Compilation::note(Phase phase) {
  switch (phase) {
  case Phase::Import:
    return plural(count<mlir::kreg::LayerOp>(*module), "layer", "layers");
  case Phase::Penalty:
    return plural(count<mlir::kreg::PenaltyOp>(*module), "penalty",
                  "penalties");
  case Phase::Kernels:
    return plural(count<mlir::kreg::KernelOp>(*module), "kernel", "kernels");
  case Phase::Stmt:
    return plural(static_cast<int>(compiled.size()), "object", "objects");
  case Phase::StaticLib:
    return std::to_string((library.archive.size() + 1023) / 1024) + " KiB";
  default:
    return "";
  }
}

} // namespace kregc::driver

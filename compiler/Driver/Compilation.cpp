// A compilation: the phases in order, each from the result of the one before.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Compilation.h"

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "compiler/Driver/CompileKernels.h"
#include "compiler/Driver/DriverError.h"
#include "compiler/Pipelines/Pipelines.h"
#include "dialect/IR/Kreg.h"
#include "frontends/Import/Importer.h"

#include "mlir/Pass/PassManager.h"
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

} // namespace

Compilation::Compilation(keras::Model model, CompilationOptions options)
    : source(std::move(model)), options(std::move(options)),
      context(mlir::MLIRContext::Threading::DISABLED),
      passes(context, this->options.remarks) {}

Error Compilation::run(Phase last, Progress &progress, Observer observer) {
  for (const PhaseInfo &info : allPhases()) {
    progress.begin(info.phase);
    if (Error error = runPhase(info.phase)) {
      progress.fail();
      return error;
    }
    progress.end(note(info.phase));
    if (Error error = observer(info.phase, [&] { return text(info.phase); })) {
      return error;
    }
    if (info.phase == last) {
      break;
    }
  }
  return Error::success();
}

Error Compilation::runPhase(Phase phase) {
  switch (phase) {
  case Phase::Import:
    return importLayers();
  case Phase::Penalty:
    return passes.run(*module, buildPenaltyPhase);
  case Phase::Kernels:
    return passes.run(*module, [&](mlir::OpPassManager &manager) {
      buildKernelsPhase(manager, options.target.name);
    });
  case Phase::Plan:
    return makePlans();
  case Phase::Stmt:
    return compileObjects();
  default:
    return unsupported("internal: phase " + Twine(info(phase).name) +
                       " failed");
  }
}

Error Compilation::importLayers() {
  auto imported = importModel(source, context);
  if (!imported) {
    return imported.takeError();
  }
  module = std::move(*imported);
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
#ifndef KREGC_HAVE_HALIDE
  return unsupported("kernels are not compiled in this build");
#else
  halide::Options wanted;
  wanted.wantStatement = options.statements;
  auto objects = compileKernels(kernels, options.target, wanted);
  if (!objects) {
    return objects.takeError();
  }
  compiled = std::move(*objects);
  return Error::success();
#endif
}

std::string Compilation::text(Phase phase) {
  std::string text;
  switch (phase) {
  case Phase::Import:
  case Phase::Penalty:
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
  default:
    return "";
  }
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
  default:
    return "";
  }
}

} // namespace kregc::driver

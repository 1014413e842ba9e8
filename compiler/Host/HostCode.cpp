// The other functions of the API, and the way to LLVM IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostCode.h"

#include "compiler/Host/HostBuilder.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

using namespace mlir;

namespace kregc::host {

std::string kernelSymbol(StringRef model, StringRef plan) {
  return (model + "__" + plan).str();
}

std::string weightSymbol(StringRef model, size_t number) {
  return (model + "__w" + Twine(number)).str();
}

std::string selfTestSymbol(StringRef model, StringRef what, size_t number) {
  return (model + "__test_" + what + Twine(number)).str();
}

Value HostBuilder::selfTestRecord(const SelfTestShape &shape) {
  auto memory = [&](int64_t bytes) -> Value {
    return LLVM::AllocaOp::create(builder, loc, pointer(), builder.getI8Type(),
                                  constant(i64(), std::max<int64_t>(bytes, 8)),
                                  /*alignment=*/16);
  };
  auto table = [&](StringRef what, size_t count) {
    SmallVector<std::string> symbols;
    for (size_t i = 0; i < count; ++i) {
      symbols.push_back(selfTestSymbol(name, what, i));
    }
    return pointerTable((name + "__test_" + what).str(), symbols);
  };
  size_t outputs = shape.outputSizes.size();
  Value sizes = memory(8 * outputs);
  for (auto [i, size] : llvm::enumerate(shape.outputSizes)) {
    store(constant(i64(), size), sizes, 8 * i);
  }
  // The fields of kreg_self_test in their order.
  Value record = memory(72);
  store(constant(i64(), shape.batch), record, 0);
  store(constant(i32(), shape.numInputs), record, 8);
  store(constant(i32(), outputs), record, 12);
  store(constant(i32(), shape.numPenalties), record, 16);
  store(constant(i32(), 0), record, 20);
  store(table("in", shape.numInputs), record, 24);
  store(table("out", outputs), record, 32);
  store(sizes, record, 40);
  store(shape.numPenalties == 0
            ? null()
            : addressOf(selfTestSymbol(name, "penalties", 0)),
        record, 48);
  store(real(shape.relative), record, 56);
  store(real(shape.absolute), record, 64);
  return record;
}

void HostBuilder::buildWrappers(const SelfTestShape *selfTest) {
  forwardTo("_create", "kreg_rt_create", i32(), {pointer(), pointer()});
  forwardTo("_destroy", "kreg_rt_destroy", none(), {pointer()});
  forwardTo("_error_message", "kreg_rt_message", pointer(), {pointer()});

  LLVM::LLVMFuncOp function = define("_self_test", i32(), {pointer()});
  Value test = selfTest ? selfTestRecord(*selfTest) : null();
  Value forward =
      LLVM::AddressOfOp::create(builder, loc, pointer(), name + "_forward");
  buildReturn(call("kreg_rt_self_test", i32(),
                   {function.getArgument(0), test, forward}));
}

/// The LLVM module that `build` fills.
static llvm::Expected<std::unique_ptr<llvm::Module>>
makeModule(StringRef name, llvm::LLVMContext &llvmContext,
           llvm::function_ref<void(ModuleOp)> build) {
  // A context of its own: locations and weights of the model stay outside.
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<LLVM::LLVMDialect>();
  registerBuiltinDialectTranslation(context);
  registerLLVMDialectTranslation(context);
  OwningOpRef<ModuleOp> module =
      ModuleOp::create(UnknownLoc::get(&context), (name + "_host").str());
  build(*module);

  std::string problem;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    problem += diagnostic.str() + "\n";
    return success();
  });
  if (succeeded(verify(*module))) {
    if (auto code = translateModuleToLLVMIR(*module, llvmContext, name)) {
      return code;
    }
  }
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "internal: host code is not valid: " +
                                     problem);
}

llvm::Expected<std::unique_ptr<llvm::Module>>
makeHostCode(const HostPlan &plan, StringRef name,
             const SelfTestShape *selfTest, llvm::LLVMContext &context) {
  return makeModule(name, context, [&](ModuleOp module) {
    HostBuilder builder(plan, name, module);
    builder.buildForward();
    builder.buildWrappers(selfTest);
  });
}

llvm::Expected<std::unique_ptr<llvm::Module>>
makeTrainingCode(const TrainingPlans &plans, const TrainingTable &table,
                 StringRef name, llvm::LLVMContext &context) {
  return makeModule(name, context, [&](ModuleOp module) {
    HostBuilder(plans.evaluate, name, module).buildRun("__evaluate");
    HostBuilder(plans.step, name, module).buildRun("__step");
    HostBuilder builder(plans.forward, name, module);
    builder.buildForward("__forward");
    builder.buildTraining(table);
  });
}

} // namespace kregc::host

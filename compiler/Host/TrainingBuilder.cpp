// The API of a training library: its table as data, and functions that hand
// their arguments to runtime/lib/Training.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostBuilder.h"

using namespace mlir;

namespace kregc::host {
namespace {

template <typename T>
StringRef bytesOf(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(T)};
}

} // namespace

/// A constant of the module with these bytes.
void HostBuilder::addBytes(StringRef symbol, StringRef bytes) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(module.getBody());
  auto global = LLVM::GlobalOp::create(
      builder, loc, LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size()),
      /*isConstant=*/true, LLVM::Linkage::Internal, symbol,
      builder.getStringAttr(bytes));
  global.setAlignment(16);
}

/// The kreg_training: all its fields are pointers.
Value HostBuilder::trainingTable(const TrainingTable &table) {
  std::string prefix = name + "__training";
  if (!module.lookupSymbol(prefix)) {
    StringRef settings(reinterpret_cast<const char *>(&table.settings),
                       sizeof table.settings);
    addBytes(prefix + "_settings", settings);
    addBytes(prefix + "_variables", bytesOf(table.variables));
    addBytes(prefix + "_texts", table.texts);
    addBytes(prefix + "_boundaries", bytesOf(table.boundaries));
    addBytes(prefix + "_output_bytes", bytesOf(table.outputBytes));
    SmallVector<std::string> weights;
    for (size_t i = 0; i < table.initial.size(); ++i) {
      weights.push_back(weightSymbol(name, i));
    }
    pointerTable(prefix + "_initial", weights);
    static_assert(sizeof(kreg_training) == 8 * sizeof(void *),
                  "the fields below are those of kreg_training");
    pointerTable(prefix, {prefix + "_settings", prefix + "_variables",
                          prefix + "_initial", prefix + "_texts",
                          prefix + "_boundaries", prefix + "_output_bytes",
                          name + "__evaluate", name + "__step"});
  }
  return LLVM::AddressOfOp::create(builder, loc, pointer(), prefix);
}

void HostBuilder::forwardTo(StringRef suffix, StringRef runtime, Type result,
                            ArrayRef<Type> types) {
  LLVM::LLVMFuncOp function = define(suffix, result, types);
  SmallVector<Value> arguments(function.getArguments());
  Value value = call(runtime, result, arguments);
  LLVM::ReturnOp::create(builder, loc,
                         value ? ValueRange{value} : ValueRange{});
}

void HostBuilder::buildTraining(const TrainingTable &table) {
  LLVM::LLVMFuncOp create = define("_create", i32(), {pointer(), pointer()});
  buildReturn(call(
      "kreg_rt_create_training", i32(),
      {create.getArgument(0), trainingTable(table), create.getArgument(1)}));
  LLVM::LLVMFuncOp bytes = define("_step_bytes", i64(), {i64()});
  buildReturn(call("kreg_rt_step_bytes", i64(),
                   {trainingTable(table), bytes.getArgument(0)}));

  Type p = pointer();
  for (StringRef run : {"train_step", "evaluate", "gradients"}) {
    forwardTo(("_" + run).str(), ("kreg_rt_" + run).str(), i32(),
              {p, i64(), p, p, p, p, p});
  }
  forwardTo("_weight", "kreg_rt_weight", i32(), {p, i64(), p});
  forwardTo("_optimizer_variable", "kreg_rt_optimizer_variable", i32(),
            {p, i64(), p});
  forwardTo("_get_weight", "kreg_rt_get_weight", i32(), {p, p, p, i64()});
  forwardTo("_set_weight", "kreg_rt_set_weight", i32(), {p, p, p, i64()});
  forwardTo("_get_learning_rate", "kreg_rt_get_learning_rate", f64(), {p});
  forwardTo("_set_learning_rate", "kreg_rt_set_learning_rate", i32(),
            {p, f64()});
  forwardTo("_get_iteration", "kreg_rt_get_iteration", i64(), {p});
  forwardTo("_set_iteration", "kreg_rt_set_iteration", i32(), {p, i64()});
  forwardTo("_set_seed", "kreg_rt_set_seed", i32(), {p, i64()});
  forwardTo("_use_averages", "kreg_rt_use_averages", i32(), {p});
  forwardTo("_save", "kreg_rt_save", i32(), {p, p});
  forwardTo("_load", "kreg_rt_load", i32(), {p, p});
  forwardTo("_destroy", "kreg_rt_destroy", none(), {p});
  forwardTo("_error_message", "kreg_rt_message", p, {p});
}

} // namespace kregc::host

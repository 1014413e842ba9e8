// Constants, symbols and small pieces of host code.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostBuilder.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace kregc::host {

HostBuilder::HostBuilder(const HostPlan &plan, StringRef name, ModuleOp module)
    : plan(plan), name(name), module(module), context(module.getContext()),
      builder(context), loc(builder.getUnknownLoc()) {
  builder.setInsertionPointToEnd(module.getBody());
}

Value HostBuilder::constant(Type type, int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, type,
                                  builder.getIntegerAttr(type, value));
}

Value HostBuilder::real(double value) {
  return LLVM::ConstantOp::create(builder, loc, f64(),
                                  builder.getF64FloatAttr(value));
}

Value HostBuilder::null() {
  return LLVM::ZeroOp::create(builder, loc, pointer());
}

Value HostBuilder::sizeAt(Size size, Value batch) {
  Value fixed = constant(i64(), size.constant);
  if (size.perBatch == 0) {
    return fixed;
  }
  Value growing =
      LLVM::MulOp::create(builder, loc, batch, constant(i64(), size.perBatch));
  return size.constant == 0
             ? growing
             : LLVM::AddOp::create(builder, loc, growing, fixed).getResult();
}

Value HostBuilder::extentAt(const plan::Extent &extent, Value batch) {
  if (extent.isStatic()) {
    return constant(i64(), extent.at(0));
  }
  Value sum =
      sizeAt({extent.constant + extent.divisor - 1, extent.perBatch}, batch);
  if (extent.divisor == 1) {
    return sum;
  }
  // Never negative, for batch >= 1.
  return LLVM::UDivOp::create(builder, loc, sum,
                              constant(i64(), extent.divisor));
}

Value HostBuilder::offset(Value base, Value bytes) {
  return LLVM::GEPOp::create(builder, loc, pointer(), builder.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{bytes});
}

Value HostBuilder::offset(Value base, int64_t bytes) {
  if (bytes == 0) {
    return base;
  }
  return LLVM::GEPOp::create(builder, loc, pointer(), builder.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{int32_t(bytes)});
}

Value HostBuilder::loadPointer(Value base, int64_t number) {
  return LLVM::LoadOp::create(builder, loc, pointer(),
                              offset(base, 8 * number));
}

void HostBuilder::store(Value value, Value base, int64_t bytes) {
  LLVM::StoreOp::create(builder, loc, value, offset(base, bytes));
}

Value HostBuilder::compare(LLVM::ICmpPredicate how, Value a, Value b) {
  return LLVM::ICmpOp::create(builder, loc, how, a, b);
}

Value HostBuilder::addressOf(StringRef symbol) {
  if (!module.lookupSymbol(symbol)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    auto global = LLVM::GlobalOp::create(
        builder, loc, LLVM::LLVMArrayType::get(builder.getI8Type(), 0),
        /*isConstant=*/true, LLVM::Linkage::External, symbol, Attribute());
    global.setVisibility_(LLVM::Visibility::Hidden);
    global.setAlignment(64);
  }
  return LLVM::AddressOfOp::create(builder, loc, pointer(), symbol);
}

Value HostBuilder::text(StringRef text) {
  // Several builders may write into one module; equal texts are one.
  std::string symbol =
      name + "__text" + llvm::utohexstr(llvm::xxh3_64bits(text));
  std::string bytes = text.str();
  bytes.push_back('\0');
  if (!module.lookupSymbol(symbol)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    LLVM::GlobalOp::create(
        builder, loc,
        LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size()),
        /*isConstant=*/true, LLVM::Linkage::Private, symbol,
        builder.getStringAttr(bytes));
  }
  return LLVM::AddressOfOp::create(builder, loc, pointer(), symbol);
}

LLVM::LLVMFuncOp HostBuilder::declare(StringRef symbol, Type result,
                                      ArrayRef<Type> arguments, bool hidden) {
  if (auto there = module.lookupSymbol<LLVM::LLVMFuncOp>(symbol)) {
    return there;
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(
      builder, loc, symbol, LLVM::LLVMFunctionType::get(result, arguments));
  if (hidden) {
    function.setVisibility_(LLVM::Visibility::Hidden);
    function.setDsoLocal(true);
  }
  return function;
}

Value HostBuilder::call(StringRef symbol, Type result,
                        ArrayRef<Value> arguments, bool hidden) {
  SmallVector<Type> types;
  for (Value argument : arguments) {
    types.push_back(argument.getType());
  }
  LLVM::LLVMFuncOp function = declare(symbol, result, types, hidden);
  auto op = LLVM::CallOp::create(builder, loc, function, arguments);
  return op.getNumResults() == 0 ? Value() : op.getResult();
}

LLVM::LLVMFuncOp HostBuilder::define(Twine suffix, Type result,
                                     ArrayRef<Type> arguments) {
  builder.setInsertionPointToEnd(module.getBody());
  auto function =
      LLVM::LLVMFuncOp::create(builder, loc, (name + suffix).str(),
                               LLVM::LLVMFunctionType::get(result, arguments));
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  return function;
}

Value HostBuilder::pointerTable(StringRef symbol,
                                ArrayRef<std::string> symbols) {
  OpBuilder::InsertionGuard guard(builder);
  {
    OpBuilder::InsertionGuard inner(builder);
    builder.setInsertionPointToEnd(module.getBody());
    Type type = LLVM::LLVMArrayType::get(pointer(), symbols.size());
    auto global =
        LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                               LLVM::Linkage::Internal, symbol, Attribute());
    builder.createBlock(&global.getInitializerRegion());
    Value table = LLVM::UndefOp::create(builder, loc, type);
    for (auto [i, entry] : llvm::enumerate(symbols)) {
      table = LLVM::InsertValueOp::create(builder, loc, table, addressOf(entry),
                                          int64_t(i));
    }
    LLVM::ReturnOp::create(builder, loc, table);
  }
  return LLVM::AddressOfOp::create(builder, loc, pointer(), symbol);
}

void HostBuilder::buildReturn(Value status) {
  LLVM::ReturnOp::create(builder, loc, status);
}

} // namespace kregc::host

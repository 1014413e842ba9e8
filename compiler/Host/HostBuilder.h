// What all parts of the host code's construction share: types, constants,
// declarations of what is called, in MLIR's LLVM dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HOST_HOSTBUILDER_H
#define KREGC_COMPILER_HOST_HOSTBUILDER_H

#include "compiler/Host/HostCode.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

namespace kregc::host {

namespace LLVM = mlir::LLVM;

class HostBuilder {
public:
  HostBuilder(const HostPlan &plan, llvm::StringRef name,
              mlir::ModuleOp module);

  /// <name>_forward and the function of its kernels, in ForwardBuilder.cpp.
  void buildForward(llvm::StringRef run = "__run");
  /// The API of training but _forward, in TrainingBuilder.cpp; needs the
  /// functions __evaluate and __step.
  void buildTraining(const TrainingTable &table);
  /// The kernels of one model, a function of the module alone with the
  /// arguments of forward that checks none of them.
  void buildRun(llvm::Twine suffix);
  /// The rest of the API, in HostCode.cpp.
  void buildWrappers(const SelfTestShape *selfTest);

protected:
  // Types.
  mlir::Type i32() { return builder.getI32Type(); }
  mlir::Type i64() { return builder.getI64Type(); }
  mlir::Type none() { return LLVM::LLVMVoidType::get(context); }
  mlir::Type f64() { return builder.getF64Type(); }
  mlir::Type pointer() { return LLVM::LLVMPointerType::get(context); }

  // Constants and arithmetic at the insertion point.
  mlir::Value constant(mlir::Type type, int64_t value);
  mlir::Value real(double value);
  mlir::Value null();
  /// c + k·batch.
  mlir::Value sizeAt(Size size, mlir::Value batch);
  /// ceil((c + k·batch) / divisor), in int64.
  mlir::Value extentAt(const plan::Extent &extent, mlir::Value batch);
  mlir::Value offset(mlir::Value base, mlir::Value bytes);
  mlir::Value offset(mlir::Value base, int64_t bytes);
  /// base[number] of an array of pointers.
  mlir::Value loadPointer(mlir::Value base, int64_t number);
  void store(mlir::Value value, mlir::Value base, int64_t bytes);
  mlir::Value compare(LLVM::ICmpPredicate how, mlir::Value a, mlir::Value b);

  // Symbols.
  mlir::Value addressOf(llvm::StringRef symbol); ///< hidden data elsewhere
  mlir::Value text(llvm::StringRef text);        ///< a constant C string
  LLVM::LLVMFuncOp declare(llvm::StringRef symbol, mlir::Type result,
                           llvm::ArrayRef<mlir::Type> arguments,
                           bool hidden = false);
  /// Calls a function that is declared by its arguments; no value for void.
  mlir::Value call(llvm::StringRef symbol, mlir::Type result,
                   llvm::ArrayRef<mlir::Value> arguments, bool hidden = false);
  /// A function of the API, its entry block made.
  LLVM::LLVMFuncOp define(llvm::Twine suffix, mlir::Type result,
                          llvm::ArrayRef<mlir::Type> arguments);
  struct Forward;
  /// The values that all functions with the arguments of forward use.
  void beginForward(Forward &f, llvm::Twine suffix);
  /// A constant array of pointers to hidden data or to `symbols` themselves.
  mlir::Value pointerTable(llvm::StringRef symbol,
                           llvm::ArrayRef<std::string> symbols);

  void addBytes(llvm::StringRef symbol, llvm::StringRef bytes);
  mlir::Value trainingTable(const TrainingTable &table);
  /// <name><suffix>, which is a function of the runtime.
  void forwardTo(llvm::StringRef suffix, llvm::StringRef runtime,
                 mlir::Type result, llvm::ArrayRef<mlir::Type> types);

  /// A kreg_self_test on the stack.
  mlir::Value selfTestRecord(const SelfTestShape &shape);

  // The parts of forward.
  void allocateStack(Forward &f);
  void checkPointers(Forward &f, mlir::Value array, size_t count,
                     llvm::StringRef what);
  void buildEmptyBatch(Forward &f);
  mlir::Value bufferAddress(Forward &f, const Buffer &buffer);
  void fillBuffer(Forward &f, int slot, const plan::Value &value,
                  mlir::Value host);
  void buildCall(Forward &f, int number);
  void buildOrthogonal(Forward &f, int number);
  void buildVariant(Forward &f, const Call &call, const plan::Plan &plan,
                    mlir::Block *done);
  void buildSums(Forward &f, int number, mlir::ValueRange counts);
  void buildCopies(Forward &f);
  void buildPenalties(Forward &f);
  /// A new block behind the current one; the builder stays where it is.
  mlir::Block *newBlock(Forward &f, llvm::ArrayRef<mlir::Type> arguments = {});
  /// Goes on in a new block unless `condition`, which goes to `target`.
  void leaveIf(Forward &f, mlir::Value condition, mlir::Block *target,
               mlir::ValueRange arguments = {});
  void buildReturn(mlir::Value status);

  const HostPlan &plan;
  std::string name;
  mlir::ModuleOp module;
  mlir::MLIRContext *context;
  mlir::OpBuilder builder;
  mlir::Location loc;
};

} // namespace kregc::host

#endif // KREGC_COMPILER_HOST_HOSTBUILDER_H

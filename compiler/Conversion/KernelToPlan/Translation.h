// The state of one translation, and expressions in short form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_CONVERSION_KERNELTOPLAN_TRANSLATION_H
#define KREGC_COMPILER_CONVERSION_KERNELTOPLAN_TRANSLATION_H

#include "compiler/Plan/Plan.h"
#include "dialect/IR/Kreg.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::kreg {

using kregc::plan::ExpressionRef;
using kregc::plan::Operator;

/// Expressions of a plan; integers fold, so that plain indices stay plain.
ExpressionRef
realNumber(double value,
           kregc::plan::ElementType type = kregc::plan::ElementType::F32);
ExpressionRef integer(int64_t value);
ExpressionRef loop(int64_t number);
ExpressionRef extentOf(kregc::plan::Extent extent);
ExpressionRef apply(Operator op, kregc::plan::ElementType type,
                    std::vector<ExpressionRef> operands);
ExpressionRef indexAdd(ExpressionRef a, ExpressionRef b);
ExpressionRef indexMul(ExpressionRef a, int64_t factor);
ExpressionRef indexDiv(const ExpressionRef &a, int64_t divisor);
ExpressionRef indexMod(const ExpressionRef &a, int64_t divisor);

/// An affine expression of the loops; `loops[i]` stands for d_i.
ExpressionRef affine(AffineExpr expr, ArrayRef<ExpressionRef> loops);

std::optional<kregc::plan::ElementType> elementType(Type type);

/// One kernel on its way to a Plan.
class Translation {
public:
  explicit Translation(KernelOp kernel);

  LogicalResult run();
  kregc::plan::Plan take() { return std::move(plan); }

  /// Reads `tensor` at `indices`: a value of the plan, or through a pad, a
  /// reshape or a slice the value behind it.
  FailureOr<ExpressionRef> read(Value tensor,
                                std::vector<ExpressionRef> indices);

  /// The sizes of a tensor, where they are extents of a plan.
  FailureOr<std::vector<kregc::plan::Extent>> extents(Value tensor);

private:
  FailureOr<kregc::plan::Extent> extentOfIndex(Value index);
  FailureOr<std::vector<kregc::plan::Extent>>
  concatExtents(tensor::ConcatOp op);

  LogicalResult addOperands();
  LogicalResult addResults();
  FailureOr<int> addValue(Value tensor, kregc::plan::Value::Kind kind,
                          std::string name);
  /// The value that a stage writes for `tensor`: a result or a temporary.
  FailureOr<int> destination(Value tensor);
  /// Appends a stage that writes `tensor`.
  LogicalResult addStage(Value tensor, kregc::plan::Stage stage,
                         ExpressionRef init, ExpressionRef body);
  /// A pointwise stage with the loops of `tensor`; `indices` are they.
  FailureOr<kregc::plan::Stage>
  pointwiseStage(Value tensor, std::vector<ExpressionRef> &indices);
  FailureOr<ExpressionRef> readPadded(tensor::PadOp pad,
                                      std::vector<ExpressionRef> indices);
  FailureOr<ExpressionRef> readSlice(tensor::ExtractSliceOp slice,
                                     std::vector<ExpressionRef> indices);

  LogicalResult translate(Operation &op);
  FailureOr<kregc::plan::Stage>
  stageOf(linalg::GenericOp op, SmallVectorImpl<ExpressionRef> &counters);
  LogicalResult translateGeneric(linalg::GenericOp op);
  LogicalResult translateView(Value result);
  LogicalResult translateConcat(tensor::ConcatOp op);
  LogicalResult finishResults();

  KernelOp kernel;
  kregc::plan::Plan plan;
  llvm::DenseMap<Value, int> valueOf;   ///< tensors that are stored
  llvm::DenseMap<Value, double> fillOf; ///< tensors that are one number
  llvm::DenseMap<Value, int> resultOf;  ///< yielded tensor → plan value
};

/// The body of a generic as an expression; `operands` are its block arguments,
/// `loops` its loop counters.
FailureOr<ExpressionRef> translatePayload(Translation &translation,
                                          linalg::GenericOp op,
                                          ArrayRef<ExpressionRef> operands,
                                          ArrayRef<ExpressionRef> loops);

/// Substitutes pointwise stages whose only reader is another pointwise stage,
/// and drops temporaries that nobody reads any more.
void inlinePointwise(kregc::plan::Plan &plan);

} // namespace mlir::kreg

#endif // KREGC_COMPILER_CONVERSION_KERNELTOPLAN_TRANSLATION_H

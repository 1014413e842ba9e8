// What a model means: its outputs and penalties, computed from the IR one op
// at a time and as plainly as possible. Nothing here is optimised, so that it
// can be the reference for what is.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_INTERPRETER_INTERPRETER_H
#define KREGC_DIALECT_INTERPRETER_INTERPRETER_H

#include "dialect/IR/Kreg.h"
#include "dialect/Interpreter/Ball.h"
#include "dialect/Interpreter/Rational.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace mlir::kreg {

/// Numbers in row-major order; no shape is the shape of a scalar.
template <typename Number>
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<Number> data; ///< as many as the product of the shape
};

/// What a caller of a model observes.
template <typename Number>
struct Evaluation {
  std::vector<Tensor<Number>> outputs;
  /// In the order of `kregc inspect`, divided by the batch where the norm says
  /// so; 0 for an empty batch then.
  std::vector<Number> penalties;
};

/// Runs the model at inference: dropout is the identity, batch normalisation
/// takes the moving statistics. `Number` is double, Rational or Ball. Takes
/// layer form and penalty form; of kernel form what still holds core ops. In
/// layer form the layers' penalties come in the order of the layers, inner ones
/// first, behind those that `kreg.return` lists (as `kreg-dissolve-layers` has
/// it). One tensor per model input, with one size for all dynamic dimensions (0
/// is allowed).
///
/// Errors: inputs of another number or shape; a weight without a value; an op
/// that has no meaning here; with Rational a value that is not rational (the
/// message names the op and its layer). With double nothing is an error that
/// IEEE arithmetic gives a value. With Ball the results enclose those in real
/// arithmetic unless the precision has an undecided comparison.
template <typename Number>
llvm::Expected<Evaluation<Number>> evaluate(ModelOp model,
                                            ArrayRef<Tensor<Number>> inputs);

extern template llvm::Expected<Evaluation<double>>
    evaluate<double>(ModelOp, ArrayRef<Tensor<double>>);
extern template llvm::Expected<Evaluation<Rational>>
    evaluate<Rational>(ModelOp, ArrayRef<Tensor<Rational>>);
extern template llvm::Expected<Evaluation<Ball>>
    evaluate<Ball>(ModelOp, ArrayRef<Tensor<Ball>>);

/// l1·Σ|w| + l2·Σw² for each variable with a regularizer, in their order;
/// coefficients rounded to float32 first. Errors: a variable without a value.
template <typename Number = double>
llvm::Expected<std::vector<Number>> weightPenalties(ModuleOp module);

extern template llvm::Expected<std::vector<double>> weightPenalties(ModuleOp);
extern template llvm::Expected<std::vector<Rational>> weightPenalties(ModuleOp);
extern template llvm::Expected<std::vector<Ball>> weightPenalties(ModuleOp);

} // namespace mlir::kreg

#endif // KREGC_DIALECT_INTERPRETER_INTERPRETER_H

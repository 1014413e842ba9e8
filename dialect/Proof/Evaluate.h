// What a model computes for one input in each mode, by the interpreter.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_EVALUATE_H
#define KREGC_DIALECT_PROOF_EVALUATE_H

#include "dialect/Interpreter/Interpreter.h"
#include "dialect/Proof/Graph.h"

namespace mlir::kreg::proof {

/// What noise call i of a model drew, row-major: numbers from [0, 1) for
/// (alpha) dropout, which drops those below its rate, else normal ones.
using Draws = std::vector<Tensor<double>>;

/// Outputs, the sum of all penalties (of weights too), and values asked for.
template <typename Number>
struct Values {
  std::vector<Tensor<Number>> outputs, asked;
  Number penalty = Number(0);
  Draws draws; ///< one tensor per noise call; empty at inference
};

/// Evaluates the model of `module` (penalty form) at a batch of the inputs. In
/// training and expectation the noise calls draw fixed numbers: those of call i
/// depend on i and `seed` alone, and batch normalisation takes the moments of
/// the batch. `asked` are values of the model. Errors: as `evaluate`.
template <typename Number>
llvm::Expected<Values<Number>> evaluateIn(Mode mode, ModuleOp module,
                                          ArrayRef<Tensor<Number>> inputs,
                                          uint64_t seed, ArrayRef<Value> asked);

extern template llvm::Expected<Values<double>>
evaluateIn<double>(Mode, ModuleOp, ArrayRef<Tensor<double>>, uint64_t,
                   ArrayRef<Value>);
extern template llvm::Expected<Values<Rational>>
evaluateIn<Rational>(Mode, ModuleOp, ArrayRef<Tensor<Rational>>, uint64_t,
                     ArrayRef<Value>);
extern template llvm::Expected<Values<Ball>>
evaluateIn<Ball>(Mode, ModuleOp, ArrayRef<Tensor<Ball>>, uint64_t,
                 ArrayRef<Value>);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_EVALUATE_H

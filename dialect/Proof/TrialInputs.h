// Inputs to try on two models.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_TRIALINPUTS_H
#define KREGC_DIALECT_PROOF_TRIALINPUTS_H

#include "dialect/Interpreter/Interpreter.h"
#include "dialect/Proof/Graph.h"

namespace mlir::kreg::proof {

/// A way to fill the inputs: all numbers are short fractions, exact in float32.
struct Filling {
  enum Kind { Zeros, Ones, OneHot, Random, Small, Large, Huge, Vast } kind;
  unsigned seed;
  int64_t batch;

  std::string text() const; ///< "random numbers (batch 2, seed 1)"
};

/// What is tried, simple things first. `work` is that of one evaluation at a
/// batch of 1, in multiplications: more is tried of what is cheap. A batch of
/// fixed size (not 0) has that.
std::vector<Filling> fillings(double work, int64_t fixedBatch);

/// A tensor per input of the models. Where an input picks rows of a table, it
/// gets numbers of rows.
std::vector<Tensor<double>> fill(const Graph &graph, Filling filling);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_TRIALINPUTS_H

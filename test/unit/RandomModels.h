// Models made by chance, for the differential test: one op with random
// attributes, or a few ops in a random graph with penalties anywhere.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_RANDOMMODELS_H
#define KREGC_TEST_UNIT_RANDOMMODELS_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace kregc::test {

using Sizes = llvm::SmallVector<int64_t>;

/// A model in penalty form while it grows. The same seed makes the same model.
class RandomModel {
public:
  RandomModel(mlir::MLIRContext &context, uint64_t seed);

  // Chance.
  int64_t between(int64_t low, int64_t high); ///< both included
  bool once(int64_t in);                      ///< true once in `in` times
  double real(double low, double high);
  template <typename T>
  T oneOf(llvm::ArrayRef<T> choices) {
    return choices[between(0, choices.size() - 1)];
  }

  // Values. Shapes of inputs are without the batch.
  mlir::Value input(llvm::ArrayRef<int64_t> shape);
  /// Numbers in ±scale, each a float32.
  mlir::Value weight(llvm::ArrayRef<int64_t> shape, double scale,
                     double middle = 0.0);
  mlir::Value constant(double value, llvm::ArrayRef<int64_t> shape);
  /// A tensor of that shape (without the batch): one that is there, or new.
  mlir::Value another(llvm::ArrayRef<int64_t> shape);
  /// The shape of a value without the batch.
  static llvm::ArrayRef<int64_t> shapeOf(mlir::Value x);

  template <typename Op, typename... Arguments>
  mlir::Value add(Arguments &&...arguments) {
    return keep(Op::create(builder, builder.getUnknownLoc(),
                           std::forward<Arguments>(arguments)...));
  }
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  void penalise(mlir::Value x);
  /// Each float sum of the last op has up to so many terms.
  void addTerms(int64_t count) { terms += count; }

  /// Ends the model. What nobody reads becomes an output, `also` too.
  mlir::OwningOpRef<mlir::ModuleOp> finish(mlir::ValueRange also = {});

  mlir::OpBuilder builder;
  std::vector<mlir::Value> tensors; ///< all that carry the batch
  std::vector<bool> perBatch;       ///< of each penalty
  int64_t terms = 0;                ///< for the error estimate
  /// Inputs must be finite: a code generator may take 0·x for 0.
  bool finite = false;
  /// Inputs are integers from 0 to below it, if it is not 0.
  int64_t indexBelow = 0;

private:
  mlir::Value keep(mlir::Value value);

  std::mt19937_64 random;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::kreg::ModelOp model;
  std::vector<mlir::Value> penalties;
  int variables = 0;
};

/// A way to put an op with random attributes behind a tensor.
struct RandomOp {
  std::string name;
  int64_t lowestRank, highestRank; ///< of the operand, with the batch
  /// Whether sums of several such ops stay small and smooth enough to be
  /// compared at the end of a graph.
  bool inGraphs;
  std::function<mlir::Value(RandomModel &, mlir::Value)> apply;
};

/// All core ops with a meaning at inference.
const std::vector<RandomOp> &randomOps();

/// An input that `op` takes: sizes up to 9, ones and odd numbers among them.
mlir::Value randomInput(RandomModel &model, const RandomOp &op);

/// `count` random ops behind one or two inputs, penalties anywhere.
void growRandomGraph(RandomModel &model, int64_t count);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_RANDOMMODELS_H

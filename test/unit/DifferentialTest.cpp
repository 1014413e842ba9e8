// The whole compiler against the interpreter: random models become libraries in
// memory, and what these compute is compared with what the models mean. Inputs
// have NaN, infinities and zeros among them; batches are 1 to twice the tile.
//
//   KREGC_RANDOM_ROUNDS=20 build/…/DifferentialTest    20 times as many models
//   KREGC_RANDOM_SEED=7                                other models
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Comparison.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "gtest/gtest.h"

#include <cstdlib>

using namespace mlir;
using namespace mlir::kreg;

namespace kregc::test {
namespace {

int64_t environment(const char *name, int64_t otherwise) {
  const char *text = std::getenv(name);
  return text ? std::atoll(text) : otherwise;
}

MLIRContext &sharedContext() {
  static MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<KregDialect, arith::ArithDialect, linalg::LinalgDialect,
                      math::MathDialect, tensor::TensorDialect>();
  return context;
}

uint64_t seedOf(uint64_t test, uint64_t round) {
  return (environment("KREGC_RANDOM_SEED", 1) * 1000003 + test) * 10007 + round;
}

class OneOp : public testing::TestWithParam<size_t> {};
class Graph : public testing::TestWithParam<size_t> {};

} // namespace

TEST_P(OneOp, ComputesWhatItMeans) {
  const RandomOp &op = randomOps()[GetParam()];
  // Functions of one number differ in their formula alone.
  int64_t rounds = op.name.rfind("unary_", 0) == 0 ? 1 : 2;
  rounds *= environment("KREGC_RANDOM_ROUNDS", 1);
  for (int64_t round = 0; round < rounds && !HasFailure(); ++round) {
    RandomModel model(sharedContext(), seedOf(GetParam(), round));
    Value y = op.apply(model, randomInput(model, op));
    model.penalise(y);
    OwningOpRef<ModuleOp> module = model.finish(y);
    compare(model, std::move(module), Special::All, round == 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, OneOp,
                         testing::Range<size_t>(0, randomOps().size()),
                         [](const auto &info) {
                           return randomOps()[info.param].name;
                         });

// LLVM takes what the steps of a sum make for finite, and drops what only asks
// whether it is. So every function is applied to the accumulators of a kernel.
TEST(BehindASum, FunctionsKeepNotANumber) {
  RandomModel model(sharedContext(), seedOf(2000, 0));
  Value x = model.input({9});
  Value sum = model.add<DenseOp>(x, model.weight({9, 5}, 1.0));
  model.addTerms(9);
  for (const RandomOp &op : randomOps()) {
    if (op.name.rfind("unary_", 0) == 0) {
      op.apply(model, sum);
    }
  }
  for (BinaryKind kind : {BinaryKind::Max, BinaryKind::Min}) {
    model.add<BinaryOp>(kind, sum, model.input({5}));
    model.add<BinaryOp>(kind, model.input({5}), sum);
  }
  OwningOpRef<ModuleOp> module = model.finish();
  compare(model, std::move(module), Special::All, false);
}

TEST(BehindASum, LogarithmsKeepWhatIsNotFinite) {
  RandomModel model(sharedContext(), seedOf(2001, 0));
  Value x = model.input({9, 5});
  llvm::SmallVector<int64_t> axis = {1};
  Value sum = model.add<ReduceOp>(ReduceKind::Sum, x, axis, true);
  model.addTerms(9);
  model.add<UnaryOp>(sum.getType(), UnaryKind::Log, sum,
                     llvm::ArrayRef<double>());
  OwningOpRef<ModuleOp> module = model.finish();
  compare(model, std::move(module), Special::All, false);
}

// One output channel and a long sum: the sum's terms are the lanes. 70 and 129
// leave a tail of any vector.
TEST(OneChannel, ComputesWhatItMeans) {
  for (bool checked : {false, true}) {
    RandomModel model(sharedContext(), seedOf(3000, checked));
    for (int64_t terms : {70, 128, 129}) {
      Value x = model.input({terms});
      model.penalise(
          model.add<DenseOp>(x, model.weight({terms, 1}, 1.0 / terms)));
    }
    Value image = model.input({4, 5, 33});
    model.penalise(model.add<ConvOp>(
        image, model.weight({2, 3, 33, 1}, 0.01), llvm::ArrayRef<int64_t>{1, 2},
        llvm::ArrayRef<int64_t>{1, 1}, llvm::ArrayRef<int64_t>{0, 1},
        llvm::ArrayRef<int64_t>{1, 1}, 1));
    model.addTerms(2 * 3 * 33);
    OwningOpRef<ModuleOp> module = model.finish();
    compare(model, std::move(module), Special::All, checked);
  }
}

TEST_P(Graph, ComputesWhatItMeans) {
  int64_t rounds = environment("KREGC_RANDOM_ROUNDS", 1);
  for (int64_t round = 0; round < rounds && !HasFailure(); ++round) {
    uint64_t seed = seedOf(1000 + GetParam(), round);
    RandomModel model(sharedContext(), seed);
    growRandomGraph(model, model.between(3, 8));
    OwningOpRef<ModuleOp> module = model.finish();
    compare(model, std::move(module),
            seed % 2 == 0 ? Special::NoInfinities : Special::None,
            seed % 8 == 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Graph, testing::Range<size_t>(0, 16));

} // namespace kregc::test

// Random pairs of models: what is the same must not be called different, what
// differs must not be called the same, whatever the order of laws.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RandomPairs.h"

#include "checker/Check.h"
#include "dialect/Proof/Prove.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <cstdlib>

using namespace mlir;
using namespace mlir::kreg;
using kregc::testing::RandomPair;
using kregc::testing::randomPair;
using proof::Mode;
using proof::Verdict;

namespace {

/// KREGC_RANDOM_ROUNDS times as many pairs (of the slow suite: 20).
int rounds() {
  const char *text = std::getenv("KREGC_RANDOM_ROUNDS");
  return text ? std::max(1, std::atoi(text)) : 1;
}

std::string accept(const std::string &certificate) {
  kregc::checker::Verdict verdict = kregc::checker::check(certificate);
  return verdict.accepted ? "" : verdict.problem;
}

constexpr Mode modes[] = {Mode::Inference, Mode::Training, Mode::Expectation};

class ProofPairs : public testing::Test {
protected:
  ProofPairs() { context.loadDialect<KregDialect, arith::ArithDialect>(); }

  OwningOpRef<ModuleOp> parse(const std::string &text) {
    auto module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text;
    return module;
  }
  std::vector<Verdict> verdicts(const RandomPair &pair,
                                const proof::ProveOptions &options = {}) {
    auto a = parse(pair.a), b = parse(pair.b);
    auto result = proof::prove({*a, *b}, modes, options, accept);
    EXPECT_TRUE(bool(result)) << llvm::toString(result.takeError());
    return std::move(result->verdicts);
  }

  MLIRContext context;
};

/// Whether some input tells the models apart.
bool differ(ModuleOp a, ModuleOp b, Mode mode) {
  ModelOp model = *a.getOps<ModelOp>().begin();
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    std::vector<Tensor<double>> inputs;
    for (Type type : model.getArgumentTypes()) {
      Tensor<double> tensor;
      int64_t count = 1;
      for (int64_t size : cast<RankedTensorType>(type).getShape()) {
        tensor.shape.push_back(ShapedType::isDynamic(size) ? 2 : size);
        count *= tensor.shape.back();
      }
      for (int64_t i = 0; i < count; ++i) {
        tensor.data.push_back(double((i * 37 + int64_t(seed) * 53) % 23) / 4 -
                              2.5);
      }
      inputs.push_back(std::move(tensor));
    }
    auto x = proof::evaluateIn<double>(mode, a, inputs, seed, {});
    auto y = proof::evaluateIn<double>(mode, b, inputs, seed, {});
    EXPECT_TRUE(x && y);
    auto far = [](double p, double q) {
      return std::fabs(p - q) > 1e-6 * std::max(std::fabs(p), std::fabs(q));
    };
    if (far(x->penalty, y->penalty)) {
      return true;
    }
    for (auto [left, right] : llvm::zip_equal(x->outputs, y->outputs)) {
      for (auto [p, q] : llvm::zip_equal(left.data, right.data)) {
        if (far(p, q)) {
          return true;
        }
      }
    }
  }
  return false;
}

} // namespace

/// No pair that is the same may be called different; few may stay undecided.
TEST_F(ProofPairs, EqualOnesAreProved) {
  int undecided = 0, count = 100 * rounds();
  for (int seed = 0; seed < count; ++seed) {
    RandomPair pair = randomPair(seed, /*breaks=*/false);
    for (const Verdict &verdict : verdicts(pair)) {
      ASSERT_NE(verdict.kind, Verdict::NotEqual)
          << "seed " << seed << ", " << proof::name(verdict.mode).str() << ": "
          << verdict.reason << "\n"
          << pair.a << pair.b;
      if (verdict.kind == Verdict::Undecided && undecided++ < 6) {
        std::cout << "seed " << seed << " undecided: " << verdict.reason
                  << "\n";
      }
    }
  }
  std::cout << undecided << " of " << 3 * count << " verdicts undecided\n";
  EXPECT_LE(undecided, 3 * count / 100);
}

/// No pair for which the interpreter finds a difference may be called equal.
TEST_F(ProofPairs, DifferentOnesAreNot) {
  int undecided = 0, different = 0, count = 100 * rounds();
  for (int seed = 0; different < count; ++seed) {
    RandomPair pair = randomPair(seed, /*breaks=*/true);
    auto a = parse(pair.a), b = parse(pair.b);
    if (pair.broken.empty() ||
        !(differ(*a, *b, Mode::Training) || differ(*a, *b, Mode::Inference))) {
      continue; // what was broken does not show
    }
    ++different;
    for (const Verdict &verdict : verdicts(pair)) {
      bool shows =
          verdict.mode != Mode::Expectation && differ(*a, *b, verdict.mode);
      ASSERT_FALSE(shows && verdict.kind == Verdict::Equal)
          << "seed " << seed << ", " << proof::name(verdict.mode).str() << ", "
          << pair.broken << "\n"
          << pair.a << pair.b;
      undecided += shows && verdict.kind == Verdict::Undecided;
    }
  }
  std::cout << undecided << " verdicts of " << count
            << " different pairs undecided\n";
}

/// The order in which laws are tried does not matter: normal forms are unique.
TEST_F(ProofPairs, AnyOrderOfLaws) {
  int other = 0, count = 60 * rounds();
  for (int seed = 0; seed < count; ++seed) {
    RandomPair pair = randomPair(seed, /*breaks=*/false);
    std::vector<Verdict> wanted = verdicts(pair);
    proof::ProveOptions options;
    for (options.order = 1; options.order <= 3; ++options.order) {
      for (auto [verdict, first] :
           llvm::zip_equal(verdicts(pair, options), wanted)) {
        ASSERT_NE(verdict.kind, Verdict::NotEqual) << pair.a << pair.b;
        if (verdict.kind != first.kind && other++ < 5) {
          std::cout << "seed " << seed << " order " << options.order << ": "
                    << verdict.reason << "\n"
                    << pair.a << pair.b;
        }
      }
    }
  }
  EXPECT_EQ(other, 0);
}

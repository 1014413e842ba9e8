// Kernels as machine code against the plain execution of their plans: every
// family, tails in every direction, batches up to twice the tile, NaN and
// infinities, release and checked builds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/ScheduleModel.h"
#include "test/unit/KernelPlans.h"
#include "test/unit/KernelRunner.h"
#include "test/unit/PlanReference.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>
#include <regex>
#include <sstream>

using namespace kregc;
using namespace kregc::test;
using plan::Plan;
using plan::Value;

namespace {

bool isOperand(const Value &value) {
  return value.kind == Value::Kind::Input || value.kind == Value::Kind::Weight;
}

/// How a test compiles a plan.
struct Build {
  int64_t vectors = 1, points = 1, strip = 1, order = 0, unroll = 1,
          parallel = 0;
  int64_t vector = 0; ///< 0: the target's
  bool checked = false;
};

Plan prepare(Plan plan, const Target &target, const Build &build) {
  plan::collapseLoops(plan);
  plan::Schedule &s = plan.schedule;
  s.vector = build.vector ? build.vector : target.vectorLanes;
  s.vectors = build.vectors;
  s.points = build.points;
  s.strip = build.strip;
  s.order = build.order;
  s.unroll = build.unroll;
  s.parallel = build.parallel;
  if (s.family == plan::Family::Contraction) {
    for (Value &value : plan.values) {
      if (value.kind == Value::Kind::Weight) {
        value.packing = s.vector * s.vectors;
      }
    }
  }
  EXPECT_EQ(plan::verify(plan), std::nullopt);
  plan::splitPenalties(plan);
  return plan;
}

halide::CompiledKernel compile(const Plan &plan, const Target &target,
                               bool checked) {
  halide::Options options;
  options.checked = checked;
  halide::Result result = halide::compileKernel(plan, target, options);
  if (auto *error = std::get_if<halide::Error>(&result)) {
    ADD_FAILURE() << error->message;
    return {};
  }
  return std::move(std::get<halide::CompiledKernel>(result));
}

/// Random numbers, and in each operand, if `special`, a few that are not
/// finite.
std::vector<double> randomOperand(int64_t size, std::mt19937 &random,
                                  bool special, bool finite = true) {
  std::uniform_real_distribution<float> uniform(-2, 2);
  std::vector<double> result(size);
  for (double &x : result) {
    x = uniform(random);
  }
  if (special) {
    const double values[] = {NAN,   INFINITY, -INFINITY, -0.0,
                             1e-40, 3e38,     -120,      100};
    for (double value : values) {
      if (finite || !std::isfinite(value)) {
        result[random() % size] = value;
      }
    }
  }
  return result;
}

void expectNear(double found, double wanted, double scale,
                const std::string &where) {
  if (std::isnan(wanted)) {
    EXPECT_TRUE(std::isnan(found))
        << where << ": found " << found << ", wanted NaN";
  } else if (std::isinf(wanted)) {
    EXPECT_EQ(found, wanted) << where;
  } else {
    EXPECT_NEAR(found, wanted, 2e-5 * (std::fabs(wanted) + scale)) << where;
  }
}

/// Compares all results at one batch. `plain` is the plan as it came.
void compare(const Plan &plain, const Plan &built, const LoadedKernel &kernel,
             int64_t batch, bool special) {
  std::mt19937 random(batch + 17);
  std::vector<std::vector<double>> operands;
  std::vector<Argument> arguments;
  for (int v : built.arguments()) {
    arguments.emplace_back(built.values[v], batch);
    if (!isOperand(built.values[v])) {
      continue;
    }
    int64_t size = 1;
    for (const plan::Extent &e : plain.values[v].shape) {
      size *= e.at(batch);
    }
    bool weight = plain.values[v].kind == Value::Kind::Weight;
    // In sums, what overflows in float32 need not in the reference.
    bool sums = plain.schedule.family == plan::Family::Contraction ||
                plain.schedule.family == plan::Family::Depthwise;
    operands.push_back(randomOperand(size, random, special && !weight, !sums));
    std::vector<float> stored(operands.back().begin(), operands.back().end());
    stored = pack(built.values[v], stored);
    ASSERT_EQ(static_cast<int64_t>(stored.size()), arguments.back().size());
    std::copy(stored.begin(), stored.end(), arguments.back().data());
  }
  std::vector<std::vector<double>> wanted = execute(plain, batch, operands);
  ASSERT_EQ(kernel.run(batch, arguments), 0)
      << built.name << " at batch " << batch;

  std::vector<int> order = built.arguments();
  for (size_t a = 0; a < order.size(); ++a) {
    const Value &value = built.values[order[a]];
    std::string where =
        built.name + ", batch " + std::to_string(batch) + ", " + value.name;
    EXPECT_TRUE(arguments[a].guardIsWhole())
        << where << " was written out of bounds";
    const float *found = arguments[a].data();
    if (value.kind == Value::Kind::PenaltySum) {
      double sum = 0;
      for (int64_t i = 0; i < arguments[a].size(); ++i) {
        sum += found[i];
      }
      expectNear(sum, wanted[order[a]].at(0), 1e-3, where);
      continue;
    }
    if (isOperand(value)) {
      continue;
    }
    ASSERT_EQ(arguments[a].size(),
              static_cast<int64_t>(wanted[order[a]].size()))
        << where;
    int failures = 0;
    for (int64_t i = 0; i < arguments[a].size() && failures < 3; ++i) {
      bool before = ::testing::Test::HasFailure();
      expectNear(found[i], wanted[order[a]][i], 0.5,
                 where + "[" + std::to_string(i) + "]");
      failures += !before && ::testing::Test::HasFailure();
    }
    if (::testing::Test::HasFailure()) {
      return;
    }
  }
}

void checkBuilt(const Plan &plain, const Plan &built, bool checked,
                const std::vector<int64_t> &batches, bool special) {
  halide::CompiledKernel object = compile(built, hostTarget(), checked);
  if (object.object.empty()) {
    return;
  }
  LoadedKernel kernel(built, object);
  for (int64_t batch : batches) {
    compare(plain, built, kernel, batch, special);
    if (::testing::Test::HasFailure()) {
      fprintf(stderr, "%s", plan::print(built).c_str());
      return;
    }
  }
}

void check(const Plan &plain, const Build &build,
           const std::vector<int64_t> &batches, bool special = false) {
  checkBuilt(plain, prepare(plain, hostTarget(), build), build.checked, batches,
             special);
}

/// As a model's kernels are built: the schedule model decides.
void checkAsChosen(const Plan &plain, bool checked, bool special) {
  Target target = hostTarget();
  Plan collapsed = plain;
  plan::collapseLoops(collapsed);
  KernelSchedule choice = chooseSchedule(collapsed, target);
  for (bool small : {false, true}) {
    if (small && !choice.small) {
      continue;
    }
    Plan built = collapsed;
    setSchedule(built, choice, small);
    built.schedule.parallel = 0;
    plan::splitPenalties(built);
    int64_t points = built.schedule.points;
    std::vector<int64_t> batches{1, 2, points, points + 1, 2 * points};
    if (small) {
      batches = {1, 2};
    }
    checkBuilt(plain, built, checked, batches, special);
    if (::testing::Test::HasFailure()) {
      return;
    }
  }
}

Behind behind(bool bias, Activation activation, bool penalty,
              bool residual = false) {
  Behind result;
  result.bias = bias;
  result.activation = activation;
  result.penalty = penalty;
  result.residual = residual;
  return result;
}

Build tile(int64_t vectors, int64_t points, int64_t strip = 1,
           int64_t order = 0, bool checked = false) {
  Build build;
  build.vectors = vectors;
  build.points = points;
  build.strip = strip;
  build.order = order;
  build.checked = checked;
  return build;
}

std::vector<int64_t> upTo(int64_t last) {
  std::vector<int64_t> result;
  for (int64_t i = 1; i <= last; ++i) {
    result.push_back(i);
  }
  return result;
}

} // namespace

class Builds : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Halide, Builds, ::testing::Values(false, true),
                         [](const auto &info) {
                           return info.param ? "checked" : "release";
                         });

TEST_P(Builds, Dense) {
  check(densePlan(20, 40, behind(true, Activation::Relu, true)),
        tile(2, 3, 2, 1, GetParam()), upTo(7));
}

TEST_P(Builds, DenseOfOneUnit) {
  check(densePlan(9, 1, behind(false, Activation::Sigmoid, true)),
        tile(1, 2, 1, 0, GetParam()), {1, 2, 5});
}

TEST_P(Builds, Conv) {
  Window w{7, 9, 3, 3, 3};
  w.padLow = w.padHigh = 1;
  check(convPlan(w, 20, 1, behind(true, Activation::Relu, true)),
        tile(2, 4, 3, 1, GetParam()), {1, 2});
}

TEST_P(Builds, ConvStridedDilatedGrouped) {
  Window w{11, 12, 4, 3, 2};
  w.stride = 1;
  w.dilation = 2;
  w.padLow = 1;
  w.padHigh = 2;
  check(convPlan(w, 6, 2, behind(true, Activation::Tanh, true, true)),
        tile(1, 2, 2, 0, GetParam()), {1, 3});
}

TEST_P(Builds, Depthwise) {
  Window w{6, 7, 19, 3, 3};
  w.padLow = w.padHigh = 1;
  w.stride = 2;
  check(depthwisePlan(w, 1, behind(true, Activation::Relu, true)),
        tile(1, 3, 2, 0, GetParam()), {1, 2});
}

TEST_P(Builds, DepthwiseMultiplier) {
  Window w{5, 5, 3, 2, 2};
  check(depthwisePlan(w, 2, behind(false, Activation::None, false)),
        tile(1, 2, 1, 0, GetParam()), {1, 2});
}

/// A block of results needs fewer input channels than a vector has lanes.
TEST_P(Builds, DepthwiseMultiplierPadded) {
  Window w{2, 3, 17, 1, 3};
  w.padLow = w.padHigh = 1;
  check(depthwisePlan(w, 3, behind(true, Activation::None, false)),
        tile(1, 2, 1, 0, GetParam()), {1, 2});
}

TEST_P(Builds, MaxPool) {
  Window w{7, 8, 5, 3, 2};
  w.stride = 2;
  w.padHigh = 1;
  check(poolPlan(w, true, behind(false, Activation::None, true)),
        tile(1, 2, 2, 0, GetParam()), {1, 2}, true);
}

TEST_P(Builds, GlobalPools) {
  Window w{4, 3, 18, 1, 1};
  check(globalPoolPlan(w, false, behind(false, Activation::Relu, true)),
        tile(1, 1, 2, 0, GetParam()), {1, 3});
  check(globalPoolPlan(w, true, behind(false, Activation::None, false)),
        tile(2, 1, 1, 0, GetParam()), {1, 3}, true);
}

TEST_P(Builds, ReductionOfOneElement) {
  Window one{1, 1, 3, 1, 1};
  check(globalPoolPlan(one, false, behind(false, Activation::None, true)),
        tile(8, 1, 2, 0, GetParam()), {1, 2, 50}, true);
  check(globalPoolPlan(one, true, behind(false, Activation::Relu, false)),
        tile(2, 1, 1, 0, GetParam()), {1, 3}, true);
  check(densePlan(1, 5, behind(true, Activation::Relu, true)),
        tile(1, 3, 1, 0, GetParam()), {1, 2, 7});
  check(softmaxPlan(1, 1, true), tile(1, 1, 2, 0, GetParam()), {1, 2, 9});
}

TEST_P(Builds, Softmax) {
  check(softmaxPlan(1, 10, false), tile(1, 1, 4, 0, GetParam()), {1, 2, 9});
  check(softmaxPlan(3, 37, true), tile(1, 1, 2, 0, GetParam()), {1, 2});
}

TEST_P(Builds, SoftmaxOfShortRows) {
  int64_t lanes = hostTarget().vectorLanes;
  for (int64_t channels : {2, 5, 8, 17}) {
    int64_t vectors = (channels + lanes - 1) / lanes;
    check(softmaxPlan(1, channels, channels != 8),
          tile(vectors, lanes, 2, 0, GetParam()),
          {1, 3, lanes, lanes + 1, 4 * lanes + 3});
  }
}

TEST_P(Builds, Elementwise) {
  Window w{3, 5, 7, 1, 1};
  check(elementwisePlan(w, behind(false, Activation::Gelu, true)),
        tile(2, 1, 2, 0, GetParam()), {1, 2, 3}, true);
  check(elementwisePlan(w, behind(true, Activation::Relu, false, true)),
        tile(1, 1, 2, 0, GetParam()), {1, 2}, true);
}

TEST_P(Builds, Data) {
  Window w{3, 5, 7, 1, 1};
  w.padLow = 1;
  w.padHigh = 2;
  check(transposePlan(w), tile(1, 1, 1, 0, GetParam()), {1, 2});
  check(concatPlan(w, 4), tile(1, 1, 1, 0, GetParam()), {1, 2});
  check(padPlan(w), tile(1, 1, 1, 0, GetParam()), {1, 2});
}

TEST_P(Builds, PenaltyAlone) {
  Window w{3, 5, 7, 1, 1};
  check(penaltyPlan(w), tile(2, 1, 2, 0, GetParam()), {1, 2, 3});
}

/// A layer of odd sizes.
static Plan randomPlan(std::mt19937 &random) {
  auto oneOf = [&](std::vector<int64_t> list) {
    return list[random() % list.size()];
  };
  Window w{oneOf({1, 2, 5, 9}), oneOf({1, 3, 8, 11}), oneOf({1, 3, 5, 17, 33}),
           1, 1};
  w.kernelHeight = oneOf({1, 2, 3});
  w.kernelWidth = oneOf({1, 3});
  w.stride = oneOf({1, 2});
  w.padLow = oneOf({0, 1});
  w.padHigh = std::max<int64_t>(
      w.padLow, std::max(w.kernelHeight - w.height, w.kernelWidth - w.width));
  int64_t units = oneOf({1, 3, 5, 17, 33});
  Behind after = behind(random() % 2, Activation::Relu, random() % 4 != 0);
  Behind plain = behind(false, Activation::None, after.penalty);
  switch (random() % 8) {
  case 0:
  case 1:
    return convPlan(w, units, 1, after);
  case 2:
    return densePlan(oneOf({1, 3, 17, 50}), units, after);
  case 3:
    return depthwisePlan(w, 1, after);
  case 4:
    return poolPlan(w, true, plain);
  case 5:
    return globalPoolPlan(w, random() % 2, plain);
  case 6:
    return softmaxPlan(oneOf({1, 3}), w.channels, after.penalty);
  default:
    return elementwisePlan(
        w, behind(random() % 2, Activation::Silu, after.penalty));
  }
}

/// KREGC_RANDOM_ROUNDS plans; KREGC_RANDOM_SEED repeats one that failed.
TEST_P(Builds, RandomLayersAsChosen) {
  const char *seedText = getenv("KREGC_RANDOM_SEED");
  const char *roundsText = getenv("KREGC_RANDOM_ROUNDS");
  unsigned seed = seedText ? atoi(seedText) : 1;
  int rounds = roundsText ? atoi(roundsText) : 8;
  for (int i = 0; i < rounds && !::testing::Test::HasFailure(); ++i) {
    std::mt19937 random(seed + i);
    Plan plan = randomPlan(random);
    SCOPED_TRACE("KREGC_RANDOM_SEED=" + std::to_string(seed + i));
    // A pool's or softmax's special numbers are in its own tests.
    bool special = plan.schedule.family == plan::Family::Contraction ||
                   plan.schedule.family == plan::Family::Depthwise ||
                   plan.schedule.family == plan::Family::Elementwise;
    checkAsChosen(plan, GetParam(), special && i % 2);
  }
}

TEST(Halide, ActivationsOnSpecialNumbers) {
  Window w{4, 4, 11, 1, 1};
  for (Activation activation :
       {Activation::Relu, Activation::Tanh, Activation::Sigmoid,
        Activation::Silu, Activation::Elu, Activation::Softplus}) {
    check(elementwisePlan(w, behind(false, activation, false)), tile(2, 1),
          {1, 2}, true);
  }
}

TEST(Halide, SameObjectTwice) {
  Target target = hostTarget();
  Plan plan = prepare(densePlan(8, 16, behind(true, Activation::Relu, true)),
                      target, tile(1, 2, 2, 0));
  plan.schedule.parallel = 2; // a task in a task
  EXPECT_EQ(compile(plan, target, false).object,
            compile(plan, target, false).object);
}

namespace {

/// The `for` lines around each store to a buffer, outermost first. Halide
/// indents a statement by one space per level.
std::vector<std::vector<std::string>> loopsAround(const std::string &statement,
                                                  const std::string &buffer) {
  std::vector<std::vector<std::string>> result;
  std::vector<std::pair<size_t, std::string>> open;
  std::istringstream lines(statement);
  for (std::string line; std::getline(lines, line);) {
    size_t depth = line.find_first_not_of(' ');
    if (depth == std::string::npos) {
      continue;
    }
    while (!open.empty() && open.back().first >= depth) {
      open.pop_back();
    }
    if (line.compare(depth, 5, "for (") == 0 ||
        line.compare(depth, 10, "parallel (") == 0) {
      open.emplace_back(depth, line);
    }
    if (line.compare(depth, buffer.size() + 1, buffer + "[") == 0) {
      result.emplace_back();
      for (const auto &[level, text] : open) {
        result.back().push_back(text);
      }
    }
  }
  return result;
}

/// Results and partial sums must be stored from the same loops over tiles, and
/// results loaded nowhere.
void expectFused(Plan plan, const Build &build) {
  Target target = hostTarget();
  plan = prepare(std::move(plan), target, build);
  halide::Options options;
  options.wantStatement = true;
  options.wantObject = false;
  halide::Result compiled = halide::compileKernel(plan, target, options);
  ASSERT_TRUE(std::holds_alternative<halide::CompiledKernel>(compiled));
  // A name that an earlier plan took has a number behind it.
  std::string text =
      std::regex_replace(std::get<halide::CompiledKernel>(compiled).statement,
                         std::regex("\\$[0-9]+"), "");
  std::string out = plan.name + "_out", sums = plan.name + "_partials";
  size_t stores = 0, mentions = 0;
  for (size_t at = text.find(out + "["); at != std::string::npos;
       at = text.find(out + "[", at + 1)) {
    ++mentions;
    stores += text.find_first_not_of(' ', text.rfind('\n', at) + 1) == at;
  }
  EXPECT_GT(stores, 0u) << text;
  EXPECT_EQ(stores, mentions) << plan.name << " loads its results:\n" << text;
  auto outLoops = loopsAround(text, out), sumLoops = loopsAround(text, sums);
  ASSERT_FALSE(sumLoops.empty());
  for (const auto &around : sumLoops) {
    bool found = false;
    for (const auto &other : outLoops) {
      found |= other.size() >= around.size() &&
               std::equal(around.begin(), around.end(), other.begin());
    }
    EXPECT_TRUE(found && !around.empty())
        << plan.name << " has loops of its own for the penalty:\n"
        << text;
  }
}

} // namespace

/// One channel is a vector of products, but its padded input has rows.
TEST(Halide, InputOfDotProductsIsCopiedByVectors) {
  Target target = hostTarget();
  Window w{12, 14, 64, 3, 3};
  w.padLow = w.padHigh = 1;
  Plan plan = convPlan(w, 1, 1, behind(false, Activation::None, false));
  plan::collapseLoops(plan);
  setSchedule(plan, chooseSchedule(plan, target), /*small=*/false);
  ASSERT_EQ(plan.schedule.vector, 1);
  halide::Options options;
  options.wantStatement = true;
  options.wantObject = false;
  halide::Result compiled = halide::compileKernel(plan, target, options);
  ASSERT_TRUE(std::holds_alternative<halide::CompiledKernel>(compiled));
  const std::string &text =
      std::get<halide::CompiledKernel>(compiled).statement;
  // Halide numbers a name that an earlier kernel of the process has.
  std::regex copied(plan.name + "_s0(\\$[0-9]+)?\\[ramp\\(");
  EXPECT_TRUE(std::regex_search(text, copied)) << text;
}

TEST(Halide, PenaltyInTheLoopsOfItsTensor) {
  Window w{12, 14, 16, 3, 3};
  w.padLow = w.padHigh = 1;
  Behind relu = behind(true, Activation::Relu, true);
  expectFused(convPlan(w, 32, 1, relu), tile(2, 4, 3));
  expectFused(depthwisePlan(w, 1, relu), tile(1, 3, 2));
  expectFused(densePlan(40, 64, relu), tile(2, 4, 2));
  expectFused(poolPlan(w, true, behind(false, Activation::None, true)),
              tile(1, 2, 2));
  expectFused(elementwisePlan(w, behind(false, Activation::Tanh, true)),
              tile(2, 1, 4));
  expectFused(softmaxPlan(1, 100, true), tile(2, 1, 4));
  expectFused(softmaxPlan(1, 8, true), tile(1, hostTarget().vectorLanes, 4));
}

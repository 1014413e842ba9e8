// The penalty laws, row by row: each has its tests and its line in the docs,
// and its equation holds in exact arithmetic on tiny tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Interpreter.h"
#include "dialect/Rules/PenaltyLaws.h"
#include "dialect/Transforms/Passes.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

#include <map>
#include <set>

using namespace mlir;
using namespace mlir::kreg;

/// The text of a file of the source tree, or "" if there is none.
static std::string readSource(const Twine &path) {
  auto buffer = llvm::MemoryBuffer::getFile(KREGC_SOURCE_DIR "/" + path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

TEST(PenaltyLaws, NamesAreUnique) {
  std::set<std::string> names;
  for (const PenaltyLaw &law : penaltyLaws()) {
    EXPECT_TRUE(names.insert(law.name.str()).second) << law.name.str();
  }
  EXPECT_FALSE(names.empty());
}

TEST(PenaltyLaws, EachHasATestOfTheMove) {
  for (const PenaltyLaw &law : penaltyLaws()) {
    std::string text = readSource("test/dialect/Rules/" + law.name + ".mlir");
    EXPECT_NE(text.find(("kreg.model @" + law.name + "(").str()),
              std::string::npos)
        << law.name.str();
  }
}

TEST(PenaltyLaws, EachConditionHasARefusal) {
  for (const PenaltyLaw &law : penaltyLaws()) {
    std::string text =
        readSource("test/dialect/Rules/" + law.name + "-bad.mlir");
    SmallVector<std::string> wanted;
    for (const LawCondition *condition : law.conditions) {
      wanted.push_back(condition->name.str());
    }
    if (law.c1.text == "–" || law.c2.text == "–") {
      wanted.push_back("no_law");
    }
    if (law.modes != Every) {
      wanted.push_back("other_mode");
    }
    for (const std::string &name : wanted) {
      EXPECT_NE(text.find("kreg.model @" + name + "("), std::string::npos)
          << law.name.str() << ": no refusal for " << name;
    }
  }
}

TEST(PenaltyLaws, DocsShowThisTable) {
  std::string docs = readSource("docs/penalties.md");
  EXPECT_NE(docs.find("<!-- laws: printed by kreg-print-laws -->\n" +
                      penaltyLawTable() + "<!-- end of laws -->"),
            std::string::npos)
      << "docs/penalties.md is stale; put in its place what kreg-print-laws "
         "prints:\n"
      << penaltyLawTable();
}

//===----------------------------------------------------------------------===//
// The equations, exactly
//===----------------------------------------------------------------------===//

/// For each law an op that it matches: reads %x (any sign), %n (not negative),
/// %c (between 0 and 4) and %negative, all 2x4x4x2, %padded (%x in zeros) and
/// the number %factor; makes %y of the given type.
struct LawSample {
  std::string type, op;
};

static const std::map<std::string, LawSample> &lawSamples() {
  static const std::string t = "tensor<2x4x4x2xf32>";
  auto unary = [](const std::string &text) {
    return LawSample{t, "kreg.unary " + text + " : " + t};
  };
  auto to = [](const std::string &type, const std::string &text) {
    return LawSample{type, text + " : (" + t + ") -> " + type};
  };
  static const std::map<std::string, LawSample> samples = {
      {"reshape",
       {"tensor<2x32xf32>", "kreg.reshape %x : " + t + " to tensor<2x32xf32>"}},
      {"transpose",
       to("tensor<2x2x4x4xf32>", "kreg.transpose %x perm [0, 3, 1, 2]")},
      {"pad", to("tensor<2x5x7x2xf32>",
                 "kreg.pad %x low [0, 1, 0, 0] high [0, 0, 3, 0]")},
      {"concat",
       {"tensor<2x4x4x4xf32>", "kreg.concat %x, %n axis 3 : (" + t + ", " + t +
                                   ") -> tensor<2x4x4x4xf32>"}},
      {"repeat",
       to("tensor<2x8x4x6xf32>", "kreg.repeat %x factors [1, 2, 1, 3]")},
      {"slice",
       {t, "kreg.slice %padded low [0, 1, 0, 0] high [0, 0, 2, 0] : "
           "(tensor<2x5x6x2xf32>) -> " +
               t}},
      {"abs", unary("abs %x")},
      {"neg", unary("neg %x")},
      {"relu", unary("relu %n")},
      {"relu6", unary("relu6 %c")},
      {"leaky_relu", unary("leaky_relu %n params [0.25]")},
      {"elu", unary("elu %n params [1.0]")},
      {"celu", unary("celu %n params [0.5]")},
      {"selu", unary("selu %n params [1.5, 2.0]")},
      {"clipped_relu", unary("clipped_relu %c params [0.25, 0.0, 4.0]")},
      {"clip", unary("clip %c params [-1.0, 4.0]")},
      {"scale",
       {t, "kreg.binary mul %x, %factor : (" + t + ", tensor<f32>) -> " + t}},
      {"avg_pool", to("tensor<2x2x2x2xf32>",
                      "kreg.pool avg %n window [2, 2] strides [2, 2] pads "
                      "[0, 0] to [0, 0]")},
      {"reduce_mean", to("tensor<2x2xf32>", "kreg.reduce mean %n axes [1, 2]")},
      {"reduce_sum", to("tensor<2x2xf32>", "kreg.reduce sum %n axes [1, 2]")},
      {"add", {t, "kreg.binary add %n, %c : (" + t + ", " + t + ") -> " + t}},
      {"sub",
       {t, "kreg.binary sub %c, %negative : (" + t + ", " + t + ") -> " + t}},
      {"noise", {t, "kreg.noise gaussian_noise %x amount 0.5 : " + t}},
      {"dropout", {t, "kreg.dropout %x rate 0.5 : " + t}}};
  return samples;
}

/// A model with a penalty of the sample's tensor.
static std::string sampleModel(const LawSample &sample, bool withL2) {
  const std::string t = "tensor<2x4x4x2xf32>";
  return "kreg.model @m(%x: " + t + ") -> " + sample.type +
         " attributes {mode = \"inference\"} {\n%n = kreg.unary square %x : " +
         t +
         "\n%four = kreg.constant dense<4.0> : tensor<2x4x4x2xf32>\n"
         "%c = kreg.binary min %n, %four : (" +
         t + ", " + t + ") -> " + t + "\n%negative = kreg.unary neg %n : " + t +
         "\n%factor = kreg.constant dense<-1.5> : tensor<f32>\n"
         "%padded = kreg.pad %x low [0, 1, 0, 0] high [0, 0, 2, 0] : (" +
         t + ") -> tensor<2x5x6x2xf32>\n%y = " + sample.op +
         "\n%p = kreg.penalty %y, <0.5 : f64, " + (withL2 ? "0.25" : "0.0") +
         " : f64> per batch : " + sample.type +
         "\nkreg.return %y : " + sample.type + " penalties %p\n}";
}

/// `count` thirds of integers from -9 to 9 that depend on `seed`.
static std::vector<Rational> smallFractions(size_t count, uint32_t seed) {
  std::vector<Rational> numbers;
  uint32_t state = seed * 2654435761u + 1;
  for (size_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    long numerator = long(state >> 16) % 19 - 9;
    numbers.push_back(*Rational::divide(Rational(numerator), Rational(3)));
  }
  return numbers;
}

/// The sum of all penalties of a model of one input, exactly.
static Rational sumOfPenalties(ModelOp model, const Tensor<Rational> &input) {
  llvm::Expected<Evaluation<Rational>> result =
      evaluate<Rational>(model, {input});
  if (!result) {
    ADD_FAILURE() << llvm::toString(result.takeError());
    return Rational(0);
  }
  EXPECT_FALSE(result->penalties.empty());
  Rational sum(0);
  for (const Rational &penalty : result->penalties) {
    sum += penalty;
  }
  return sum;
}

static void checkSample(const PenaltyLaw &law, const LawSample &sample) {
  MLIRContext context;
  context.loadDialect<KregDialect, arith::ArithDialect>();
  std::string text = sampleModel(sample, law.c2.text != "–");
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  auto model = *module->getOps<ModelOp>().begin();
  auto penalty =
      (*model.getOps<PenaltyOp>().begin()).getInput().getDefiningOp();
  ASSERT_TRUE(law.matches(penalty)) << "the sample is of another law";

  std::vector<Tensor<Rational>> inputs;
  std::vector<Rational> before;
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    inputs.push_back({{2, 4, 4, 2}, smallFractions(2 * 4 * 4 * 2, seed)});
    before.push_back(sumOfPenalties(model, inputs.back()));
  }
  PassManager passes(&context);
  MovePenaltiesPassOptions options;
  options.observe = Observe::Sum;
  passes.nest<ModelOp>().addPass(createMovePenaltiesPass(options));
  ASSERT_TRUE(succeeded(passes.run(*module)));
  model.walk([&](PenaltyOp moved) {
    EXPECT_NE(moved.getInput().getDefiningOp(), penalty) << "it did not move";
  });
  for (size_t i = 0; i < inputs.size(); ++i) {
    Rational after = sumOfPenalties(model, inputs[i]);
    EXPECT_EQ(before[i], after);
    EXPECT_GT(after, Rational(0));
  }
}

TEST(PenaltyLaws, EquationsHoldExactly) {
  for (const PenaltyLaw &law : penaltyLaws()) {
    SCOPED_TRACE(law.name.str());
    auto sample = lawSamples().find(law.name.str());
    ASSERT_NE(sample, lawSamples().end()) << "a law without a sample";
    checkSample(law, sample->second);
  }
}

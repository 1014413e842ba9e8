// The prover's laws on small models: each with what it proves, and with what it
// must not prove, a case per condition. Nothing counts as equal that the
// independent checker does not accept.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Check.h"
#include "dialect/Proof/Prove.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::kreg;
using proof::Mode;
using proof::Verdict;

namespace {

/// Bodies of two models of one input, and what is to be said of them.
struct Case {
  const char *name;
  const char *input;  ///< the type of %x
  const char *output; ///< the type of %y
  const char *a, *b;  ///< ops that make %y; "| p q" lists penalties
  Mode mode;
  Verdict::Kind kind;
};

void PrintTo(const Case &test, std::ostream *os) { *os << test.name; }

constexpr Verdict::Kind Equal = Verdict::Equal, Differ = Verdict::NotEqual;

constexpr char row[] = "tensor<?x4xf32>", image[] = "tensor<?x4x4x2xf32>";

std::string textOf(const Case &test, StringRef body) {
  auto [ops, penalties] = body.split('|');
  std::string text = "kreg.model @m(%x: " + std::string(test.input) + ") -> " +
                     test.output + " {\n" + ops.str() +
                     "\nkreg.return %y : " + test.output;
  if (!penalties.empty()) {
    text += " penalties " + penalties.str();
  }
  return text + "\n}";
}

class Laws : public testing::TestWithParam<Case> {};

std::string accept(const std::string &certificate) {
  kregc::checker::Verdict verdict = kregc::checker::check(certificate);
  return verdict.accepted ? "" : verdict.problem;
}

} // namespace

TEST_P(Laws, SayWhatIsTrue) {
  const Case &test = GetParam();
  MLIRContext context;
  context.loadDialect<KregDialect, arith::ArithDialect>();
  auto a = parseSourceString<ModuleOp>(textOf(test, test.a), &context);
  auto b = parseSourceString<ModuleOp>(textOf(test, test.b), &context);
  ASSERT_TRUE(a && b) << textOf(test, test.a) << textOf(test, test.b);
  for (bool swapped : {false, true}) {
    auto result = proof::prove({swapped ? *b : *a, swapped ? *a : *b},
                               test.mode, {}, accept);
    ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
    const Verdict &verdict = result->verdicts.front();
    EXPECT_EQ(verdict.kind, test.kind) << verdict.reason;
    EXPECT_EQ(verdict.counterexample.has_value(), test.kind == Differ);
  }
}

// Shorthands for the ops of the cases.
#define PENALTY(p, x, l1l2, type)                                              \
  p " = kreg.penalty " x ", <" l1l2 "> per batch : " type "\n"
#define ROW "tensor<?x4xf32>"
#define IMAGE "tensor<?x4x4x2xf32>"
#define RELU "%y = kreg.unary relu %x : " ROW "\n"
#define RELU_R "%r = kreg.unary relu %x : " ROW "\n"
#define SAME_ROW "%y = kreg.unary abs %x : " ROW "\n"

static const Case values[] = {
    {"identity_pool", image, image, "%y = kreg.unary relu %x : " IMAGE,
     "%z = kreg.pool max %x window [1, 1] strides [1, 1] pads [0, 0] to [0, 0]"
     " : (" IMAGE ") -> " IMAGE "\n%y = kreg.unary relu %z : " IMAGE,
     Mode::Inference, Equal},
    {"pool_of_two_is_no_identity", image, image,
     "%y = kreg.unary relu %x : " IMAGE,
     "%z = kreg.pool max %x window [2, 1] strides [1, 1] pads [0, 0] to [1, 0]"
     " : (" IMAGE ") -> " IMAGE "\n%y = kreg.unary relu %z : " IMAGE,
     Mode::Inference, Differ},
    {"relu_twice", row, row, RELU, RELU_R "%y = kreg.unary relu %r : " ROW,
     Mode::Training, Equal},
    {"tanh_twice", row, row, "%y = kreg.unary tanh %x : " ROW,
     "%r = kreg.unary tanh %x : " ROW "\n%y = kreg.unary tanh %r : " ROW,
     Mode::Training, Differ},
    {"relu_of_sigmoid", row, row, "%y = kreg.unary sigmoid %x : " ROW,
     "%r = kreg.unary sigmoid %x : " ROW "\n%y = kreg.unary relu %r : " ROW,
     Mode::Inference, Equal},
    {"relu6_of_relu", row, row, RELU, RELU_R "%y = kreg.unary relu6 %r : " ROW,
     Mode::Inference, Differ},
    {"relu6_of_sigmoid", row, row, "%y = kreg.unary sigmoid %x : " ROW,
     "%r = kreg.unary sigmoid %x : " ROW "\n%y = kreg.unary relu6 %r : " ROW,
     Mode::Inference, Equal},
    {"relu_of_tanh", row, row, "%y = kreg.unary tanh %x : " ROW,
     "%r = kreg.unary tanh %x : " ROW "\n%y = kreg.unary relu %r : " ROW,
     Mode::Inference, Differ},
    {"add_commutes", row, row,
     RELU_R "%y = kreg.binary add %x, %r : (" ROW ", " ROW ") -> " ROW,
     RELU_R "%y = kreg.binary add %r, %x : (" ROW ", " ROW ") -> " ROW,
     Mode::Inference, Equal},
    {"sub_does_not", row, row,
     RELU_R "%y = kreg.binary sub %x, %r : (" ROW ", " ROW ") -> " ROW,
     RELU_R "%y = kreg.binary sub %r, %x : (" ROW ", " ROW ") -> " ROW,
     Mode::Inference, Differ},
    {"relu_through_max_pool", image, "tensor<?x2x2x2xf32>",
     "%z = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0]"
     " : (" IMAGE ") -> tensor<?x2x2x2xf32>\n"
     "%y = kreg.unary relu %z : tensor<?x2x2x2xf32>",
     "%z = kreg.unary relu %x : " IMAGE "\n"
     "%y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0]"
     " : (" IMAGE ") -> tensor<?x2x2x2xf32>",
     Mode::Inference, Equal},
    {"abs_through_max_pool", image, "tensor<?x2x2x2xf32>",
     "%z = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0]"
     " : (" IMAGE ") -> tensor<?x2x2x2xf32>\n"
     "%y = kreg.unary abs %z : tensor<?x2x2x2xf32>",
     "%z = kreg.unary abs %x : " IMAGE "\n"
     "%y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0]"
     " : (" IMAGE ") -> tensor<?x2x2x2xf32>",
     Mode::Inference, Differ},
    {"relu_through_avg_pool", image, "tensor<?x2x2x2xf32>",
     "%z = kreg.pool avg %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0]"
     " : (" IMAGE ") -> tensor<?x2x2x2xf32>\n"
     "%y = kreg.unary relu %z : tensor<?x2x2x2xf32>",
     "%z = kreg.unary relu %x : " IMAGE "\n"
     "%y = kreg.pool avg %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0]"
     " : (" IMAGE ") -> tensor<?x2x2x2xf32>",
     Mode::Inference, Differ},
    {"relu_through_pad", row, "tensor<?x6xf32>",
     "%z = kreg.pad %x low [0, 1] high [0, 1] : (" ROW ") -> tensor<?x6xf32>\n"
     "%y = kreg.unary relu %z : tensor<?x6xf32>",
     RELU_R "%y = kreg.pad %r low [0, 1] high [0, 1] : (" ROW
            ") -> tensor<?x6xf32>",
     Mode::Inference, Equal},
    {"exp_through_pad", row, "tensor<?x6xf32>",
     "%z = kreg.pad %x low [0, 1] high [0, 1] : (" ROW ") -> tensor<?x6xf32>\n"
     "%y = kreg.unary exp %z : tensor<?x6xf32>",
     "%r = kreg.unary exp %x : " ROW "\n"
     "%y = kreg.pad %r low [0, 1] high [0, 1] : (" ROW ") -> tensor<?x6xf32>",
     Mode::Inference, Differ},
    {"slice_undoes_pad", row, row, RELU,
     "%z = kreg.pad %x low [0, 1] high [0, 2] : (" ROW ") -> tensor<?x7xf32>\n"
     "%s = kreg.slice %z low [0, 1] high [0, 2] : (tensor<?x7xf32>) -> " ROW
     "\n%y = kreg.unary relu %s : " ROW,
     Mode::Inference, Equal},
    {"slice_cuts_more_than_the_pad", row, row, RELU,
     "%z = kreg.pad %x low [0, 1] high [0, 2] : (" ROW ") -> tensor<?x7xf32>\n"
     "%s = kreg.slice %z low [0, 2] high [0, 1] : (tensor<?x7xf32>) -> " ROW
     "\n%y = kreg.unary relu %s : " ROW,
     Mode::Inference, Differ},
    {"noise_at_inference", row, row, RELU,
     "%d = kreg.dropout %x rate 0.5 : " ROW "\n%y = kreg.unary relu %d : " ROW,
     Mode::Inference, Equal},
    {"noise_in_training", row, row, RELU,
     "%d = kreg.dropout %x rate 0.5 : " ROW "\n%y = kreg.unary relu %d : " ROW,
     Mode::Training, Differ},
    {"relu_through_dropout", row, row,
     "%d = kreg.dropout %x rate 0.5 : " ROW "\n%y = kreg.unary relu %d : " ROW,
     RELU_R "%y = kreg.dropout %r rate 0.5 : " ROW, Mode::Training, Equal},
    {"sigmoid_through_dropout", row, row,
     "%d = kreg.dropout %x rate 0.5 : " ROW
     "\n%y = kreg.unary sigmoid %d : " ROW,
     "%r = kreg.unary sigmoid %x : " ROW
     "\n%y = kreg.dropout %r rate 0.5 : " ROW,
     Mode::Training, Differ},
    {"other_rate", row, row, "%y = kreg.dropout %x rate 0.5 : " ROW,
     "%y = kreg.dropout %x rate 0.25 : " ROW, Mode::Training, Differ},
    {"other_seed", row, row, "%y = kreg.dropout %x rate 0.5 seed 1 : " ROW,
     "%y = kreg.dropout %x rate 0.5 seed 2 : " ROW, Mode::Training, Equal},
};

#define POOLED "tensor<?x2x2x2xf32>"
#define POOL(pads)                                                             \
  "%y = kreg.pool avg %r window [2, 2] strides [2, 2] pads " pads " : (" IMAGE \
  ") -> " POOLED "\n"
static const Case penalties[] = {
    {"split", row, row, RELU PENALTY("%p", "%y", "0.5, 0.25", ROW) "| %p",
     RELU PENALTY("%p", "%y", "0.5, 0.0", ROW)
         PENALTY("%q", "%y", "0.0, 0.25", ROW) "| %p, %q",
     Mode::Training, Equal},
    {"other_coefficient", row, row,
     RELU PENALTY("%p", "%y", "0.5, 0.25", ROW) "| %p",
     RELU PENALTY("%p", "%y", "0.5, 0.251", ROW) "| %p", Mode::Training,
     Differ},
    {"not_divided", row, row, RELU PENALTY("%p", "%y", "0.5, 0.25", ROW) "| %p",
     RELU "%p = kreg.penalty %y, <0.5, 0.25> per none : " ROW "\n| %p",
     Mode::Inference, Differ},
    {"sign", row, row, SAME_ROW PENALTY("%p", "%x", "0.5, 0.25", ROW) "| %p",
     SAME_ROW PENALTY("%p", "%y", "0.5, 0.25", ROW) "| %p", Mode::Inference,
     Equal},
    {"relu_is_no_sign", row, row,
     RELU PENALTY("%p", "%x", "0.5, 0.25", ROW) "| %p",
     RELU PENALTY("%p", "%y", "0.5, 0.25", ROW) "| %p", Mode::Inference,
     Differ},
    {"avg_pool", image, POOLED,
     "%r = kreg.unary relu %x : " IMAGE "\n" POOL("[0, 0] to [0, 0]")
         PENALTY("%p", "%r", "0.25, 0.0", IMAGE) "| %p",
     "%r = kreg.unary relu %x : " IMAGE "\n" POOL("[0, 0] to [0, 0]")
         PENALTY("%p", "%y", "1.0, 0.0", POOLED) "| %p",
     Mode::Inference, Equal},
    {"avg_pool_signed", image, POOLED,
     "%r = kreg.unary tanh %x : " IMAGE "\n" POOL("[0, 0] to [0, 0]")
         PENALTY("%p", "%r", "0.25, 0.0", IMAGE) "| %p",
     "%r = kreg.unary tanh %x : " IMAGE "\n" POOL("[0, 0] to [0, 0]")
         PENALTY("%p", "%y", "1.0, 0.0", POOLED) "| %p",
     Mode::Inference, Differ},
    {"avg_pool_l2", image, POOLED,
     "%r = kreg.unary relu %x : " IMAGE "\n" POOL("[0, 0] to [0, 0]")
         PENALTY("%p", "%r", "0.0, 0.25", IMAGE) "| %p",
     "%r = kreg.unary relu %x : " IMAGE "\n" POOL("[0, 0] to [0, 0]")
         PENALTY("%p", "%y", "0.0, 1.0", POOLED) "| %p",
     Mode::Inference, Differ},
    {"softmax_l1", row, row,
     "%y = kreg.softmax %x axis 1 : " ROW
     "\n" PENALTY("%p", "%y", "1.0, 0.0", ROW) "| %p",
     "%y = kreg.softmax %x axis 1 : " ROW "\n%t = kreg.unary sigmoid %x : " ROW
     "\n%s = kreg.softmax %t axis 1 : " ROW
     "\n" PENALTY("%p", "%s", "1.0, 0.0", ROW) "| %p",
     Mode::Training, Equal},
    {"softmax_l2", row, row,
     "%y = kreg.softmax %x axis 1 : " ROW
     "\n" PENALTY("%p", "%y", "0.0, 1.0", ROW) "| %p",
     "%y = kreg.softmax %x axis 1 : " ROW "\n%t = kreg.unary sigmoid %x : " ROW
     "\n%s = kreg.softmax %t axis 1 : " ROW
     "\n" PENALTY("%p", "%s", "0.0, 1.0", ROW) "| %p",
     Mode::Training, Differ},
    {"dropout_l1", row, row,
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%x", "0.5, 0.0", ROW) "| %p",
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%y", "0.5, 0.0", ROW) "| %p",
     Mode::Expectation, Equal},
    {"dropout_l1_pathwise", row, row,
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%x", "0.5, 0.0", ROW) "| %p",
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%y", "0.5, 0.0", ROW) "| %p",
     Mode::Training, Differ},
    {"dropout_l2_doubled", row, row,
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%x", "0.0, 0.5", ROW) "| %p",
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%y", "0.0, 0.25", ROW) "| %p",
     Mode::Expectation, Equal},
    {"dropout_l2", row, row,
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%x", "0.0, 0.5", ROW) "| %p",
     "%y = kreg.dropout %x rate 0.5 : " ROW
     "\n" PENALTY("%p", "%y", "0.0, 0.5", ROW) "| %p",
     Mode::Expectation, Differ},
};

INSTANTIATE_TEST_SUITE_P(Values, Laws, testing::ValuesIn(values),
                         [](const auto &info) { return info.param.name; });
INSTANTIATE_TEST_SUITE_P(Penalties, Laws, testing::ValuesIn(penalties),
                         [](const auto &info) { return info.param.name; });

/// A thousand layers are proved and checked in seconds.
TEST(Proof, LongModels) {
  std::string text = "kreg.model @m(%v0: " ROW ") -> " ROW " {\n";
  for (int i = 0; i < 1000; ++i) {
    std::string from = "%v" + std::to_string(i), to = std::to_string(i + 1);
    text += "%r" + to + " = kreg.unary tanh " + from + " : " ROW "\n%v" + to +
            " = kreg.binary add %r" + to + ", " + from +
            " : (" ROW ", " ROW ") -> " ROW "\n%p" + to + " = kreg.penalty %v" +
            to + ", <0.5, 0.25> per batch : " ROW "\n";
  }
  text += "kreg.return %v1000 : " ROW " penalties %p1";
  for (int i = 2; i <= 1000; ++i) {
    text += ", %p" + std::to_string(i);
  }
  MLIRContext context;
  context.loadDialect<KregDialect, arith::ArithDialect>();
  auto a = parseSourceString<ModuleOp>(text + "\n}", &context);
  auto b = parseSourceString<ModuleOp>(text + "\n}", &context);
  ASSERT_TRUE(a && b);
  auto result = proof::prove({*a, *b}, Mode::Expectation, {}, accept);
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_EQ(result->verdicts.front().kind, Equal)
      << result->verdicts.front().reason;
}

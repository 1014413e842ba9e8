// What the tests of the interpreter share: models from text, and comparing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_INTERPRETERTESTSUPPORT_H
#define KREGC_TEST_UNIT_INTERPRETERTESTSUPPORT_H

#include "dialect/Interpreter/Interpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>

namespace kregc::test {

using Doubles = std::vector<double>;

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();

/// A test with a context and a model parsed from text.
class Interpreter : public testing::Test {
protected:
  Interpreter() {
    context.loadDialect<mlir::kreg::KregDialect, mlir::arith::ArithDialect>();
  }

  /// The model of a module with the given text.
  mlir::kreg::ModelOp parse(const std::string &text) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text;
    return *module->getOps<mlir::kreg::ModelOp>().begin();
  }

  /// Runs a model of one input; `body` makes %y, of the result type.
  template <typename Number>
  llvm::Expected<mlir::kreg::Evaluation<Number>>
  run(const std::string &in, const std::string &out, const std::string &body,
      mlir::kreg::Tensor<Number> x, const std::string &penalties = "",
      const std::string &variables = "") {
    mlir::kreg::ModelOp model =
        parse(variables + "\nkreg.model @m(%x: " + in + ") -> " + out + " {\n" +
              body + "\nkreg.return %y : " + out +
              (penalties.empty() ? "" : " penalties " + penalties) + "\n}");
    return mlir::kreg::evaluate<Number>(model, {x});
  }

  /// What an elementwise op of a rank-2 tensor makes of the numbers.
  template <typename Number>
  std::vector<Number> map(const std::string &op, std::vector<Number> x) {
    const std::string t = "tensor<?x" + std::to_string(x.size()) + "xf32>";
    auto result = run<Number>(t, t, "%y = kreg." + op + " : " + t,
                              {{1, int64_t(x.size())}, x});
    EXPECT_TRUE(bool(result)) << llvm::toString(result.takeError());
    return result->outputs[0].data;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Equal up to `tolerance`, NaN equal to NaN.
inline void expectNear(const Doubles &got, const Doubles &want,
                       double tolerance = 1e-12) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(want[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << i << ": " << got[i];
    } else if (got[i] != want[i]) {
      EXPECT_NEAR(got[i], want[i], tolerance) << i;
    }
  }
}

inline std::string message(llvm::Error error) {
  EXPECT_TRUE(bool(error)) << "this should have failed";
  return llvm::toString(std::move(error));
}

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_INTERPRETERTESTSUPPORT_H

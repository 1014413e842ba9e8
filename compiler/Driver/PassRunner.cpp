// Runs MLIR passes so that what they say becomes an Error or a remark.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/PassRunner.h"

#include "compiler/Driver/DriverError.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Remarks/Remark.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace kregc::driver {
namespace {

/// The layer that a location speaks of, or "": the innermost name (a penalty
/// carries "penalty" around its layer's).
std::string layerOf(mlir::Location location) {
  std::string name;
  location->walk([&](mlir::Location part) {
    if (auto named = dyn_cast<mlir::NameLoc>(part)) {
      name = named.getName().str();
    }
    return mlir::WalkResult::advance();
  });
  return name;
}

std::string sentence(mlir::Diagnostic &diagnostic) {
  std::string layer = layerOf(diagnostic.getLocation());
  return (layer.empty() ? "" : "layer '" + layer + "': ") + diagnostic.str();
}

/// Remarks as lines on stderr: "passed: layer 'conv2d': merged (penalties = 2)
/// [kreg-merge-penalties]".
class RemarkPrinter : public mlir::remark::detail::MLIRRemarkStreamerBase {
  void streamOptimizationRemark(
      const mlir::remark::detail::Remark &remark) override {
    std::string layer = layerOf(remark.getLocation());
    errs() << kindOf(remark) << ": "
           << (layer.empty() ? "" : "layer '" + layer + "': ")
           << remark.getRemarkName();
    ListSeparator separator;
    bool any = false;
    for (const auto &argument : remark.getArgs()) {
      errs() << (any ? "" : " (") << separator;
      any = true;
      if (argument.key != "Remark") {
        errs() << argument.key << " = ";
      }
      errs() << argument.val;
    }
    errs() << (any ? ")" : "") << " [" << remark.getCategoryName() << "]\n";
  }

  static StringRef kindOf(const mlir::remark::detail::Remark &remark) {
    switch (remark.getRemarkType()) {
    case remarks::Type::Passed:
      return "done";
    case remarks::Type::Missed:
      return "not done";
    case remarks::Type::Failure:
      return "failed";
    default:
      return "remark";
    }
  }
};

} // namespace

char DriverError::ID = 0;

PassRunner::PassRunner(mlir::MLIRContext &context, bool remarks)
    : context(context),
      handler(&context, [this](mlir::Diagnostic &d) { return handle(d); }) {
  if (remarks) {
    mlir::remark::RemarkCategories categories;
    categories.all = categories.passed = categories.missed =
        categories.analysis = categories.failed = ".*";
    (void)mlir::remark::enableOptimizationRemarks(
        context, std::make_unique<RemarkPrinter>(),
        std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories);
  }
}

mlir::LogicalResult PassRunner::handle(mlir::Diagnostic &diagnostic) {
  switch (diagnostic.getSeverity()) {
  case mlir::DiagnosticSeverity::Error:
    errors += (errors.empty() ? "" : "\n") + sentence(diagnostic);
    for (mlir::Diagnostic &note : diagnostic.getNotes()) {
      errors += "\nnote: " + sentence(note);
    }
    break;
  case mlir::DiagnosticSeverity::Warning:
    errs() << "kregc: warning: " << sentence(diagnostic) << "\n";
    break;
  case mlir::DiagnosticSeverity::Remark:
    errs() << "remark: " << sentence(diagnostic) << "\n";
    break;
  case mlir::DiagnosticSeverity::Note:
    break;
  }
  return mlir::success();
}

Error PassRunner::takeError(StringRef what) {
  std::string said = std::exchange(errors, "");
  return unsupported(said.empty() ? "internal: " + what.str() + " failed"
                                  : said);
}

Error PassRunner::run(mlir::ModuleOp module,
                      function_ref<void(mlir::OpPassManager &)> build) {
  mlir::PassManager passes(&context);
  build(passes);
  if (mlir::failed(passes.run(module))) {
    return takeError("a pass");
  }
  return Error::success();
}

} // namespace kregc::driver

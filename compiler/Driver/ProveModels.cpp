// From two files to verdicts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/ProveModels.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/PassRunner.h"

#include "checker/Check.h"
#include "dialect/Transforms/Passes.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"

#include "mlir/Pass/PassManager.h"

using namespace llvm;
using namespace mlir::kreg;

namespace kregc::driver {

Expected<PenaltyForm> readPenaltyForm(const Options &options, StringRef path,
                                      mlir::MLIRContext &context) {
  keras::ReadOptions read;
  read.kerasVersion = options.kerasVersion;
  Expected<keras::Model> model = keras::readModel(path, read);
  if (!model) {
    return model.takeError();
  }
  Expected<PenaltyForm> module = importModel(*model, context);
  if (!module) {
    return module.takeError();
  }
  PassRunner passes(context, /*remarks=*/false);
  auto dissolve = [](mlir::OpPassManager &manager) {
    manager.addNestedPass<ModelOp>(createDissolveLayersPass());
  };
  if (Error error = passes.run(**module, dissolve)) {
    return error;
  }
  return module;
}

std::vector<proof::Mode> comparedModes(const Options &options) {
  std::vector<proof::Mode> modes;
  for (proof::Mode mode : {proof::Mode::Inference, proof::Mode::Training,
                           proof::Mode::Expectation}) {
    if (options.comparedMode == "all" ||
        options.comparedMode == proof::name(mode)) {
      modes.push_back(mode);
    }
  }
  return modes;
}

Expected<proof::Result> prove(const Options &options, PenaltyForm &a,
                              PenaltyForm &b, ArrayRef<proof::Mode> modes) {
  proof::ProveOptions choices;
  choices.tolerance = options.tolerance;
  choices.matchByName = options.matchByName;
  choices.mergeLinear = options.mergeLinear;
  auto accept = [&](const std::string &certificate) {
    checker::Verdict verdict = checker::check(certificate, choices.tolerance);
    return verdict.accepted ? "" : verdict.problem;
  };
  Expected<proof::Result> result =
      proof::prove({*a, *b}, modes, choices, accept);
  if (!result) {
    return unsupported(toString(result.takeError()));
  }
  return result;
}

ExitCode worse(ExitCode code, proof::Verdict::Kind kind) {
  if (kind == proof::Verdict::NotEqual) {
    return ExitCode::NotEqual;
  }
  return kind == proof::Verdict::Undecided && code == ExitCode::Done
             ? ExitCode::Unsupported
             : code;
}

} // namespace kregc::driver

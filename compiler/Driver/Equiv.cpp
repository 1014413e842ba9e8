// `kregc equiv`: proves or refutes that two models are the same. "Equal" is
// said only of what the independent checker accepts, "not equal" only with an
// input on which both models were evaluated.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/ConfirmExample.h"
#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/EquivReport.h"
#include "compiler/Driver/OutputFiles.h"
#include "compiler/Driver/ProveModels.h"
#include "compiler/Driver/RepairedFile.h"
#include "compiler/Driver/Verbs.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir::kreg;

namespace kregc::driver {
namespace {

/// Writes DIR/MODE.npz where asked for; gives its path.
Expected<std::string> saveCounterexample(const Options &options,
                                         const proof::Verdict &verdict) {
  if (options.counterexample.empty() || !verdict.counterexample) {
    return "";
  }
  if (std::error_code code =
          sys::fs::create_directories(options.counterexample)) {
    return badInput("cannot make the folder '" + options.counterexample +
                    "': " + code.message());
  }
  SmallString<128> path(options.counterexample);
  sys::path::append(path, proof::name(verdict.mode) + ".npz");
  if (Error error = writeCounterexample(path, *verdict.counterexample)) {
    return error;
  }
  return path.str().str();
}

/// Writes the second model with the coefficients that make `verdict`'s mode
/// equal, after proving that this file is equal to the first model. Gives the
/// modes in which it is.
Expected<std::vector<proof::Mode>> saveRepaired(const Options &options,
                                                const proof::Verdict &verdict,
                                                PenaltyForm &a) {
  // Read back under a name of its own kind, which then becomes the wanted one.
  SmallString<128> beside(sys::path::parent_path(options.repaired));
  sys::path::append(beside, "kregc-" + sys::path::filename(options.repaired));
  scope_exit remove([&] { removeModel(beside); });
  if (Error error = writeRepaired(options.second, beside, verdict.repair)) {
    return error;
  }
  Expected<PenaltyForm> repaired =
      readPenaltyForm(options, beside, *a->getContext());
  if (!repaired) {
    return repaired.takeError();
  }
  auto result = prove(options, a, *repaired, comparedModes(options));
  if (!result) {
    return result.takeError();
  }
  std::vector<proof::Mode> equal;
  for (const proof::Verdict &proved : result->verdicts) {
    if (proved.kind == proof::Verdict::Equal) {
      equal.push_back(proved.mode);
    } else if (proved.mode == verdict.mode) {
      return unsupported("the repaired file is not equal to the first model: " +
                         proved.reason);
    }
  }
  if (Error error = renameModel(beside, options.repaired)) {
    return error;
  }
  return equal;
}

/// Writes the repair of the first mode that has one; gives the modes that it
/// makes equal, none where there is no repair.
Expected<std::vector<proof::Mode>> repairFirst(const Options &options,
                                               const proof::Result &result,
                                               PenaltyForm &a) {
  for (const proof::Verdict &verdict : result.verdicts) {
    if (!options.repaired.empty() && !verdict.repair.empty()) {
      return saveRepaired(options, verdict, a);
    }
  }
  return std::vector<proof::Mode>();
}

/// What --write-repaired did, for a person.
void printRepaired(const Options &options, ArrayRef<proof::Mode> modes) {
  if (options.repaired.empty()) {
    return;
  }
  if (modes.empty()) {
    outs() << "no coefficients of the second model make a mode equal that is "
              "not; '"
           << options.repaired << "' was not written\n";
    return;
  }
  outs() << "wrote '" << options.repaired
         << "', proved equal to the first model in ";
  interleaveComma(modes, outs(),
                  [](proof::Mode mode) { outs() << proof::name(mode); });
  outs() << "\n";
}

} // namespace

Expected<ExitCode> equiv(const Options &options) {
  if (!options.tableFolder.empty()) {
    return equivTable(options);
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  Expected<PenaltyForm> a = readPenaltyForm(options, options.model, context);
  if (!a) {
    return a.takeError();
  }
  Expected<PenaltyForm> b = readPenaltyForm(options, options.second, context);
  if (!b) {
    return b.takeError();
  }
  Expected<proof::Result> result =
      prove(options, *a, *b, comparedModes(options));
  if (!result) {
    return result.takeError();
  }
  bool isText = options.format == Format::Text;
  json::Object verdicts;
  ExitCode code = ExitCode::Done;
  for (proof::Verdict &verdict : result->verdicts) {
    if (options.confirm && verdict.mode == proof::Mode::Inference) {
      confirmExample(options, verdict);
    }
    Expected<std::string> path = saveCounterexample(options, verdict);
    if (!path) {
      return path.takeError();
    }
    verdicts[proof::name(verdict.mode)] = toJson(verdict, *path);
    if (isText) {
      printText(verdict, options.explain);
    }
    code = worse(code, verdict.kind);
  }
  auto repaired = repairFirst(options, *result, *a);
  if (!repaired) {
    return repaired.takeError();
  }
  if (!options.certificate.empty() && !result->certificate.empty()) {
    if (Error error = writeFile(options.certificate, result->certificate)) {
      return error;
    }
  }
  json::Object answer{{"verdicts", std::move(verdicts)}};
  if (isText) {
    printRepaired(options, *repaired);
    return code;
  }
  if (!options.repaired.empty()) {
    json::Array modes;
    for (proof::Mode mode : *repaired) {
      modes.push_back(proof::name(mode));
    }
    answer["repaired_in"] = std::move(modes);
  }
  outs() << formatv("{0:2}\n", json::Value(std::move(answer)));
  return code;
}

} // namespace kregc::driver

// `kregc equiv`: proves or refutes that two models are the same. "Equal" is
// said only of what the independent checker accepts, "not equal" only with an
// input on which both models were evaluated.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/EquivReport.h"
#include "compiler/Driver/OutputFiles.h"
#include "compiler/Driver/PassRunner.h"
#include "compiler/Driver/RepairedFile.h"
#include "compiler/Driver/Verbs.h"

#include "checker/Check.h"
#include "dialect/Proof/Prove.h"
#include "dialect/Transforms/Passes.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir::kreg;

namespace kregc::driver {
namespace {

using Module = mlir::OwningOpRef<mlir::ModuleOp>;

/// A file's model in penalty form.
Expected<Module> load(const Options &options, StringRef path,
                      mlir::MLIRContext &context) {
  keras::ReadOptions read;
  read.kerasVersion = options.kerasVersion;
  Expected<keras::Model> model = keras::readModel(path, read);
  if (!model) {
    return model.takeError();
  }
  Expected<Module> module = importModel(*model, context);
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

std::vector<proof::Mode> modesOf(const Options &options) {
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

std::string accept(const std::string &certificate) {
  checker::Verdict verdict = checker::check(certificate);
  return verdict.accepted ? "" : verdict.problem;
}

//===----------------------------------------------------------------------===//
// Two models
//===----------------------------------------------------------------------===//

Expected<proof::Result> prove(const Options &options, Module &a, Module &b,
                              ArrayRef<proof::Mode> modes) {
  proof::ProveOptions choices;
  choices.tolerance = options.tolerance;
  choices.matchByName = options.matchByName;
  Expected<proof::Result> result =
      proof::prove({*a, *b}, modes, choices, accept);
  if (!result) {
    return unsupported(toString(result.takeError()));
  }
  return result;
}

/// The exit code of all verdicts so far and one more.
ExitCode worse(ExitCode code, proof::Verdict::Kind kind) {
  if (kind == proof::Verdict::NotEqual) {
    return ExitCode::NotEqual;
  }
  return kind == proof::Verdict::Undecided && code == ExitCode::Done
             ? ExitCode::Unsupported
             : code;
}

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
Expected<std::vector<proof::Mode>>
saveRepaired(const Options &options, const proof::Verdict &verdict, Module &a) {
  // Read back under a name of its own kind, which then becomes the wanted one.
  SmallString<128> beside(sys::path::parent_path(options.repaired));
  sys::path::append(beside, "kregc-" + sys::path::filename(options.repaired));
  scope_exit remove([&] { removeModel(beside); });
  if (Error error = writeRepaired(options.second, beside, verdict.repair)) {
    return error;
  }
  Expected<Module> repaired = load(options, beside, *a->getContext());
  if (!repaired) {
    return repaired.takeError();
  }
  auto result = prove(options, a, *repaired, modesOf(options));
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
Expected<std::vector<proof::Mode>>
repairFirst(const Options &options, const proof::Result &result, Module &a) {
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

//===----------------------------------------------------------------------===//
// All pairs of a folder
//===----------------------------------------------------------------------===//

/// The model files of a folder, by name. A .json counts, its weights do not.
Expected<std::vector<std::string>> modelsIn(StringRef folder) {
  std::vector<std::string> paths;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    StringRef path = it->path();
    if (path.ends_with(".keras") || path.ends_with(".json") ||
        (path.ends_with(".h5") && !path.ends_with(".weights.h5"))) {
      paths.push_back(path.str());
    }
  }
  if (code) {
    return badInput("cannot read the folder '" + folder +
                    "': " + code.message());
  }
  if (paths.size() < 2) {
    return badInput("the folder '" + folder + "' has " + Twine(paths.size()) +
                    " model files; a table takes two or more");
  }
  sort(paths);
  return paths;
}

/// Verdicts by pair, first < second, and mode.
struct Table {
  std::vector<std::string> paths;
  std::vector<proof::Mode> modes;
  std::map<std::pair<size_t, size_t>, proof::Result> results;

  ExitCode code() const {
    ExitCode code = ExitCode::Done;
    for (const auto &[pair, result] : results) {
      for (const proof::Verdict &verdict : result.verdicts) {
        code = worse(code, verdict.kind);
      }
    }
    return code;
  }
  void printText() const;
  void printJson() const;
};

void Table::printText() const {
  for (auto [number, path] : enumerate(paths)) {
    outs() << format("%3zu  ", number + 1) << sys::path::filename(path) << "\n";
  }
  for (auto [m, mode] : enumerate(modes)) {
    outs() << "\n" << proof::name(mode) << "\n     ";
    for (size_t j = 0; j < paths.size(); ++j) {
      outs() << format("%4zu", j + 1);
    }
    for (size_t i = 0; i < paths.size(); ++i) {
      outs() << "\n" << format("%3zu  ", i + 1);
      for (size_t j = 0; j < paths.size(); ++j) {
        outs() << "   ";
        if (i == j) {
          outs() << ".";
          continue;
        }
        auto kind = results.at(std::minmax(i, j)).verdicts[m].kind;
        printVerdict(kind,
                     kind == proof::Verdict::Equal      ? "="
                     : kind == proof::Verdict::NotEqual ? "x"
                                                        : "?",
                     1);
      }
    }
    outs() << "\n";
  }
  outs() << "\n= equal, x not equal, ? undecided\n";
}

void Table::printJson() const {
  json::Array files, pairs;
  for (const std::string &path : paths) {
    files.push_back(json::fixUTF8(path));
  }
  for (const auto &[pair, result] : results) {
    json::Object verdicts;
    for (const proof::Verdict &verdict : result.verdicts) {
      verdicts[proof::name(verdict.mode)] = toJson(verdict, "");
    }
    pairs.push_back(json::Object{{"a", json::fixUTF8(paths[pair.first])},
                                 {"b", json::fixUTF8(paths[pair.second])},
                                 {"verdicts", std::move(verdicts)}});
  }
  outs() << formatv("{0:2}\n",
                    json::Value(json::Object{{"files", std::move(files)},
                                             {"pairs", std::move(pairs)}}));
}

Expected<ExitCode> equivTable(const Options &options) {
  Expected<std::vector<std::string>> paths = modelsIn(options.tableFolder);
  if (!paths) {
    return paths.takeError();
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::vector<Module> models;
  for (const std::string &path : *paths) {
    Expected<Module> model = load(options, path, context);
    if (!model) {
      return model.takeError();
    }
    models.push_back(std::move(*model));
  }
  Table table{*paths, modesOf(options), {}};
  for (size_t i = 0; i < models.size(); ++i) {
    for (size_t j = i + 1; j < models.size(); ++j) {
      auto result = prove(options, models[i], models[j], table.modes);
      if (!result) {
        return result.takeError();
      }
      table.results.emplace(std::pair(i, j), std::move(*result));
    }
  }
  options.format == Format::Json ? table.printJson() : table.printText();
  return table.code();
}

} // namespace

Expected<ExitCode> equiv(const Options &options) {
  if (!options.tableFolder.empty()) {
    return equivTable(options);
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  Expected<Module> a = load(options, options.model, context);
  if (!a) {
    return a.takeError();
  }
  Expected<Module> b = load(options, options.second, context);
  if (!b) {
    return b.takeError();
  }
  Expected<proof::Result> result = prove(options, *a, *b, modesOf(options));
  if (!result) {
    return result.takeError();
  }
  bool isText = options.format == Format::Text;
  json::Object verdicts;
  ExitCode code = ExitCode::Done;
  for (const proof::Verdict &verdict : result->verdicts) {
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

// `kregc equiv --table`: a matrix of verdicts per mode.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/EquivReport.h"
#include "compiler/Driver/ProveModels.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir::kreg;

namespace kregc::driver {
namespace {

/// The model files of a folder, by name. A .json counts, its weights do not.
Expected<std::vector<std::string>> modelsIn(StringRef folder) {
  std::vector<std::string> paths;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    StringRef path = it->path();
    if (path.ends_with(".keras") ||
        (path.ends_with(".json") && !path.ends_with(".weights.json")) ||
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

} // namespace

Expected<ExitCode> equivTable(const Options &options) {
  Expected<std::vector<std::string>> paths = modelsIn(options.tableFolder);
  if (!paths) {
    return paths.takeError();
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::vector<PenaltyForm> models;
  for (const std::string &path : *paths) {
    Expected<PenaltyForm> model = readPenaltyForm(options, path, context);
    if (!model) {
      return model.takeError();
    }
    models.push_back(std::move(*model));
  }
  Table table{*paths, comparedModes(options), {}};
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

} // namespace kregc::driver

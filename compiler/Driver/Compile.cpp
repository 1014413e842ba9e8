// `kregc compile`: runs the phases and writes what was asked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Compilation.h"
#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/OutputFiles.h"
#include "compiler/Driver/Verbs.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace kregc::driver {
namespace {

/// A C identifier from a file's name: what is not a letter, digit or underscore
/// becomes an underscore.
std::string identifierOf(StringRef path) {
  std::string name = sys::path::stem(path).str();
  for (char &c : name) {
    c = isAlnum(c) ? c : '_';
  }
  if (name.empty() || isDigit(name[0])) {
    name.insert(0, "m");
  }
  return name;
}

Error checkName(StringRef name) {
  bool good = !name.empty() && !isDigit(name[0]) &&
              all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
  return good ? Error::success()
              : badInput("--name: '" + name +
                         "' is not a C identifier; letters, digits and '_' "
                         "are, a digit not first");
}

Error dump(const Options &options, Phase phase,
           function_ref<std::string()> text) {
  SmallString<128> path(options.dumpFolder);
  sys::path::append(path, dumpFileName(phase));
  return writeFile(path, text());
}

} // namespace

Error compile(const Options &options) {
  std::string name =
      options.name.empty() ? identifierOf(options.model) : options.name;
  if (Error error = checkName(name)) {
    return error;
  }
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  std::string problem;
  std::optional<Target> target = parseTarget(options.target, problem);
  if (!target) {
    return badInput("--target: " + problem);
  }
  bool statements = options.emit == Phase::Stmt || !options.dumpFolder.empty();
  Compilation compilation(std::move(*model),
                          {*target, name, options.remarks, statements});
  Progress progress;
  std::string asked;
  auto observe = [&](Phase phase, function_ref<std::string()> text) -> Error {
    if (!options.dumpFolder.empty()) {
      if (Error error = dump(options, phase, text)) {
        return error;
      }
    }
    if (phase == options.emit) {
      asked = text();
    }
    return Error::success();
  };
  if (Error error = compilation.run(options.emit, progress, observe)) {
    return error;
  }
  if (options.timePhases) {
    progress.printTimes();
  }
  if (options.outputFolder.empty()) {
    outs() << asked;
    return Error::success();
  }
  OutputFiles files(options.outputFolder);
  if (Error error = files.add(name + info(options.emit).suffix, asked)) {
    return error;
  }
  return files.commit();
}

} // namespace kregc::driver

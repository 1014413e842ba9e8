// `kregc compile`: runs the phases and writes what was asked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Compilation.h"
#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/OutputFiles.h"
#include "compiler/Driver/Verbs.h"
#include "frontends/Keras/CompileSettings.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace kregc::driver {
namespace {

/// Whether the C library or pthreads have a function <name>_create or
/// <name>_destroy, which the model's would replace in the whole program.
bool isTaken(StringRef name) {
  static constexpr StringLiteral names[] = {"argz",  "clnt",    "cnd", "epoll",
                                            "memfd", "mtx",     "sem", "thrd",
                                            "timer", "timerfd", "tss"};
  return name.starts_with("pthread") || is_contained(names, name);
}

/// A C identifier from a file's name: what is not a letter, digit or underscore
/// becomes an underscore.
std::string identifierOf(StringRef path) {
  std::string name = sys::path::stem(path.rtrim('/')).str(); // of a folder
  for (char &c : name) {
    c = isAlnum(c) ? c : '_';
  }
  if (name.empty() || isDigit(name[0])) {
    name.insert(0, "m");
  }
  return isTaken(name) ? name + "_model" : name;
}

Error checkName(StringRef name) {
  bool good = !name.empty() && !isDigit(name[0]) &&
              all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
  if (!good) {
    return badInput("--name: '" + name +
                    "' is not a C identifier; letters, digits and '_' are, a "
                    "digit not first");
  }
  if (isTaken(name)) {
    return badInput("--name: '" + name +
                    "' would replace functions of the C library, for example " +
                    name + "_create; say another name");
  }
  return Error::success();
}

Error dump(const Options &options, Phase phase,
           function_ref<std::string()> text) {
  SmallString<128> path(options.dumpFolder);
  sys::path::append(path, dumpFileName(phase));
  return writeFile(path, text());
}

/// What `compile` leaves in the folder of -o: the library's three files, or the
/// text of an earlier phase.
Error writeResults(const Options &options, StringRef name,
                   const Compilation &compilation, StringRef asked) {
  OutputFiles files(options.outputFolder);
  Error error = Error::success();
  auto add = [&](const Twine &file, StringRef contents) {
    if (!error) {
      error = files.add(file.str(), contents);
    }
  };
  if (options.emit == Phase::StaticLib) {
    add("lib" + name + ".a", asked);
    add(name + ".h", compilation.artefact().header);
    add(name + ".json", compilation.artefact().manifest);
  } else if (options.emit == Phase::Header) {
    add(name + ".h", asked);
  } else {
    const PhaseInfo &phase = info(options.emit);
    add(name + "." + phase.name + phase.suffix, asked);
  }
  return error ? std::move(error) : files.commit();
}

} // namespace

Error compile(const Options &options) {
  std::string name =
      options.name.empty() ? identifierOf(options.model) : options.name;
  if (Error error = checkName(name)) {
    return error;
  }
  Expected<Target> target = findTarget(options);
  if (!target) {
    return target.takeError();
  }
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  bool training = options.mode == Mode::Training;
  if (training) {
    keras::CompileOverrides overrides;
    overrides.loss = options.loss;
    overrides.optimizer = options.optimizer;
    if (Error error = keras::readTraining(*model, overrides)) {
      return error;
    }
  } else if (options.emit == Phase::Step) {
    return badInput("--emit step: there is a step in --mode training only");
  }
  Compilation compilation(std::move(*model),
                          {*target, name, options.emit, training,
                           !options.dumpFolder.empty(), options.remarks});
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
  if (Error error = compilation.run(progress, observe)) {
    return error;
  }
  if (options.timePhases) {
    progress.printTimes();
  }
  if (options.outputFolder.empty()) {
    outs() << asked;
    return Error::success();
  }
  return writeResults(options, name, compilation, asked);
}

} // namespace kregc::driver

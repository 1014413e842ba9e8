// From the command line to a verb, and from its error to an exit status.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Driver.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/OutputFiles.h"
#include "compiler/Driver/Verbs.h"

#include "frontends/Container/Error.h"
#include "frontends/Keras/Reader.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <exception>
#include <new>
#include <unistd.h>

using namespace llvm;

namespace kregc::driver {
namespace {

/// LLVM's way out of what it cannot handle (and of an allocation that failed):
/// one message and an exit code in place of abort().
void endAfterFatalError(void *, const char *reason, bool) {
  errs() << "kregc: error: internal: " << reason << "\n";
  errs().flush();
  sys::RunInterruptHandlers(); // removes half-written files
  _exit(static_cast<int>(ExitCode::Unsupported));
}

/// Prints the error; returns the status of a run that ends with it.
int report(Error error) {
  int status = 0;
  error = handleErrors(std::move(error), [&](const DriverError &own) {
    errs() << "kregc: error: " << own.message << "\n";
    status = static_cast<int>(own.code);
  });
  return error ? reportError(std::move(error), "kregc", errs()) : status;
}

Error runVerb(const Options &options) {
  switch (options.verb) {
  case Verb::Compile:
    return compile(options);
  case Verb::Run:
    return run(options);
  case Verb::Train:
    return train(options);
  case Verb::Grad:
    return grad(options);
  case Verb::Inspect:
    return inspect(options);
  case Verb::Equiv:
    break; // ends with a verdict
  case Verb::Bench:
    return bench(options);
  }
  llvm_unreachable("every verb has a function");
}

} // namespace

Expected<keras::Model> readModel(const Options &options) {
  keras::ReadOptions read;
  read.kerasVersion = options.kerasVersion;
  read.weightValues = options.verb != Verb::Inspect;
  return keras::readModel(options.model, read);
}

Expected<Target> findTarget(const Options &options) {
  std::string problem;
  std::optional<Target> target = parseTarget(options.target, problem);
  if (!target) {
    return badInput("--target: " + problem);
  }
  return *target;
}

int runDriver(int argc, char **argv) {
  install_fatal_error_handler(endAfterFatalError);
  install_bad_alloc_error_handler(endAfterFatalError);
  reportFileSizeLimit();
  try {
    std::variant<Options, ExitCode> parsed = parseCommandLine(argc, argv);
    if (const ExitCode *code = std::get_if<ExitCode>(&parsed)) {
      return static_cast<int>(*code);
    }
    if (std::get<Options>(parsed).verb == Verb::Equiv) {
      Expected<ExitCode> verdict = equiv(std::get<Options>(parsed));
      return verdict ? static_cast<int>(*verdict) : report(verdict.takeError());
    }
    if (Error error = runVerb(std::get<Options>(parsed))) {
      return report(std::move(error));
    }
    return static_cast<int>(ExitCode::Done);
  } catch (const std::bad_alloc &) {
    errs() << "kregc: error: out of memory\n";
  } catch (const std::exception &caught) {
    errs() << "kregc: error: internal: " << caught.what() << "\n";
  }
  return static_cast<int>(ExitCode::Unsupported);
}

} // namespace kregc::driver

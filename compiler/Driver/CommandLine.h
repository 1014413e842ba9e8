// The command line as a struct, and its parser.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_COMMANDLINE_H
#define KREGC_COMPILER_DRIVER_COMMANDLINE_H

#include "compiler/Driver/ExitCodes.h"
#include "compiler/Pipelines/Phases.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace kregc::driver {

enum class Verb { Compile, Run, Inspect, Equiv, Bench };
enum class Format { Text, Json, Html };
enum class Mode { Inference, Training };

/// Every option of every verb; those of other verbs keep their defaults.
struct Options {
  Verb verb = Verb::Compile;
  std::string model; ///< path of the model file

  // compile
  std::string outputFolder; ///< -o; empty: the phase's text goes to stdout
  std::string name;         ///< --name; empty: from the file's name
  std::string target = "host";
  Phase emit = Phase::StaticLib;
  std::string dumpFolder; ///< --dump-phases; empty: no dumps
  bool remarks = false;
  bool timePhases = false;

  // training, in place of the file's compile settings
  std::optional<std::string> loss, optimizer; ///< a name, or Keras' JSON

  // run
  std::string inputs, outputs; ///< .npz files

  // equiv
  std::string second;         ///< path of the other model file
  std::string comparedMode;   ///< "inference", …, "all"
  std::string certificate;    ///< --certificate; empty: not written
  std::string counterexample; ///< --counterexample: a folder
  std::string repaired;       ///< --write-repaired: a model file
  std::string tableFolder;    ///< --table; empty: two models
  bool explain = false;
  bool confirm = false;     ///< counterexamples for inference, by compiling
  double tolerance = 1e-6;  ///< of constants that a law computed
  bool matchByName = false; ///< --match-weights by-name

  // bench
  int64_t batch = 1;

  int threads = 1;
  Format format = Format::Text;
  Mode mode = Mode::Inference; ///< of compile and bench
  std::optional<std::string> kerasVersion;
};

/// The options, or the exit code of a run that ends here: after --help and
/// --version (their text is printed to stdout), or after a wrong command line
/// (one message on stderr).
std::variant<Options, ExitCode> parseCommandLine(int argc, char **argv);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_COMMANDLINE_H

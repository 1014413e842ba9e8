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

enum class Verb { Compile, Run, Train, Grad, Inspect, Equiv, Bench };
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
  std::optional<std::string> metrics; ///< names with commas, or Keras' JSON

  // train and grad
  std::string data; ///< a .npz file, or a folder of .npy files
  uint64_t seed = 0;
  bool check = false; ///< of grad: central differences

  // train; of the files, empty ones are not written
  std::string validationData, output, history, best, checkpoint, classWeight;
  double validationSplit = 0;
  int64_t epochs = 1, batchSize = 32;
  bool shuffle = true, resume = false, restoreBest = false;
  std::string monitor;   ///< a name of the history
  int64_t patience = -1; ///< epochs without a better one; -1: no early stopping
  double minDelta = 0;

  // run
  std::string inputs, outputs; ///< .npz files; outputs also of grad

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
  bool mergeLinear = false;

  // bench
  int64_t batch = 1;
  bool perKernel = false;

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

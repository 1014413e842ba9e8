// Verbs and options of kregc, with CLI11. Nothing else includes its header,
// which takes longer to compile than all of the driver.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/CommandLine.h"
#include "compiler/Driver/CheckPaths.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iostream>
#include <string_view>

namespace kregc::driver {
namespace {

struct VerbInfo {
  Verb verb;
  const char *name;
  const char *summary;
};

constexpr VerbInfo verbs[] = {
    {Verb::Compile, "compile", "make a static library and a C header"},
    {Verb::Run, "run", "compute a model's outputs and penalties"},
    {Verb::Train, "train", "train a model on arrays"},
    {Verb::Grad, "grad", "compute loss and gradients of one batch"},
    {Verb::Inspect, "inspect", "say which penalties a model has"},
    {Verb::Equiv, "equiv", "prove or refute that two models are the same"},
    {Verb::Bench, "bench", "time a compiled model"},
};

bool isVerb(std::string_view word) {
  return std::any_of(std::begin(verbs), std::end(verbs),
                     [&](const VerbInfo &verb) { return word == verb.name; });
}

std::string verbNames() {
  std::string names;
  for (const VerbInfo &verb : verbs) {
    names += (names.empty() ? "" : ", ") + std::string(verb.name);
  }
  return names;
}

std::string phaseHelp() {
  std::string text = "\nPhases of --emit and --dump-phases:\n";
  for (const PhaseInfo &phase : allPhases()) {
    std::string name = phase.name;
    text +=
        "  " + name + std::string(12 - name.size(), ' ') + phase.summary + "\n";
  }
  return text;
}

std::string exitCodeHelp() {
  std::string text = "\nExit codes:\n";
#define EXIT_CODE(ID, VALUE, WHEN) text += "  " #VALUE "  " WHEN "\n";
#include "compiler/Driver/ExitCodes.def"
  return text;
}

/// The first word that is not an option, if any: the verb.
const char *firstWord(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] != '-') {
      return argv[i];
    }
  }
  return nullptr;
}

/// What the parser fills besides Options: words that it looks up afterwards.
struct Words {
  std::string emit = info(Phase::StaticLib).name;
  std::string format = "text";
  std::string mode = "inference";
  std::string matchWeights = "by-order";
  std::string kerasVersion;
};

/// Text that a person gave for an option -> what is wrong with it, or "".
using Check = std::string (*)(const std::string &);

CLI::Validator checkedBy(Check check) {
  // Without a description, which would stand in the help.
  return CLI::Validator([check](std::string &text) { return check(text); }, "");
}

/// CLI11 reads "" as 0 and lets numbers beyond 64 bits wrap.
std::string checkSeed(const std::string &text) {
  uint64_t seed = 0;
  const char *end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data(), end, seed);
  return code == std::errc() && stop == end
             ? ""
             : "found '" + text +
                   "', want a whole number from 0 to 18446744073709551615";
}

/// CLI11's own checks of reals let NaN pass.
template <int most>
std::string checkReal(const std::string &text) {
  double number = 0;
  const char *end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data(), end, number);
  if (code == std::errc() && stop == end && number >= 0 &&
      (most == 0 || number <= most)) {
    return "";
  }
  return "found '" + text + "', want a number " +
         (most == 0 ? std::string("of 0 or more")
                    : "from 0 to " + std::to_string(most));
}

std::string checkPath(const std::string &path) {
  return path == "-" ? "'-' is no name for what is written, and stdout does "
                       "not get it; say ./- if you mean a file of that name"
                     : "";
}

/// Where a file or folder is written.
CLI::Option *addWritten(CLI::App &verb, const std::string &names,
                        std::string &path, const std::string &help) {
  return verb.add_option(names, path, help)->check(checkedBy(checkPath));
}

void addModel(CLI::App &verb, Options &options, Words &words) {
  verb.add_option("MODEL", options.model,
                  "a .keras or .h5 file, or a .json with its .weights.h5 or "
                  ".weights.json")
      ->required();
  verb.add_option("--keras-version", words.kerasVersion,
                  "read the file as Keras V wrote it, whatever it says")
      ->type_name("V");
}

void addFormat(CLI::App &verb, Words &words) {
  verb.add_option("--format", words.format, "text or json")
      ->type_name("F")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void addThreads(CLI::App &verb, Options &options) {
  verb.add_option("--threads", options.threads, "threads of the library")
      ->type_name("N")
      ->check(CLI::Range(1, 256)) // KREG_MAX_THREADS of the runtime
      ->capture_default_str();
}

void addTarget(CLI::App &verb, Options &options) {
  verb.add_option("--target", options.target,
                  "the machine that will run the library, e.g. x86-64-avx2")
      ->type_name("T")
      ->capture_default_str();
}

void addMode(CLI::App &verb, Words &words) {
  verb.add_option("--mode", words.mode, "inference or training")
      ->type_name("M")
      ->check(CLI::IsMember({"inference", "training"}))
      ->capture_default_str();
}

/// What stands in place of the file's compile settings.
void addSettings(CLI::App &verb, Options &options) {
  verb.add_option("--loss", options.loss,
                  "the loss of training, a name or Keras' JSON (default: the "
                  "file's)")
      ->type_name("L");
  verb.add_option("--optimizer", options.optimizer,
                  "the optimizer of training, a name or Keras' JSON (default: "
                  "the file's)")
      ->type_name("O");
}

void addCompile(CLI::App &verb, Options &options, Words &words) {
  addModel(verb, options, words);
  addWritten(verb, "-o,--output", options.outputFolder,
             "folder of the results; without it, the text of --emit goes "
             "to stdout")
      ->type_name("DIR");
  verb.add_option("--name", options.name,
                  "C name of the model (default: from the file's name)")
      ->type_name("N");
  addMode(verb, words);
  addSettings(verb, options);
  addTarget(verb, options);
  verb.add_option("--emit", words.emit, "stop after this phase and write it")
      ->type_name("PHASE")
      ->capture_default_str();
  addWritten(verb, "--dump-phases", options.dumpFolder,
             "write the text of every phase into this folder")
      ->type_name("DIR");
  verb.add_flag(
      "--remarks", options.remarks,
      "say what was done to the penalties, and what was not, and why");
  verb.add_flag("--time-phases", options.timePhases,
                "print how long each phase took");
  verb.footer(phaseHelp());
}

void addRun(CLI::App &verb, Options &options, Words &words) {
  addModel(verb, options, words);
  verb.add_option("--inputs", options.inputs,
                  "arrays by input layer's name, or x_0, x_1 …")
      ->type_name("NPZ")
      ->required();
  addWritten(verb, "--outputs", options.outputs,
             "gets y_0, y_1 …, penalties and weight_penalties")
      ->type_name("NPZ")
      ->required();
  addThreads(verb, options);
  addTarget(verb, options);
}

void addData(CLI::App &verb, Options &options) {
  verb.add_option("--data", options.data,
                  "arrays x_0 …, t_0 … and sample_weight: a .npz file, or a "
                  "folder of .npy files, which may be larger than memory")
      ->type_name("PATH")
      ->required();
  verb.add_option("--seed", options.seed, "of the noise and of shuffling")
      ->type_name("S")
      ->check(checkedBy(checkSeed))
      ->capture_default_str();
}

/// What a run of `train` does.
void addRunOfTraining(CLI::App &verb, Options &options) {
  verb.add_option("--epochs", options.epochs, "times that all data are used")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
      ->capture_default_str();
  verb.add_option("--batch-size", options.batchSize, "samples of a step")
      ->type_name("B")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20))
      ->capture_default_str();
  verb.add_flag("--shuffle,!--no-shuffle", options.shuffle,
                "a new order of the samples in each epoch (default), or that "
                "of the file");
  auto *data = verb.add_option("--validation-data", options.validationData,
                               "other data, evaluated after each epoch")
                   ->type_name("PATH");
  verb.add_option("--validation-split", options.validationSplit,
                  "the share of the data, from their end, that is evaluated "
                  "and not trained on")
      ->type_name("F")
      ->check(checkedBy(checkReal<1>))
      ->excludes(data);
  verb.add_option("--class-weight", options.classWeight,
                  "weights of samples by their class, as {\"0\": 1, \"1\": 2}")
      ->type_name("JSON");
  verb.add_option("--monitor", options.monitor,
                  "what decides which epoch is best: a name of the history "
                  "(default: val_loss, without validation loss)")
      ->type_name("NAME");
  verb.add_option("--patience", options.patience,
                  "stop after N epochs that were not better")
      ->type_name("N")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 40));
  verb.add_option("--min-delta", options.minDelta,
                  "how much better an epoch must be to count")
      ->type_name("D")
      ->check(checkedBy(checkReal<0>));
  verb.add_flag("--restore-best", options.restoreBest,
                "end with the weights of the best epoch");
}

void addTrain(CLI::App &verb, Options &options, Words &words) {
  addModel(verb, options, words);
  addData(verb, options);
  addRunOfTraining(verb, options);
  addSettings(verb, options);
  verb.add_option("--metrics", options.metrics,
                  "metrics with commas between them, or Keras' JSON (default: "
                  "the file's)")
      ->type_name("M");
  addWritten(verb, "-o,--output", options.output,
             "the trained model: .keras or .h5, or every weight as .npz")
      ->type_name("FILE");
  addWritten(verb, "--history", options.history,
             "losses, penalties and metrics of each epoch")
      ->type_name("JSON");
  addWritten(verb, "--best", options.best,
             "gets the model after each epoch that is the best so far")
      ->type_name("FILE");
  auto *checkpoint =
      addWritten(verb, "--checkpoint", options.checkpoint,
                 "gets all that is needed to go on, after each epoch and "
                 "when the run is interrupted")
          ->type_name("FILE");
  verb.add_flag("--resume", options.resume,
                "go on from the checkpoint, as if the run had not ended")
      ->needs(checkpoint);
  addThreads(verb, options);
  addTarget(verb, options);
}

void addGrad(CLI::App &verb, Options &options, Words &words) {
  addModel(verb, options, words);
  addData(verb, options);
  addWritten(verb, "--outputs", options.outputs,
             "gets loss, data_loss, penalties and grad/<weight path>")
      ->type_name("NPZ");
  verb.add_flag("--check", options.check,
                "compare each gradient with central differences");
  addSettings(verb, options);
  addThreads(verb, options);
  addTarget(verb, options);
}

void addInspect(CLI::App &verb, Options &options, Words &words) {
  addModel(verb, options, words);
  verb.add_option("--format", words.format,
                  "text, json, or html: a page with the model as a graph")
      ->type_name("F")
      ->check(CLI::IsMember({"text", "json", "html"}))
      ->capture_default_str();
}

void addEquiv(CLI::App &verb, Options &options, Words &words) {
  auto *a = verb.add_option("A", options.model, "a model file");
  auto *b = verb.add_option("B", options.second, "another model file");
  a->needs(b);
  verb.add_option("--table", options.tableFolder,
                  "compare all pairs of model files of a folder instead")
      ->type_name("DIR")
      ->excludes(a);
  options.comparedMode = "all";
  verb.add_option("--mode", options.comparedMode,
                  "inference, training, expectation or all")
      ->type_name("M")
      ->check(CLI::IsMember({"inference", "training", "expectation", "all"}))
      ->capture_default_str();
  addWritten(verb, "--certificate", options.certificate,
             "gets the proof of the modes that are equal, for kreg-check")
      ->type_name("JSON");
  addWritten(verb, "--counterexample", options.counterexample,
             "gets MODE.npz with an input and what both models make of it")
      ->type_name("DIR");
  addWritten(verb, "--write-repaired", options.repaired,
             "gets B with coefficients that make the first mode equal that "
             "has such, proved")
      ->type_name("FILE");
  verb.add_flag("--confirm", options.confirm,
                "compile both models and run a counterexample for inference");
  verb.add_flag("--explain", options.explain,
                "tell the proof step by step, and counterexamples as numbers");
  verb.add_option(
          "--tolerance", options.tolerance,
          "how far constants that a law computed may be apart, relative "
          "to the terms that made them")
      ->type_name("T")
      ->check(CLI::Range(0.0, 1e-2))
      ->check(checkedBy(checkReal<1>)) // no NaN
      ->capture_default_str();
  verb.add_flag("--merge-linear", options.mergeLinear,
                "dense layers without an activation between them are equal to "
                "one layer, up to rounding");
  verb.add_option(
          "--match-weights", words.matchWeights,
          "which weights of files without values are the same: by-order "
          "or by-name")
      ->type_name("W")
      ->check(CLI::IsMember({"by-order", "by-name"}))
      ->capture_default_str();
  verb.add_option("--keras-version", words.kerasVersion,
                  "read both files as Keras V wrote them, whatever they say")
      ->type_name("V");
  addFormat(verb, words);
}

void addBench(CLI::App &verb, Options &options, Words &words) {
  addModel(verb, options, words);
  verb.add_option("--batch", options.batch, "samples per call")
      ->type_name("B")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20))
      ->capture_default_str();
  verb.add_flag("--per-kernel", options.perKernel,
                "also time each kernel, the slowest first");
  addMode(verb, words);
  addThreads(verb, options);
  addTarget(verb, options);
  addFormat(verb, words);
}

ExitCode wrongUsage(const std::string &message) {
  std::cerr << "kregc: error: " << message << "\n";
  return ExitCode::BadInput;
}

/// Names and words become enums; also the checks that concern two options.
std::variant<Options, ExitCode> finish(Options options, const Words &words) {
  std::optional<Phase> phase = findPhase(words.emit);
  if (!phase) {
    return wrongUsage("--emit: there is no phase '" + words.emit +
                      "'; the phases are " + phaseNames());
  }
  options.emit = *phase;
  options.format = words.format == "json"   ? Format::Json
                   : words.format == "html" ? Format::Html
                                            : Format::Text;
  options.mode = words.mode == "training" ? Mode::Training : Mode::Inference;
  options.matchByName = words.matchWeights == "by-name";
  if (!words.kerasVersion.empty()) {
    options.kerasVersion = words.kerasVersion;
  }
  if (options.verb == Verb::Equiv && options.second.empty() &&
      options.tableFolder.empty()) {
    return wrongUsage("equiv: takes two model files, or --table DIR");
  }
  if (options.verb == Verb::Compile && options.outputFolder.empty() &&
      options.emit == Phase::StaticLib) {
    return wrongUsage("compile: the folder of the library is missing; say -o "
                      "DIR, or --emit PHASE for the text of an earlier phase");
  }
  if (std::string problem = checkPaths(options); !problem.empty()) {
    return wrongUsage(problem);
  }
  return options;
}

/// CLI11's words for a mistake, in our form: lower case, no final period.
std::string inOurWords(const CLI::ParseError &error) {
  std::string text = error.what();
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) {
    text.pop_back();
  }
  if (text.size() > 1 && std::isupper(text[0]) && std::islower(text[1])) {
    text[0] = static_cast<char>(std::tolower(text[0]));
  }
  return text;
}

} // namespace

std::variant<Options, ExitCode> parseCommandLine(int argc, char **argv) {
  Options options;
  Words words;
  CLI::App app("kregc: compiles Keras models, activity penalties included, to "
               "static libraries",
               "kregc");
  app.set_version_flag("--version", "kregc " KREGC_VERSION);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.get_formatter()->label("Subcommands", "Verbs");
  app.require_subcommand(1);
  app.footer(exitCodeHelp());
  for (const VerbInfo &info : verbs) {
    CLI::App *verb = app.add_subcommand(info.name, info.summary);
    verb->callback([&options, &info] { options.verb = info.verb; });
    auto add = info.verb == Verb::Compile   ? addCompile
               : info.verb == Verb::Run     ? addRun
               : info.verb == Verb::Train   ? addTrain
               : info.verb == Verb::Grad    ? addGrad
               : info.verb == Verb::Inspect ? addInspect
               : info.verb == Verb::Equiv   ? addEquiv
                                            : addBench;
    add(*verb, options, words);
  }

  if (const char *word = firstWord(argc, argv); word && !isVerb(word)) {
    return wrongUsage("unknown verb '" + std::string(word) +
                      "'; the verbs are " + verbNames());
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &asked) {
    app.exit(asked, std::cout, std::cerr);
    return ExitCode::Done;
  } catch (const CLI::ParseError &error) {
    return wrongUsage(inOurWords(error) + "; see 'kregc --help'");
  }
  return finish(std::move(options), words);
}

} // namespace kregc::driver

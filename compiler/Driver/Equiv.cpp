// `kregc equiv`: proves or refutes that two models are the same. "Equal" is
// said only of what the independent checker accepts, "not equal" only with an
// input on which both models were evaluated.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/OutputFiles.h"
#include "compiler/Driver/PassRunner.h"
#include "compiler/Driver/Verbs.h"

#include "checker/Check.h"
#include "dialect/Proof/Prove.h"
#include "dialect/Transforms/Passes.h"
#include "frontends/Container/Npz.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
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
// Counterexamples
//===----------------------------------------------------------------------===//

void append(std::vector<NpzArray> &arrays, const std::string &prefix,
            ArrayRef<mlir::kreg::Tensor<double>> tensors, bool wide) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    std::string name = prefix + std::to_string(i);
    const auto &tensor = tensors[i];
    if (wide) {
      arrays.push_back(NpzArray::ofDouble(name, tensor.shape, tensor.data));
      continue;
    }
    std::vector<float> floats(tensor.data.begin(), tensor.data.end());
    arrays.push_back(NpzArray::ofFloat(name, tensor.shape, floats));
  }
}

/// x_i, a_y_i, b_y_i, a_penalty, b_penalty.
Error writeCounterexample(StringRef path, const proof::Counterexample &found) {
  std::vector<NpzArray> arrays;
  append(arrays, "x_", found.inputs, /*wide=*/false);
  append(arrays, "a_y_", found.a.outputs, /*wide=*/true);
  append(arrays, "b_y_", found.b.outputs, /*wide=*/true);
  bool penalties = found.output < 0;
  double a = penalties ? found.left : found.a.penalty;
  double b = penalties ? found.right : found.b.penalty;
  arrays.push_back(NpzArray::ofDouble("a_penalty", {}, a));
  arrays.push_back(NpzArray::ofDouble("b_penalty", {}, b));
  return writeNpz(path, arrays);
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

//===----------------------------------------------------------------------===//
// What a person or a program sees
//===----------------------------------------------------------------------===//

json::Value toJson(const proof::Verdict &verdict, const std::string &path) {
  json::Object object{{"verdict", proof::name(verdict.kind)},
                      {"reason", json::fixUTF8(verdict.reason)},
                      {"same_gradients", nullptr},
                      {"counterexample", nullptr},
                      {"repair", nullptr}};
  if (verdict.sameGradients) {
    object["same_gradients"] = *verdict.sameGradients;
  }
  if (!path.empty()) {
    object["counterexample"] = json::fixUTF8(path);
  }
  if (!verdict.repair.empty()) {
    json::Array repair;
    for (const proof::NewCoefficients &layer : verdict.repair) {
      repair.push_back(json::Object{{"layer", json::fixUTF8(layer.layer)},
                                    {"l1", layer.l1},
                                    {"l2", layer.l2}});
    }
    object["repair"] = std::move(repair);
  }
  return object;
}

void printText(const proof::Verdict &verdict) {
  outs() << left_justify(proof::name(verdict.mode), 12) << " "
         << left_justify(proof::name(verdict.kind), 10) << " " << verdict.reason
         << "\n";
  if (verdict.sameGradients.value_or(false) &&
      verdict.kind == proof::Verdict::NotEqual) {
    outs() << "             the gradients are the same\n";
  }
  for (const proof::NewCoefficients &layer : verdict.repair) {
    outs() << "             equal if '" << layer.layer
           << "' of the second model has l1=" << format("%.9g", layer.l1)
           << ", l2=" << format("%.9g", layer.l2) << "\n";
  }
}

} // namespace

Expected<ExitCode> equiv(const Options &options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  Expected<Module> a = load(options, options.model, context);
  if (!a) {
    return a.takeError();
  }
  Expected<Module> b = load(options, options.second, context);
  if (!b) {
    return b.takeError();
  }
  proof::ProveOptions prove;
  prove.tolerance = options.tolerance;
  prove.matchByName = options.matchByName;
  Expected<proof::Result> result =
      proof::prove({**a, **b}, modesOf(options), prove, accept);
  if (!result) {
    return unsupported(toString(result.takeError()));
  }
  json::Object verdicts;
  ExitCode code = ExitCode::Done;
  for (const proof::Verdict &verdict : result->verdicts) {
    Expected<std::string> path = saveCounterexample(options, verdict);
    if (!path) {
      return path.takeError();
    }
    verdicts[proof::name(verdict.mode)] = toJson(verdict, *path);
    if (options.format == Format::Text) {
      printText(verdict);
    }
    if (verdict.kind == proof::Verdict::NotEqual) {
      code = ExitCode::NotEqual;
    } else if (verdict.kind == proof::Verdict::Undecided &&
               code == ExitCode::Done) {
      code = ExitCode::Unsupported;
    }
  }
  if (!options.certificate.empty() && !result->certificate.empty()) {
    if (Error error = writeFile(options.certificate, result->certificate)) {
      return error;
    }
  }
  if (options.format == Format::Json) {
    outs() << formatv("{0:2}\n", json::Value(json::Object{
                                     {"verdicts", std::move(verdicts)}}));
  }
  return code;
}

} // namespace kregc::driver

// The C header of a library and its manifest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Objects.h"

#include "runtime/include/kreg/runtime.h"
#include "runtime/lib/Embedded.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace kregc::emit {
namespace {

/// Text from a model file inside a C comment: it may not end the comment, and
/// has only printable ASCII.
std::string comment(StringRef text) {
  std::string clean;
  for (char c : text) {
    bool joinsComment = !clean.empty() && ((c == '/' && clean.back() == '*') ||
                                           (c == '*' && clean.back() == '/') ||
                                           (c == '/' && clean.back() == '?'));
    clean.push_back(isPrint(c) && !joinsComment && c != '\\' ? c : '_');
  }
  return clean;
}

std::string shapeText(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (auto [i, size] : enumerate(shape)) {
    text += (i == 0 ? "" : "][") +
            (size < 0 ? std::string("batch") : std::to_string(size));
  }
  return text + "]";
}

std::string upper(StringRef name) { return name.upper(); }

/// The part of runtime.h between two marks, which generated headers repeat:
/// "shared" for all of them, "training" for those of training libraries.
std::string declarations(StringRef which) {
  runtime::Bytes bytes = runtime::headerText();
  StringRef text(reinterpret_cast<const char *>(bytes.data), bytes.size);
  text = text.split(("/* [" + which + " declarations] */\n").str()).second;
  return text.split(("/* [end of " + which + " declarations] */").str())
      .first.str();
}

void printPorts(raw_ostream &os, StringRef title, ArrayRef<host::Port> ports) {
  os << " *\n * " << title << ", row-major float32:\n";
  for (auto [i, port] : enumerate(ports)) {
    os << " *   [" << i << "] " << comment(port.name) << " "
       << shapeText(port.shape) << "\n";
  }
}

void printPenalties(raw_ostream &os, const LibraryInput &input,
                    const host::HostPlan &plan) {
  os << " *\n * Activity penalties, float64"
     << (plan.penalties.empty() ? ": none\n" : ":\n");
  for (size_t i = 0; i < plan.penalties.size(); ++i) {
    os << " *   [" << i << "]";
    if (i < input.sites.size()) {
      const PenaltySite &site = input.sites[i];
      os << " " << comment(site.layer) << " (" << comment(site.className)
         << "): " << comment(site.regularizer) << " of " << comment(site.shape)
         << (site.perBatch ? ", divided by the batch" : "");
    }
    os << "\n";
  }
}

void printWeights(raw_ostream &os, const Parts &parts) {
  os << " *\n * Weights "
     << (parts.training ? "of an instance (*: not trained)"
                        : "inside the library")
     << (parts.weights().empty() ? ": none\n" : ":\n");
  std::set<std::string> printed;
  for (auto [i, weight] : enumerate(parts.weights())) {
    if (printed.insert(weight.path).second) {
      bool isFrozen = parts.training && !parts.training->variables[i].trainable;
      os << " *   " << comment(weight.path) << " "
         << shapeText(weight.type.getShape()) << (isFrozen ? " *" : "") << "\n";
    }
  }
}

constexpr StringLiteral functions = R"(
/* One instance of the model. Instances are independent of each other; one is
 * used by one thread at a time. */
typedef struct $_model $_model;

/* Makes an instance. `options` may be NULL: one thread per processor, memory of
 * the C library. Sets *out to NULL on failure. */
int $_create(const kreg_options *options, $_model **out);

/* Runs the model on $batches. Memory of inputs and
 * outputs may not overlap. `penalties` has room for $N_PENALTIES numbers, or
 * is NULL. A batch of 0 touches no output and sets penalties to 0. The first
 * call with a larger batch than before allocates memory, others do not. */
int $_forward($_model *model, int64_t batch, const float *const inputs[],
              float *const outputs[], double *penalties);
)";

constexpr StringLiteral selfTest = R"(
/* Runs a recorded batch again and compares: KREG_OK, KREG_ERROR_SELF_TEST, or
 * KREG_ERROR_UNAVAILABLE if none was recorded. */
int $_self_test($_model *model);
)";

constexpr StringLiteral ending = R"(
/* What the last error of this instance was, for people; "" if there was none.
 * Stays valid until the next call. */
const char *$_error_message(const $_model *model);

/* Ends the threads of an instance and frees its memory. NULL is fine. */
void $_destroy($_model *model);
)";

/// '$' is the model's name, '$N' that in capital letters.
void expandNames(raw_ostream &os, StringRef text, StringRef name,
                 StringRef batches) {
  while (!text.empty()) {
    auto [plain, after] = text.split('$');
    os << plain;
    if (plain.size() == text.size()) {
      return;
    }
    text = after;
    if (text.consume_front("batches")) {
      expandNames(os, batches, name, "");
    } else if (text.consume_front("N_")) {
      os << upper(name) << "_";
    } else {
      os << name;
    }
  }
}

void printFunctions(raw_ostream &os, const LibraryInput &input,
                    const Parts &parts) {
  const host::HostPlan &plan = parts.plan();
  std::string batches = plan.leastBatch == plan.mostBatch
                            ? "a batch of " + std::to_string(plan.leastBatch)
                            : "a batch of 0 to $N_MAX_BATCH elements";
  auto expand = [&](StringRef text) {
    expandNames(os, text, input.name, batches);
  };
  expand(functions);
  if (parts.training) {
    printTraining(os, input, parts, expand);
  } else {
    expand(selfTest);
  }
  expand(ending);
}

} // namespace

std::string printHeader(const LibraryInput &input, const Parts &parts) {
  const host::HostPlan &plan = parts.plan();
  std::string text;
  raw_string_ostream os(text);
  std::string name = input.name, guard = "KREG_MODEL_" + input.name + "_H";
  os << "/* The model '" << name << "', compiled by kregc. Link lib" << name
     << ".a, libm and pthread.\n";
  if (!input.sourceFile.empty()) {
    os << " *\n * Made from " << comment(input.sourceFile);
    if (!input.kerasVersion.empty()) {
      os << " (Keras " << comment(input.kerasVersion) << ")";
    }
    os << "\n";
  }
  if (!input.sourceHash.empty()) {
    os << " * " << comment(input.sourceHash) << "\n";
  }
  os << " * for " << comment(input.target.name) << " ("
     << comment(input.target.triple) << ", " << comment(input.target.cpu)
     << ")\n";
  printPorts(os, "Inputs", plan.inputs);
  printPorts(os, "Outputs", plan.outputs);
  printPenalties(os, input, plan);
  printWeights(os, parts);
  os << " */\n\n#ifndef " << guard << "\n#define " << guard
     << "\n\n#include <stddef.h>\n#include <stdint.h>\n\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << declarations("shared") << "\n"
     << (parts.training ? declarations("training") + "\n" : "");
  os << "#if KREG_RUNTIME_VERSION != " << KREG_RUNTIME_VERSION
     << "\n"
        "#error \"headers of different versions of kregc in one file\"\n"
        "#endif\n\n";
  os << "#define " << upper(name) << "_INPUTS " << plan.inputs.size() << "\n"
     << "#define " << upper(name) << "_OUTPUTS " << plan.outputs.size() << "\n"
     << "#define " << upper(name) << "_PENALTIES " << plan.penalties.size()
     << "\n#define " << upper(name) << "_MAX_BATCH " << plan.mostBatch << "\n";
  printFunctions(os, input, parts);
  os << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
  return text;
}

std::string printManifest(const LibraryInput &input, const Parts &parts) {
  const host::HostPlan &plan = parts.plan();
  auto ports = [](ArrayRef<host::Port> list) {
    json::Array array;
    for (const host::Port &port : list) {
      json::Array shape;
      for (int64_t size : port.shape) {
        shape.push_back(size < 0 ? json::Value(nullptr) : json::Value(size));
      }
      array.push_back(json::Object{{"name", json::fixUTF8(port.name)},
                                   {"shape", std::move(shape)}});
    }
    return array;
  };
  json::Array penalties, weights, kernels;
  for (const PenaltySite &site : input.sites) {
    penalties.push_back(
        json::Object{{"layer", json::fixUTF8(site.layer)},
                     {"class", json::fixUTF8(site.className)},
                     {"regularizer", site.regularizer},
                     {"tensor_shape", site.shape},
                     {"normalization", site.perBatch ? "batch" : "none"}});
  }
  for (const host::Weight &weight : parts.weights()) {
    json::Object entry{{"path", json::fixUTF8(weight.path)},
                       {"shape", json::Array(weight.type.getShape())},
                       {"packing", weight.packing}};
    if (!weight.strides.empty()) {
      entry["phases"] = json::Array(weight.strides);
    }
    weights.push_back(std::move(entry));
  }
  for (const plan::Kernel &kernel : input.kernels) {
    kernels.push_back(json::fixUTF8(kernel.name));
  }
  json::Object manifest{
      {"name", input.name},
      {"runtime_version", KREG_RUNTIME_VERSION},
      {"source",
       json::Object{{"file", json::fixUTF8(input.sourceFile)},
                    {"hash", input.sourceHash},
                    {"keras_version", json::fixUTF8(input.kerasVersion)}}},
      {"target", json::Object{{"name", input.target.name},
                              {"triple", input.target.triple},
                              {"cpu", input.target.cpu}}},
      {"inputs", ports(plan.inputs)},
      {"outputs", ports(plan.outputs)},
      {"penalties", std::move(penalties)},
      {"weights", std::move(weights)},
      {"kernels", std::move(kernels)},
      {"max_batch", plan.mostBatch},
      {"arena_bytes", json::Object{{"constant", plan.arenaBytes.constant},
                                   {"per_batch", plan.arenaBytes.perBatch}}},
      {"self_test", input.selfTest.has_value()}};
  if (parts.training) {
    host::Size bytes = parts.training->stepBytes();
    manifest["step_bytes"] = json::Object{{"constant", bytes.constant},
                                          {"per_batch", bytes.perBatch}};
  }
  std::string text;
  raw_string_ostream os(text);
  os << formatv("{0:2}", json::Value(std::move(manifest))) << "\n";
  return text;
}

} // namespace kregc::emit

// Verdicts as text, as JSON, and as arrays to replay.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/EquivReport.h"

#include "frontends/Container/Npz.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"

using namespace llvm;
using namespace mlir::kreg;

namespace kregc::driver {

//===----------------------------------------------------------------------===//
// JSON and arrays
//===----------------------------------------------------------------------===//

json::Value toJson(const proof::Verdict &verdict, StringRef counterexample) {
  json::Object object{{"verdict", proof::name(verdict.kind)},
                      {"reason", json::fixUTF8(verdict.reason)},
                      {"same_gradients", nullptr},
                      {"counterexample", nullptr},
                      {"repair", nullptr}};
  if (verdict.sameGradients) {
    object["same_gradients"] = *verdict.sameGradients;
  }
  if (!counterexample.empty()) {
    object["counterexample"] = json::fixUTF8(counterexample);
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

static void append(std::vector<NpzArray> &arrays, const std::string &prefix,
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

Error writeCounterexample(StringRef path, const proof::Counterexample &found) {
  std::vector<NpzArray> arrays;
  append(arrays, "x_", found.inputs, /*wide=*/false);
  append(arrays, "a_y_", found.a.outputs, /*wide=*/true);
  append(arrays, "b_y_", found.b.outputs, /*wide=*/true);
  append(arrays, "a_draw_", found.a.draws, /*wide=*/true);
  append(arrays, "b_draw_", found.b.draws, /*wide=*/true);
  bool penalties = found.output < 0;
  double a = penalties ? found.left : found.a.penalty;
  double b = penalties ? found.right : found.b.penalty;
  arrays.push_back(NpzArray::ofDouble("a_penalty", {}, a));
  arrays.push_back(NpzArray::ofDouble("b_penalty", {}, b));
  return writeNpz(path, arrays);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// Whether stdout is a terminal that wants colours (https://no-color.org).
static bool wantsColors() {
  static const bool wanted =
      sys::Process::StandardOutHasColors() && !sys::Process::GetEnv("NO_COLOR");
  return wanted;
}

static void inColor(raw_ostream::Colors color, StringRef text) {
  if (!wantsColors()) {
    outs() << text;
    return;
  }
  outs().enable_colors(true);
  outs().changeColor(color, /*Bold=*/true) << text;
  outs().resetColor();
  outs().enable_colors(false);
}

void printVerdict(proof::Verdict::Kind kind, StringRef word, unsigned width) {
  inColor(kind == proof::Verdict::Equal      ? raw_ostream::GREEN
          : kind == proof::Verdict::NotEqual ? raw_ostream::RED
                                             : raw_ostream::YELLOW,
          word);
  outs().indent(width > word.size() ? width - word.size() : 0);
}

/// The lines of text under a verdict.
static raw_ostream &below() { return outs().indent(13); }

/// "[1, 0, 3]", the place of element `index` in a tensor.
static std::string placeOf(int64_t index, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> place(shape.size());
  for (size_t dim = shape.size(); dim-- > 0;) {
    place[dim] = index % shape[dim];
    index /= shape[dim];
  }
  std::string text;
  raw_string_ostream os(text);
  os << "[";
  interleaveComma(place, os);
  os << "]";
  return text;
}

static void printRow(const Twine &what, double a, double b) {
  SmallString<32> text;
  below() << left_justify(what.toStringRef(text), 22)
          << format("%18.9g %18.9g", a, b) << (a == b ? "" : "  *") << "\n";
}

/// Both models' numbers: of the output that differs the elements from the first
/// difference on, and the penalties.
static void printNumbers(const proof::Counterexample &found) {
  constexpr int64_t kMaxRows = 8;
  below() << "for " << found.input << ":\n";
  below() << left_justify("", 22) << "             first             second\n";
  if (found.output >= 0) {
    const auto &a = found.a.outputs[found.output];
    const auto &b = found.b.outputs[found.output];
    int64_t end = std::min(found.element + kMaxRows, int64_t(a.data.size()));
    for (int64_t i = found.element; i < end; ++i) {
      printRow("output " + Twine(found.output) + " " + placeOf(i, a.shape),
               a.data[i], b.data[i]);
    }
  } else {
    printRow("penalties", found.left, found.right);
    return;
  }
  printRow("penalties", found.a.penalty, found.b.penalty);
}

static void explainText(const proof::Verdict &verdict) {
  if (verdict.counterexample) {
    printNumbers(*verdict.counterexample);
  }
  int step = 0;
  for (const std::string &line : verdict.story) {
    below() << format("%3d. ", ++step) << line << "\n";
  }
}

void printText(const proof::Verdict &verdict, bool explained) {
  outs() << left_justify(proof::name(verdict.mode), 12) << " ";
  printVerdict(verdict.kind, proof::name(verdict.kind), 11);
  outs() << verdict.reason << "\n";
  if (verdict.sameGradients.value_or(false) &&
      verdict.kind == proof::Verdict::NotEqual) {
    below() << "the gradients are the same\n";
  }
  for (const proof::NewCoefficients &layer : verdict.repair) {
    below() << "equal if '" << layer.layer
            << "' of the second model has l1=" << format("%.9g", layer.l1)
            << ", l2=" << format("%.9g", layer.l2) << "\n";
  }
  if (explained) {
    explainText(verdict);
  }
}

} // namespace kregc::driver

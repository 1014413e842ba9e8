// The shapes of an EinsumDense from its equation, as Keras' EinsumDense.build
// finds them: "...x,xy->...y", "ab...,bc->ac..." or without dots.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Keras/Shapes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace kregc;
using namespace kregc::keras;

namespace {

/// The three terms without their dots, and where the dots stand.
struct Terms {
  llvm::StringRef input, kernel, output;
  bool left = false, right = false;
};

} // namespace

/// Whether the labels are letters, each once.
static bool isTerm(llvm::StringRef term) {
  for (size_t i = 0; i < term.size(); ++i) {
    if (!llvm::isAlpha(term[i]) || term.drop_front(i + 1).contains(term[i])) {
      return false;
    }
  }
  return !term.empty();
}

static std::optional<Terms> splitEquation(llvm::StringRef equation) {
  Terms terms;
  auto [sides, output] = equation.split("->");
  std::tie(terms.input, terms.kernel) = sides.split(",");
  terms.output = output;
  terms.left = terms.input.consume_front("...");
  terms.right = !terms.left && terms.input.consume_back("...");
  bool fits = (!terms.left || terms.output.consume_front("...")) &&
              (!terms.right || terms.output.consume_back("...")) &&
              isTerm(terms.input) && isTerm(terms.kernel) &&
              isTerm(terms.output);
  return fits ? std::optional(terms) : std::nullopt;
}

llvm::Expected<EinsumShapes>
keras::einsumShapes(const Layer &layer, const EinsumDenseConfig &config,
                    const Shape &input) {
  auto unsupported = [&](llvm::Twine what) {
    return diagnose(Diagnostic::UnsupportedOption, layer.where, layer.name,
                    what.str());
  };
  auto mismatch = [&](llvm::Twine what) {
    return diagnose(Diagnostic::ShapeMismatch, layer.where, layer.name,
                    what.str());
  };
  std::optional<Terms> terms = splitEquation(config.equation);
  if (!terms) {
    return unsupported("the equation '" + config.equation + "'");
  }
  int64_t elided = static_cast<int64_t>(input.size() - terms->input.size());
  bool dots = terms->left || terms->right;
  if (elided < 0 || (elided > 0 && !dots)) {
    return diagnose(Diagnostic::ShapeRank, layer.where, layer.name,
                    printShape(input),
                    "one of the equation '" + config.equation + "'");
  }
  // The batch is the first label; the dots stand behind it, or hold it.
  size_t skip = terms->left ? elided : 0;
  if (terms->left ? elided < 1 : terms->input[0] != terms->output[0]) {
    return unsupported("the equation '" + config.equation +
                       "', which moves the batch,");
  }
  EinsumShapes shapes;
  shapes.output = {-1};
  if (terms->left) {
    shapes.output.insert(shapes.output.end(), input.begin() + 1,
                         input.begin() + elided);
  }
  shapes.output.insert(shapes.output.end(), config.output.begin(),
                       config.output.end());
  if (terms->right) {
    shapes.output.insert(shapes.output.end(), input.end() - elided,
                         input.end());
  }
  if (shapes.output.size() != terms->output.size() + elided) {
    return mismatch("the output shape " + printShape(config.output) +
                    " does not fit the equation '" + config.equation + "'");
  }
  std::map<char, int64_t> sizes;
  for (auto [i, label] : llvm::enumerate(terms->input)) {
    sizes[label] = input[skip + i];
  }
  for (auto [i, label] : llvm::enumerate(terms->output)) {
    int64_t &size = shapes.output[skip + i];
    bool known = sizes.count(label);
    if (known && size >= 0 && sizes[label] >= 0 && sizes[label] != size) {
      return mismatch(llvm::formatv("the input has size {0} for '{1}', the "
                                    "output shape {2}",
                                    sizes[label], label, size));
    }
    if (!known && !terms->kernel.contains(label)) {
      return mismatch("the output's '" + llvm::Twine(label) +
                      "' is neither in the input nor in the kernel");
    }
    size = known ? sizes[label] : size;
    sizes[label] = size;
  }
  for (char label : terms->kernel) {
    if (!sizes.count(label) || sizes[label] < 1) {
      return mismatch("the size of the kernel's '" + llvm::Twine(label) +
                      "' is not known");
    }
    shapes.kernel.push_back(sizes[label]);
  }
  size_t first = terms->output.find_first_of(config.biasAxes);
  for (char label : config.biasAxes) {
    if (!terms->output.contains(label)) {
      return mismatch("the bias axis '" + llvm::Twine(label) +
                      "' is not in the output");
    }
  }
  if (config.useBias) {
    for (char label : terms->output.drop_front(first)) {
      bool own = llvm::StringRef(config.biasAxes).contains(label);
      shapes.bias.push_back(own ? sizes[label] : 1);
      if (shapes.bias.back() < 1) {
        return unsupported("a bias along the batch");
      }
    }
    shapes.bias.insert(shapes.bias.end(), terms->right ? elided : 0, 1);
  }
  return shapes;
}

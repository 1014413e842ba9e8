// EinsumDense: any equation of an input, a kernel and an output as transposes
// and reshapes around one product of matrices.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

#include <map>

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

namespace {

/// An equation with `...` written out, and its labels by where they occur.
struct Equation {
  std::string input, kernel, output;
  std::string kept;   ///< of input and output; the model's batch is the first
  std::string groups; ///< in all three: a product of matrices for each index
  std::string summed; ///< of input and kernel
  std::string added;  ///< of kernel and output
  std::string alone;  ///< of the input only: summed before the product
};

/// Sizes of the labels.
using Sizes = std::map<char, int64_t>;

} // namespace

/// Labels that the equation does not use take the place of `...`. Nothing if
/// the equation does not fit an input of that rank or moves the batch.
static std::optional<Equation> parseEquation(StringRef text, int64_t rank,
                                             int64_t lead) {
  auto [sides, output] = text.split("->");
  auto [input, kernel] = sides.split(",");
  std::string spare;
  for (char c = 'A'; c <= 'z'; ++c) {
    if (llvm::isAlpha(c) && !text.contains(c)) {
      spare += c;
    }
  }
  if (input.empty() || output.empty()) {
    return std::nullopt;
  }
  int64_t named = llvm::count_if(input, llvm::isAlpha);
  if (rank < named || rank - named > static_cast<int64_t>(spare.size())) {
    return std::nullopt;
  }
  auto writeOut = [&](StringRef term, bool isKernel) {
    std::string result = term.str();
    if (lead > 0 && !text.contains('.') && !isKernel) {
      result.insert(1, spare.substr(0, lead));
    }
    size_t at = result.find("...");
    return at == std::string::npos
               ? result
               : result.replace(at, 3, spare.substr(0, rank - named));
  };
  Equation e;
  e.input = writeOut(input, false);
  e.kernel = writeOut(kernel, true);
  e.output = writeOut(output, false);
  StringRef weights = e.kernel, result = e.output;
  for (char c : e.input) {
    std::string &group = weights.contains(c)
                             ? (result.contains(c) ? e.groups : e.summed)
                             : (result.contains(c) ? e.kept : e.alone);
    group += c;
  }
  for (char c : e.kernel) {
    if (!StringRef(e.input).contains(c)) {
      e.added += c;
    }
  }
  bool fits =
      static_cast<int64_t>(e.input.size()) == rank && !e.kept.empty() &&
      e.kept.front() == e.input.front() && e.kept.front() == e.output.front() &&
      e.output.size() == e.kept.size() + e.groups.size() + e.added.size();
  return fits ? std::optional(e) : std::nullopt;
}

/// The dimensions of `from` in the order of `to`.
static SmallVector<int64_t> permutation(StringRef from, StringRef to) {
  SmallVector<int64_t> perm;
  for (char c : to) {
    perm.push_back(from.find(c));
  }
  return perm;
}

static SmallVector<int64_t> sizesOf(StringRef labels, const Sizes &sizes) {
  SmallVector<int64_t> result;
  for (char c : labels) {
    result.push_back(sizes.at(c));
  }
  return result;
}

static int64_t countOf(StringRef labels, const Sizes &sizes) {
  int64_t product = 1;
  for (char c : labels) {
    product *= sizes.at(c);
  }
  return product;
}

/// x as [B, kept, groups·summed] times the kernel as [summed, groups·added]:
/// with groups a convolution whose window is one point.
static Value multiply(CallBuilder &call, Value x, Value kernel,
                      const Equation &e, const Sizes &sizes) {
  x = call.transpose(x, permutation(e.input, e.kept + e.groups + e.summed));
  kernel = call.transpose(kernel,
                          permutation(e.kernel, e.summed + e.groups + e.added));
  int64_t groups = countOf(e.groups, sizes), summed = countOf(e.summed, sizes);
  int64_t columns = groups * countOf(e.added, sizes);
  StringRef points = StringRef(e.kept).drop_front();
  SmallVector<int64_t> rows;
  if (!points.empty() || groups > 1) {
    rows.push_back(countOf(points, sizes));
  }
  rows.push_back(groups * summed);
  x = call.reshape(x, rows);
  if (groups == 1) {
    return call.make<kreg::DenseOp>(
        x, call.reshapeWeight(kernel, {summed, columns}));
  }
  SmallVector<int64_t> one{1}, zero{0};
  return call.make<kreg::ConvOp>(
      x, call.reshapeWeight(kernel, {1, summed, columns}), one, one, zero, zero,
      groups);
}

Result import::importConfig(CallBuilder &call,
                            const keras::EinsumDenseConfig &config) {
  Value x = call.inputs[0], kernel = call.weight("kernel");
  std::optional<Equation> e =
      parseEquation(config.equation, rankOf(x), call.lead);
  if (!e || static_cast<int64_t>(e->kernel.size()) != rankOf(kernel)) {
    return call.unsupported("the equation '" + config.equation + "'");
  }
  Sizes sizes;
  for (auto [c, size] : llvm::zip_equal(e->input, typeOf(x).getShape())) {
    sizes[c] = size;
  }
  for (auto [c, size] : llvm::zip_equal(e->kernel, typeOf(kernel).getShape())) {
    sizes[c] = size;
  }
  if (!e->alone.empty()) {
    x = call.make<kreg::ReduceOp>(kreg::ReduceKind::Sum, x,
                                  permutation(e->input, e->alone),
                                  /*keepdims=*/false);
    llvm::erase_if(e->input,
                   [&](char c) { return StringRef(e->alone).contains(c); });
  }
  std::string order = e->kept + e->groups + e->added;
  Value y = multiply(call, x, kernel, *e, sizes);
  y = call.reshape(y, sizesOf(StringRef(order).drop_front(), sizes));
  y = call.transpose(y, permutation(order, e->output));
  return call.activate(call.bias(y, config.useBias), config.activation);
}

// Terms, and the numbers that terms of weights and constants stand for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Terms.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

#include <cmath>
#include <cstring>
#include <set>

namespace kregc::checker {

std::string sha256(const std::string &bytes) {
  llvm::SHA256 hash;
  hash.update(bytes);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

int64_t Term::elements() const {
  int64_t result = 1;
  for (int64_t size : shape) {
    result *= size < 0 ? 1 : size;
  }
  return result;
}

int Terms::add(const Json &node) {
  Term term;
  term.op = node.at("op").get<std::string>();
  term.shape = node.at("shape").get<std::vector<int64_t>>();
  term.attrs = node.value("attrs", Json::object());
  term.operands = node.value("operands", std::vector<int>());
  term.kind = term.attrs.value("kind", "");
  double size = 1;
  for (int64_t extent : term.shape) {
    size *= extent < -1 ? INFINITY : std::max<double>(double(extent), 1);
  }
  if (size > 1e15 || term.shape.size() > 64) {
    throw Wrong("'" + term.op + "' has a shape of no tensor");
  }
  for (int operand : term.operands) {
    if (operand < 0 || operand >= static_cast<int>(terms.size())) {
      throw Wrong("term " + std::to_string(terms.size()) + " ('" + term.op +
                  "') uses a term that does not come before it");
    }
  }
  if (term.op == "constant" && term.attrs.at("values").empty()) {
    throw Wrong("a constant has no values");
  }
  stands.push_back(static_cast<int>(terms.size()));
  terms.push_back(std::move(term));
  return stands.back();
}

const Term &Terms::own(int id) const {
  if (id < 0 || id >= static_cast<int>(terms.size())) {
    throw Wrong("there is no term " + std::to_string(id));
  }
  return terms[id];
}

int Terms::find(int id) const {
  own(id);
  while (stands[id] != id) {
    id = stands[id] = stands[stands[id]]; // ways are halved for the next time
  }
  return id;
}

std::optional<Number> Terms::oneNumber(int id) const {
  const Term &term = of(id);
  bool one = term.op == "constant" && term.attrs.at("values").size() == 1 &&
             term.attrs["values"][0].is_number();
  return one ? std::optional(term["values"].numbers[0]) : std::nullopt;
}

Number Terms::fixedBatch() const {
  spend(20 * terms.size());
  std::set<Number> sizes;
  for (const Term &term : terms) {
    if (term.in("input")) {
      sizes.insert(term.get("batch", 0).numbers.at(0));
    }
  }
  return sizes.size() == 1 ? *sizes.begin() : Number(0);
}

bool Terms::dependsOn(int id, const Json &draw) const {
  std::vector<int> open = {find(id)};
  std::set<int> seen(open.begin(), open.end());
  while (!open.empty()) {
    const Term &term = terms[open.back()];
    open.pop_back();
    spend(200);
    if (term.has("draw") && term.attrs["draw"] == draw) {
      return true;
    }
    for (int operand : term.operands) {
      if (seen.insert(find(operand)).second) {
        open.push_back(find(operand));
      }
    }
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// {sha256: hexadecimal of float32 numbers, little-endian}
void Terms::readWeights(const Json &table) {
  for (const auto &[digest, hex] : table.items()) {
    std::string bytes;
    if (!llvm::tryGetFromHex(hex.get<std::string>(), bytes) ||
        sha256(bytes) != digest) {
      throw Wrong("the weight " + digest + " has other numbers");
    }
    std::vector<float> numbers(bytes.size() / sizeof(float));
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(float));
    weights[digest].assign(numbers.begin(), numbers.end());
  }
}

/// The position in a tensor of shape `own` that broadcasting takes for position
/// `index` of one of shape `full`.
static size_t broadcastIndex(size_t index, const std::vector<int64_t> &full,
                             const std::vector<int64_t> &own) {
  size_t result = 0, step = 1;
  for (size_t i = 1; i <= own.size(); ++i) {
    size_t size = full.at(full.size() - i), extent = own[own.size() - i];
    result += (extent == 1 ? 0 : index % size) * step;
    index /= size;
    step *= extent;
  }
  return result;
}

/// x times a matrix of `width` columns.
static Terms::Constant contract(const Terms::Constant &x,
                                const Terms::Constant &matrix, size_t width,
                                size_t count) {
  Terms::Constant result(count);
  size_t depth = matrix.numbers.size() / width;
  spend(count * depth / 4);
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < depth; ++j) {
      size_t a = i / width * depth + j, b = j * width + i % width;
      result.numbers[i] += x.numbers.at(a) * matrix.numbers.at(b);
      result.sizes[i] += x.sizes.at(a) * matrix.sizes.at(b);
    }
  }
  return result;
}

/// The numbers of a weight or constant, as many as it has elements.
static Terms::Constant written(const std::vector<double> &numbers,
                               size_t count) {
  if (numbers.size() != count && numbers.size() != 1) {
    throw Wrong("a constant has another number of elements than its shape");
  }
  Terms::Constant result(count);
  for (size_t i = 0; i < count; ++i) {
    result.numbers[i] = numbers[numbers.size() == 1 ? 0 : i];
    result.sizes[i] = std::fabs(result.numbers[i]);
  }
  return result;
}

Terms::Constant Terms::constant(int id, int depth, uint64_t room) const {
  const Term &term = of(id);
  size_t count = static_cast<size_t>(term.elements());
  if (3 * count > room) { // its own, one operand's, and what that takes
    throw TooMuch();
  }
  room -= 2 * count;
  spend(1000 + 10 * count * (1 + term.operands.size()));
  if (term.is("weight")) {
    return written(weights.at(term.attrs.at("sha256")), count);
  }
  if (term.is("constant")) {
    std::vector<double> numbers;
    for (const Number &number : term["values"].numbers) {
      numbers.push_back(number.get_d());
    }
    return written(numbers, count);
  }
  bool isSum = term.is("sum"), isProduct = term.is("product"),
       isQuotient = term.is("binary.div"), isRoot = term.is("unary.sqrt"),
       isReshape = term.is("reshape"), isDense = term.is("dense");
  if (depth == 0 || // equal terms may form a circle
      !(isSum || isProduct || isQuotient || isRoot || isReshape || isDense)) {
    throw Wrong("'" + term.op + "' is no constant");
  }
  Constant first = constant(term.operands.at(0), depth - 1, room);
  Constant result(count);
  if (isDense) {
    const Term &matrix = of(term.operands.at(1));
    return contract(first, constant(term.operands[1], depth - 1, room),
                    matrix.shape.at(1), count);
  }
  for (size_t n = 0; n < term.operands.size(); ++n) {
    const Constant &x =
        n == 0 ? first : first = constant(term.operands[n], depth - 1, room);
    const std::vector<int64_t> &shape = of(term.operands[n]).shape;
    for (size_t i = 0; i < count; ++i) {
      size_t at = isReshape ? i : broadcastIndex(i, term.shape, shape);
      double number = x.numbers.at(at), size = x.sizes.at(at);
      double &value = result.numbers[i], &whole = result.sizes[i];
      value = n == 0      ? number
              : isSum     ? value + number
              : isProduct ? value * number
                          : value / number;
      whole = n == 0      ? size
              : isSum     ? whole + size
              : isProduct ? whole * size
                          : std::fabs(value);
      if (isRoot) {
        value = whole = std::sqrt(value);
      }
    }
  }
  return result;
}

bool Terms::areClose(int a, int b, double tolerance) const {
  const uint64_t room = uint64_t(1) << 28;
  Constant x = constant(a, 1000, room), y = constant(b, 1000, room);
  bool close = x.numbers.size() == y.numbers.size();
  for (size_t i = 0; close && i < x.numbers.size(); ++i) {
    double allowed = tolerance * std::max(x.sizes[i], y.sizes[i]);
    close = std::fabs(x.numbers[i] - y.numbers[i]) <= allowed;
  }
  return close;
}

} // namespace kregc::checker

// Reading terms, their shapes and bounds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Terms.h"

#include <algorithm>
#include <limits>

namespace kregc::checker {

constexpr double infinity = std::numeric_limits<double>::infinity();

int64_t product(const Ints &sizes) {
  int64_t result = 1;
  for (int64_t size : sizes) {
    result *= size < 0 ? 1 : size;
  }
  return result;
}

bool allAre(const Ints &values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(),
                     [&](int64_t value) { return value == wanted; });
}

bool isUnary(const Term &f, std::initializer_list<const char *> kinds) {
  return f.is("unary") && oneOf(f.kind, kinds);
}

void Terms::need(const std::string &law, const std::string &condition,
                 bool holds) const {
  if (!holds && law + ":" + condition != dropped) {
    throw Wrong("the condition '" + condition + "' of law '" + law +
                "' does not hold");
  }
}

bool oneOf(const std::string &word, std::initializer_list<const char *> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

static double numberOf(const Json &value) {
  if (value.is_string()) {
    return value == "inf" ? infinity : value == "-inf" ? -infinity : NAN;
  }
  return value.get<double>();
}

Ints Term::ints(const char *attr) const {
  return has(attr) ? attrs.at(attr).get<Ints>() : Ints{};
}

Numbers Term::numbers(const char *attr) const {
  Numbers result;
  if (has(attr)) {
    for (const Json &value : attrs.at(attr)) {
      result.push_back(numberOf(value));
    }
  }
  return result;
}

double Term::number(const char *attr) const {
  return has(attr) ? numberOf(attrs.at(attr)) : 0;
}

void Terms::add(const Json &node, bool derived) {
  Term term;
  term.op = node.at("op").get<std::string>();
  term.shape = node.at("shape").get<Ints>();
  term.attrs = node.value("attrs", Json::object());
  term.operands = node.value("operands", std::vector<int>());
  term.kind = term.attrs.value("kind", "");
  for (int operand : term.operands) {
    if (operand < 0 || operand >= static_cast<int>(all.size())) {
      throw Wrong("term " + std::to_string(all.size()) + " ('" + term.op +
                  "') uses a term that does not come before it");
    }
  }
  if (derived) {
    checkShape(term);
  }
  stands.push_back(static_cast<int>(all.size()));
  all.push_back(std::move(term));
}

const Term &Terms::own(int id) const {
  if (id < 0 || id >= static_cast<int>(all.size())) {
    throw Wrong("there is no term " + std::to_string(id));
  }
  return all[id];
}

int Terms::find(int id) const {
  own(id);
  while (stands[id] != id) {
    id = stands[id];
  }
  return id;
}

bool Terms::dependsOnDraw(int id, const Json &draw) const {
  std::vector<int> open = {find(id)};
  std::set<int> seen(open.begin(), open.end());
  while (!open.empty()) {
    const Term &term = own(open.back());
    open.pop_back();
    if (term.has("draw") && term.attrs.at("draw") == draw) {
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

/// Bounds of a term from the hull of its operands' bounds.
static Bounds boundsOf(const Term &term, Bounds x) {
  bool nonNegative = x.lo >= 0;
  const std::string &kind = term.kind;
  if (term.is("softmax") ||
      isUnary(term, {"sigmoid", "hard_sigmoid", "step"})) {
    return {0, 1};
  }
  if (isUnary(term, {"tanh", "softsign", "erf", "sign"})) {
    return {nonNegative ? 0.0 : -1.0, 1};
  }
  Numbers ends = term.numbers("params");
  if (term.is("unary", "clip") && ends.size() == 2 && ends[0] <= ends[1]) {
    return {std::min(std::max(x.lo, ends[0]), ends[1]),
            std::min(std::max(x.hi, ends[0]), ends[1])};
  }
  if (term.is("unary", "relu6")) {
    return {std::min(std::max(x.lo, 0.0), 6.0),
            std::min(std::max(x.hi, 0.0), 6.0)};
  }
  if (term.is("unary", "relu")) {
    return {std::max(x.lo, 0.0), std::max(x.hi, 0.0)};
  }
  bool positive = oneOf(kind, {"exp", "abs", "square", "softplus", "sqrt"});
  bool keepsSign = oneOf(kind, {"leaky_relu", "elu", "gelu", "silu", "selu"});
  if (term.is("unary")) {
    return {positive || (keepsSign && nonNegative) ? 0 : -infinity, infinity};
  }
  if (oneOf(term.op, {"reshape", "transpose", "slice", "repeat", "concat",
                      "pool", "resize"}) ||
      (term.is("reduce") && kind != "sum")) {
    return x;
  }
  if (term.is("pad")) {
    return {std::min(x.lo, 0.0), std::max(x.hi, 0.0)};
  }
  bool closed = oneOf(
      term.op, {"dropout", "sum", "product", "reduce", "maximum", "minimum"});
  return {closed && nonNegative ? 0 : -infinity, infinity};
}

Bounds Terms::bounds(int id) {
  id = find(id);
  // What is being computed counts as unbounded: equal terms may form a circle.
  auto [entry, isNew] = known.try_emplace(id, Bounds{-infinity, infinity});
  if (!isNew) {
    return entry->second;
  }
  const Term &term = own(id);
  Bounds hull = {infinity, -infinity};
  if (term.is("constant")) {
    for (double value : term.numbers("values")) {
      hull = {std::min(hull.lo, value), std::max(hull.hi, value)};
      if (value != value) {
        return {-infinity, infinity};
      }
    }
    return known[id] = hull;
  }
  for (int operand : term.operands) {
    Bounds x = bounds(operand);
    hull = {std::min(hull.lo, x.lo), std::max(hull.hi, x.hi)};
  }
  if (term.operands.empty()) {
    return {-infinity, infinity};
  }
  return known[id] = boundsOf(term, hull);
}

} // namespace kregc::checker

// Reading terms, their shapes and bounds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Terms.h"

#include <algorithm>
#include <limits>
#include <set>

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

/// What NumPy broadcasts two shapes to; the batch is in dimension 0 or nowhere.
static Ints broadcast(const Ints &a, const Ints &b) {
  const Ints &longer = a.size() < b.size() ? b : a;
  const Ints &shorter = a.size() < b.size() ? a : b;
  Ints result = longer;
  size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t &size = result[offset + i];
    if (size == 1) {
      size = shorter[i];
    } else if (shorter[i] != 1 && shorter[i] != size) {
      throw Wrong("shapes do not broadcast");
    }
  }
  return result;
}

/// The shape that an op which a law introduces must have.
void Terms::checkShape(const Term &term) const {
  const Ints first =
      term.operands.empty() ? Ints{} : of(term.operands[0]).shape;
  Ints wanted = first;
  auto perDimension = [&](auto change) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      wanted[i] = wanted[i] < 0 ? wanted[i] : change(i);
    }
  };
  if (term.is("weight")) {
    wanted.clear();
    for (const Term &other : all) {
      bool same = other.is("weight") && other.attrs == term.attrs &&
                  product(other.shape) == product(term.shape);
      wanted = same ? term.shape : wanted;
    }
  } else if (term.operands.empty()) {
    throw Wrong("a law cannot introduce '" + term.op + "'");
  } else if (term.is("reshape")) {
    bool keeps = product(first) == product(term.shape) &&
                 (first.empty() || term.shape.empty() ||
                  (first[0] < 0) == (term.shape[0] < 0));
    wanted = keeps ? term.shape : Ints{};
  } else if (term.is("transpose")) {
    Ints perm = term.ints("perm");
    std::set<int64_t> dims(perm.begin(), perm.end());
    if (perm.size() != first.size() || dims.size() != first.size() ||
        *dims.begin() != 0 || *dims.rbegin() + 1 != int64_t(first.size())) {
      throw Wrong("not a permutation");
    }
    for (size_t i = 0; i < perm.size(); ++i) {
      wanted[i] = first[perm[i]];
    }
  } else if (term.is("pad")) {
    Ints low = term.ints("low"), high = term.ints("high");
    perDimension([&](size_t i) { return first[i] + low.at(i) + high.at(i); });
  } else if (term.is("slice")) {
    Ints low = term.ints("low"), high = term.ints("high");
    Ints by = term.ints("strides");
    by.resize(first.size(), 1);
    perDimension([&](size_t i) {
      return (first[i] - low.at(i) - high.at(i) + by[i] - 1) / by[i];
    });
  } else if (term.is("repeat")) {
    Ints factors = term.ints("factors");
    perDimension([&](size_t i) { return first[i] * factors.at(i); });
  } else if (term.is("pool")) {
    Ints low = term.ints("pads_low"), high = term.ints("pads_high");
    Ints window = term.ints("window"), by = term.ints("strides");
    for (size_t i = 0; i < window.size(); ++i) {
      wanted.at(i + 1) =
          (first[i + 1] + low.at(i) + high.at(i) - window[i]) / by.at(i) + 1;
    }
  } else if (term.is("concat")) {
    size_t axis = static_cast<size_t>(term.number("axis"));
    wanted.at(axis) = 0;
    for (int operand : term.operands) {
      wanted[axis] += of(operand).shape.at(axis);
    }
  } else if (term.is("sum") || term.is("product") || term.is("binary")) {
    for (int operand : term.operands) {
      wanted = broadcast(wanted, of(operand).shape);
    }
  } else if (term.is("dense")) {
    const Ints &kernel = of(term.operands.at(1)).shape;
    if (kernel.size() != 2 || first.back() != kernel[0]) {
      throw Wrong("'dense' with a kernel that does not fit");
    }
    wanted.back() = kernel[1];
  } else if (!term.is("unary") && !term.isNoise() && !term.is("batch_norm") &&
             !term.is("batch_norm_train")) {
    throw Wrong("a law cannot introduce '" + term.op + "'");
  }
  if (wanted != term.shape) {
    throw Wrong("'" + term.op + "' has a shape that it cannot have");
  }
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

static bool isOneOf(const std::string &word,
                    std::initializer_list<const char *> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Bounds of a term from the hull of its operands' bounds.
static Bounds boundsOf(const Term &term, Bounds x) {
  bool nonNegative = x.lo >= 0;
  const std::string &kind = term.kind;
  if (term.is("softmax") || term.is("unary", "sigmoid") ||
      term.is("unary", "hard_sigmoid")) {
    return {0, 1};
  }
  if (term.is("unary", "relu6")) {
    return {std::min(std::max(x.lo, 0.0), 6.0),
            std::min(std::max(x.hi, 0.0), 6.0)};
  }
  if (term.is("unary", "relu")) {
    return {std::max(x.lo, 0.0), std::max(x.hi, 0.0)};
  }
  bool positive = isOneOf(kind, {"exp", "abs", "square", "softplus", "sqrt"});
  bool keepsSign =
      isOneOf(kind, {"leaky_relu", "elu", "tanh", "gelu", "silu", "softsign"});
  if (term.is("unary")) {
    return {positive || (keepsSign && nonNegative) ? 0 : -infinity, infinity};
  }
  if (isOneOf(term.op, {"reshape", "transpose", "slice", "repeat", "concat",
                        "pool", "resize"}) ||
      (term.is("reduce") && kind != "sum")) {
    return x;
  }
  if (term.is("pad")) {
    return {std::min(x.lo, 0.0), std::max(x.hi, 0.0)};
  }
  bool closed = isOneOf(term.op, {"dropout", "sum", "product", "reduce"}) ||
                term.is("binary", "max") || term.is("binary", "min");
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

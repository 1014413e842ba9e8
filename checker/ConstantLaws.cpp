// Value laws that compute with weights, and the numbers that terms of weights
// and constants stand for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Claim.h"
#include "checker/Sha256.h"

#include <cmath>
#include <cstring>

namespace kregc::checker {

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// {sha256: hexadecimal of float32 numbers, little-endian}
void Terms::readWeights(const Json &table) {
  for (const auto &[digest, hex] : table.items()) {
    const std::string text = hex.get<std::string>();
    std::string bytes;
    for (size_t i = 0; i + 1 < text.size(); i += 2) {
      bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    }
    if (sha256(bytes) != digest) {
      throw Wrong("the weight " + digest + " has other numbers");
    }
    Numbers numbers(bytes.size() / sizeof(float));
    for (size_t i = 0; i < numbers.size(); ++i) {
      float number = 0;
      std::memcpy(&number, &bytes[i * sizeof number], sizeof number);
      numbers[i] = number;
    }
    weights[digest] = std::move(numbers);
  }
}

/// The position in a tensor of shape `own` that broadcasting takes for position
/// `index` of one of shape `full`.
static size_t broadcastIndex(size_t index, const Ints &full, const Ints &own) {
  size_t result = 0, step = 1;
  for (size_t i = 1; i <= own.size(); ++i) {
    size_t size = full[full.size() - i], at = index % size;
    index /= size;
    size_t extent = own[own.size() - i];
    result += (extent == 1 ? 0 : at) * step;
    step *= extent;
  }
  return result;
}

/// Operands at one position.
static void combine(const Term &term, bool first, double x, double xSize,
                    double &value, double &size) {
  if (term.is("sum")) {
    value += x;
    size += xSize;
  } else if (first) {
    value = x;
    size = xSize;
  } else if (term.is("product")) {
    value *= x;
    size *= xSize;
  } else {
    value /= x;
    size = std::fabs(value);
  }
}

static void contract(const Terms::Value &x, const Terms::Value &kernel,
                     Terms::Value &result) {
  size_t depth = kernel.shape.at(0), width = kernel.shape.at(1);
  for (size_t i = 0; i < result.numbers.size(); ++i) {
    for (size_t k = 0; k < depth; ++k) {
      size_t left = i / width * depth + k, right = k * width + i % width;
      result.numbers[i] += x.numbers.at(left) * kernel.numbers.at(right);
      result.sizes[i] += x.sizes.at(left) * kernel.sizes.at(right);
    }
  }
}

Terms::Value Terms::valueOf(int id) const {
  const Term &term = of(id);
  size_t count = static_cast<size_t>(product(term.shape));
  Value result = {term.shape, Numbers(count), Numbers(count)};
  if (term.is("weight") || term.is("constant")) {
    Numbers numbers = term.is("constant") ? term.numbers("values")
                                          : weights.at(term.attrs.at("sha256"));
    for (size_t i = 0; i < count; ++i) {
      result.numbers[i] = numbers.at(numbers.size() == 1 ? 0 : i);
      result.sizes[i] = std::fabs(result.numbers[i]);
    }
    return result;
  }
  std::vector<Value> operands;
  for (int operand : term.operands) {
    operands.push_back(valueOf(operand));
  }
  if (term.is("reshape")) {
    result = operands.at(0);
    result.shape = term.shape;
  } else if (term.is("dense")) {
    contract(operands.at(0), operands.at(1), result);
  } else if (term.is("unary", "sqrt")) {
    for (size_t i = 0; i < count; ++i) {
      result.numbers[i] = std::sqrt(operands.at(0).numbers.at(i));
      result.sizes[i] = std::fabs(result.numbers[i]);
    }
  } else if (term.is("sum") || term.is("product") || term.is("binary", "div")) {
    for (size_t i = 0; i < count; ++i) {
      for (size_t n = 0; n < operands.size(); ++n) {
        size_t at = broadcastIndex(i, term.shape, operands[n].shape);
        combine(term, n == 0, operands[n].numbers.at(at),
                operands[n].sizes.at(at), result.numbers[i], result.sizes[i]);
      }
    }
  } else {
    throw Wrong("'" + term.op + "' is no constant");
  }
  return result;
}

bool constant(const Claim &c) {
  auto computed = [](const Term &term) {
    return !term.is("weight") && !term.is("constant");
  };
  c.need("computed", computed(c.n) || computed(c.m));
  Terms::Value left = c.terms.valueOf(c.node), right = c.terms.valueOf(c.same);
  bool close = left.numbers.size() == right.numbers.size();
  for (size_t i = 0; close && i < left.numbers.size(); ++i) {
    double allowed =
        c.terms.tolerance * std::max(left.sizes[i], right.sizes[i]);
    close = std::fabs(left.numbers[i] - right.numbers[i]) <= allowed;
  }
  c.need("close", close);
  c.terms.rounded = true;
  return true;
}

//===----------------------------------------------------------------------===//
// Laws
//===----------------------------------------------------------------------===//

/// `id` is a product of x and s as written.
static bool isProductOf(const Claim &c, int id, int x, int s) {
  const Term &term = c.terms.own(id);
  return term.is("product") && term.operands.size() == 2 &&
         c.equal(term.operands[0], x) && c.equal(term.operands[1], s);
}

/// s = γ/√(v + ε), γ = 1 if n has none.
static bool isScale(const Claim &c, int s) {
  const Term &quotient = c.terms.own(s);
  const Term &root = c.terms.own(quotient.operands.at(1));
  const Term &sum = c.terms.own(root.operands.at(0));
  const Term &epsilon = c.of(sum.operands.at(1));
  bool gamma = c.n.attrs.value("gamma", false);
  return quotient.is("binary", "div") &&
         (gamma ? c.equal(quotient.operands[0], c.n.operands.at(3))
                : holds(c.of(quotient.operands[0]), 1)) &&
         root.is("unary", "sqrt") && sum.is("sum") &&
         sum.operands.size() == 2 &&
         c.equal(sum.operands[0], c.n.operands.at(2)) &&
         holds(epsilon, c.n.number("epsilon"));
}

bool batchNormAffine(const Claim &c) {
  bool beta = c.n.attrs.value("beta", false);
  if (!c.n.is("batch_norm") || c.n.has("trained") || !c.m.is("sum") ||
      c.n.number("axis") + 1 != double(c.n.shape.size()) ||
      c.m.operands.size() != (beta ? 3 : 2)) {
    return false;
  }
  int s = c.terms.own(c.m.operands[0]).operands.at(1);
  const Term &shift = c.terms.own(c.m.operands[1]);
  return isProductOf(c, c.m.operands[0], c.n.operands[0], s) && isScale(c, s) &&
         shift.is("product") && shift.operands.size() == 3 &&
         c.equal(shift.operands[0], c.n.operands.at(1)) &&
         c.equal(shift.operands[1], s) && holds(c.of(shift.operands[2]), -1) &&
         (!beta || c.equal(c.m.operands[2], c.n.operands.back()));
}

bool scaleIntoKernel(const Claim &c) {
  if (!c.n.is("product") || c.n.operands.size() != 2) {
    return false;
  }
  for (size_t i : {0, 1}) {
    const Term &layer = c.x(1 - i);
    const Term &kernel = c.terms.own(c.m.operands.at(1));
    bool depthwise = layer.is("depthwise_conv");
    if (!(layer.is("dense") || layer.is("conv") || depthwise) ||
        !sameOp(layer, c.m) || layer.shape != c.n.shape ||
        !c.equal(layer.operands[0], c.m.operands[0]) || !kernel.is("product") ||
        kernel.operands.size() != 2 ||
        !c.equal(kernel.operands[0], layer.operands.at(1))) {
      continue;
    }
    const Ints &shape = c.x(i).shape;
    c.need("per-channel", shape.empty() || shape == Ints{c.n.shape.back()});
    const Term &factor = c.terms.own(kernel.operands[1]);
    bool reshaped = depthwise && !shape.empty();
    return reshaped ? factor.is("reshape") &&
                          c.equal(factor.operands.at(0), c.n.operands[i])
                    : c.equal(kernel.operands[1], c.n.operands[i]);
  }
  return false;
}

bool scaleOverSum(const Claim &c) {
  if (!c.n.is("product") || c.n.operands.size() != 2 || !c.m.is("sum")) {
    return false;
  }
  for (size_t i : {0, 1}) {
    const Term &sum = c.x(1 - i);
    bool agree = sum.is("sum") && sum.operands.size() == c.m.operands.size();
    for (size_t k = 0; agree && k < sum.operands.size(); ++k) {
      agree = isProductOf(c, c.m.operands[k], sum.operands[k], c.n.operands[i]);
    }
    if (agree) {
      return true;
    }
  }
  return false;
}

/// The last operand of m is the same op of some operands of n.
bool groupConstants(const Claim &c) {
  if (!(c.n.is("sum") || c.n.is("product")) || c.m.op != c.n.op) {
    return false;
  }
  std::multiset<int> left, right;
  for (int operand : c.n.operands) {
    left.insert(c.terms.find(operand));
  }
  const Term &group = c.terms.own(c.m.operands.back());
  for (int operand : group.operands) {
    right.insert(c.terms.find(operand));
  }
  for (size_t i = 0; i + 1 < c.m.operands.size(); ++i) {
    right.insert(c.terms.find(c.m.operands[i]));
  }
  return group.op == c.n.op && left == right;
}

/// `id` is dense of x with a kernel, as written.
static bool isDenseOf(const Claim &c, int id, int x, int kernel) {
  const Term &term = c.terms.own(id);
  return term.is("dense") && c.equal(term.operands.at(0), x) &&
         c.equal(term.operands.at(1), kernel);
}

bool denseDense(const Claim &c) {
  return c.n.is("dense") && c.x().is("dense") && c.m.is("dense") &&
         c.equal(c.x().operands.at(0), c.m.operands.at(0)) &&
         isDenseOf(c, c.m.operands.at(1), c.x().operands.at(1),
                   c.n.operands.at(1));
}

bool denseOverSum(const Claim &c) {
  const Term &sum = c.x();
  bool agree = c.n.is("dense") && sum.is("sum") && c.m.is("sum") &&
               sum.operands.size() == c.m.operands.size();
  for (size_t i = 0; agree && i < sum.operands.size(); ++i) {
    agree = isDenseOf(c, c.m.operands[i], sum.operands[i], c.n.operands.at(1));
  }
  return agree;
}

} // namespace kregc::checker

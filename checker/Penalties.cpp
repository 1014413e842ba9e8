// The laws of penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Penalties.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace kregc::checker {

void Coefficient::add(const mpq_class &term, bool byLaw) {
  computed = computed || byLaw || size != 0;
  value += term;
  size += abs(term);
}

void Sum::read(const Terms &all, const Json &sites) {
  for (const Json &site : sites) {
    for (int power : {1, 2}) {
      double coefficient = site.at(power == 1 ? "l1" : "l2").get<double>();
      if (!std::isfinite(coefficient)) {
        throw Wrong("a coefficient is not finite");
      }
      if (coefficient != 0) {
        Key key = {all.find(site.at("tensor").get<int>()), power,
                   site.at("per_batch").get<bool>()};
        terms[key].add(mpq_class(coefficient), false);
      }
    }
  }
}

namespace {

/// What one penalty is worth: factors of penalties of other terms, a constant.
struct Worth {
  std::vector<std::pair<int, mpq_class>> terms;
  mpq_class constant = 0;
  bool computed = false;
  int power = 0; ///< of the other terms' penalties; 0: the same
};

/// A law is asked for the worth of S_power(n).
struct Question {
  Terms &terms;
  const std::string &law;
  const Term &n;
  int power;
  bool gradientsOnly;

  /// A side condition of the law, by its name in docs/proof.md.
  void need(const char *condition, bool holds) const {
    terms.need(law, condition, holds);
  }
  bool nonNegative() const {
    return std::all_of(n.operands.begin(), n.operands.end(),
                       [&](int id) { return terms.bounds(id).lo >= 0; });
  }
  const Term &x(size_t i = 0) const { return terms.of(n.operands.at(i)); }
  Worth input(const mpq_class &factor = 1) const {
    return {{{n.operands.at(0), factor}}, 0, factor != 1};
  }
  Worth inputs() const {
    Worth worth;
    for (int operand : n.operands) {
      worth.terms.emplace_back(operand, 1);
    }
    return worth;
  }
};

[[noreturn]] void refuse(const char *why) { throw Wrong(why); }
void need(bool condition, const char *why) {
  if (!condition) {
    refuse(why);
  }
}

mpq_class fraction(int64_t a, int64_t b) {
  need(b != 0, "division by 0");
  return mpq_class(long(a)) / mpq_class(long(b));
}

int64_t extent(const Ints &shape, const Ints &axes) {
  int64_t result = 1;
  for (int64_t axis : axes) {
    need(axis > 0 && axis < int64_t(shape.size()), "an axis out of range");
    result *= shape[axis];
  }
  return result;
}

Worth transpose(const Question &q) {
  q.need("batch-stays", q.n.ints("perm").at(0) == 0);
  return q.input();
}

Worth concat(const Question &q) {
  need(q.n.number("axis") > 0, "the axis is the batch");
  return q.inputs();
}

Worth repeat(const Question &q) {
  return q.input(mpq_class(long(product(q.n.ints("factors")))));
}

Worth sign(const Question &q) {
  need(q.n.kind == "abs" || q.n.kind == "neg", "neither |x| nor -x");
  return q.input();
}

Worth square(const Question &q) {
  need(q.n.kind == "square", "not a square");
  q.need("power-1", q.power == 1);
  Worth worth = q.input();
  worth.power = 2;
  return worth;
}

/// One operand has the shape of n, the others are one number each.
Worth scale(const Question &q) {
  bool division = q.n.is("binary", "div");
  need(division || q.n.is("product"), "not a product");
  int x = -1;
  mpq_class factor = 1;
  for (size_t i = 0; i < q.n.operands.size(); ++i) {
    if (x < 0 && !q.x(i).is("constant") && q.x(i).shape == q.n.shape) {
      x = q.n.operands[i];
      continue;
    }
    Numbers values = q.x(i).numbers("values");
    need(q.x(i).is("constant") && !values.empty() && !(division && i == 0),
         "a factor is no constant");
    q.need("one-number", values.size() == 1);
    need(std::isfinite(values[0]) && !(division && values[0] == 0),
         "a factor is not finite");
    mpq_class c = abs(mpq_class(values[0]));
    c = division ? mpq_class(1 / c) : c;
    factor *= q.power == 2 ? mpq_class(c * c) : c;
  }
  need(x >= 0, "no factor has the shape of the product");
  return {{{x, factor}}, 0, factor != 1};
}

Worth avgPool(const Question &q) {
  need(q.n.kind == "avg", "not a mean");
  Ints window = q.n.ints("window");
  bool tiles = q.n.ints("strides") == window &&
               allAre(q.n.ints("pads_low"), 0) &&
               allAre(q.n.ints("pads_high"), 0);
  for (size_t i = 0; i < window.size(); ++i) {
    tiles = tiles && q.n.shape.at(i + 1) * window[i] == q.x().shape.at(i + 1);
  }
  q.need("power-1", q.power == 1);
  q.need("non-negative", q.nonNegative());
  q.need("tiles", tiles);
  return q.input(fraction(1, product(window)));
}

Worth reduce(const Question &q) {
  need(q.n.kind == "mean" || q.n.kind == "sum", "not a mean or sum");
  q.need("power-1", q.power == 1);
  q.need("non-negative", q.nonNegative());
  int64_t length = extent(q.x().shape, q.n.ints("axes"));
  need(length > 0, "nothing is reduced");
  return q.input(q.n.kind == "mean" ? fraction(1, length) : mpq_class(1));
}

Worth sum(const Question &q) {
  q.need("power-1", q.power == 1);
  q.need("non-negative", q.nonNegative());
  for (size_t i = 0; i < q.n.operands.size(); ++i) {
    q.need("no-broadcast", q.x(i).shape == q.n.shape);
  }
  return q.inputs();
}

Worth rows(const Question &q, const Ints &axes) {
  int64_t length = extent(q.n.shape, axes);
  need(length > 0, "rows of no elements");
  return {{}, fraction(product(q.n.shape), length), true};
}

Worth softmaxL1(const Question &q) {
  q.need("power-1", q.power == 1);
  return rows(q, {static_cast<int64_t>(q.n.number("axis"))});
}

Worth unitNormL2(const Question &q) {
  q.need("gradients-only", q.gradientsOnly);
  q.need("power-2", q.power == 2);
  need(q.n.kind == "l2", "not rows of norm 1");
  return rows(q, q.n.ints("axes"));
}

void needMean(const Question &q) {
  q.need("mode", q.terms.mode == Mode::Expectation);
  need(q.n.has("draw") &&
           !q.terms.dependsOnDraw(q.n.operands.at(0), q.n.attrs.at("draw")),
       "the input depends on the draw");
}

Worth dropout(const Question &q) {
  needMean(q);
  mpq_class keep = 1 - mpq_class(q.n.number("rate"));
  q.need("rate-below-1", keep > 0);
  return q.input(q.power == 1 || keep == 0 ? mpq_class(1)
                                           : mpq_class(1 / keep));
}

Worth gaussianDropout(const Question &q) {
  needMean(q);
  double rate = q.n.number("amount");
  need(q.n.kind == "gaussian_dropout" && rate > 0 && rate < 1,
       "not Gaussian dropout");
  if (q.power == 2) {
    return q.input(1 / (1 - mpq_class(rate)));
  }
  double s = std::sqrt(rate / (1 - rate));
  return q.input(mpq_class(s * std::sqrt(2 / M_PI) * std::exp(-0.5 / (s * s)) +
                           std::erf(1 / (s * M_SQRT2))));
}

Worth gaussianNoise(const Question &q) {
  needMean(q);
  q.need("power-2", q.power == 2);
  need(q.n.kind == "gaussian_noise", "not added noise");
  mpq_class sigma(q.n.number("amount"));
  Worth worth = q.input();
  worth.constant = sigma * sigma * mpq_class(long(product(q.n.shape)));
  return worth;
}

struct Law {
  const char *op; ///< that it is about; "" if it looks itself
  Worth (*worth)(const Question &);
};

const std::map<std::string, Law> laws = {
    {"reshape", {"reshape", [](const Question &q) { return q.input(); }}},
    {"transpose", {"transpose", transpose}},
    {"pad", {"pad", [](const Question &q) { return q.input(); }}},
    {"concat", {"concat", concat}},
    {"repeat", {"repeat", repeat}},
    {"sign", {"unary", sign}},
    {"square", {"unary", square}},
    {"scale", {"", scale}},
    {"avg-pool", {"pool", avgPool}},
    {"reduce", {"reduce", reduce}},
    {"sum", {"sum", sum}},
    {"softmax-l1", {"softmax", softmaxL1}},
    {"unit-norm-l2", {"normalize", unitNormL2}},
    {"dropout", {"dropout", dropout}},
    {"gaussian-dropout", {"noise", gaussianDropout}},
    {"gaussian-noise", {"noise", gaussianNoise}},
};

} // namespace

void Sum::move(Terms &all, const std::string &law, const Key &key,
               bool gradientsOnly) {
  auto place = terms.find(key);
  if (place == terms.end() || all.find(key.term) != key.term) {
    throw Wrong("there is no such penalty of term " + std::to_string(key.term));
  }
  const Term &n = all.own(key.term);
  auto found = laws.find(law);
  if (found == laws.end() || (*found->second.op && !n.is(found->second.op))) {
    throw Wrong("'" + law + "' is no law for a penalty of '" + n.op + "'");
  }
  Worth worth = found->second.worth({all, law, n, key.power, gradientsOnly});
  Coefficient moved = place->second;
  terms.erase(place);
  for (const auto &[term, factor] : worth.terms) {
    int power = worth.power ? worth.power : key.power;
    terms[{all.find(term), power, key.perBatch}].add(
        moved.value * factor, moved.computed || worth.computed);
  }
  constants[key.perBatch ? 0 : 1].add(moved.value * worth.constant, true);
}

static bool compare(const Coefficient &a, const Coefficient &b,
                    double tolerance, const std::string &what) {
  mpq_class distance = abs(a.value - b.value);
  mpq_class allowed = (a.size + b.size) * mpq_class(tolerance);
  if (distance != 0 && ((!a.computed && !b.computed) || distance > allowed)) {
    throw Wrong(what + " have the coefficients " +
                std::to_string(a.value.get_d()) + " and " +
                std::to_string(b.value.get_d()));
  }
  return distance != 0;
}

bool compare(const Sum &a, const Sum &b, bool gradientsOnly, double tolerance) {
  std::set<Key> keys;
  for (const Sum *sum : {&a, &b}) {
    for (const auto &entry : sum->terms) {
      keys.insert(entry.first);
    }
  }
  auto of = [](const Sum &sum, const Key &key) {
    auto found = sum.terms.find(key);
    return found == sum.terms.end() ? Coefficient() : found->second;
  };
  bool rounded = false;
  for (const Key &key : keys) {
    rounded |= compare(of(a, key), of(b, key), tolerance,
                       "the penalties of term " + std::to_string(key.term));
  }
  for (int i = 0; i < 2 && !gradientsOnly; ++i) {
    rounded |=
        compare(a.constants[i], b.constants[i], tolerance, "the constants");
  }
  return rounded;
}

} // namespace kregc::checker

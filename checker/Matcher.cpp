// Whether terms look like the patterns of a law.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Laws.h"

namespace kregc::checker {

Laws::Letter Laws::letter(char name) const {
  bool runs = name == 'x' || name == 'r' || name == 's';
  return {name, runs ? at : -1};
}

/// Gives a name to terms; false where it stands for others.
bool Laws::bind(char name, const std::vector<int> &ids) {
  return bound.emplace(letter(name), ids).first->second == ids;
}

int Name::id() const { return laws.bound.at(laws.letter(letter)).at(0); }

const Term &Name::operator*() const { return laws.terms.own(id()); }

Value Name::numbers() const {
  std::vector<Number> result;
  for (int id : laws.bound.at(laws.letter(letter))) {
    result.push_back(laws.terms.oneNumber(id).value());
  }
  return result;
}

/// Whether term `id` is what the pattern says: by its own definition
/// (`asWritten`) or by that of the term that stands for it.
bool Laws::match(const Pattern &pattern, int id, bool asWritten) {
  int simple = terms.find(id), found = asWritten ? id : simple;
  if (pattern.factors) {
    return matchFactors(pattern, terms.own(found), asWritten) ||
           (pattern.optional && bind(pattern.factors, {}) &&
            match(pattern.operands[0], id, asWritten));
  }
  if (pattern.isOp) {
    return (!pattern.label || bind(pattern.label, {simple})) &&
           matchOp(pattern, found, terms.own(found), asWritten);
  }
  return pattern.name ? bind(pattern.name, {simple})
                      : terms.oneNumber(id) == Number(pattern.number);
}

/// The op and the operands of a pattern.
bool Laws::matchOp(const Pattern &pattern, int id, const Term &term,
                   bool asWritten) {
  if (pattern.name) { // the same op as where the name was first seen
    const Term &first =
        terms.own(bound.emplace(letter(pattern.name), std::vector<int>{id})
                      .first->second[0]);
    if (term.op != first.op || term.attrs != first.attrs) {
      return false;
    }
  } else if (!term.is(pattern.word) || // without attributes but a kind
             (term.op == pattern.word ? !term.attrs.empty()
                                      : term.attrs.size() != 1)) {
    return false;
  }
  size_t fixed = pattern.operands.size(), size = term.operands.size();
  bool each = fixed > 0 && pattern.operands.back().each;
  fixed -= each ? 1 : 0;
  int rest = static_cast<int>(size) - static_cast<int>(fixed);
  if (rest < 0 || (each ? count >= 0 && count != rest : rest > 0)) {
    return false;
  }
  count = each ? rest : count;
  const int outer = at;
  bool matched = true;
  for (size_t i = 0; matched && i < size; ++i) {
    at = i < fixed ? outer : static_cast<int>(i - fixed);
    matched = match(pattern.operands[std::min(i, fixed)], term.operands[i],
                    asWritten);
  }
  at = outer;
  return matched;
}

/// All operands but one are constants of one number each, of other shapes than
/// the term.
bool Laws::matchFactors(const Pattern &pattern, const Term &term,
                        bool asWritten) {
  std::vector<int> factors, others;
  for (int operand : term.operands) {
    bool isFactor = terms.oneNumber(operand).has_value() &&
                    terms.own(operand).shape != term.shape;
    (isFactor ? factors : others)
        .push_back(isFactor ? terms.find(operand) : operand);
  }
  std::sort(factors.begin(), factors.end());
  return term.in("product") && !factors.empty() && others.size() == 1 &&
         terms.own(others[0]).shape == term.shape &&
         bind(pattern.factors, factors) &&
         match(pattern.operands[0], others[0], asWritten);
}

/// Whether n looks like this.
bool Laws::is(const Pattern &pattern) {
  return pattern.factors ? matchFactors(pattern, left, false)
                         : matchOp(pattern, n.id(), left, false);
}

/// Whether n and m look like this.
bool Laws::says(const Pattern &form, const Pattern &right) {
  return is(form) && match(right, m.id(), true);
}

/// A side condition, without which the law is false.
bool Laws::need(const char *condition, bool holds) {
  problem = holds ? problem : condition;
  return holds;
}

/// Whether this holds of each operand under all().
bool Laws::every(const std::function<bool()> &holds) {
  bool all = true;
  for (at = 0; all && at < count; ++at) {
    all = holds();
  }
  at = -1;
  return all;
}

/// The operands of n or m, where those that have the op of m stand for their
/// own; in any order but for a concat's. Of m terms are looked at as they are
/// written, of n by what stands for them. `numbers` is multiplied by parts that
/// are one number, which are left out.
std::vector<int> Laws::parts(const Name &name, Number *numbers) const {
  std::vector<int> open(name->operands.rbegin(), name->operands.rend()), result;
  for (int steps = 0; !open.empty(); ++steps) {
    int part = open.back(), simple = terms.find(part);
    open.pop_back();
    spend(200);
    const Term &inner = terms.own(name.letter == 'm' ? part : simple);
    if (inner.op == m->op && inner.attrs == m->attrs) {
      open.insert(open.end(), inner.operands.rbegin(), inner.operands.rend());
    } else if (numbers && terms.oneNumber(part)) {
      *numbers *= *terms.oneNumber(part);
      spend(*numbers);
    } else {
      result.push_back(simple);
    }
    if (steps > 100000) { // equal terms may form a circle
      throw Wrong("'" + m->op + "' has too many operands");
    }
  }
  if (!m->in("concat")) {
    std::sort(result.begin(), result.end());
  }
  return result;
}

/// What a product of numbers and one term multiplies it by; that term.
bool Laws::isScaled(const Term &term, int &x, Number &times) const {
  std::vector<int> others;
  Number factor = times;
  for (int operand : term.operands) {
    std::optional<Number> number = terms.oneNumber(operand);
    factor *= number.value_or(1);
    spend(factor);
    if (!number) {
      others.push_back(operand);
    }
  }
  if (!term.in("product") || others.size() != 1) {
    return false;
  }
  x = others[0];
  times = factor;
  return true;
}

/// The parts of a term, each a number times a term: those of a concat like n in
/// their order, else those of a sum. Of n terms are looked at by what stands
/// for them, of m as they are written.
std::vector<Laws::Part> Laws::scaledParts(const Name &name, const Part &whole,
                                          bool ofConcat) const {
  std::vector<Part> open = {whole}, result;
  for (int steps = 0; !open.empty(); ++steps) {
    auto [id, times] = open.back();
    open.pop_back();
    spend(200);
    const Term *term = &terms.own(id);
    if (name.letter == 'n' || !term->in("sum", "product", "concat")) {
      term = &terms.of(id);
    }
    bool splits = ofConcat ? term->in("concat") && term->attrs == n->attrs
                           : term->in("sum", "binary.sub");
    if (int x = 0; isScaled(*term, x, times)) {
      open.emplace_back(x, times);
    } else if (splits) {
      for (size_t i = term->operands.size(); i-- > 0;) {
        bool minus = i == 1 && term->in("binary.sub");
        open.emplace_back(term->operands[i], minus ? Number(-times) : times);
      }
    } else {
      result.emplace_back(id, times);
    }
    if (steps > 100000) { // equal terms may form a circle
      throw Wrong("'" + n->op + "' has too many operands");
    }
  }
  return result;
}

/// A sum as numbers times terms, with -1 for 1; a concat as such sums, with -2
/// for how many zeros come in a row.
std::vector<std::map<int, Number>> Laws::combination(const Name &name) const {
  std::vector<Part> parts = {{name.id(), 1}};
  if (n->in("concat")) {
    parts = scaledParts(name, parts[0], true);
  }
  std::vector<std::map<int, Number>> result;
  for (const Part &part : parts) {
    std::map<int, Number> sum;
    for (const auto &[id, times] : scaledParts(name, part, false)) {
      std::optional<Number> number = terms.oneNumber(id);
      sum[number ? -1 : terms.find(id)] += number ? times * *number : times;
    }
    for (auto entry = sum.begin(); entry != sum.end();) {
      entry = entry->second == 0 ? sum.erase(entry) : std::next(entry);
    }
    bool zeros = sum.empty() && n->in("concat");
    if (zeros && !result.empty() && result.back().count(-2) > 0) {
      sum.swap(result.back());
      result.pop_back();
    }
    if (zeros) {
      sum[-2] += terms.own(part.first)["shape"][n["axis"]].numbers[0];
    }
    result.push_back(std::move(sum));
  }
  return result;
}

/// The penalty is `factor` times that of the operand, or of each under all().
bool Laws::gives(const Value &factor, const Name &operand, int otherPower) {
  auto add = [&] {
    worth.parts.push_back(
        {operand.id(), otherPower ? otherPower : power, factor.numbers.at(0)});
    return true;
  };
  return count < 0 ? add() : every(add);
}

bool Laws::givesNumber(const Value &number) {
  worth.constant = number.numbers.at(0);
  return true;
}

/// Whether a rule of the law is true of n and m. The operands of a sum or
/// product of two may stand in any order.
bool Laws::apply(const std::vector<Rule> &rules, const std::string &law, int id,
                 int same) {
  left = terms.own(id);
  problem.clear();
  bool swaps = left.operands.size() == 2 &&
               left.in("sum", "product", "binary.add", "binary.mul");
  bool exists = false;
  for (int order = 0; order < (swaps ? 2 : 1); ++order) {
    for (const Rule &rule : rules) {
      if (rule.name != law) {
        continue;
      }
      exists = true;
      bound = {{{'n', -1}, {id}}, {{'m', -1}, {same}}};
      at = count = -1;
      worth = {{}, 0, perBatch};
      try {
        if (rule.holds()) {
          return true;
        }
      } catch (const std::exception &) { // an attribute is missing
      }
    }
    std::reverse(left.operands.begin(), left.operands.end());
  }
  if (!exists) {
    throw Wrong("there is no law '" + law + "'");
  }
  if (!problem.empty()) {
    throw Wrong("the condition '" + problem + "' of law '" + law +
                "' does not hold");
  }
  return false;
}

void Laws::step(const std::string &law, int id, int same) {
  if (terms.find(id) != id || terms.find(same) == id) {
    throw Wrong("term " + std::to_string(id) + " was replaced before");
  }
  const Term &a = terms.own(id), &b = terms.own(same);
  if (a.shape != b.shape || !apply(ofValues, law, id, same)) {
    throw Wrong("law '" + law + "' does not say that term " +
                std::to_string(id) + " ('" + a.op + "') equals term " +
                std::to_string(same) + " ('" + b.op + "')");
  }
  terms.unite(id, same);
}

Worth Laws::move(const std::string &law, int id, int penaltyPower,
                 bool divided) {
  power = penaltyPower;
  perBatch = divided;
  if (!apply(ofPenalties, law, id, id)) {
    throw Wrong("law '" + law + "' is not about a penalty of '" +
                terms.own(id).op + "'");
  }
  return worth;
}

} // namespace kregc::checker

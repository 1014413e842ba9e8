// The laws, and the patterns that they are made of.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_LAWS_H
#define KREGC_CHECKER_LAWS_H

#include "checker/Terms.h"

#include <functional>

namespace kregc::checker {

class Laws;
struct Name;

/// What a term looks like.
struct Pattern {
  Pattern(const Name &name);
  Pattern(int number) : number(number) {}
  Pattern(char name, std::string word, std::vector<Pattern> operands)
      : name(name), word(std::move(word)), operands(std::move(operands)),
        isOp(true) {}

  char name = 0;    ///< of the term or its op
  std::string word; ///< an op or function without attributes
  std::vector<Pattern> operands;
  int number = 0;   ///< a constant of this number, if there is no name
  char label = 0;   ///< of the result of an op
  char factors = 0; ///< times which the only operand is
  bool isOp = false, optional = false, each = false;
};

/// relu(x): an op or function without attributes.
struct Word {
  const char *word;
  template <typename... Operands>
  Pattern operator()(const Operands &...operands) const {
    return {0, word, {Pattern(operands)...}};
  }
};

/// A letter of a law, and what it stands for while a rule is looked at: a term,
/// as an op, f(x), the op and attributes of the term that it was first seen at,
/// or numbers.
struct Name {
  Laws &laws;
  char letter;

  template <typename... Operands>
  Pattern operator()(const Operands &...operands) const {
    return {letter, "", {Pattern(operands)...}};
  }

  int id() const;
  const Term &operator*() const;
  const Term *operator->() const { return &**this; }
  Value operator[](const char *attr) const { return (**this)[attr]; }
  Value numbers() const;
};

inline Pattern::Pattern(const Name &name) : name(name.letter) {}

/// c * x: x, of the shape of the product, times constants of one number each.
inline Pattern operator*(const Name &c, const Pattern &x) {
  Pattern product(0, "", {x});
  product.factors = c.letter;
  return product;
}
/// The same or x alone, where there are no numbers.
inline Pattern optionally(const Name &c, const Pattern &x) {
  Pattern product = c * x;
  product.optional = true;
  return product;
}
/// Any number of operands; x, r and s stand for another term in each.
inline Pattern all(Pattern pattern) {
  pattern.each = true;
  return pattern;
}
/// An op whose result is called by a name.
inline Pattern called(const Name &name, Pattern pattern) {
  pattern.label = name.letter;
  return pattern;
}

enum class Mode { Inference, Training, Expectation };

/// What a penalty is worth: penalties of other terms, and a number.
struct Worth {
  struct Part {
    int term, power;
    Number factor;
  };
  std::vector<Part> parts;
  Number constant = 0;
  bool perBatch = false; ///< divided by the batch, as what it is worth was
};

class Laws {
public:
  Laws(Terms &terms, Mode mode, bool gradientsOnly, double tolerance);

  bool rounded = false; ///< the tolerance was needed

  /// Accepts that term `n` equals term `m` if the law says so; throws Wrong.
  void step(const std::string &law, int n, int m);
  /// What a penalty of `n`, divided by the batch or not, is worth by a law;
  /// throws Wrong.
  Worth move(const std::string &law, int n, int power, bool perBatch);

private:
  struct Rule {
    const char *name;
    std::function<bool()> holds;
  };

  // Laws.cpp
  std::vector<Rule> valueLaws(), moreValueLaws(), penaltyLaws();

  // Matcher.cpp
  bool apply(const std::vector<Rule> &rules, const std::string &law, int n,
             int m);
  bool match(const Pattern &pattern, int id, bool asWritten);
  bool matchOp(const Pattern &pattern, int id, const Term &term,
               bool asWritten);
  bool matchFactors(const Pattern &pattern, const Term &term, bool asWritten);
  bool is(const Pattern &form);
  bool says(const Pattern &form, const Pattern &right);
  bool need(const char *condition, bool holds);
  bool every(const std::function<bool()> &holds);
  std::vector<int> parts(const Name &name, Number *numbers = nullptr) const;
  bool regrouped() const { return parts(n) == parts(m); }
  using Part = std::pair<int, Number>; ///< a term times a number
  bool isScaled(const Term &term, int &x, Number &times) const;
  std::vector<Part> scaledParts(const Name &name, const Part &whole,
                                bool ofConcat) const;
  std::vector<std::map<int, Number>> combination(const Name &name) const;
  bool gives(const Value &factor, const Name &operand, int otherPower = 0);
  bool givesNumber(const Value &number);

  // Shapes.cpp
  Value low(const Name &name) { return bounds(name.id()).first; }
  Value high(const Name &name) { return bounds(name.id()).second; }
  std::pair<Value, Value> bounds(int id);
  void findBounds(int id);

  Terms &terms;
  const Mode mode;
  const bool gradientsOnly;
  const double tolerance;
  std::map<int, std::pair<Value, Value>> known; ///< bounds

  // Of the rule that is looked at.
  friend struct Name;
  using Letter = std::pair<char, int>; ///< and the operand under all()
  Letter letter(char name) const;
  bool bind(char name, const std::vector<int> &ids);
  std::map<Letter, std::vector<int>> bound;
  int at = -1, count = -1; ///< operand under all(), how many there are
  int power = 0;           ///< of the penalty
  bool perBatch = false;   ///< it is divided by the batch
  Term left;               ///< n, perhaps with its operands swapped
  Worth worth;
  std::string problem; ///< the condition that does not hold
  const Name n{*this, 'n'}, m{*this, 'm'}, f{*this, 'f'}, g{*this, 'g'},
      h{*this, 'h'}, k{*this, 'k'}, v{*this, 'v'}, e{*this, 'e'}, b{*this, 'b'},
      y{*this, 'y'}, x{*this, 'x'}, r{*this, 'r'}, s{*this, 's'}, c{*this, 'c'},
      d{*this, 'd'};
  std::vector<Rule> ofValues, ofPenalties;
};

/// Throws Wrong if term `id`, which a proof introduces, has another shape than
/// its operands give it.
void checkShape(const Terms &terms, int id);

} // namespace kregc::checker

#endif // KREGC_CHECKER_LAWS_H

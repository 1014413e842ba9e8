// The terms of a certificate, and which of them are known to be equal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_TERMS_H
#define KREGC_CHECKER_TERMS_H

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace kregc::checker {

using Json = nlohmann::json;
using Ints = std::vector<int64_t>;
using Numbers = std::vector<double>;

/// What is wrong with a certificate.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An op applied to terms; docs/proof.md says what each op means.
struct Term {
  std::string op, kind;
  Json attrs = Json::object();
  std::vector<int> operands;
  Ints shape; ///< -1 is the batch

  Ints ints(const char *attr) const;
  Numbers numbers(const char *attr) const;
  double number(const char *attr) const; ///< 0 where there is none
  bool has(const char *attr) const { return attrs.contains(attr); }
  bool is(const char *name) const { return op == name; }
  bool is(const char *name, const char *which) const {
    return op == name && kind == which;
  }
  bool isNoise() const { return is("dropout") || is("noise"); }
};

enum class Mode { Inference, Training, Expectation };

struct Bounds {
  double lo, hi;
};

class Terms {
public:
  Mode mode = Mode::Inference;
  double tolerance = 0; ///< of constants that a law computed
  bool rounded = false; ///< it was needed
  std::string dropped;  ///< for tests: "law:condition" that is not looked at

  /// Throws Wrong where a side condition of a law does not hold.
  void need(const std::string &law, const std::string &condition,
            bool holds) const;

  /// Appends a term of the certificate; its operands must be there. With
  /// `derived` its shape is checked: it does not come from a model.
  void add(const Json &node, bool derived);

  /// Reads the values of weights that the proof computes with.
  void readWeights(const Json &table);

  /// A constant tensor, row-major, with the size of the terms that each number
  /// is a sum of.
  struct Value {
    Ints shape;
    Numbers numbers, sizes;
  };
  /// What a term of weights and constants stands for; throws for others.
  Value valueOf(int id) const;

  size_t size() const { return all.size(); }
  /// The definition of a term itself.
  const Term &own(int id) const;
  /// The definition of the term that stands for it.
  const Term &of(int id) const { return own(find(id)); }
  int find(int id) const;
  bool equal(int a, int b) const { return find(a) == find(b); }

  /// Accepts `node` = `same` if the law says so; throws Wrong.
  void apply(const std::string &law, int node, int same);

  Bounds bounds(int id);
  bool dependsOnDraw(int id, const Json &draw) const;

private:
  void checkShape(const Term &term) const;

  std::vector<Term> all;
  std::vector<int> stands; ///< which term stands for each
  std::map<int, Bounds> known;
  std::map<std::string, Numbers> weights; ///< by their sha256
};

int64_t product(const Ints &sizes); ///< the batch counts as 1
bool allAre(const Ints &values, int64_t wanted);
/// A function of each element that is one of `kinds`.
bool isUnary(const Term &f, std::initializer_list<const char *> kinds);
bool oneOf(const std::string &word, std::initializer_list<const char *> words);

} // namespace kregc::checker

#endif // KREGC_CHECKER_TERMS_H

// The terms of a certificate, and which of them are known to be equal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_TERMS_H
#define KREGC_CHECKER_TERMS_H

#include "checker/Value.h"

#include <cstdint>
#include <map>
#include <optional>

namespace kregc::checker {

/// An op applied to terms; docs/proof.md says what each op means.
struct Term {
  std::string op, kind;
  Json attrs = Json::object();
  std::vector<int> operands;
  std::vector<int64_t> shape; ///< -1 is the batch

  /// Whether it is OP or OP.KIND.
  bool is(const std::string &name) const {
    return name == op || name == op + "." + kind;
  }
  template <typename... Names>
  bool in(const Names &...names) const {
    return (is(names) || ...);
  }
  /// Whether it is a function of each element.
  template <typename... Kinds>
  bool computes(const Kinds &...kinds) const {
    return op == "unary" && ((kind == kinds) || ...);
  }
  bool has(const std::string &attr) const { return attrs.contains(attr); }
  /// An attribute, or the shape; throws where there is none.
  Value operator[](const std::string &attr) const {
    return Value(attr == "shape" ? Json(shape) : attrs.at(attr));
  }
  Value get(const std::string &attr, int missing) const {
    return has(attr) ? (*this)[attr] : Value(missing);
  }
  int64_t elements() const; ///< for each sample
};

class Terms {
public:
  /// Appends a term of the certificate, whose operands must be there.
  int add(const Json &node);
  /// Reads the values of weights that a proof computes with.
  void readWeights(const Json &table);

  /// The definition of a term itself.
  const Term &own(int id) const;
  /// The definition of the term that stands for it.
  const Term &of(int id) const { return own(find(id)); }
  int find(int id) const;
  bool equal(int a, int b) const { return find(a) == find(b); }
  /// From now on `same` stands for `id`.
  void unite(int id, int same) { stands[id] = find(same); }

  /// The finite number that all elements of a constant are.
  std::optional<Number> oneNumber(int id) const;
  /// The size of the batch that every input fixes; 0 if one does not.
  Number fixedBatch() const;
  /// Whether a term depends on a noise call.
  bool dependsOn(int id, const Json &draw) const;
  /// Whether two terms of weights and constants differ by no more than
  /// `tolerance` of the terms that made them, element by element; throws for
  /// others.
  bool areClose(int a, int b, double tolerance) const;

  /// A tensor, row-major, and for each number the size of the terms that it is
  /// a sum of.
  struct Constant {
    explicit Constant(size_t count) : numbers(count), sizes(count) {}
    std::vector<double> numbers, sizes;
  };

private:
  /// `room` is for how many elements there is memory.
  Constant constant(int id, int depth, uint64_t room) const;

  std::vector<Term> terms;
  mutable std::vector<int> stands; ///< which term stands for each
  std::map<std::string, std::vector<double>> weights; ///< by their sha256
};

/// In hexadecimal.
std::string sha256(const std::string &bytes);

} // namespace kregc::checker

#endif // KREGC_CHECKER_TERMS_H

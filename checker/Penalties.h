// Sums of penalties with exact coefficients, and the laws that move them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_PENALTIES_H
#define KREGC_CHECKER_PENALTIES_H

#include "checker/Terms.h"

#include <gmpxx.h>

#include <tuple>

namespace kregc::checker {

/// A coefficient, the size of the terms that made it, and whether a law
/// computed it.
struct Coefficient {
  mpq_class value, size;
  bool computed = false;
  void add(const mpq_class &term, bool byLaw);
};

/// Σ|x|^power of a term, divided by the batch or not.
struct Key {
  int term, power;
  bool perBatch;
  bool operator<(const Key &b) const {
    return std::tie(term, power, perBatch) <
           std::tie(b.term, b.power, b.perBatch);
  }
};

/// The penalties of one model.
struct Sum {
  std::map<Key, Coefficient> terms;
  Coefficient constants[2]; ///< as it is, and times the batch

  /// Reads the sites of a model.
  void read(const Terms &terms, const Json &sites);
  /// Moves the penalties of a key by a law; throws Wrong. A law that only keeps
  /// gradients needs `gradientsOnly`.
  void move(Terms &terms, const std::string &law, const Key &key,
            bool gradientsOnly);
};

/// Throws Wrong where two sums differ; constants count unless `gradientsOnly`.
/// `tolerance` is for coefficients that a law computed, relative to their size.
/// True if it was needed.
bool compare(const Sum &a, const Sum &b, bool gradientsOnly, double tolerance);

} // namespace kregc::checker

#endif // KREGC_CHECKER_PENALTIES_H

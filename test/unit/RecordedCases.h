// The recorded Keras cases of test/e2e/cases: which there are and what Keras
// computed for each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_RECORDEDCASES_H
#define KREGC_TEST_UNIT_RECORDEDCASES_H

#include "frontends/Container/Npz.h"

#include <optional>
#include <string>
#include <vector>

namespace kregc::test {

/// One model of Keras with its numbers.
struct RecordedCase {
  std::string name, modelPath;
  std::optional<std::string> kerasVersion; ///< for a file that has none
  double rtol = 0, atol = 0;
  std::vector<NpzArray> arrays; ///< of inference.npz

  /// The array of that name; null if there is none.
  const NpzArray *find(const std::string &name) const;
  /// `<prefix>x_0`, `<prefix>x_1` …, as many as there are.
  std::vector<const NpzArray *> series(const std::string &prefix) const;
};

/// The names of the folders of test/e2e/cases, sorted.
std::vector<std::string> recordedCaseNames();

/// Fails the running test where a file is missing or malformed.
RecordedCase readRecordedCase(const std::string &name);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_RECORDEDCASES_H

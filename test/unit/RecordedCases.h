// The recorded Keras cases of test/e2e/cases: which there are and what Keras
// computed for each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_RECORDEDCASES_H
#define KREGC_TEST_UNIT_RECORDEDCASES_H

#include "frontends/Container/Json.h"
#include "frontends/Container/Npz.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kregc::test {

/// The arrays of an .npz file.
struct RecordedArrays {
  std::vector<NpzArray> arrays;

  /// The array of that name; null if there is none.
  const NpzArray *find(const std::string &name) const;
  /// `<prefix>0`, `<prefix>1` …, as many as there are.
  std::vector<const NpzArray *> series(const std::string &prefix) const;
};

/// One model of Keras with its numbers; itself those of inference.npz.
struct RecordedCase : RecordedArrays {
  std::string name, modelPath;
  std::optional<std::string> kerasVersion; ///< for a file that has none
  double rtol = 0, atol = 0;

  RecordedArrays training; ///< of training.npz, empty if there is none
  double trainingRtol = 0, trainingAtol = 0;
  std::shared_ptr<JsonDocument> loss, lossWeights; ///< as it was compiled
};

/// The names of the folders of test/e2e/cases, sorted.
std::vector<std::string> recordedCaseNames();

/// Those of them with a training step.
std::vector<std::string> recordedTrainingNames();

/// Fails the running test where a file is missing or malformed.
RecordedCase readRecordedCase(const std::string &name);

/// Fails the running test where |got - want| > atol + rtol·|want|, or NaN.
void expectClose(const std::string &what, const std::vector<double> &got,
                 const std::vector<double> &want, double rtol, double atol);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_RECORDEDCASES_H

// Releases of Keras, and the facts of Versions.def asked about them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_VERSION_H
#define KREGC_FRONTENDS_KERAS_VERSION_H

#include "frontends/Keras/Model.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace kregc {
class JsonValue;
}

namespace kregc::keras {

/// The facts that Versions.def has rows for.
enum class Fact {
  DividesPenaltyByBatch,
  PenalisesFrozenWeights,
  KnowsL1_L2Name,
  KnowsL1L2Name,
  AllowsNegativeFactor,
  HardSigmoidFifth,
  UnbiasedMovingVariance,
  NamesWeightGroups,
};

/// Whether `fact` holds for the release `version`.
bool holds(Fact fact, const Version &version);

/// Parses "3.15.1", "2.15.0-tf", "3.16.0.dev2026". "2.x-tf" and 2.4 and later
/// are tf.keras. `where` is the place of the text. Errors: VersionSyntax,
/// VersionUnsupported (before 2.0 or after 3.x).
llvm::Expected<Version> parseVersion(llvm::StringRef text,
                                     llvm::StringRef where);

/// Guesses the release behind a Keras 3 config without a version from the keys
/// that came and went; none where both sides of a fact of Versions.def remain
/// possible. What it returns is the oldest release that fits.
std::optional<Version> fingerprint(const JsonValue &model);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_VERSION_H

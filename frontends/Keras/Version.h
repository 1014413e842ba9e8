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
  CountsMakingOfModelInNodes,
  AppliesPenaltyInTimeDistributed,
  CallsLayerPerStepInTimeDistributed,
  SavesEveryActivityRegularizer,
  RegularizesInputsOfCalledModels,
  NamesWeightsAfterTimeDistributed,
  CallsDepthwiseKernelKernel,
  CountsFunctionsAsLayers,
  ApproximatesGeluFunction,
};

/// Releases of Keras 3: from, and before until.
struct VersionRange {
  llvm::StringRef from, until;
};

/// Whether `fact` holds for the release `version`.
bool holds(Fact fact, const Version &version);

/// Parses "3.15.1", "2.15.0-tf", "3.16.0.dev2026". "2.x-tf" and 2.4 and later
/// are tf.keras. `where` is the place of the text. Errors: VersionSyntax,
/// VersionUnsupported (before 2.0 or after 3.x).
llvm::Expected<Version> parseVersion(llvm::StringRef text,
                                     llvm::StringRef where);

/// Whether one release text ("3.14.0") is older than another.
bool isBefore(llvm::StringRef release, llvm::StringRef other);

/// The releases that could have written a Keras 3 config without a version,
/// from the keys that came and went; none if it is no such config or if its
/// keys contradict each other.
std::optional<VersionRange> fingerprint(const JsonValue &model);

/// The release within the range at which the fact began or ended to hold in
/// Keras 3; none if the fact is the same for the whole range.
std::optional<llvm::StringRef> changeWithin(Fact fact,
                                            const VersionRange &range);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_VERSION_H

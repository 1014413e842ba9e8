// Warnings about sound models: the rows of Warnings.def.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_WARNINGS_H
#define KREGC_FRONTENDS_KERAS_WARNINGS_H

#include "frontends/Keras/Model.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FormatVariadic.h"

namespace kregc::keras {

enum class WarningId {
#define WARNING(ID, NAME, SEVERITY, WHEN, WHAT, INSTEAD) ID,
#include "frontends/Keras/Warnings.def"
};

/// What is the same for every warning of a row.
struct WarningInfo {
  const char *id; ///< "dead-penalty"
  Severity severity;
  const char *what, *instead; ///< with {0}, {1} … for the arguments
};

const WarningInfo &infoOf(WarningId id);

/// A warning of row `id` about a layer ("" for the model); `arguments` fill
/// {0}, {1} ….
template <typename... Arguments>
Warning makeWarning(WarningId id, llvm::StringRef layer,
                    const Arguments &...arguments) {
  const WarningInfo &info = infoOf(id);
  // One text may leave out an argument of the other: no validation.
  return {
      info.id, layer.str(), llvm::formatv(false, info.what, arguments...).str(),
      llvm::formatv(false, info.instead, arguments...).str(), info.severity};
}

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_WARNINGS_H

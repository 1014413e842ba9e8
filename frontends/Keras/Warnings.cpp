// The rows of Warnings.def as a table.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Warnings.h"

using namespace kregc::keras;

static const WarningInfo rows[] = {
#define WARNING(ID, NAME, SEVERITY, WHEN, WHAT, INSTEAD)                       \
  {NAME, Severity::SEVERITY, WHAT, INSTEAD},
#include "frontends/Keras/Warnings.def"
};

const WarningInfo &kregc::keras::infoOf(WarningId id) {
  return rows[static_cast<size_t>(id)];
}

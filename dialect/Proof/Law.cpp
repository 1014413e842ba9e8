// Rows and conditions of the table by name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Law.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

namespace {

constexpr LawRow rows[] = {
#define VALUE_LAW(Id, name, equation, modes) {false, name, equation, modes},
#define MOVE_LAW(Id, name, equation, modes) {true, name, equation, modes},
#include "dialect/Proof/Laws.def"
};

/// Names of laws by their ids. Laws that share an id share their name.
constexpr std::pair<StringRef, StringRef> namesOfIds[] = {
#define VALUE_LAW(Id, name, equation, modes) {#Id, name},
#define MOVE_LAW(Id, name, equation, modes) {#Id, name},
#include "dialect/Proof/Laws.def"
};

struct ConditionRow {
  StringRef lawId, name;
};

/// In the order of the enum.
constexpr ConditionRow conditions[] = {
#define CONDITION(LawId, Id, name, text) {#LawId, name},
#include "dialect/Proof/Laws.def"
};

} // namespace

llvm::ArrayRef<LawRow> proof::allLaws() { return rows; }

const LawRow *proof::findLaw(StringRef name, bool ofPenalties) {
  const LawRow *found = llvm::find_if(rows, [&](const LawRow &row) {
    return row.name == name && row.ofPenalties == ofPenalties;
  });
  return found == std::end(rows) ? nullptr : found;
}

std::optional<Condition> proof::findCondition(StringRef name) {
  auto [law, condition] = name.split(':');
  for (auto [index, row] : llvm::enumerate(conditions)) {
    bool ofLaw = llvm::is_contained(
        namesOfIds, std::pair<StringRef, StringRef>(row.lawId, law));
    if (ofLaw && row.name == condition) {
      return static_cast<Condition>(index);
    }
  }
  return std::nullopt;
}

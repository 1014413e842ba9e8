// The table of laws as data: Laws.def for programs that ask for a row by name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_LAW_H
#define KREGC_DIALECT_PROOF_LAW_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>

namespace mlir::kreg::proof {

/// A side condition of a law: `<law><condition>` of Laws.def.
enum class Condition {
#define CONDITION(LawId, Id, name, text) LawId##Id,
#include "dialect/Proof/Laws.def"
};

/// A row of Laws.def.
struct LawRow {
  bool ofPenalties;
  llvm::StringRef name, equation, modes;
};

/// All rows in the order of the table.
llvm::ArrayRef<LawRow> allLaws();

/// The row of a law; a law of values and one of penalties may share a name.
/// Null if there is none ("same", congruence, has no row).
const LawRow *findLaw(llvm::StringRef name, bool ofPenalties);

/// The condition that `name` ("slice-pad:stride-1") means.
std::optional<Condition> findCondition(llvm::StringRef name);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_LAW_H

// kreg-print-laws: the law table of docs/penalties.md on standard output.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"

#include "llvm/Support/raw_ostream.h"

int main() {
  llvm::outs() << mlir::kreg::penaltyLawTable();
  return 0;
}

// The penalty laws as the Markdown table of docs/penalties.md.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::kreg;

static std::string modesText(unsigned modes) {
  if (modes == Every) {
    return "every";
  }
  SmallVector<StringRef> names;
  for (auto [mode, name] :
       {std::pair<unsigned, StringRef>{Inference, "inference"},
        {Training, "training"},
        {Expectation, "expectation"}}) {
    if (modes & mode) {
      names.push_back(name);
    }
  }
  return llvm::join(names, ", ");
}

std::string mlir::kreg::penaltyLawTable() {
  std::string text;
  llvm::raw_string_ostream os(text);
  // A bar inside of a cell would end it.
  auto cell = [](StringRef text) {
    std::string escaped;
    for (char c : text) {
      escaped += c == '|' ? "\\|" : std::string(1, c);
    }
    return escaped;
  };
  os << "| law | equation | Σ\\|x\\| | Σx² | where | modes | because |\n"
     << "|---|---|---|---|---|---|---|\n";
  for (const PenaltyLaw &law : penaltyLaws()) {
    os << "| `" << law.name << "` | " << cell(law.equation) << " | "
       << cell(law.c1.text) << " | " << cell(law.c2.text) << " | ";
    llvm::interleave(
        law.conditions, os,
        [&](const LawCondition *condition) { os << cell(condition->text); },
        "; ");
    os << " | " << modesText(law.modes) << " | " << cell(law.why) << " |\n";
  }
  return text;
}

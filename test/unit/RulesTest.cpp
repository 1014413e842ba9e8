// The penalty laws, row by row: each has its tests and its line in the docs,
// and (LawSamples) holds in exact arithmetic on tiny tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"

#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

#include <set>

using namespace mlir;
using namespace mlir::kreg;

/// The text of a file of the source tree, or "" if there is none.
static std::string readSource(const Twine &path) {
  auto buffer = llvm::MemoryBuffer::getFile(KREGC_SOURCE_DIR "/" + path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

TEST(PenaltyLaws, NamesAreUnique) {
  std::set<std::string> names;
  for (const PenaltyLaw &law : penaltyLaws()) {
    EXPECT_TRUE(names.insert(law.name.str()).second) << law.name.str();
  }
  EXPECT_FALSE(names.empty());
}

TEST(PenaltyLaws, EachHasATestOfTheMove) {
  for (const PenaltyLaw &law : penaltyLaws()) {
    std::string text = readSource("test/dialect/Rules/" + law.name + ".mlir");
    EXPECT_NE(text.find(("kreg.model @" + law.name + "(").str()),
              std::string::npos)
        << law.name.str();
  }
}

TEST(PenaltyLaws, EachConditionHasARefusal) {
  for (const PenaltyLaw &law : penaltyLaws()) {
    std::string text =
        readSource("test/dialect/Rules/" + law.name + "-bad.mlir");
    SmallVector<std::string> wanted;
    for (const LawCondition *condition : law.conditions) {
      wanted.push_back(condition->name.str());
    }
    if (law.c1.text == "–" || law.c2.text == "–") {
      wanted.push_back("no_law");
    }
    if (law.modes != Every) {
      wanted.push_back("other_mode");
    }
    for (const std::string &name : wanted) {
      EXPECT_NE(text.find("kreg.model @" + name + "("), std::string::npos)
          << law.name.str() << ": no refusal for " << name;
    }
  }
}

TEST(PenaltyLaws, DocsShowThisTable) {
  std::string docs = readSource("docs/penalties.md");
  EXPECT_NE(docs.find("<!-- laws: printed by kreg-print-laws -->\n" +
                      penaltyLawTable() + "<!-- end of laws -->"),
            std::string::npos)
      << "docs/penalties.md is stale; put in its place what kreg-print-laws "
         "prints:\n"
      << penaltyLawTable();
}

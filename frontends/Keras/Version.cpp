// Version texts and the table of facts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Version.h"

#include "frontends/Container/Error.h"

#include <tuple>

using namespace kregc;
using namespace kregc::keras;

namespace {
enum class Family { Standalone, TfKeras, Keras3 };

struct Row {
  Fact fact;
  Family family;
  const char *from, *until;
};
} // namespace

static const Row rows[] = {
#define VERSION_FACT(FACT, FAMILY, FROM, UNTIL)                                \
  {Fact::FACT, Family::FAMILY, FROM, UNTIL},
#include "frontends/Keras/Versions.def"
};

/// Reads up to three numbers of "3.14.1"; what follows a number is a suffix.
static bool parseNumbers(llvm::StringRef text, int (&numbers)[3]) {
  for (int i = 0; i < 3; ++i) {
    unsigned value;
    if (text.consumeInteger(10, value) || value > 99999) {
      return i > 1;
    }
    numbers[i] = static_cast<int>(value);
    if (!text.consume_front(".")) {
      // "2.4rc0" names a release, "2" does not.
      return i > 0;
    }
  }
  return true;
}

static std::tuple<int, int, int> numbersOf(llvm::StringRef text) {
  int numbers[3] = {0, 0, 0};
  parseNumbers(text, numbers);
  return {numbers[0], numbers[1], numbers[2]};
}

bool keras::holds(Fact fact, const Version &version) {
  Family family = version.major >= 3 ? Family::Keras3
                  : version.tfKeras  ? Family::TfKeras
                                     : Family::Standalone;
  std::tuple<int, int, int> release(version.major, version.minor,
                                    version.patch);
  for (const Row &row : rows) {
    if (row.fact == fact && row.family == family &&
        numbersOf(row.from) <= release && release < numbersOf(row.until)) {
      return true;
    }
  }
  return false;
}

llvm::Expected<Version> keras::parseVersion(llvm::StringRef text,
                                            llvm::StringRef where) {
  int numbers[3] = {0, 0, 0};
  if (text.size() > 100 || !parseNumbers(text, numbers)) {
    return diagnose(Diagnostic::VersionSyntax, where, text.take_front(100));
  }
  Version version;
  version.major = numbers[0];
  version.minor = numbers[1];
  version.patch = numbers[2];
  version.text = text.str();
  version.tfKeras =
      version.major == 2 && (text.contains("-tf") || version.minor >= 4);
  if (version.major < 2 || version.major > 3) {
    return diagnose(Diagnostic::VersionUnsupported, where, text);
  }
  return version;
}

bool keras::isBefore(llvm::StringRef release, llvm::StringRef other) {
  return numbersOf(release) < numbersOf(other);
}

std::optional<llvm::StringRef> keras::changeWithin(Fact fact,
                                                   const VersionRange &range) {
  for (const Row &row : rows) {
    for (const char *change : {row.from, row.until}) {
      if (row.fact == fact && row.family == Family::Keras3 &&
          isBefore(range.from, change) && isBefore(change, range.until)) {
        return change;
      }
    }
  }
  return std::nullopt;
}

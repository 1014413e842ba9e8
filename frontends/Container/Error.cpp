// The catalogue of Diagnostics.def as tables, and how errors print.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"

#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/raw_ostream.h"

using namespace kregc;

char InputError::ID = 0;

namespace {
struct Row {
  ErrorKind kind;
  const char *text;
};
} // namespace

static const Row rows[] = {
#define DIAGNOSTIC(NAME, KIND, TEXT) {ErrorKind::KIND, TEXT},
#include "frontends/Container/Diagnostics.def"
};

ErrorKind kregc::kindOf(Diagnostic id) {
  return rows[static_cast<size_t>(id)].kind;
}

const char *kregc::textOf(Diagnostic id) {
  return rows[static_cast<size_t>(id)].text;
}

size_t kregc::numDiagnostics() { return std::size(rows); }

/// Text of a file goes to a terminal: control bytes and what is not UTF-8
/// become '?', and a long text (a layer name may have a megabyte) is cut.
static void printClean(llvm::raw_ostream &os, llvm::StringRef text) {
  constexpr size_t limit = 600;
  size_t printed = 0;
  while (printed < text.size() && printed < limit) {
    const auto *at = text.bytes_begin() + printed;
    bool ascii = *at < 0x80;
    size_t length = ascii ? 1 : llvm::getNumBytesForUTF8(*at);
    bool legal = ascii ? *at >= 0x20 && *at != 0x7f
                       : length <= text.size() - printed &&
                             llvm::isLegalUTF8Sequence(at, at + length);
    os << (legal ? text.substr(printed, length) : "?");
    printed += legal ? length : 1;
  }
  if (printed < text.size()) {
    os << "...";
  }
}

void InputError::log(llvm::raw_ostream &os) const {
  if (!where.empty()) {
    printClean(os, where);
    os << ": ";
  }
  printClean(os, message);
  for (const std::string &note : notes) {
    os << "\nnote: ";
    printClean(os, note);
  }
}

std::error_code InputError::convertToErrorCode() const {
  return std::make_error_code(kind() == ErrorKind::Malformed
                                  ? std::errc::invalid_argument
                                  : std::errc::not_supported);
}

llvm::Error kregc::withNote(llvm::Error error, llvm::Twine note) {
  return llvm::handleErrors(
      std::move(error), [&](std::unique_ptr<InputError> input) -> llvm::Error {
        input->notes.push_back(note.str());
        return llvm::Error(std::move(input));
      });
}

int kregc::reportError(llvm::Error error, llvm::StringRef program,
                       llvm::raw_ostream &os) {
  int exitCode = 2;
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    if (info.isA<InputError>()) {
      exitCode = static_cast<const InputError &>(info).exitCode();
    }
    os << program << ": error: ";
    info.log(os);
    os << '\n';
  });
  return exitCode;
}

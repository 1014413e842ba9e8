// The error of everything that reads untrusted input: what is wrong, what was
// found and wanted, where, and how kregc ends. Made from Diagnostics.def only.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_ERROR_H
#define KREGC_FRONTENDS_CONTAINER_ERROR_H

#include "llvm/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"

#include <string>
#include <utility>
#include <vector>

namespace kregc {

/// Why an input is refused; the value is kregc's exit code.
enum class ErrorKind { Malformed = 2, Unsupported = 3 };

/// The rows of Diagnostics.def.
enum class Diagnostic {
#define DIAGNOSTIC(NAME, KIND, TEXT) NAME,
#include "frontends/Container/Diagnostics.def"
};

/// Kind and text of a row; the text has {0}, {1} … for its arguments.
ErrorKind kindOf(Diagnostic id);
const char *textOf(Diagnostic id);
size_t numDiagnostics();

/// An input that is refused. Prints as "<where>: <message>" and a line
/// "note: …" for each note; `exitCode()` is 2 (malformed) or 3 (unsupported).
class InputError : public llvm::ErrorInfo<InputError> {
public:
  static char ID;

  InputError(Diagnostic id, std::string where, std::string message,
             std::vector<std::string> notes = {})
      : id(id), where(std::move(where)), message(std::move(message)),
        notes(std::move(notes)) {}

  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

  ErrorKind kind() const { return kindOf(id); }
  int exitCode() const { return static_cast<int>(kind()); }

  Diagnostic id;
  std::string
      where; ///< "model.keras/config.json: config.layers[3].config.strides"
  std::string message; ///< without the place
  std::vector<std::string> notes;
};

/// An InputError of row `id` at `where`; `arguments` fill {0}, {1} ….
template <typename... Arguments>
llvm::Error diagnose(Diagnostic id, llvm::Twine where,
                     Arguments &&...arguments) {
  return llvm::make_error<InputError>(
      id, where.str(),
      llvm::formatv(textOf(id), std::forward<Arguments>(arguments)...).str());
}

/// Adds "note: <note>" to an InputError; other errors pass unchanged.
llvm::Error withNote(llvm::Error error, llvm::Twine note);

/// Consumes `error`, prints "<program>: error: …" to `os`, and returns the exit
/// code: 2 or 3 of an InputError, 2 of every other error.
int reportError(llvm::Error error, llvm::StringRef program,
                llvm::raw_ostream &os);

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_ERROR_H

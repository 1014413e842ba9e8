// The driver's own errors: a message and how kregc ends.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_DRIVERERROR_H
#define KREGC_COMPILER_DRIVER_DRIVERERROR_H

#include "compiler/Driver/ExitCodes.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <utility>

namespace kregc::driver {

class DriverError : public llvm::ErrorInfo<DriverError> {
public:
  static char ID;

  DriverError(ExitCode code, std::string message)
      : code(code), message(std::move(message)) {}

  void log(llvm::raw_ostream &os) const override { os << message; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

  ExitCode code;
  std::string message; ///< lower case, no final period, may have "note:" lines
};

/// What a person did: a wrong command line or an unusable file.
inline llvm::Error badInput(const llvm::Twine &message) {
  return llvm::make_error<DriverError>(ExitCode::BadInput, message.str());
}

/// What kregc cannot do (yet), or a mistake of its own.
inline llvm::Error unsupported(const llvm::Twine &message) {
  return llvm::make_error<DriverError>(ExitCode::Unsupported, message.str());
}

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_DRIVERERROR_H

// A copy of a model file with other coefficients in its activity regularizers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_REPAIREDFILE_H
#define KREGC_COMPILER_DRIVER_REPAIREDFILE_H

#include "dialect/Proof/Repair.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace kregc::driver {

/// The text of a model's JSON with the coefficients of `repair` in its layers;
/// nothing else in it changes. `file` is how messages call it. Errors: a text
/// that is no JSON; a layer that is not there exactly once, or whose
/// regularizer is not one of its own.
llvm::Expected<std::string>
repairedConfig(llvm::StringRef text, llvm::StringRef file,
               llvm::ArrayRef<mlir::kreg::proof::NewCoefficients> repair);

/// Writes the .keras or .json file `from` to `to` with the coefficients of
/// `repair`; all other entries of the archive keep their bytes, and weights
/// beside a .json are copied. Errors: as above; a file of another form.
llvm::Error
writeRepaired(llvm::StringRef from, llvm::StringRef to,
              llvm::ArrayRef<mlir::kreg::proof::NewCoefficients> repair);

/// Gives such a file another name, and the weights beside it too.
llvm::Error renameModel(llvm::StringRef from, llvm::StringRef to);

/// Removes such a file, if it is there.
void removeModel(llvm::StringRef path);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_REPAIREDFILE_H

// What a person or a program sees of a comparison of two models.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_EQUIVREPORT_H
#define KREGC_COMPILER_DRIVER_EQUIVREPORT_H

#include "dialect/Proof/Prove.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace kregc::driver {

/// The verdict as `--format json` has it; `counterexample` is the path of its
/// file, empty if none was written.
llvm::json::Value toJson(const mlir::kreg::proof::Verdict &verdict,
                         llvm::StringRef counterexample);

/// Prints the verdict of a mode to stdout: a line, then what makes the models
/// equal; with `explained` the proof as a story, or the counterexample as
/// numbers side by side. Colours on a terminal only.
void printText(const mlir::kreg::proof::Verdict &verdict, bool explained);

/// A word in the colour of a verdict, padded to `width`.
void printVerdict(mlir::kreg::proof::Verdict::Kind kind, llvm::StringRef word,
                  unsigned width);

/// Writes what a counterexample consists of: x_i (the inputs), a_y_i, b_y_i,
/// a_penalty, b_penalty; in training a_draw_i, b_draw_i (see Draws).
llvm::Error writeCounterexample(llvm::StringRef path,
                                const mlir::kreg::proof::Counterexample &found);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_EQUIVREPORT_H

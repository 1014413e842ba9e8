// The door of the prover: two modules in, a verdict per mode out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_PROOF_PROVE_H
#define KREGC_DIALECT_PROOF_PROVE_H

#include "dialect/Proof/Counterexample.h"
#include "dialect/Proof/Repair.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <array>

namespace mlir::kreg::proof {

/// What is known of two models in a mode.
struct Verdict {
  enum Kind { Equal, NotEqual, Undecided };
  Mode mode;
  Kind kind = Undecided;
  std::string reason;   ///< in words, lower case
  bool rounded = false; ///< equal up to rounding of constants
  /// Whether the gradients of the total loss are the same; none: not known.
  std::optional<bool> sameGradients;
  std::optional<Counterexample> counterexample; ///< where it is not equal
  /// Coefficients for the second model that make the mode equal; empty: none.
  std::vector<NewCoefficients> repair;
  /// How it was proved, or how far it came (Explain.h).
  std::vector<std::string> story;
};
StringRef name(Verdict::Kind kind); ///< "equal", "not-equal", "undecided"

struct Result {
  std::vector<Verdict> verdicts;
  std::string certificate; ///< of all that is proved; empty: nothing is
};

/// Compares the models of two modules in penalty form in the given modes.
/// `check` is the independent checker: it gives "" for a certificate that it
/// accepts, else what is wrong with it; nothing is called equal that it does
/// not accept. Errors: an op that the prover has no meaning for.
llvm::Expected<Result>
prove(std::array<ModuleOp, 2> modules, ArrayRef<Mode> modes,
      const ProveOptions &options,
      llvm::function_ref<std::string(const std::string &)> check);

} // namespace mlir::kreg::proof

#endif // KREGC_DIALECT_PROOF_PROVE_H

// The door of the checker: a certificate in, what it proves or its first wrong
// step out. Shares no code with the prover.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_CHECK_H
#define KREGC_CHECKER_CHECK_H

#include <string>
#include <utility>
#include <vector>

namespace kregc::checker {

struct Verdict {
  bool accepted = false;
  std::string problem; ///< the first thing that is wrong
  /// What was proved: mode and claim ("equal" or "same-gradients", then ", up
  /// to rounding of constants" where that is needed).
  std::vector<std::pair<std::string, std::string>> proved;
};

/// Checks the text of a certificate. `tolerance` is how far constants that a
/// law computed may be apart, relative to the terms that made them; a
/// certificate may not ask for more. Never throws.
Verdict check(const std::string &certificate, double tolerance = 1e-6);

} // namespace kregc::checker

#endif // KREGC_CHECKER_CHECK_H

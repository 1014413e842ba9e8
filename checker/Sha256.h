// SHA-256 (FIPS 180-4), so that kreg-check needs no other library.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_SHA256_H
#define KREGC_CHECKER_SHA256_H

#include <string>
#include <string_view>

namespace kregc::checker {

/// The digest of `bytes` in lower-case hexadecimal.
std::string sha256(std::string_view bytes);

} // namespace kregc::checker

#endif // KREGC_CHECKER_SHA256_H

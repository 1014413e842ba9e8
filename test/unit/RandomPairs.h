// Pairs of random models: the same by construction, or with one thing broken.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_RANDOMPAIRS_H
#define KREGC_TEST_UNIT_RANDOMPAIRS_H

#include <cstdint>
#include <string>

namespace kregc::testing {

/// The texts of two modules of one model each.
struct RandomPair {
  std::string a, b;
  std::string broken; ///< what differs; empty: nothing
};

/// The second model is the first after laws were applied to it at random
/// places; with `breaks`, one of its ops, coefficients or weights is another.
/// The same seed gives the same pair.
RandomPair randomPair(uint64_t seed, bool breaks);

} // namespace kregc::testing

#endif // KREGC_TEST_UNIT_RANDOMPAIRS_H

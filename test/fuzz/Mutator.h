// Spoils model files in ways that know their structure: bytes, entries of the
// archive, nodes of the JSON, attributes and headers of HDF5.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_FUZZ_MUTATOR_H
#define KREGC_TEST_FUZZ_MUTATOR_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <random>
#include <string>

namespace kregc::fuzz {

/// A source of changes; the same seed makes the same file of the same file.
class Mutator {
public:
  explicit Mutator(uint64_t seed) : random(seed) {}

  /// A changed `.keras`, `.h5` or `.json`, told apart by their first bytes.
  std::string mutate(llvm::StringRef file);

  std::string mutateBytes(llvm::StringRef bytes);
  std::string mutateJson(llvm::StringRef text);
  std::string mutateHdf5(llvm::StringRef bytes);
  std::string mutateZip(llvm::StringRef bytes);

  /// A number below `bound`, which is 1 or more.
  uint64_t below(uint64_t bound) { return random() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

private:
  std::mt19937_64 random;
};

} // namespace kregc::fuzz

#endif // KREGC_TEST_FUZZ_MUTATOR_H

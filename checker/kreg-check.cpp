// kreg-check CERTIFICATE [TOLERANCE]: checks a certificate of `kregc equiv`,
// whose constants may be as far apart as TOLERANCE (1e-6) of the terms that
// made them. Exit status 0 accepted, 1 rejected, 2 wrong usage or an unreadable
// file. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Check.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char **argv) {
  double tolerance = 1e-6;
  char *end = nullptr;
  if (argc == 3) {
    tolerance = std::strtod(argv[2], &end);
  }
  if (argc < 2 || argc > 3 || (end && (*end != 0 || end == argv[2]))) {
    std::cerr << "usage: kreg-check CERTIFICATE [TOLERANCE]\n";
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  std::string text;
  const size_t most = size_t(1) << 30;
  for (std::vector<char> part(1 << 20); file && text.size() <= most;) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part.data(), static_cast<size_t>(file.gcount()));
  }
  if (text.empty() || file.bad() || text.size() > most) {
    std::cerr << "kreg-check: error: cannot read '" << argv[1] << "'"
              << (text.size() > most ? ": it has more than 1 GiB" : "") << "\n";
    return 2;
  }
  kregc::checker::Verdict verdict = kregc::checker::check(text, tolerance);
  if (!verdict.accepted) {
    std::cerr << "rejected: " << verdict.problem << "\n";
    return 1;
  }
  for (const auto &[mode, claim] : verdict.proved) {
    std::cout << mode << ": " << claim << "\n";
  }
  std::cout << "accepted\n";
  return 0;
}

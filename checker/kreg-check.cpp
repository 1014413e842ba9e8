// kreg-check CERTIFICATE: checks a certificate of `kregc equiv`. Exit status 0
// accepted, 1 rejected, 2 wrong usage or an unreadable file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Check.h"

#include <fstream>
#include <iostream>
#include <sstream>

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: kreg-check CERTIFICATE\n";
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    std::cerr << "kreg-check: error: cannot read '" << argv[1] << "'\n";
    return 2;
  }
  kregc::checker::Verdict verdict = kregc::checker::check(text.str());
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

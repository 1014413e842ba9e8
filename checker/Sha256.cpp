// SHA-256 as FIPS 180-4 defines it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Sha256.h"

#include <array>
#include <cmath>
#include <cstdint>

namespace kregc::checker {
namespace {

/// The first 32 bits of the fraction of root(p) for the first primes p, which
/// is how the standard defines its constants.
template <size_t Count>
std::array<uint32_t, Count> fractions(long double (*root)(long double)) {
  std::array<uint32_t, Count> result{};
  uint32_t found = 0;
  for (uint32_t p = 2; found < Count; ++p) {
    bool prime = true;
    for (uint32_t d = 2; d * d <= p; ++d) {
      prime = prime && p % d != 0;
    }
    if (prime) {
      long double value = root(p);
      result[found++] =
          static_cast<uint32_t>((value - std::floor(value)) * 4294967296.0L);
    }
  }
  return result;
}

uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

using Hash = std::array<uint32_t, 8>;

void addBlock(Hash &hash, const unsigned char *block) {
  static const auto k =
      fractions<64>([](long double x) -> long double { return std::cbrt(x); });
  uint32_t w[64];
  for (int i = 0; i < 16; ++i) {
    w[i] = uint32_t(block[4 * i]) << 24 | uint32_t(block[4 * i + 1]) << 16 |
           uint32_t(block[4 * i + 2]) << 8 | uint32_t(block[4 * i + 3]);
  }
  for (int i = 16; i < 64; ++i) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  Hash s = hash;
  for (int i = 0; i < 64; ++i) {
    uint32_t e = s[4], a = s[0];
    uint32_t first = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                     ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
    uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                      ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    s = {first + second, s[0], s[1], s[2], s[3] + first, s[4], s[5], s[6]};
  }
  for (int i = 0; i < 8; ++i) {
    hash[i] += s[i];
  }
}

} // namespace

std::string sha256(std::string_view bytes) {
  Hash hash =
      fractions<8>([](long double x) -> long double { return std::sqrt(x); });
  std::string tail(bytes.substr(bytes.size() / 64 * 64));
  uint64_t bits = uint64_t(bytes.size()) * 8;
  tail += '\x80';
  tail.resize((tail.size() + 8 + 63) / 64 * 64 - 8, '\0');
  for (int shift = 56; shift >= 0; shift -= 8) {
    tail += static_cast<char>(bits >> shift & 255);
  }
  auto addAll = [&](std::string_view blocks) {
    for (size_t i = 0; i + 64 <= blocks.size(); i += 64) {
      addBlock(hash, reinterpret_cast<const unsigned char *>(&blocks[i]));
    }
  };
  addAll(bytes);
  addAll(tail);
  std::string text;
  for (uint32_t word : hash) {
    for (int shift = 28; shift >= 0; shift -= 4) {
      text += "0123456789abcdef"[word >> shift & 15];
    }
  }
  return text;
}

} // namespace kregc::checker

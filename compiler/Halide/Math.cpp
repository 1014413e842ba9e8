// The polynomials are minimax fits of our own (utils/fit-polynomials.py).
// Where the order of operations carries the accuracy, or where infinity may
// appear, the operation is one of Halide's strict ones: LLVM may not reorder it
// or assume it finite.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Math.h"

#include <algorithm>

#include <cmath>
#include <initializer_list>

namespace kregc::halide {

using ::Halide::Expr;
using ::Halide::Internal::Call;

static Expr strictOp(Call::IntrinsicOp op, const Expr &a, const Expr &b) {
  return Call::make(a.type(), op, {a, b}, Call::PureIntrinsic);
}
Expr strictAdd(const Expr &a, const Expr &b) {
  return a.type().is_float() ? strictOp(Call::strict_add, a, b) : a + b;
}
Expr strictSub(const Expr &a, const Expr &b) {
  return a.type().is_float() ? strictOp(Call::strict_sub, a, b) : a - b;
}
Expr strictMul(const Expr &a, const Expr &b) {
  return a.type().is_float() ? strictOp(Call::strict_mul, a, b) : a * b;
}
Expr strictDiv(const Expr &a, const Expr &b) {
  return a.type().is_float() ? strictOp(Call::strict_div, a, b) : a / b;
}
static Expr strictLess(const Expr &a, const Expr &b) {
  return Call::make(::Halide::Bool(), Call::strict_lt, {a, b},
                    Call::PureIntrinsic);
}
static Expr strictEqual(const Expr &a, const Expr &b) {
  return Call::make(::Halide::Bool(), Call::strict_eq, {a, b},
                    Call::PureIntrinsic);
}

/// The bits of |x|, shifted up. A sum of fast operations counts as neither NaN
/// nor infinite, so comparisons of floats that ask for them are folded.
static Expr sizeBits(const Expr &x) {
  return ::Halide::reinterpret<uint32_t>(x) << 1;
}
static Expr isNan(const Expr &x) {
  return sizeBits(x) > Expr(uint32_t(0xff000000));
}
static Expr isFinite(const Expr &x) {
  return sizeBits(x) < Expr(uint32_t(0xff000000));
}

/// x between two numbers; NaN stays, as no comparison with it is true.
static Expr clampToRange(const Expr &x, float low, float high) {
  Expr y = ::Halide::select(strictLess(x, low), low, x);
  return ::Halide::select(strictLess(high, y), high, y);
}

/// Horner's scheme, highest coefficient first.
static Expr polynomial(const Expr &x,
                       std::initializer_list<float> coefficients) {
  Expr result;
  for (float c : coefficients) {
    result = result.defined() ? result * x + c : Expr(c);
  }
  return result;
}

/// 2^n for an integer -126 <= n <= 127.
static Expr powerOfTwo(const Expr &n) {
  Expr bits = ::Halide::reinterpret<uint32_t>(n); // which may wrap around
  return ::Halide::reinterpret<float>((bits + 127) << 23);
}

Expr accurateExp(const Expr &x) {
  // e^x = 2^n · e^r with |r| <= ln 2 / 2. Outside of the clamp the result is
  // infinity or 0 anyway, and 2^n stays a product of two normal numbers. NaN
  // goes through r and p, whatever its n is.
  Expr clamped = clampToRange(x, -104.0f, 89.0f);
  // Added to 1.5·2^23, a small number is rounded to an integer, which is in the
  // low bits then.
  Expr shifted = strictAdd(strictMul(clamped, 1.44269504f), 12582912.0f);
  Expr n = strictSub(shifted, 12582912.0f);
  // ln 2 in two parts; n times the first is exact.
  Expr r = strictSub(strictSub(clamped, strictMul(n, 0.693359375f)),
                     strictMul(n, -2.12194440e-4f));
  Expr tail = polynomial(
      r, {0.0013945752f, 0.0083335042f, 0.04166628f, 0.16666666f, 0.5f});
  Expr p = strictAdd(1.0f, strictAdd(r, r * r * tail));
  Expr whole = (::Halide::reinterpret<int>(shifted) & 0x007fffff) - 0x00400000;
  Expr half = whole >> 1;
  return strictMul(strictMul(p, powerOfTwo(half)), powerOfTwo(whole - half));
}

/// log(x / 2^scale) of a positive normal number.
static Expr logOfNormal(const Expr &x, const Expr &scale) {
  // x = 2^n · m with m in [sqrt(1/2), sqrt(2)). Subtract the bits of sqrt(1/2),
  // so that the exponent steps there.
  Expr shifted = ::Halide::reinterpret<int>(x) - 0x3f3504f3;
  Expr n = (shifted >> 23) - scale;
  Expr m = ::Halide::reinterpret<float>((shifted & 0x007fffff) + 0x3f3504f3);
  Expr f = strictSub(m, 1.0f);
  Expr tail = polynomial(f, {0.067466013f, -0.11675641f, 0.11888175f,
                             -0.12405591f, 0.14219551f, -0.16667996f,
                             0.20002119f, -0.25000009f, 0.33333313f});
  Expr square = f * f;
  Expr k = ::Halide::cast<float>(n);
  Expr low = strictAdd(strictMul(k, -2.12194440e-4f), f * square * tail);
  return strictAdd(strictMul(k, 0.693359375f),
                   strictAdd(f, strictSub(low, 0.5f * square)));
}

Expr accurateLogOfNormal(const Expr &x) {
  return ::Halide::select(isFinite(x), logOfNormal(x, 0), x);
}

Expr accurateLog(const Expr &x) {
  // Subnormals are scaled up.
  Expr isTiny = strictLess(x, 1.17549435e-38f);
  Expr y = logOfNormal(::Halide::select(isTiny, x * 8388608.0f, x),
                       ::Halide::select(isTiny, 23, 0));
  float infinity = INFINITY, nan = NAN;
  y = ::Halide::select(isFinite(x), y, x);
  y = ::Halide::select(strictEqual(x, 0.0f), Expr(-infinity), y);
  return ::Halide::select(strictLess(x, 0.0f), Expr(nan), y);
}

Expr accurateTanh(const Expr &x) {
  Expr z = x * x;
  Expr small =
      x + x * z *
              polynomial(z, {-0.0056607849f, 0.020602005f, -0.053729229f,
                             0.13331328f, -0.33333278f});
  Expr size = ::Halide::abs(x);
  Expr large = strictSub(
      1.0f, strictDiv(2.0f, strictAdd(accurateExp(size + size), 1.0f)));
  large = ::Halide::select(strictLess(x, 0.0f), -large, large);
  return ::Halide::select(strictLess(size, 0.625f), small, large);
}

Expr accurateErf(const Expr &x) {
  Expr z = x * x;
  Expr small =
      x * polynomial(z, {8.1937767e-05f, -0.00080998766f, 0.0051971548f,
                         -0.026857791f, 0.11283666f, -0.37612632f, 1.1283792f});
  // 1 - erf = e^polynomial; beyond 4 the result is 1.
  Expr size = ::Halide::abs(x);
  Expr t = ::Halide::select(strictLess(4.0f, size), 4.0f, size);
  Expr exponent = polynomial(t, {-2.0531159e-05f, 0.00042799133f,
                                 -0.0041399696f, 0.025038311f, -0.10815594f,
                                 -0.6334585f, -1.1294605f, 0.00016349036f});
  Expr large = strictSub(1.0f, accurateExp(exponent));
  large = ::Halide::select(strictLess(x, 0.0f), -large, large);
  return ::Halide::select(strictLess(size, 0.9f), small, large);
}

static bool isNotNan(const Expr &e) {
  auto value = ::Halide::Internal::as_const_float(e);
  return value && !std::isnan(*value);
}

// A comparison with NaN is false, so the operand that may be NaN is the one
// that remains then. This is what one maxps instruction does.
Expr nanMax(const Expr &a, const Expr &b) {
  if (!a.type().is_float()) {
    return ::Halide::max(a, b);
  }
  if (isNotNan(a)) {
    return ::Halide::select(strictLess(b, a), a, b);
  }
  Expr larger = ::Halide::select(strictLess(a, b), b, a);
  return isNotNan(b) ? larger : ::Halide::select(isNan(b), b, larger);
}

Expr nanMin(const Expr &a, const Expr &b) {
  if (!a.type().is_float()) {
    return ::Halide::min(a, b);
  }
  if (isNotNan(a)) {
    return ::Halide::select(strictLess(a, b), a, b);
  }
  Expr smaller = ::Halide::select(strictLess(b, a), b, a);
  return isNotNan(b) ? smaller : ::Halide::select(isNan(b), b, smaller);
}

std::vector<Expr> uniform(const std::vector<Expr> &words) {
  // Words are in 64 bits, the upper half of which a product does not look at:
  // so nothing has to be widened or narrowed on the way.
  auto number = [](uint32_t value) {
    return ::Halide::Internal::make_const(::Halide::UInt(64), int64_t(value));
  };
  auto wide = [](const Expr &e) {
    return ::Halide::cast<uint64_t>(
        ::Halide::reinterpret<uint32_t>(::Halide::cast<int32_t>(e)));
  };
  Expr low = number(0xFFFFFFFF);
  Expr key[] = {wide(words[0]), wide(words[1])};
  Expr counter[] = {wide(words[5]), wide(words[4]), wide(words[2]),
                    wide(words[3])};
  for (int round = 0; round < 10; ++round) {
    Expr a = (counter[0] & low) * number(0xD2511F53);
    Expr b = (counter[2] & low) * number(0xCD9E8D57);
    Expr next[] = {(b >> 32) ^ counter[1] ^ key[0], b,
                   (a >> 32) ^ counter[3] ^ key[1], a};
    std::copy(std::begin(next), std::end(next), counter);
    key[0] = key[0] + number(0x9E3779B9);
    key[1] = key[1] + number(0xBB67AE85);
  }
  std::vector<Expr> numbers;
  for (const Expr &bits : counter) {
    numbers.push_back(
        ::Halide::cast<float>(
            ::Halide::cast<int32_t>((bits & low) >> number(8)) + 1) *
        0x1p-24f);
  }
  return numbers;
}

} // namespace kregc::halide

// Random numbers of the first step with seed 0, and the rows of tables that
// gradients go to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Operations.h"

#include <array>
#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

template <typename Number>
Result<Number> interpreter::run(RandomStateOp, Operands<Number>) {
  return zeros<Number>({4});
}
KREG_INSTANTIATE(RandomStateOp)

/// Philox-4x32-10 (Salmon et al., 2011): the four words of a key and counter.
static std::array<uint32_t, 4> philox(std::array<uint32_t, 2> key,
                                      std::array<uint32_t, 4> counter) {
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(0xD2511F53) * counter[0];
    uint64_t b = uint64_t(0xCD9E8D57) * counter[2];
    counter = {uint32_t(b >> 32) ^ counter[1] ^ key[0], uint32_t(b),
               uint32_t(a >> 32) ^ counter[3] ^ key[1], uint32_t(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// √2·erf⁻¹(x) as M. Giles approximates it for single precision (2010).
static double normalOf(double x) {
  double w = -std::log((1 - x) * (1 + x)), p = 0;
  auto horner = [&](double at, std::initializer_list<double> coefficients) {
    for (double c : coefficients) {
      p = p * at + c;
    }
  };
  if (w < 5) {
    horner(w - 2.5, {2.81022636e-08, 3.43273939e-07, -3.5233877e-06,
                     -4.39150654e-06, 0.00021858087, -0.00125372503,
                     -0.00417768164, 0.246640727, 1.50140941});
  } else {
    horner(std::sqrt(w) - 3, {-0.000200214257, 0.000100950558, 0.00134934322,
                              -0.00367342844, 0.00573950773, -0.0076224613,
                              0.00943887047, 1.00167406, 2.83297682});
  }
  return M_SQRT2 * p * x;
}

template <typename Number>
Result<Number> interpreter::run(RandomOp op, Operands<Number> operands) {
  Tensor<Number> y;
  for (int64_t size : cast<RankedTensorType>(op.getY().getType()).getShape()) {
    y.shape.push_back(ShapedType::isDynamic(size) ? operands[1]->shape[0]
                                                  : size);
  }
  for (int64_t i = 0, end = productOf(y.shape); i < end; ++i) {
    uint32_t counter = i / 64 * 16 + i % 16;
    uint32_t word =
        philox({0, 0}, {counter, uint32_t(op.getDraw()), 0, 0})[i % 64 / 16];
    double u = std::ldexp(double(word >> 8) + 1, -24);
    bool isNormal = op.getKind() == RandomKind::Normal;
    auto value = Arithmetic<Number>::of(
        isNormal ? normalOf(2 * u - 1 - std::ldexp(1, -24)) : u);
    if (!value) {
      return failureAt(op, "is not rational");
    }
    y.data.push_back(*value);
  }
  return y;
}
KREG_INSTANTIATE(RandomOp)

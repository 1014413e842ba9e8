// exp, log, tanh and erf in float32, to a few units in the last place, with
// NaN, infinities, overflow and underflow as IEEE has them. Halide's own are
// faster by little and lose NaN.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HALIDE_MATH_H
#define KREGC_COMPILER_HALIDE_MATH_H

#include <Halide.h>

#include <vector>

namespace kregc::halide {

::Halide::Expr accurateExp(const ::Halide::Expr &x);
::Halide::Expr accurateLog(const ::Halide::Expr &x);
/// The same of positive normal numbers, infinity and NaN.
::Halide::Expr accurateLogOfNormal(const ::Halide::Expr &x);
::Halide::Expr accurateTanh(const ::Halide::Expr &x);
::Halide::Expr accurateErf(const ::Halide::Expr &x);

/// a op b as IEEE has it. Halide lets LLVM assume that results of its plain
/// operators are finite, and LLVM then drops every question whether they are.
::Halide::Expr strictAdd(const ::Halide::Expr &a, const ::Halide::Expr &b);
::Halide::Expr strictSub(const ::Halide::Expr &a, const ::Halide::Expr &b);
::Halide::Expr strictMul(const ::Halide::Expr &a, const ::Halide::Expr &b);
::Halide::Expr strictDiv(const ::Halide::Expr &a, const ::Halide::Expr &b);

/// Maximum and minimum that are NaN if either operand is.
::Halide::Expr nanMax(const ::Halide::Expr &a, const ::Halide::Expr &b);
::Halide::Expr nanMin(const ::Halide::Expr &a, const ::Halide::Expr &b);

/// Philox-4x32-10 (Salmon et al., 2011): of each of the four words the 24 high
/// bits, plus 1, over 2²⁴. `words` are the seed (key), the step, the draw and
/// the counter, int32.
std::vector<::Halide::Expr> uniform(const std::vector<::Halide::Expr> &words);

} // namespace kregc::halide

#endif // KREGC_COMPILER_HALIDE_MATH_H

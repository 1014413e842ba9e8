// Plans of single kernels, built by hand in the form in which KernelToPlan
// makes them: for tests of the code generator and for the benchmark of kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_KERNELPLANS_H
#define KREGC_TEST_UNIT_KERNELPLANS_H

#include "compiler/Plan/Plan.h"

namespace kregc::test {

enum class Activation { None, Relu, Tanh, Sigmoid, Gelu, Silu, Elu, Softplus };

/// What stands behind an anchor.
struct Behind {
  bool bias = false;
  Activation activation = Activation::None;
  bool penalty = false;  ///< 0.01·|y| + 0.02·y² of the result
  bool residual = false; ///< + another input of the result's shape, at the end
};

/// y[b, u] = Σk x[b, k]·w[k, u]
plan::Plan densePlan(int64_t inputs, int64_t units, const Behind &behind);

struct Window {
  int64_t height, width, channels; ///< of the input
  int64_t kernelHeight, kernelWidth;
  int64_t stride = 1, dilation = 1;
  int64_t padLow = 0, padHigh = 0; ///< in both directions
  int64_t outHeight() const { return out(height, kernelHeight); }
  int64_t outWidth() const { return out(width, kernelWidth); }

private:
  int64_t out(int64_t size, int64_t kernel) const {
    return (size + padLow + padHigh - (kernel - 1) * dilation - 1) / stride + 1;
  }
};

plan::Plan convPlan(const Window &window, int64_t filters, int64_t groups,
                    const Behind &behind);
plan::Plan depthwisePlan(const Window &window, int64_t multiplier,
                         const Behind &behind);
/// Maximum, or the mean of the elements inside.
plan::Plan poolPlan(const Window &window, bool max, const Behind &behind);
/// Over height and width: [b, h, w, c] to [b, c].
plan::Plan globalPoolPlan(const Window &window, bool max, const Behind &behind);
plan::Plan softmaxPlan(int64_t rows, int64_t channels, bool penalty);
/// act(x) or act(x + bias) over [b, h, w, c].
plan::Plan elementwisePlan(const Window &window, const Behind &behind);
plan::Plan transposePlan(const Window &window); ///< [b,h,w,c] to [b,c,h,w]
plan::Plan concatPlan(const Window &window,
                      int64_t more); ///< channels of two inputs
plan::Plan padPlan(const Window &window);
/// Only the penalty of an input.
plan::Plan penaltyPlan(const Window &window);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_KERNELPLANS_H

// A window that slides over the spatial dimensions of a tensor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Window.h"

#include "dialect/Interpreter/Operations.h"

using namespace mlir;
using namespace mlir::kreg::interpreter;

Window::Window(ArrayRef<int64_t> x, ArrayRef<int64_t> window,
               ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
               ArrayRef<int64_t> low, ArrayRef<int64_t> high)
    : batch(x.front()), in(x.drop_front().drop_back()), window(window),
      strides(strides), dilations(dilations), low(low) {
  for (size_t i = 0; i < in.size(); ++i) {
    int64_t reach = (window[i] - 1) * dilations[i] + 1;
    out.push_back((in[i] + low[i] + high[i] - reach) / strides[i] + 1);
  }
}

SmallVector<int64_t> Window::resultShape(int64_t channels) const {
  SmallVector<int64_t> shape{batch};
  shape.append(out);
  shape.push_back(channels);
  return shape;
}

Window::Taps Window::tapsOf(int64_t to) const {
  Taps taps{{0, 0}};
  SmallVector<int64_t> outStrides = stridesOf(out);
  for (size_t dim = 0; dim < out.size(); ++dim) {
    int64_t start = to / outStrides[dim] % out[dim] * strides[dim] - low[dim];
    Taps longer;
    for (auto [from, tap] : taps) {
      for (int64_t k = 0; k < window[dim]; ++k) {
        int64_t at = start + k * dilations[dim];
        if (at >= 0 && at < in[dim]) {
          longer.push_back({from * in[dim] + at, tap * window[dim] + k});
        }
      }
    }
    taps = std::move(longer);
  }
  return taps;
}

void Window::forEachTap(
    llvm::function_ref<void(int64_t, int64_t, int64_t)> visit) const {
  int64_t inPoints = productOf(in), outPoints = productOf(out);
  for (int64_t to = 0; to < outPoints; ++to) {
    Taps taps = tapsOf(to);
    for (int64_t image = 0; image < batch; ++image) {
      for (auto [from, tap] : taps) {
        visit(image * inPoints + from, image * outPoints + to, tap);
      }
    }
  }
}

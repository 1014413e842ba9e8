// The shapes of terms that laws introduce: those of a model come from its file,
// these must follow from their operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Terms.h"

#include <algorithm>
#include <numeric>

namespace kregc::checker {
namespace {

void need(bool fits) {
  if (!fits) {
    throw Wrong("operands or attributes do not fit");
  }
}

/// What NumPy broadcasts two shapes to; the batch is in dimension 0 or nowhere.
Ints broadcast(const Ints &a, const Ints &b) {
  Ints result = a.size() < b.size() ? b : a;
  const Ints &shorter = a.size() < b.size() ? a : b;
  size_t offset = result.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t &size = result[offset + i];
    need(size == shorter[i] || size == 1 || shorter[i] == 1);
    size = size == 1 ? shorter[i] : size;
  }
  return result;
}

/// `change` of each dimension but the batch.
template <typename Change>
Ints perDimension(Ints shape, Change change) {
  for (size_t i = 0; i < shape.size(); ++i) {
    shape[i] = shape[i] < 0 ? shape[i] : change(i);
  }
  return shape;
}

/// Windows of `size` elements along the spatial dimensions of x.
Ints windows(const Term &term, const Ints &x, const Ints &size,
             int64_t channels) {
  Ints low = term.ints("pads_low"), high = term.ints("pads_high");
  Ints by = term.ints("strides"), apart = term.ints("dilations");
  apart.resize(size.size(), 1);
  need(x.size() == size.size() + 2);
  Ints result = x;
  result.back() = channels;
  for (size_t i = 0; i < size.size(); ++i) {
    int64_t reach = (size[i] - 1) * apart[i] + 1;
    need(by.at(i) > 0);
    result[i + 1] =
        term.is("conv_transpose")
            ? (x[i + 1] - 1) * by[i] + reach - low.at(i) - high.at(i)
            : (x[i + 1] + low.at(i) + high.at(i) - reach) / by[i] + 1;
  }
  return result;
}

/// Of a convolution: the kernel's last two dimensions are of channels.
Ints convolved(const Term &term, const Ints &x, Ints kernel) {
  need(kernel.size() >= 3 && !x.empty());
  int64_t last = kernel.back(), first = kernel[kernel.size() - 2];
  kernel.resize(kernel.size() - 2);
  if (term.is("conv")) {
    int64_t groups = std::max<int64_t>(1, int64_t(term.number("groups")));
    need(x.back() == first * groups);
    return windows(term, x, kernel, last);
  }
  bool depthwise = term.is("depthwise_conv");
  need(x.back() == (depthwise ? first : last));
  return windows(term, x, kernel, depthwise ? first * last : first);
}

Ints reduced(const Term &term, const Ints &x) {
  Ints axes = term.ints("axes"), result;
  for (size_t i = 0; i < x.size(); ++i) {
    bool gone = std::find(axes.begin(), axes.end(), int64_t(i)) != axes.end();
    if (!gone || term.has("keepdims")) {
      result.push_back(gone ? 1 : x[i]);
    }
  }
  return result;
}

Ints permuted(const Ints &perm, const Ints &x) {
  Ints sorted = perm, all(x.size()), result;
  std::sort(sorted.begin(), sorted.end());
  std::iota(all.begin(), all.end(), 0);
  need(sorted == all);
  for (int64_t dim : perm) {
    result.push_back(x[dim]);
  }
  return result;
}

Ints concatenated(const std::vector<Ints> &shapes, size_t axis) {
  Ints result = shapes.at(0);
  result.at(axis) = 0;
  for (Ints shape : shapes) {
    result[axis] += shape.at(axis);
    shape[axis] = result[axis];
    need(shape == result);
  }
  return result;
}

} // namespace

/// The shape of an op on operands of these shapes; throws Wrong for an op that
/// no law introduces.
static Ints shapeOf(const Term &term, const std::vector<Ints> &shapes) {
  const Ints &x = shapes.at(0);
  if (oneOf(term.op,
            {"unary", "dropout", "noise", "batch_norm", "batch_norm_train"})) {
    return x;
  }
  if (term.is("reshape")) {
    need(product(x) == product(term.shape) && x.empty() == term.shape.empty() &&
         (x.empty() || (x[0] < 0) == (term.shape[0] < 0)));
    return term.shape;
  }
  if (term.is("transpose")) {
    return permuted(term.ints("perm"), x);
  }
  if (term.is("pad") || term.is("slice")) {
    Ints low = term.ints("low"), high = term.ints("high");
    Ints by = term.ints("strides");
    by.resize(x.size(), 1);
    int64_t sign = term.is("pad") ? 1 : -1;
    return perDimension(x, [&](size_t i) {
      int64_t size = x[i] + sign * (low.at(i) + high.at(i));
      need(by[i] > 0);
      return (size + by[i] - 1) / by[i];
    });
  }
  if (term.is("repeat")) {
    Ints factors = term.ints("factors");
    return perDimension(x, [&](size_t i) { return x[i] * factors.at(i); });
  }
  if (term.is("resize")) {
    Ints sizes = term.ints("sizes");
    need(x.size() == sizes.size() + 2);
    Ints result = x;
    std::copy(sizes.begin(), sizes.end(), result.begin() + 1);
    return result;
  }
  if (term.is("pool")) {
    return windows(term, x, term.ints("window"), x.back());
  }
  if (term.is("reduce")) {
    return reduced(term, x);
  }
  if (term.is("concat")) {
    return concatenated(shapes, static_cast<size_t>(term.number("axis")));
  }
  if (oneOf(term.op, {"sum", "product", "binary", "maximum", "minimum"})) {
    return std::accumulate(shapes.begin(), shapes.end(), Ints(), broadcast);
  }
  if (term.is("dense")) {
    const Ints &kernel = shapes.at(1);
    need(kernel.size() == 2 && !x.empty() && x.back() == kernel[0]);
    Ints result = x;
    result.back() = kernel[1];
    return result;
  }
  if (oneOf(term.op, {"conv", "depthwise_conv", "conv_transpose"})) {
    return convolved(term, x, shapes.at(1));
  }
  throw Wrong("a law cannot introduce '" + term.op + "'");
}

void Terms::checkShape(const Term &term) const {
  bool fits = false;
  if (term.is("weight")) { // the numbers of another in another shape
    fits = std::any_of(all.begin(), all.end(), [&](const Term &other) {
      return other.is("weight") && other.attrs == term.attrs &&
             product(other.shape) == product(term.shape);
    });
  } else if (term.is("constant")) {
    fits = term.shape.empty();
  } else if (!term.operands.empty()) {
    std::vector<Ints> shapes;
    for (int operand : term.operands) {
      shapes.push_back(of(operand).shape);
    }
    fits = shapeOf(term, shapes) == term.shape;
  }
  if (!fits) {
    throw Wrong("'" + term.op + "' has a shape that it cannot have");
  }
}

} // namespace kregc::checker

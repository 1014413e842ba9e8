// What follows about a term from its operands: its shape, bounds of its
// elements. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Laws.h"

namespace kregc::checker {

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// A prime above all sizes: what holds of it holds of every batch.
static const Value batch = Number((mpz_class(1) << 61) - 1);

static Value symbolic(const Term &term) {
  Value shape = term["shape"];
  for (Number &size : shape.numbers) {
    size = size == -1 ? batch.numbers[0] : size;
  }
  return shape;
}

static void need(bool fits) {
  if (!fits) {
    throw Wrong("operands or attributes do not fit");
  }
}

/// What NumPy broadcasts two shapes to.
static Value broadcast(Value a, Value b) {
  size_t rank = std::max(a.numbers.size(), b.numbers.size());
  for (Value *shape : {&a, &b}) {
    auto &sizes = shape->numbers;
    sizes.insert(sizes.begin(), rank - sizes.size(), 1);
  }
  return zip(a, b, [](const Number &x, const Number &y) {
    need(x == y || x == 1 || y == 1);
    return x == 1 ? y : x;
  });
}

static Value concatenate(Value a, Value b, const Value &axis) {
  Number size = (a[axis] + b[axis]).numbers.at(0);
  size_t i = axis.numbers[0].get_num().get_ui();
  a.numbers[i] = b.numbers[i] = size;
  need(a == b);
  return a;
}

static Value reduce(const Term &n, const Value &x) {
  std::vector<Number> result;
  const std::vector<Number> axes = n["axes"].numbers;
  for (int i = 0; i < x.count(); ++i) {
    bool stays = std::count(axes.begin(), axes.end(), i) == 0;
    if (stays || n.has("keepdims")) {
      result.push_back(stays ? x.numbers[i] : Number(1));
    }
  }
  return result;
}

/// Of a convolution or pool with such a window.
static Value slide(const Term &n, const Value &x, const Value &window,
                   const Value &channels) {
  Value sizes = cut(x, 1, 1), reach = (window - 1) * n.get("dilations", 1) + 1;
  Value pads = n["pads_low"] + n["pads_high"], by = n["strides"];
  need(by > 0);
  sizes = n.in("conv_transpose") ? (sizes - 1) * by + reach - pads
                                 : floorDivide(sizes + pads - reach, by) + 1;
  return join({x[0], sizes, channels});
}

/// The shape of an op on operands of these shapes.
static Value shapeOf(const Term &n, const std::vector<Value> &shapes) {
  const Value &x = shapes.at(0), &k = shapes.at(shapes.size() > 1 ? 1 : 0);
  if (n.in("unary", "dropout", "noise", "batch_norm", "batch_norm_train")) {
    return x;
  }
  if (n.in("reshape")) {
    Value shape = symbolic(n);
    need(product(x) == product(shape) &&
         (x[0] == batch) == (shape[0] == batch));
    return shape;
  }
  if (n.in("transpose")) {
    std::vector<Number> positions(x.numbers.size());
    std::iota(positions.begin(), positions.end(), 0);
    need(sorted(n["perm"]) == positions);
    return x[n["perm"]];
  }
  if (n.in("pad", "slice")) {
    Value ends = n["low"] + n["high"], by = n.get("strides", 1);
    need(n["low"] >= 0 && n["high"] >= 0 && by > 0);
    return n.in("pad") ? x + ends : floorDivide(x - ends - 1, by) + 1;
  }
  if (n.in("repeat")) {
    need(n["factors"] > 0);
    return x * n["factors"];
  }
  if (n.in("resize")) {
    need(x.count() == n["sizes"].count() + 2);
    return join({x[0], n["sizes"], x[-1]});
  }
  if (n.in("pool")) {
    return slide(n, x, n["window"], x[-1]);
  }
  if (n.in("conv", "depthwise_conv", "conv_transpose")) {
    Value inputs = k[-2], outputs = k[-1];
    if (n.in("conv_transpose")) {
      std::swap(inputs, outputs);
    } else if (n.in("conv")) {
      inputs = inputs * n.get("groups", 1);
    } else {
      outputs = inputs * outputs;
    }
    need(x[-1] == inputs);
    return slide(n, x, cut(k, 0, 2), outputs);
  }
  if (n.in("dense")) {
    need(k.count() == 2 && x[-1] == k[0]);
    return join({cut(x, 0, 1), k[1]});
  }
  if (n.in("reduce")) {
    return reduce(n, x);
  }
  bool isConcat = n.in("concat");
  need(isConcat || n.in("sum", "product", "binary", "maximum", "minimum"));
  Value result = x;
  for (size_t i = 1; i < shapes.size(); ++i) {
    result = isConcat ? concatenate(result, shapes[i], n["axis"])
                      : broadcast(result, shapes[i]);
  }
  return result;
}

void checkShape(const Terms &terms, int id) {
  const Term &term = terms.own(id);
  bool fits = term.in("constant") && term["values"].count() == 1;
  for (int i = 0; i < id && term.in("weight"); ++i) {
    spend(50);
    const Term &other = terms.own(i); // the same numbers in another shape
    fits = fits || (other.in("weight") && other.attrs == term.attrs &&
                    other.elements() == term.elements());
  }
  if (!term.operands.empty()) {
    std::vector<Value> shapes;
    for (int operand : term.operands) {
      shapes.push_back(symbolic(terms.own(operand)));
    }
    try {
      fits = shapeOf(term, shapes) == symbolic(term);
    } catch (const std::exception &) { // an attribute is missing
    }
  }
  if (!fits) {
    throw Wrong("'" + term.op + "' has a shape that it cannot have");
  }
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

/// Of a term, from those of all its operands.
static std::pair<Value, Value> boundsOf(const Term &n, const Value &lo,
                                        const Value &hi) {
  if (n.in("softmax") || n.computes("sigmoid", "hard_sigmoid", "step")) {
    return {0, 1};
  }
  if (n.computes("tanh", "softsign", "erf", "sign")) {
    return {lo >= 0 ? 0 : -1, 1};
  }
  if (n.computes("clip", "relu", "relu6")) {
    Value least = n.computes("clip") ? n["params"][0] : 0;
    Value most = n.computes("clip")    ? n["params"][1]
                 : n.computes("relu6") ? 6
                                       : infinity;
    if (least <= most) {
      return {min(max(lo, least), most), min(max(hi, least), most)};
    }
  }
  if (n.computes("clipped_relu") && cut(n["params"], 0, 2) == 0 &&
      n["params"][1] >= 0 && n["params"][2] >= 0) {
    return {0, min(max(hi, 0), n["params"][2])};
  }
  if (n.in("reshape", "transpose", "slice", "repeat", "concat", "pool",
           "resize.bilinear", "reduce.max", "reduce.min", "reduce.mean")) {
    return {lo, hi};
  }
  if (n.in("pad")) {
    return {min(lo, 0), max(hi, 0)};
  }
  bool positive = n.computes("exp", "abs", "square", "softplus", "sqrt");
  bool keepsSign =
      n.computes("leaky_relu", "elu", "gelu", "silu", "selu") ||
      n.in("dropout", "sum", "product", "reduce.sum", "maximum", "minimum");
  return {positive || (keepsSign && lo >= 0) ? 0 : infinity * -1, infinity};
}

/// Those of a term whose operands' are known.
void Laws::findBounds(int id) {
  const Term &term = terms.own(id);
  Value lo = infinity, hi = infinity * -1;
  for (int operand : term.operands) {
    const auto &[low, high] = known.at(terms.find(operand));
    lo = min(lo, low);
    hi = max(hi, high);
  }
  try {
    if (term.in("constant")) {
      for (const Number &number : term["values"].numbers) {
        lo = min(lo, number);
        hi = max(hi, number);
      }
      known.at(id) = {lo, hi};
    } else if (!term.operands.empty()) {
      known.at(id) = boundsOf(term, lo, hi);
    }
  } catch (const std::exception &) { // a constant is no number
  }
}

std::pair<Value, Value> Laws::bounds(int id) {
  std::vector<std::pair<int, bool>> open = {{terms.find(id), false}};
  while (!open.empty()) {
    auto [term, operandsKnown] = open.back();
    open.pop_back();
    if (operandsKnown) {
      findBounds(term);
      continue;
    }
    // What is open counts as unbounded: equal terms may form a circle.
    if (known.emplace(term, std::pair(infinity * -1, infinity)).second) {
      open.emplace_back(term, true);
      for (int operand : terms.own(term).operands) {
        open.emplace_back(terms.find(operand), false);
      }
    }
  }
  return known.at(terms.find(id));
}

} // namespace kregc::checker

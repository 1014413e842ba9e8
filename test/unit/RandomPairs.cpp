// Writes two models at once, op by op: each step has several spellings.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RandomPairs.h"

#include <random>
#include <sstream>
#include <vector>

namespace kregc::testing {
namespace {

using Shape = std::vector<int64_t>; ///< without the batch

std::string list(const Shape &values, const std::string &first = "") {
  std::string text = first;
  for (int64_t value : values) {
    text += (text.empty() ? "" : ", ") + std::to_string(value);
  }
  return "[" + text + "]";
}

std::string typeOf(const Shape &shape) {
  std::string text = "tensor<?x";
  for (int64_t size : shape) {
    text += std::to_string(size) + "x";
  }
  return text + "f32>";
}

int64_t elementsOf(const Shape &shape) {
  int64_t count = 1;
  for (int64_t size : shape) {
    count *= size;
  }
  return count;
}

/// One of the two models while it is being written.
class Body {
public:
  explicit Body(std::string x) : current(std::move(x)) {}

  std::string current; ///< the tensor that the next op takes
  std::string text;
  std::vector<std::string> penalties;

  std::string fresh() { return "%v" + std::to_string(count++); }
  /// Appends an op; what it makes becomes the current tensor.
  void op(const std::string &form) { current = value(form); }
  std::string value(const std::string &form) {
    std::string name = fresh();
    text += "  " + name + " = " + form + "\n";
    return name;
  }
  std::string unary(const std::string &kind, const Shape &shape,
                    const std::string &params = "") {
    return "kreg.unary " + kind + " " + current +
           (params.empty() ? "" : " params [" + params + "]") + " : " +
           typeOf(shape);
  }
  std::string move(const std::string &op, const std::string &attrs,
                   const Shape &from, const Shape &to) {
    return "kreg." + op + " " + current + " " + attrs + " : (" + typeOf(from) +
           ") -> " + typeOf(to);
  }
  std::string reshape(const Shape &from, const Shape &to) {
    return "kreg.reshape " + current + " : " + typeOf(from) + " to " +
           typeOf(to);
  }
  std::string binary(const std::string &kind, const std::string &x,
                     const std::string &y, const Shape &shape) {
    return "kreg.binary " + kind + " " + x + ", " + y + " : (" + typeOf(shape) +
           ", " + typeOf(shape) + ") -> " + typeOf(shape);
  }
  void scale(const std::string &number, const Shape &shape) {
    std::string c =
        value("kreg.constant dense<" + number + "> : tensor<1xf32>");
    op("kreg.binary mul " + current + ", " + c + " : (" + typeOf(shape) +
       ", tensor<1xf32>) -> " + typeOf(shape));
  }
  /// Coefficients in 64ths.
  void penalty(const std::string &x, int l1, int l2, const Shape &shape,
               const std::string &norm) {
    std::ostringstream form;
    form << std::showpoint << "kreg.penalty " << x << ", <" << l1 / 64.0 << ", "
         << l2 / 64.0 << "> per " << norm << " : " << typeOf(shape);
    penalties.push_back(value(form.str()));
  }

private:
  int count = 0;
};

class Writer {
public:
  Writer(uint64_t seed, bool breaks) : random(seed), breaks(breaks) {}
  RandomPair write();

private:
  int below(int count) { return static_cast<int>(random() % uint64_t(count)); }
  bool coin() { return below(2) == 0; }
  /// Whether this step is the one that is broken.
  bool breakHere(const std::string &what) {
    bool here = breaks && broken.empty() && below(3) == 0;
    broken = here ? what : broken;
    return here;
  }
  void both(const std::string &kind, const std::string &params = "") {
    a.op(a.unary(kind, shape, params));
    b.op(b.unary(kind, shape, params));
  }

  void step();
  void function();
  void nothing();
  void reshape();
  void permute();
  void pad();
  void repeat();
  void branch();
  void scale();
  void pool();
  void dense();
  void convolution();
  void dropout();
  void penalty();
  std::string weight(const std::vector<int64_t> &sizes, bool other);
  std::string finish(const Body &body, const std::string &input) const;

  std::mt19937_64 random;
  const bool breaks;
  std::string broken, variables;
  Shape shape;
  Body a{"%x"}, b{"%x"};
  int weights = 0;
};

} // namespace

/// A function of each element, spelled in another way in b.
void Writer::function() {
  static const char *kinds[] = {"relu",   "tanh", "sigmoid", "abs",
                                "square", "neg",  "relu6",   "exp"};
  std::string kind = kinds[below(8)];
  a.op(a.unary(kind, shape));
  if (breakHere("function " + kind)) {
    b.op(b.unary(kind == "tanh" ? "softsign" : "tanh", shape));
    return;
  }
  bool isRelu = kind == "relu";
  switch (below(4)) {
  case 0:
    if (isRelu || kind == "abs" || kind == "relu6") {
      b.op(b.unary(kind, shape));
    } else if (kind == "square") {
      b.op(b.unary(coin() ? "abs" : "neg", shape));
    }
    break;
  case 1:
    b.op(b.unary("neg", shape));
    b.op(b.unary("neg", shape));
    break;
  case 2:
    if (isRelu || kind == "relu6") {
      b.op(b.unary("leaky_relu", shape, "0.25"));
    }
    break;
  default:
    if (isRelu) {
      b.op(b.unary("clipped_relu", shape, "0.0, 0.0, 0x7FF0000000000000"));
      return;
    }
  }
  b.op(b.unary(kind, shape));
}

/// An op in b that does nothing.
void Writer::nothing() {
  switch (below(4)) {
  case 0:
    b.op("kreg.dropout " + b.current + " rate 0.0 : " + typeOf(shape));
    break;
  case 1:
    b.op(b.reshape(shape, shape));
    break;
  case 2:
    b.scale("1.0", shape);
    break;
  default:
    if (shape.size() == 3) {
      b.op("kreg.pool max " + b.current +
           " window [1, 1] strides [1, 1] pads [0, 0] to [0, 0] : (" +
           typeOf(shape) + ") -> " + typeOf(shape));
    }
  }
}

/// One reshape, or two; a function before or behind it.
void Writer::reshape() {
  Shape to = shape.size() == 1 && shape[0] % 2 == 0 ? Shape{2, shape[0] / 2}
                                                    : Shape{elementsOf(shape)};
  bool first = coin();
  a.op(first ? a.unary("tanh", shape) : a.reshape(shape, to));
  a.op(first ? a.reshape(shape, to) : a.unary("tanh", to));
  if (coin()) {
    b.op(b.reshape(shape, {elementsOf(shape), 1}));
    b.op(b.unary("tanh", {elementsOf(shape), 1}));
    b.op(b.reshape({elementsOf(shape), 1}, to));
  } else {
    b.op(b.unary("tanh", shape));
    b.op(b.reshape(shape, to));
  }
  shape = to;
}

void Writer::permute() {
  if (shape.size() < 2) {
    return;
  }
  Shape perm = {1, 0, 2}, to = {shape[1], shape[0]};
  if (shape.size() == 3) {
    to.push_back(shape[2]);
  } else {
    perm.pop_back();
  }
  Shape places;
  for (int64_t dim : perm) {
    places.push_back(dim + 1);
  }
  std::string attrs = "perm " + list(places, "0");
  bool wrong = shape[0] == shape[1] && breakHere("transpose");
  a.op(a.move("transpose", attrs, shape, to));
  if (wrong) {
    shape = to;
    return;
  }
  b.op(b.move("transpose", attrs, shape, to));
  if (coin()) {
    b.op(b.move("transpose", attrs, to, shape));
    b.op(b.move("transpose", attrs, shape, to));
  }
  shape = to;
}

void Writer::pad() {
  Shape low(shape.size(), 0), high(shape.size(), 0), to = shape;
  low[0] = 1 + below(2);
  high[0] = below(2);
  to[0] += low[0] + high[0];
  auto padOf = [&](Body &body, const Shape &before, const Shape &after,
                   const Shape &from, const Shape &target) {
    body.op(body.move("pad",
                      "low " + list(before, "0") + " high " + list(after, "0"),
                      from, target));
  };
  padOf(a, low, high, shape, to);
  if (low[0] != high[0] && breakHere("pad")) {
    padOf(b, high, low, shape, to);
  } else if (coin()) {
    Shape one(shape.size(), 0), between = shape;
    one[0] = 1;
    between[0] += 1;
    padOf(b, one, Shape(shape.size(), 0), shape, between);
    low[0] -= 1;
    padOf(b, low, high, between, to);
  } else {
    padOf(b, low, high, shape, to);
  }
  shape = to;
}

void Writer::repeat() {
  if (elementsOf(shape) > 24) {
    return;
  }
  Shape two(shape.size(), 1), four = two, middle = shape, to = shape;
  two[0] = 2;
  four[0] = 4;
  middle[0] *= 2;
  to[0] *= 4;
  a.op(a.move("repeat", "factors " + list(four, "1"), shape, to));
  b.op(b.move("repeat", "factors " + list(two, "1"), shape, middle));
  b.op(b.unary("tanh", middle));
  b.op(b.move("repeat", "factors " + list(two, "1"), middle, to));
  a.op(a.unary("tanh", to));
  shape = to;
}

/// The tensor and a function of it, added, multiplied, compared or in a row.
void Writer::branch() {
  std::string x = a.current, y = b.current;
  both("sigmoid");
  std::string s = a.current, t = b.current;
  if (shape.size() == 1 && coin()) {
    std::string types = "(" + typeOf(shape) + ", " + typeOf(shape) + ") -> ";
    Shape to = {2 * shape[0]};
    bool wrong = breakHere("concat");
    a.op("kreg.concat " + x + ", " + s + " axis 1 : " + types + typeOf(to));
    b.op("kreg.concat " + (wrong ? t + ", " + y : y + ", " + t) +
         " axis 1 : " + types + typeOf(to));
    shape = to;
    return;
  }
  static const char *kinds[] = {"add", "mul", "max", "min", "sub"};
  std::string kind = kinds[below(5)];
  bool keeps = kind == "sub" && !breakHere("order of sub");
  a.op(a.binary(kind, x, s, shape));
  b.op(keeps ? b.binary(kind, y, t, shape) : b.binary(kind, t, y, shape));
}

/// A factor before or behind relu.
void Writer::scale() {
  static const char *numbers[] = {"2.0", "0.5", "3.0", "0.25"};
  std::string number = numbers[below(4)];
  a.scale(number, shape);
  a.op(a.unary("relu", shape));
  b.op(b.unary("relu", shape));
  b.scale(breakHere("factor") ? "1.5" : number, shape);
}

/// A monotone function before or behind a maximum.
void Writer::pool() {
  if (shape.size() != 3 || shape[0] < 2 || shape[1] < 2) {
    return;
  }
  Shape to = {shape[0] / 2, shape[1] / 2, shape[2]};
  auto poolOf = [&](Body &body, const std::string &kind) {
    body.op("kreg.pool " + kind + " " + body.current +
            " window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (" +
            typeOf(shape) + ") -> " + typeOf(to));
  };
  poolOf(a, "max");
  a.op(a.unary("sigmoid", to));
  b.op(b.unary("sigmoid", shape));
  poolOf(b, breakHere("pool") ? "avg" : "max");
  shape = to;
}

/// A weight with small numbers; `other` has one that is not that of the last.
std::string Writer::weight(const std::vector<int64_t> &sizes, bool other) {
  std::string name = "w" + std::to_string(weights++);
  std::string type = "tensor<", values, path = "@" + name;
  int64_t count = 1;
  for (int64_t size : sizes) {
    type += std::to_string(size) + "x";
    count *= size;
  }
  type += "f32>";
  std::ostringstream hex;
  std::mt19937 numbers(42);
  for (int64_t i = 0; i < count; ++i) {
    float number = float(int(numbers() % 33) - 16) / 16;
    number = other && i == count / 2 ? number + 0.5F : number;
    uint32_t bits = 0;
    static_assert(sizeof bits == sizeof number);
    __builtin_memcpy(&bits, &number, sizeof bits);
    for (int byte = 0; byte < 4; ++byte) {
      static const char digits[] = "0123456789ABCDEF";
      unsigned value = (bits >> (8 * byte)) & 255;
      hex << digits[value / 16] << digits[value % 16];
    }
  }
  variables += "kreg.variable " + path + " trainable : " + type +
               " = dense<\"0x" + hex.str() + "\"> : " + type + "\n";
  return path + " : " + type;
}

void Writer::dense() {
  int64_t units = 2 + below(3);
  Shape to = shape;
  to.back() = units;
  auto denseOf = [&](Body &body, const std::string &path) {
    std::string kernel = body.value("kreg.read " + path);
    body.op("kreg.dense " + body.current + ", " + kernel + " : (" +
            typeOf(shape) + ", " + path.substr(path.find("tensor")) + ") -> " +
            typeOf(to));
  };
  denseOf(a, weight({shape.back(), units}, false));
  denseOf(b, weight({shape.back(), units}, breakHere("weight")));
  shape = to;
}

/// Padding by an op or by the convolution.
void Writer::convolution() {
  if (shape.size() != 2 || shape[0] < 2) {
    return;
  }
  Shape padded = {shape[0] + 2, shape[1]}, to = {shape[0], 2};
  auto convOf = [&](Body &body, const std::string &path, const Shape &from,
                    const std::string &pads) {
    std::string kernel = body.value("kreg.read " + path);
    body.op("kreg.conv " + body.current + ", " + kernel +
            " strides [1] dilations [1] pads " + pads + " to " + pads + " : (" +
            typeOf(from) + ", " + path.substr(path.find("tensor")) + ") -> " +
            typeOf(to));
  };
  a.op(a.move("pad", "low [0, 1, 0] high [0, 1, 0]", shape, padded));
  convOf(a, weight({3, shape[1], 2}, false), padded, "[0]");
  convOf(b, weight({3, shape[1], 2}, breakHere("kernel")), shape, "[1]");
  shape = to;
}

void Writer::dropout() {
  auto dropoutOf = [&](Body &body, const std::string &rate) {
    body.op("kreg.dropout " + body.current + " rate " + rate + " : " +
            typeOf(shape));
  };
  dropoutOf(a, "0.25");
  a.op(a.unary("relu", shape));
  b.op(b.unary("relu", shape));
  dropoutOf(b, breakHere("rate") ? "0.5" : "0.25");
}

/// A penalty of the current tensor, spelled in another way in b.
void Writer::penalty() {
  int l1 = 4 * below(16), l2 = 4 * (1 + below(16));
  std::string norm = coin() ? "batch" : "none";
  a.penalty(a.current, l1, l2, shape, norm);
  if (breakHere("coefficient")) {
    b.penalty(b.current, l1, l2 + 1, shape, norm);
    return;
  }
  if (breakHere("norm")) {
    b.penalty(b.current, l1, l2, shape, norm == "none" ? "batch" : "none");
    return;
  }
  if (breakHere("penalty")) {
    return;
  }
  std::string x = b.current;
  Shape flat = {elementsOf(shape)}, doubled = shape;
  switch (below(6)) {
  case 0:
    b.penalty(x, l1, 0, shape, norm);
    b.penalty(x, 0, l2, shape, norm);
    break;
  case 1:
    b.penalty(b.value(b.reshape(shape, flat)), l1, l2, flat, norm);
    break;
  case 2:
    b.penalty(b.value(b.unary(coin() ? "neg" : "abs", shape)), l1, l2, shape,
              norm);
    break;
  case 3:
    b.scale("2.0", shape);
    b.penalty(b.current, l1 / 2, l2 / 4, shape, norm);
    b.current = x;
    break;
  case 4: {
    Shape factors(shape.size(), 1);
    factors[0] = 2;
    doubled[0] *= 2;
    b.penalty(b.value(b.move("repeat", "factors " + list(factors, "1"), shape,
                             doubled)),
              l1 / 2, l2 / 2, doubled, norm);
    break;
  }
  default:
    b.penalty(x, l1, l2, shape, norm);
  }
}

void Writer::step() {
  using Step = void (Writer::*)();
  static constexpr Step steps[] = {
      &Writer::function, &Writer::function, &Writer::nothing,
      &Writer::reshape,  &Writer::permute,  &Writer::pad,
      &Writer::repeat,   &Writer::branch,   &Writer::scale,
      &Writer::pool,     &Writer::dense,    &Writer::convolution,
      &Writer::dropout,  &Writer::penalty,  &Writer::penalty,
      &Writer::penalty};
  (this->*steps[below(std::size(steps))])();
}

std::string Writer::finish(const Body &body, const std::string &input) const {
  std::string text = variables + "kreg.model @m(%x: " + input + ") -> " +
                     typeOf(shape) + " {\n" + body.text + "  kreg.return " +
                     body.current + " : " + typeOf(shape);
  for (size_t i = 0; i < body.penalties.size(); ++i) {
    text += (i == 0 ? " penalties " : ", ") + body.penalties[i];
  }
  return text + "\n}\n";
}

RandomPair Writer::write() {
  static const Shape starts[] = {{4},    {6},       {3, 2},
                                 {2, 2}, {4, 4, 2}, {2, 2, 3}};
  shape = starts[below(6)];
  std::string input = typeOf(shape);
  int length = 3 + below(10);
  for (int i = 0; i < length || (breaks && broken.empty() && i < 60); ++i) {
    if (elementsOf(shape) > 60) {
      break;
    }
    step();
  }
  penalty();
  both("tanh");
  return {finish(a, input), finish(b, input), broken};
}

RandomPair randomPair(uint64_t seed, bool breaks) {
  return Writer(seed, breaks).write();
}

} // namespace kregc::testing

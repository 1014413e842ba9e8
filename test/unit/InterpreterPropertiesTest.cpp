// Properties of the interpreter over random shapes and numbers: laws between
// ops in exact arithmetic, and doubles against rationals.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/InterpreterTestSupport.h"

#include "llvm/ADT/StringExtras.h"

#include <random>

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::test;

namespace {

using Shape = std::vector<int64_t>;
using Rationals = std::vector<Rational>;

constexpr int kRounds = 40;

class InterpreterProperties : public Interpreter {
protected:
  int64_t upTo(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }

  Shape shapes(size_t rank, int64_t high = 4) {
    Shape shape;
    for (size_t i = 0; i < rank; ++i) {
      shape.push_back(upTo(1, high));
    }
    return shape;
  }

  /// Quarters from -4 to 4, which both kinds of number hold exactly.
  Tensor<Rational> tensor(const Shape &shape) {
    Tensor<Rational> x{shape, {}};
    for (int64_t i = 0, end = sizeOf(shape); i < end; ++i) {
      x.data.push_back(*Rational::divide(Rational(upTo(-16, 16)), Rational(4)));
    }
    return x;
  }

  static int64_t sizeOf(const Shape &shape) {
    int64_t size = 1;
    for (int64_t n : shape) {
      size *= n;
    }
    return size;
  }

  /// tensor<?x…xf32>, or static where the whole shape is given.
  static std::string type(const Shape &shape, bool dynamic = true) {
    std::string text = dynamic ? "tensor<?x" : "tensor<";
    for (int64_t n : ArrayRef(shape).drop_front(dynamic ? 1 : 0)) {
      text += std::to_string(n) + "x";
    }
    return text + "f32>";
  }

  static std::string list(const Shape &numbers) {
    return "[" +
           llvm::join(llvm::map_range(
                          numbers, [](int64_t n) { return std::to_string(n); }),
                      ", ") +
           "]";
  }

  /// Evaluates a model whose arguments are %0, %1 … and whose text ends with
  /// its return.
  template <typename Number>
  Evaluation<Number> evaluateBody(const std::vector<std::string> &types,
                                  const std::string &results,
                                  const std::string &body,
                                  ArrayRef<Tensor<Number>> inputs) {
    std::string arguments;
    for (size_t i = 0; i < types.size(); ++i) {
      arguments +=
          (i == 0 ? "%x" : ", %x") + std::to_string(i) + ": " + types[i];
    }
    ModelOp model = parse("kreg.model @m(" + arguments + ") -> (" + results +
                          ") {\n" + body + "\n}");
    auto result = evaluate<Number>(model, inputs);
    EXPECT_TRUE(bool(result)) << llvm::toString(result.takeError()) << body;
    return std::move(*result);
  }

  static Tensor<double> toDouble(const Tensor<Rational> &x) {
    Tensor<double> y{x.shape, {}};
    for (const Rational &value : x.data) {
      y.data.push_back(value.toDouble());
    }
    return y;
  }

  static Rational dot(const Tensor<Rational> &a, const Tensor<Rational> &b) {
    EXPECT_EQ(a.shape, b.shape);
    Rational sum(0);
    for (size_t i = 0; i < a.data.size(); ++i) {
      sum += a.data[i] * b.data[i];
    }
    return sum;
  }

  std::mt19937 random{20240817};
};

} // namespace

// ⟨conv(x, k), y⟩ = ⟨x, convᵀ(y, k)⟩: the definition of a transposed map.
TEST_F(InterpreterProperties, ConvTransposeIsTheAdjointOfConv) {
  for (int round = 0; round < kRounds; ++round) {
    size_t rank = upTo(1, 2);
    Shape n = shapes(rank), window = shapes(rank, 3), strides = shapes(rank, 3),
          dilations = shapes(rank, 2), low, high, large;
    for (size_t i = 0; i < rank; ++i) {
      int64_t full = (n[i] - 1) * strides[i] + (window[i] - 1) * dilations[i];
      low.push_back(upTo(0, std::min<int64_t>(2, full)));
      high.push_back(upTo(0, std::min<int64_t>(2, full - low[i])));
      large.push_back(full + 1 - low[i] - high[i]);
    }
    int64_t batch = upTo(1, 2), c = upTo(1, 3), f = upTo(1, 3);
    Shape big{batch}, small{batch}, kernel = window;
    big.insert(big.end(), large.begin(), large.end());
    big.push_back(f);
    small.insert(small.end(), n.begin(), n.end());
    small.push_back(c);
    kernel.push_back(f);
    kernel.push_back(c);
    std::string attributes = " strides " + list(strides) + " dilations " +
                             list(dilations) + " pads " + list(low) + " to " +
                             list(high) + " : (";
    std::string b = type(big), s = type(small), k = type(kernel, false);
    Tensor<Rational> x = tensor(big), y = tensor(small), w = tensor(kernel);
    auto result = evaluateBody<Rational>(
        {b, s, k}, s + ", " + b,
        "%c = kreg.conv %x0, %x2" + attributes + b + ", " + k + ") -> " + s +
            "\n%t = kreg.conv_transpose %x1, %x2" + attributes + s + ", " + k +
            ") -> " + b + "\nkreg.return %c, %t : " + s + ", " + b,
        {x, y, w});
    EXPECT_EQ(dot(result.outputs[0], y), dot(x, result.outputs[1]))
        << attributes;
  }
}

TEST_F(InterpreterProperties, SlicesUndoPadsAndPoolsUndoRepeats) {
  for (int round = 0; round < kRounds; ++round) {
    Shape shape = shapes(3), low{0, upTo(0, 2), upTo(0, 2)},
          high{0, upTo(0, 2), upTo(0, 2)}, padded = shape, repeated = shape;
    int64_t factor = upTo(1, 3);
    repeated[1] *= factor;
    for (size_t i = 1; i < 3; ++i) {
      padded[i] += low[i] + high[i];
    }
    std::string t = type(shape), p = type(padded), r = type(repeated),
                cuts = " low " + list(low) + " high " + list(high) + " : (",
                f = "[" + std::to_string(factor) + "]";
    Tensor<Rational> x = tensor(shape);
    auto result = evaluateBody<Rational>(
        {t}, t + ", " + t,
        "%0 = kreg.pad %x0" + cuts + t + ") -> " + p + "\n%1 = kreg.slice %0" +
            cuts + p + ") -> " + t + "\n%2 = kreg.repeat %x0 factors [1, " +
            std::to_string(factor) + ", 1] : (" + t + ") -> " + r +
            "\n%3 = kreg.pool avg %2 window " + f + " strides " + f +
            " pads [0] to [0] : (" + r + ") -> " + t +
            "\nkreg.return %1, %3 : " + t + ", " + t,
        {x});
    EXPECT_EQ(result.outputs[0].data, x.data);
    EXPECT_EQ(result.outputs[1].data, x.data);
  }
}

// Element (b, i, c) of a strided slice is x at low + i·stride.
TEST_F(InterpreterProperties, StridedSlices) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t n = upTo(1, 9), low = upTo(0, n - 1), high = upTo(0, n - 1 - low),
            stride = upTo(1, 4), left = (n - low - high + stride - 1) / stride;
    Shape in{2, n, 2}, out{2, left, 2};
    Tensor<Rational> x = tensor(in);
    auto result = evaluateBody<Rational>(
        {type(in)}, type(out),
        "%0 = kreg.slice %x0 low " + list({0, low, 0}) + " high " +
            list({0, high, 0}) + " strides " + list({1, stride, 1}) + " : (" +
            type(in) + ") -> " + type(out) + "\nkreg.return %0 : " + type(out),
        {x});
    for (int64_t i = 0; i < 2 * left * 2; ++i) {
      int64_t at = i / (2 * left) * n + low + i / 2 % left * stride;
      EXPECT_EQ(result.outputs[0].data[i], x.data[at * 2 + i % 2]);
    }
  }
}

/// The share of x[j] of n in y[i] of m of a linear interpolation: a triangle
/// around the centre, and at the ends what lies outside.
static double share(int64_t i, int64_t m, int64_t j, int64_t n) {
  double p = (i + 0.5) * double(n) / double(m) - 0.5;
  p = std::min(std::max(p, 0.0), double(n - 1));
  return std::max(0.0, 1 - std::fabs(p - double(j)));
}

TEST_F(InterpreterProperties, ResizeIsASumOfTriangles) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t h = upTo(1, 4), w = upTo(1, 4), u = upTo(1, 9), v = upTo(1, 9);
    Shape in{1, h, w, 1}, out{1, u, v, 1};
    Tensor<Rational> x = tensor(in);
    auto exact = evaluateBody<Rational>(
        {type(in)}, type(out),
        "%0 = kreg.resize bilinear %x0 to " + list({u, v}) + " : (" + type(in) +
            ") -> " + type(out) + "\nkreg.return %0 : " + type(out),
        {x});
    for (int64_t i = 0; i < u * v; ++i) {
      double want = 0;
      for (int64_t j = 0; j < h * w; ++j) {
        want += share(i / v, u, j / w, h) * share(i % v, v, j % w, w) *
                x.data[j].toDouble();
      }
      EXPECT_NEAR(exact.outputs[0].data[i].toDouble(), want, 1e-12);
    }
  }
}

// ⟨resize(x), dy⟩ = ⟨x, resize_gradient(dy)⟩, exactly.
TEST_F(InterpreterProperties, ResizeGradientIsTheTranspose) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t h = upTo(1, 4), w = upTo(1, 4);
    Shape in{2, h, w, 2}, out{2, h * upTo(1, 5), w * upTo(1, 5), 2};
    Tensor<Rational> x = tensor(in), dy = tensor(out);
    auto exact = evaluateBody<Rational>(
        {type(in), type(out)}, type(out) + ", " + type(in),
        "%0 = kreg.resize bilinear %x0 to " + list({out[1], out[2]}) + " : (" +
            type(in) + ") -> " + type(out) +
            "\n%1 = kreg.resize_gradient bilinear %x1 : " + type(out) + " to " +
            type(in) + "\nkreg.return %0, %1 : " + type(out) + ", " + type(in),
        {x, dy});
    Rational forward(0), backward(0);
    for (auto [a, b] : llvm::zip_equal(exact.outputs[0].data, dy.data)) {
      forward += a * b;
    }
    for (auto [a, b] : llvm::zip_equal(exact.outputs[1].data, x.data)) {
      backward += a * b;
    }
    EXPECT_TRUE(forward == backward);
  }
}

// (A·B)ᵀ = Bᵀ·Aᵀ for each matrix, and one matrix is `kreg.dense`.
TEST_F(InterpreterProperties, Matmul) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t n = upTo(1, 3), m = upTo(1, 4), k = upTo(1, 4), l = upTo(1, 4);
    std::string a = type({n, m, k}), b = type({n, k, l}), c = type({n, m, l}),
                at = type({n, k, m}), bt = type({n, l, k}),
                ct = type({n, l, m}), perm = " perm [0, 2, 1] : (";
    auto result = evaluateBody<Rational>(
        {a, b}, ct + ", " + ct,
        "%0 = kreg.matmul %x0, %x1 : (" + a + ", " + b + ") -> " + c +
            "\n%1 = kreg.transpose %0" + perm + c + ") -> " + ct +
            "\n%2 = kreg.transpose %x0" + perm + a + ") -> " + at +
            "\n%3 = kreg.transpose %x1" + perm + b + ") -> " + bt +
            "\n%4 = kreg.matmul %3, %2 : (" + bt + ", " + at + ") -> " + ct +
            "\nkreg.return %1, %4 : " + ct + ", " + ct,
        {tensor({n, m, k}), tensor({n, k, l})});
    EXPECT_EQ(result.outputs[0].data, result.outputs[1].data);
    std::string x = type({m, k}), w = type({k, l}, false), y = type({m, l});
    auto flat = evaluateBody<Rational>(
        {x, w}, y + ", " + y,
        "%0 = kreg.matmul %x0, %x1 : (" + x + ", " + w + ") -> " + y +
            "\n%1 = kreg.dense %x0, %x1 : (" + x + ", " + w + ") -> " + y +
            "\nkreg.return %0, %1 : " + y + ", " + y,
        {tensor({m, k}), tensor({k, l})});
    EXPECT_EQ(flat.outputs[0].data, flat.outputs[1].data);
  }
}

// A row of a table is the one-hot row times the table.
TEST_F(InterpreterProperties, EmbeddingIsAProductWithOneHotRows) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t batch = upTo(1, 3), n = upTo(1, 4), rows = upTo(1, 5),
            width = upTo(1, 3);
    Tensor<Rational> ids{{batch, n}, {}};
    for (int64_t i = 0; i < batch * n; ++i) {
      ids.data.push_back(Rational(upTo(0, rows - 1)));
    }
    std::string i = type({batch, n}), t = type({rows, width}, false),
                h = type({batch, n, rows}), y = type({batch, n, width});
    auto result = evaluateBody<Rational>(
        {i, t}, y + ", " + y,
        "%0 = kreg.embedding %x0, %x1 : (" + i + ", " + t + ") -> " + y +
            "\n%1 = kreg.one_hot %x0 : " + i + " to " + h +
            "\n%2 = kreg.dense %1, %x1 : (" + h + ", " + t + ") -> " + y +
            "\nkreg.return %0, %2 : " + y + ", " + y,
        {ids, tensor({rows, width})});
    EXPECT_EQ(result.outputs[0].data, result.outputs[1].data);
  }
}

TEST_F(InterpreterProperties, MinimumIsTheNegatedMaximumOfTheNegated) {
  for (int round = 0; round < kRounds; ++round) {
    Shape shape = shapes(3);
    std::string t = type(shape), y = type({shape[0], shape[1]});
    auto result = evaluateBody<Rational>(
        {t}, y + ", " + y,
        "%0 = kreg.reduce min %x0 axes [2] : (" + t + ") -> " + y +
            "\n%1 = kreg.unary neg %x0 : " + t +
            "\n%2 = kreg.reduce max %1 axes [2] : (" + t + ") -> " + y +
            "\n%3 = kreg.unary neg %2 : " + y + "\nkreg.return %0, %3 : " + y +
            ", " + y,
        {tensor(shape)});
    EXPECT_EQ(result.outputs[0].data, result.outputs[1].data);
  }
}

// A standardised row has mean 0 and variance v/(v + ε); a unit row norm 1.
TEST_F(InterpreterProperties, Normalize) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t n = upTo(1, 6);
    std::string t = type({1, n});
    Doubles x = toDouble(tensor({1, n})).data;
    auto result = evaluateBody<double>(
        {t}, t + ", " + t + ", " + t,
        "%0 = kreg.normalize standard %x0 axes [1] epsilon 0.5 : " + t +
            "\n%1 = kreg.normalize rms %x0 axes [1] epsilon 0.5 : " + t +
            "\n%2 = kreg.normalize l2 %x0 axes [1] epsilon 0.001 : " + t +
            "\nkreg.return %0, %1, %2 : " + t + ", " + t + ", " + t,
        {Tensor<double>{{1, n}, x}});
    double sum = 0, squares = 0;
    for (double value : x) {
      sum += value;
      squares += value * value;
    }
    double mean = sum / n, variance = squares / n - mean * mean;
    Doubles standard, rms, unit;
    for (double value : x) {
      standard.push_back((value - mean) / std::sqrt(variance + 0.5));
      rms.push_back(value / std::sqrt(squares / n + 0.5));
      unit.push_back(squares == 0 ? 0 : value / std::sqrt(squares));
    }
    expectNear(result.outputs[0].data, standard);
    expectNear(result.outputs[1].data, rms);
    expectNear(result.outputs[2].data, unit);
  }
}

// A penalty is linear in its coefficients and adds up over the parts of a
// tensor; orthogonality does not see how long the vectors are.
TEST_F(InterpreterProperties, PenaltySums) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t batch = upTo(1, 4), m = upTo(1, 4), n = upTo(1, 4);
    std::string a = type({batch, m}), b = type({batch, n}),
                c = type({batch, m + n});
    auto penalty = [](const std::string &name, const std::string &of,
                      const std::string &l1, const std::string &l2,
                      const std::string &type) {
      return "\n%" + name + " = kreg.penalty %" + of + ", <" + l1 + ", " + l2 +
             "> per batch : " + type;
    };
    auto result = evaluateBody<Rational>(
        {a, b}, c,
        "%c = kreg.concat %x0, %x1 axis 1 : (" + a + ", " + b + ") -> " + c +
            penalty("p", "c", "0.5", "0.25", c) +
            penalty("q", "x0", "0.5", "0.25", a) +
            penalty("r", "x1", "0.5", "0.25", b) +
            penalty("s", "c", "0.5", "0.0", c) +
            penalty("t", "c", "0.0", "0.25", c) + "\nkreg.return %c : " + c +
            " penalties %p, %q, %r, %s, %t",
        {tensor({batch, m}), tensor({batch, n})});
    const Rationals &p = result.penalties;
    EXPECT_EQ(p[0], p[1] + p[2]);
    EXPECT_EQ(p[0], p[3] + p[4]);
  }
}

TEST_F(InterpreterProperties, OrthogonalityDoesNotSeeLengthsOrSigns) {
  for (int round = 0; round < kRounds; ++round) {
    int64_t batch = upTo(1, 4), n = upTo(2, 4);
    std::string t = type({batch, n}), f = type({1, n}, false);
    Tensor<double> factors{{1, n}, {}};
    for (int64_t i = 0; i < n; ++i) {
      factors.data.push_back((upTo(0, 1) ? 1 : -1) * double(upTo(1, 5)));
    }
    auto result = evaluateBody<double>(
        {t, f}, t,
        "%0 = kreg.binary mul %x0, %x1 : (" + t + ", " + f + ") -> " + t +
            "\n%p = kreg.orthogonal_penalty %x0, <1.0, columns> per none : " +
            t +
            "\n%q = kreg.orthogonal_penalty %0, <1.0, columns> per none : " +
            t + "\nkreg.return %0 : " + t + " penalties %p, %q",
        {toDouble(tensor({batch, n})), factors});
    EXPECT_NEAR(result.penalties[0], result.penalties[1], 1e-12);
    EXPECT_GE(result.penalties[0], 0);
    EXPECT_LE(result.penalties[0], 1 + 1e-12); // a mean of cosines
  }
}

// The same model in both kinds of number; quarters are exact in both.
TEST_F(InterpreterProperties, DoublesAgreeWithRationals) {
  for (int round = 0; round < kRounds; ++round) {
    Shape shape = shapes(4);
    shape[1] += 2;
    Shape kernel{3, upTo(1, 3), upTo(1, 3), shape[3]};
    Shape out{shape[0], shape[1] + 1, shape[2] + kernel[1] - 1, kernel[2]};
    std::string t = type(shape), k = type(kernel, false), y = type(out),
                r = type({out[0], out[3]});
    Tensor<Rational> x = tensor(shape), w = tensor(kernel);
    std::string body =
        "%0 = kreg.unary leaky_relu %x0 params [0.25] : " + t +
        "\n%1 = kreg.pool avg %0 window [3, 1] strides [1, 1] pads [1, 0] to "
        "[1, 0] : (" +
        t + ") -> " + t + "\n%2 = kreg.binary max %1, %x0 : (" + t + ", " + t +
        ") -> " + t +
        "\n%3 = kreg.conv_transpose %2, %x1 strides [1, 1] dilations [1, 1] "
        "pads [1, 0] to [0, 0] : (" +
        t + ", " + k + ") -> " + y +
        "\n%4 = kreg.unary clip %3 params [-8.0, "
        "6.5] : " +
        y + "\n%5 = kreg.reduce mean %4 axes [1, 2] : (" + y + ") -> " + r +
        "\n%p = kreg.penalty %4, <0.5, 0.125> per batch : " + y +
        "\nkreg.return %4, %5 : " + y + ", " + r + " penalties %p";
    auto exact = evaluateBody<Rational>({t, k}, y + ", " + r, body, {x, w});
    auto doubles = evaluateBody<double>({t, k}, y + ", " + r, body,
                                        {toDouble(x), toDouble(w)});
    for (size_t i = 0; i < 2; ++i) {
      expectNear(doubles.outputs[i].data, toDouble(exact.outputs[i]).data,
                 1e-11);
    }
    EXPECT_NEAR(doubles.penalties[0], exact.penalties[0].toDouble(), 1e-9);
  }
}

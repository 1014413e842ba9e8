// What core ops mean, in plain loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/CoreReference.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/TypeSwitch.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::test;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

kregc::test::Tensor::Tensor(Index shape) : shape(std::move(shape)) {
  int64_t size = 1;
  for (int64_t n : this->shape) {
    size *= n;
  }
  data.assign(size, 0.0);
}

static int64_t flat(const Index &shape, const Index &index) {
  int64_t result = 0;
  for (size_t i = 0; i < shape.size(); ++i) {
    result = result * shape[i] + index[i];
  }
  return result;
}

double &kregc::test::Tensor::at(const Index &index) {
  return data[flat(shape, index)];
}

double kregc::test::Tensor::at(const Index &index) const {
  return data[flat(shape, index)];
}

void kregc::test::forEach(const Index &shape,
                          const std::function<void(const Index &)> &visit) {
  for (int64_t n : shape) {
    if (n == 0) {
      return;
    }
  }
  Index index(shape.size(), 0);
  while (true) {
    visit(index);
    size_t dim = shape.size();
    while (dim-- > 0) {
      if (++index[dim] < shape[dim]) {
        break;
      }
      index[dim] = 0;
    }
    if (dim == size_t(-1)) {
      return;
    }
  }
}

using kregc::test::Tensor;

/// The maximum as NumPy has it: NaN if either is.
static double maximum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
}

static double minimum(double a, double b) { return -maximum(-a, -b); }

static double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

static double softplus(double x) {
  return maximum(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

static double elu(double x, double a) { return x > 0 ? x : a * std::expm1(x); }

static double unary(UnaryKind kind, ArrayRef<double> p, double x) {
  switch (kind) {
  case UnaryKind::Relu:
    return maximum(x, 0);
  case UnaryKind::Relu6:
    return minimum(maximum(x, 0), 6);
  case UnaryKind::LeakyRelu:
    return x >= 0 ? x : p[0] * x;
  case UnaryKind::ClippedRelu:
    if (p[0] == 0 && p[1] == 0) {
      return minimum(maximum(x, 0), p[2]);
    }
    return x > p[1] ? minimum(x, p[2]) : p[0] * (x - p[1]);
  case UnaryKind::Elu:
    return elu(x, p[0]);
  case UnaryKind::Gelu:
    return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
  case UnaryKind::GeluTanh:
    return x / 2 *
           (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  case UnaryKind::Sigmoid:
    return sigmoid(x);
  case UnaryKind::Tanh:
    return std::tanh(x);
  case UnaryKind::Silu:
    return x * sigmoid(x);
  case UnaryKind::Exp:
    return std::exp(x);
  case UnaryKind::Abs:
    return std::fabs(x);
  case UnaryKind::Clip:
    return minimum(maximum(x, p[0]), p[1]);
  case UnaryKind::Threshold:
    return x > p[0] ? x : p[1];
  case UnaryKind::Neg:
    return -x;
  case UnaryKind::Square:
    return x * x;
  case UnaryKind::Sqrt:
    return std::sqrt(x);
  case UnaryKind::Log:
    return std::log(x);
  case UnaryKind::Selu:
    return p[0] * elu(x, p[1]);
  case UnaryKind::Celu:
    return x > 0 ? x : p[0] * std::expm1(x / p[0]);
  case UnaryKind::HardSigmoid:
    return minimum(maximum(p[0] * x + p[1], 0), 1);
  case UnaryKind::HardSilu:
    return x * minimum(maximum(x / 6 + 0.5, 0), 1);
  case UnaryKind::Softplus:
    return softplus(x);
  case UnaryKind::Step:
    return x > 0 ? 1 : std::isnan(x) ? x : 0;
  case UnaryKind::Sign:
    return x > 0 ? 1 : x < 0 ? -1 : x;
  case UnaryKind::Erf:
    return std::erf(x);
  case UnaryKind::Softsign:
    return x / (1 + std::fabs(x));
  case UnaryKind::Mish:
    return x * std::tanh(softplus(x));
  case UnaryKind::LogSigmoid:
    return -softplus(-x);
  }
  llvm_unreachable("a UnaryKind without a meaning");
}

static double binary(BinaryKind kind, double a, double b) {
  switch (kind) {
  case BinaryKind::Add:
    return a + b;
  case BinaryKind::Sub:
    return a - b;
  case BinaryKind::Mul:
    return a * b;
  case BinaryKind::Div:
    return a / b;
  case BinaryKind::Max:
    return maximum(a, b);
  case BinaryKind::Min:
    return minimum(a, b);
  }
  llvm_unreachable("a BinaryKind without a meaning");
}

/// The element of `x` that broadcasting puts at `index`.
static double broadcast(const Tensor &x, const Index &index) {
  Index own(x.shape.size());
  for (size_t i = 0; i < own.size(); ++i) {
    own[i] = x.shape[i] == 1 ? 0 : index[index.size() - own.size() + i];
  }
  return x.at(own);
}

namespace {

/// A window that slides over the spatial dimensions of x.
struct Window {
  Index size, strides, dilations, low;

  /// Calls `visit` with each element of the window at `out` that is inside of
  /// x: its place in x and its place in the window, both spatial.
  void forEachInside(
      const Index &x, const Index &out,
      const std::function<void(const Index &, const Index &)> &visit) const {
    forEach(size, [&](const Index &k) {
      Index at(size.size());
      for (size_t i = 0; i < size.size(); ++i) {
        at[i] = out[i + 1] * strides[i] + k[i] * dilations[i] - low[i];
        if (at[i] < 0 || at[i] >= x[i + 1]) {
          return;
        }
      }
      visit(at, k);
    });
  }
};

} // namespace

static Index join(std::initializer_list<Index> parts) {
  Index all;
  for (const Index &part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

static void conv(ConvOp op, const Tensor &x, const Tensor &w, Tensor &y) {
  size_t spatial = x.shape.size() - 2;
  Window window{Index(w.shape.begin(), w.shape.begin() + spatial),
                Index(op.getStrides()), Index(op.getDilations()),
                Index(op.getPadsLow())};
  int64_t channels = w.shape[spatial];
  int64_t filters = w.shape[spatial + 1] / int64_t(op.getGroups());
  forEach(y.shape, [&](const Index &o) {
    double sum = 0;
    int64_t f = o.back(), group = f / filters;
    window.forEachInside(x.shape, o, [&](const Index &at, const Index &k) {
      for (int64_t c = 0; c < channels; ++c) {
        sum += x.at(join({{o[0]}, at, {group * channels + c}})) *
               w.at(join({k, {c, f}}));
      }
    });
    y.at(o) = sum;
  });
}

static void depthwise(DepthwiseConvOp op, const Tensor &x, const Tensor &w,
                      Tensor &y) {
  size_t spatial = x.shape.size() - 2;
  Window window{Index(w.shape.begin(), w.shape.begin() + spatial),
                Index(op.getStrides()), Index(op.getDilations()),
                Index(op.getPadsLow())};
  int64_t multiplier = w.shape.back();
  forEach(y.shape, [&](const Index &o) {
    int64_t c = o.back() / multiplier, m = o.back() % multiplier;
    double sum = 0;
    window.forEachInside(x.shape, o, [&](const Index &at, const Index &k) {
      sum += x.at(join({{o[0]}, at, {c}})) * w.at(join({k, {c, m}}));
    });
    y.at(o) = sum;
  });
}

static void pool(PoolOp op, const Tensor &x, Tensor &y) {
  Window window{Index(op.getWindow()), Index(op.getStrides()),
                Index(op.getWindow().size(), 1), Index(op.getPadsLow())};
  bool isMax = op.getKind() == PoolKind::Max;
  forEach(y.shape, [&](const Index &o) {
    double value = isMax ? -kInfinity : 0.0;
    int64_t count = 0;
    window.forEachInside(x.shape, o, [&](const Index &at, const Index &) {
      double element = x.at(join({{o[0]}, at, {o.back()}}));
      value = isMax ? maximum(value, element) : value + element;
      ++count;
    });
    y.at(o) = isMax ? value : value / count;
  });
}

static void reduce(ReduceOp op, const Tensor &x, Tensor &y) {
  bool isMax = op.getKind() == ReduceKind::Max;
  bool isMin = op.getKind() == ReduceKind::Min;
  if (isMax || isMin) {
    std::fill(y.data.begin(), y.data.end(), isMax ? -kInfinity : kInfinity);
  }
  forEach(x.shape, [&](const Index &i) {
    Index o;
    for (size_t d = 0; d < i.size(); ++d) {
      if (!llvm::is_contained(op.getAxes(), int64_t(d))) {
        o.push_back(i[d]);
      } else if (op.getKeepdims()) {
        o.push_back(0);
      }
    }
    y.at(o) = isMax   ? maximum(y.at(o), x.at(i))
              : isMin ? minimum(y.at(o), x.at(i))
                      : y.at(o) + x.at(i);
  });
  if (op.getKind() == ReduceKind::Mean) {
    for (double &v : y.data) {
      v /= double(x.data.size()) / y.data.size();
    }
  }
}

static void softmax(SoftmaxOp op, const Tensor &x, Tensor &y) {
  int64_t axis = op.getAxis(), n = x.shape[axis];
  forEach(y.shape, [&](const Index &o) {
    double top = -kInfinity, sum = 0;
    Index i = o;
    for (i[axis] = 0; i[axis] < n; ++i[axis]) {
      top = maximum(top, x.at(i));
    }
    for (i[axis] = 0; i[axis] < n; ++i[axis]) {
      sum += std::exp(x.at(i) - top);
    }
    y.at(o) = std::exp(x.at(o) - top) / sum;
  });
}

static void batchNorm(BatchNormOp op, ArrayRef<const Tensor *> in, Tensor &y) {
  forEach(y.shape, [&](const Index &o) {
    Index c = {o[op.getAxis()]};
    double v = (in[0]->at(o) - in[1]->at(c)) /
               std::sqrt(in[2]->at(c) + op.getEpsilon().convertToDouble());
    unsigned next = 3;
    v *= op.getGamma() ? in[next++]->at(c) : 1.0;
    y.at(o) = v + (op.getBeta() ? in[next]->at(c) : 0.0);
  });
}

static void concat(ConcatOp op, ArrayRef<const Tensor *> in, Tensor &y) {
  int64_t offset = 0;
  for (const Tensor *x : in) {
    forEach(x->shape, [&](Index i) {
      double v = x->at(i);
      i[op.getAxis()] += offset;
      y.at(i) = v;
    });
    offset += x->shape[op.getAxis()];
  }
}

static double penalty(PenaltyOp op, const Tensor &x) {
  auto rounded = [](double v) { return double(float(v)); };
  double l1 = op.getRegularizer().l1(), l2 = op.getRegularizer().l2(), sum = 0;
  for (double v : x.data) {
    sum += (l1 != 0 ? rounded(l1) * std::fabs(v) : 0) +
           (l2 != 0 ? rounded(l2) * v * v : 0);
  }
  if (op.getNorm() == Norm::Batch) {
    sum = x.shape[0] == 0 ? 0 : sum / x.shape[0];
  }
  return sum;
}

/// Computes y, which has its shape already.
static void compute(Operation *op, ArrayRef<const Tensor *> in, Tensor &y) {
  const Tensor &x = *in[0];
  auto each = [&](auto function) {
    forEach(y.shape, [&](const Index &o) { y.at(o) = function(o); });
  };
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](DenseOp) {
        each([&](Index o) {
          int64_t n = o.back();
          double sum = 0;
          for (o.back() = 0; o.back() < x.shape.back(); ++o.back()) {
            sum += x.at(o) * in[1]->at({o.back(), n});
          }
          return sum;
        });
      })
      .Case([&](ConvOp op) { conv(op, x, *in[1], y); })
      .Case([&](DepthwiseConvOp op) { depthwise(op, x, *in[1], y); })
      .Case([&](PoolOp op) { pool(op, x, y); })
      .Case([&](ReduceOp op) { reduce(op, x, y); })
      .Case([&](SoftmaxOp op) { softmax(op, x, y); })
      .Case([&](UnaryOp op) {
        each([&](const Index &o) {
          return unary(op.getKind(), op.getParams(), x.at(o));
        });
      })
      .Case([&](BinaryOp op) {
        each([&](const Index &o) {
          return binary(op.getKind(), broadcast(x, o), broadcast(*in[1], o));
        });
      })
      .Case([&](BatchNormOp op) { batchNorm(op, in, y); })
      .Case([&](ReshapeOp) { y.data = x.data; })
      .Case([&](TransposeOp op) {
        each([&](const Index &o) {
          Index i(o.size());
          for (auto [to, from] : llvm::enumerate(op.getPerm())) {
            i[from] = o[to];
          }
          return x.at(i);
        });
      })
      .Case([&](PadOp op) {
        forEach(x.shape, [&](Index i) {
          double v = x.at(i);
          for (auto [index, low] : llvm::zip_equal(i, op.getLow())) {
            index += low;
          }
          y.at(i) = v;
        });
      })
      .Case([&](ConcatOp op) { concat(op, in, y); })
      .Default([](Operation *op) {
        ADD_FAILURE() << "no meaning of " << op->getName().getStringRef().str();
      });
}

Results kregc::test::runPenaltyForm(ModelOp model,
                                    const std::vector<Tensor> &inputs,
                                    const Weights &weights) {
  llvm::DenseMap<Value, Tensor> values;
  llvm::DenseMap<Value, double> numbers;
  for (auto [argument, input] :
       llvm::zip_equal(model.getBody().getArguments(), inputs)) {
    values[argument] = input;
  }
  Results results;
  for (Operation &op : model.getBody().front()) {
    if (auto read = dyn_cast<ReadOp>(op)) {
      values[read] = weights.at(read.getVariable().str());
    } else if (auto site = dyn_cast<PenaltyOp>(op)) {
      numbers[site] = penalty(site, values.at(site.getInput()));
    } else if (auto end = dyn_cast<ReturnOp>(op)) {
      for (Value output : end.getOutputs()) {
        results.outputs.push_back(values.at(output));
      }
      for (Value number : end.getPenalties()) {
        results.penalties.push_back(numbers.lookup(number));
      }
    } else {
      SmallVector<const Tensor *> operands;
      for (Value operand : op.getOperands()) {
        operands.push_back(&values.at(operand));
      }
      Index shape(cast<RankedTensorType>(op.getResult(0).getType()).getShape());
      for (int64_t &n : shape) {
        n = ShapedType::isDynamic(n) ? inputs[0].shape[0] : n;
      }
      Tensor y(shape);
      compute(&op, operands, y);
      values[op.getResult(0)] = std::move(y);
    }
  }
  return results;
}

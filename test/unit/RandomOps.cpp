// The ops of random models, each with attributes by chance.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RandomModels.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;

namespace kregc::test {
namespace {

/// Strides, dilations and pads of a window that fits.
struct Window {
  Sizes size, strides, dilations, low, high;
};

/// `shape` ends with the channels.
Window windowOver(RandomModel &m, ArrayRef<int64_t> shape, bool dilated) {
  Window w;
  for (int64_t n : shape.drop_back()) {
    int64_t size = m.between(1, std::min<int64_t>(n, 4));
    bool spread = dilated && size > 1 && m.once(3);
    int64_t dilation = spread ? m.between(1, (n - 1) / (size - 1)) : 1;
    int64_t reach = (size - 1) * dilation;
    // Of a pooling window at least one element is inside.
    int64_t most = dilated ? reach : size - 1;
    w.size.push_back(size);
    w.strides.push_back(dilation == 1 ? m.between(1, 3) : 1);
    w.dilations.push_back(dilation);
    w.low.push_back(m.once(2) ? 0 : m.between(0, most));
    w.high.push_back(m.once(2) ? 0 : m.between(0, most));
  }
  return w;
}

/// Weights such that sums stay as large as their terms.
Value kernelOf(RandomModel &m, ArrayRef<int64_t> shape, int64_t summed) {
  m.addTerms(summed);
  return m.weight(shape, 2.0 / std::sqrt(static_cast<double>(summed)));
}

int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes) {
    result *= size;
  }
  return result;
}

Value dense(RandomModel &m, Value x) {
  int64_t channels = m.shapeOf(x).back();
  Value kernel = kernelOf(m, {channels, m.between(1, 40)}, channels);
  return m.add<DenseOp>(x, kernel);
}

Value conv(RandomModel &m, Value x) {
  Window w = windowOver(m, m.shapeOf(x), true);
  int64_t channels = m.shapeOf(x).back(), groups = 1;
  if (m.once(3)) {
    groups = m.between(1, channels);
    while (channels % groups != 0) {
      --groups;
    }
  }
  Sizes shape = w.size;
  shape.push_back(channels / groups);
  int64_t summed = product(shape);
  shape.push_back(groups * m.between(1, groups == 1 ? 20 : 3));
  return m.add<ConvOp>(x, kernelOf(m, shape, summed), w.strides, w.dilations,
                       w.low, w.high, groups);
}

Value depthwise(RandomModel &m, Value x) {
  Window w = windowOver(m, m.shapeOf(x), true);
  Sizes shape = w.size;
  int64_t summed = product(shape);
  shape.push_back(m.shapeOf(x).back());
  shape.push_back(m.between(1, 3));
  return m.add<DepthwiseConvOp>(x, kernelOf(m, shape, summed), w.strides,
                                w.dilations, w.low, w.high);
}

Value pool(RandomModel &m, Value x, PoolKind kind) {
  Window w = windowOver(m, m.shapeOf(x), false);
  m.addTerms(product(w.size));
  return m.add<PoolOp>(kind, x, w.size, w.strides, w.low, w.high);
}

Value reduce(RandomModel &m, Value x, ReduceKind kind) {
  Sizes axes;
  ArrayRef<int64_t> shape = m.shapeOf(x);
  for (int64_t i = 1; i <= static_cast<int64_t>(shape.size()); ++i) {
    if (m.once(2)) {
      axes.push_back(i);
      m.addTerms(shape[i - 1]);
    }
  }
  if (axes.empty()) {
    axes.push_back(shape.size());
    m.addTerms(shape.back());
  }
  bool all = axes.size() == shape.size();
  return m.add<ReduceOp>(kind, x, axes, all || m.once(2));
}

Value softmax(RandomModel &m, Value x) {
  int64_t axis = m.once(3) ? m.between(1, m.shapeOf(x).size())
                           : static_cast<int64_t>(m.shapeOf(x).size());
  m.addTerms(m.shapeOf(x)[axis - 1]);
  return m.add<SoftmaxOp>(x.getType(), x, axis);
}

Value unary(RandomModel &m, Value x, UnaryKind kind) {
  llvm::SmallVector<double> params;
  switch (kind) {
  case UnaryKind::LeakyRelu:
  case UnaryKind::Elu:
  case UnaryKind::Celu:
    params = {m.real(0.05, 1.5)};
    break;
  case UnaryKind::Selu:
    params = {1.0507009873554805, 1.6732632423543772};
    break;
  case UnaryKind::HardSigmoid:
    params = {m.real(0.1, 0.4), 0.5};
    break;
  case UnaryKind::ClippedRelu:
    params = {m.once(2) ? 0.0 : m.real(0.0, 0.5),
              m.once(2) ? 0.0 : m.real(-0.5, 0.5),
              m.once(2) ? INFINITY : m.real(0.6, 2.0)};
    break;
  case UnaryKind::Clip:
    params = {m.real(-1.0, 0.0), m.real(0.1, 1.5)};
    break;
  case UnaryKind::Threshold:
    params = {m.real(-1.0, 1.0), m.real(-1.0, 1.0)};
    break;
  default:
    break;
  }
  return m.add<UnaryOp>(x.getType(), kind, x, ArrayRef<double>(params));
}

/// The other operand: a tensor of the model, a weight along the last dimensions
/// or a number, with sizes of 1 here and there.
Value otherOperand(RandomModel &m, Value x, bool positive) {
  ArrayRef<int64_t> shape = m.shapeOf(x);
  double scale = positive ? 0.5 : 2.0, middle = positive ? 1.5 : 0.0;
  if (m.once(3) && !positive) {
    Sizes other(shape);
    if (m.once(2)) {
      other[m.between(0, other.size() - 1)] = 1;
    }
    return m.another(other);
  }
  if (m.once(5)) {
    return m.constant(m.real(0.5, 2.0), {});
  }
  Sizes other(shape.take_back(m.between(1, shape.size())));
  for (int64_t &size : other) {
    size = m.once(4) ? 1 : size;
  }
  return m.weight(other, scale, middle);
}

Value binary(RandomModel &m, Value x, BinaryKind kind) {
  Value other = otherOperand(m, x, kind == BinaryKind::Div);
  bool swapped = kind != BinaryKind::Div && m.once(3);
  return swapped ? m.add<BinaryOp>(kind, other, x)
                 : m.add<BinaryOp>(kind, x, other);
}

Value batchNorm(RandomModel &m, Value x) {
  int64_t axis = m.once(3) ? m.between(1, m.shapeOf(x).size())
                           : static_cast<int64_t>(m.shapeOf(x).size());
  int64_t size = m.shapeOf(x)[axis - 1];
  Value gamma = m.once(3) ? Value() : m.weight({size}, 1.0, 1.0);
  Value beta = m.once(3) ? Value() : m.weight({size}, 1.0);
  return m.add<BatchNormOp>(
      x, m.weight({size}, 1.0), m.weight({size}, 0.5, 1.0), gamma, beta,
      m.builder.getF64FloatAttr(1e-3), m.builder.getI64IntegerAttr(axis),
      m.builder.getF64FloatAttr(0.99), UnitAttr());
}

Value transpose(RandomModel &m, Value x) {
  Sizes perm;
  for (size_t i = 0; i <= m.shapeOf(x).size(); ++i) {
    perm.push_back(i);
  }
  for (size_t i = perm.size() - 1; i > 1; --i) {
    std::swap(perm[i], perm[m.between(1, i)]);
  }
  return m.add<TransposeOp>(x, perm);
}

Value pad(RandomModel &m, Value x) {
  Sizes low{0}, high{0};
  for (size_t i = 0; i < m.shapeOf(x).size(); ++i) {
    low.push_back(m.once(2) ? 0 : m.between(0, 3));
    high.push_back(m.once(2) ? 0 : m.between(0, 3));
  }
  return m.add<PadOp>(x, low, high);
}

Value concat(RandomModel &m, Value x) {
  int64_t axis = m.between(1, m.shapeOf(x).size());
  llvm::SmallVector<Value> inputs{x};
  for (int64_t i = m.between(0, 2); i > 0; --i) {
    Sizes shape(m.shapeOf(x));
    shape[axis - 1] = m.between(1, 6);
    inputs.push_back(m.once(4) ? x : m.another(shape));
  }
  return m.add<ConcatOp>(inputs, axis);
}

Value reshape(RandomModel &m, Value x) {
  ArrayRef<int64_t> shape = m.shapeOf(x);
  int64_t count = product(shape);
  for (int64_t factor : {2, 3, 5}) {
    if (m.once(3) && count % factor == 0) {
      return m.reshape(x, {factor, count / factor});
    }
  }
  return m.reshape(x, {count});
}

Value convTranspose(RandomModel &m, Value x) {
  ArrayRef<int64_t> shape = m.shapeOf(x);
  Sizes kernel, strides, dilations, low, high;
  for (int64_t n : shape.drop_back()) {
    int64_t size = m.between(1, 3), stride = m.between(1, 3);
    int64_t dilation = m.once(4) ? m.between(1, 2) : 1;
    int64_t out = (n - 1) * stride + (size - 1) * dilation + 1;
    kernel.push_back(size);
    strides.push_back(stride);
    dilations.push_back(dilation);
    // What is cut off leaves an element; less than nothing appends zeros.
    low.push_back(m.once(2) ? 0 : m.between(0, std::min<int64_t>(2, out - 1)));
    high.push_back(m.between(-1, std::min<int64_t>(1, out - 1 - low.back())));
  }
  kernel.push_back(m.between(1, 12));
  kernel.push_back(shape.back());
  Value weight =
      kernelOf(m, kernel, product(kernel) / kernel[kernel.size() - 2]);
  return m.add<ConvTransposeOp>(x, weight, strides, dilations, low, high);
}

Value slice(RandomModel &m, Value x) {
  Sizes low{0}, high{0}, strides{1};
  for (int64_t n : m.shapeOf(x)) {
    low.push_back(m.once(2) ? 0 : m.between(0, n - 1));
    high.push_back(m.once(2) ? 0 : m.between(0, n - 1 - low.back()));
    strides.push_back(m.once(3) ? m.between(1, 3) : 1);
  }
  return m.add<SliceOp>(x, low, high, m.once(2) ? strides : Sizes());
}

Value repeat(RandomModel &m, Value x) {
  Sizes factors{1};
  for (size_t i = 0; i < m.shapeOf(x).size(); ++i) {
    factors.push_back(m.once(2) ? 1 : m.between(1, 3));
  }
  return m.add<RepeatOp>(x, factors);
}

Value resize(RandomModel &m, Value x) {
  Sizes sizes;
  for (size_t i = 1; i < m.shapeOf(x).size(); ++i) {
    sizes.push_back(m.between(1, 9));
  }
  m.addTerms(64);
  m.finite = true; // the weight of a neighbour may be 0
  return m.add<ResizeOp>(ResizeKind::Bilinear, x, sizes);
}

Value normalize(RandomModel &m, Value x, NormalizeKind kind) {
  Sizes axes;
  ArrayRef<int64_t> shape = m.shapeOf(x);
  int64_t rank = shape.size();
  for (int64_t i = 1; i <= rank; ++i) {
    if (m.once(2) || (i == rank && axes.empty())) {
      axes.push_back(i);
      // Small deviations make large errors.
      m.addTerms(64 * shape[i - 1]);
    }
  }
  // The mean of one element is the element: x - x is 0 for a code generator.
  for (int64_t axis : axes) {
    m.finite |= shape[axis - 1] == 1;
  }
  return m.add<NormalizeOp>(
      x.getType(), kind, x, axes,
      llvm::APFloat(kind == NormalizeKind::L2 ? 1e-6 : 0.25));
}

Value matmul(RandomModel &m, Value x) {
  Sizes shape(m.shapeOf(x));
  size_t rank = shape.size();
  shape[rank - 2] = m.shapeOf(x)[rank - 1];
  shape[rank - 1] = m.between(1, 20);
  m.addTerms(shape[rank - 2]);
  return m.add<MatmulOp>(x, m.another(shape));
}

/// Most of the numbers name no row; a few do.
Value embedding(RandomModel &m, Value x) {
  Value table = m.weight({m.between(1, 20), m.between(1, 20)}, 2.0);
  Value ids =
      m.add<UnaryOp>(x.getType(), UnaryKind::Abs, x, ArrayRef<double>());
  return m.add<EmbeddingOp>(
      m.add<BinaryOp>(BinaryKind::Mul, ids, m.constant(8.0, {})), table);
}

Value noise(RandomModel &m, Value x) {
  NoiseKind kind = static_cast<NoiseKind>(m.between(0, 2));
  return m.add<NoiseOp>(x.getType(), kind, x, llvm::APFloat(0.25),
                        ArrayRef<int64_t>(), IntegerAttr());
}

/// Functions that are smooth and bounded by a multiple of their argument.
bool isTame(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Exp:
  case UnaryKind::Square:
  case UnaryKind::Sqrt:
  case UnaryKind::Log:
  case UnaryKind::Step: // jump
  case UnaryKind::Sign:
  case UnaryKind::Threshold:
    return false;
  default:
    return true;
  }
}

std::vector<RandomOp> makeOps() {
  std::vector<RandomOp> ops{
      {"dense", 2, 4, true, dense},
      {"conv", 3, 5, true, conv},
      {"depthwise_conv", 3, 4, true, depthwise},
      {"softmax", 2, 4, true, softmax},
      {"batch_norm", 2, 4, true, batchNorm},
      {"transpose", 3, 4, true, transpose},
      {"pad", 2, 4, true, pad},
      {"concat", 2, 4, true, concat},
      {"reshape", 2, 4, true, reshape},
      {"conv_transpose", 3, 5, true, convTranspose},
      {"slice", 2, 4, true, slice},
      {"repeat", 2, 4, true, repeat},
      {"resize", 3, 5, true, resize},
      {"matmul", 3, 4, true, matmul},
      {"embedding", 2, 3, false, embedding},
      {"noise", 2, 4, true, noise},
  };
  for (uint64_t i = 0; auto kind = symbolizeNormalizeKind(i); ++i) {
    ops.push_back(
        {"normalize_" + stringifyNormalizeKind(*kind).str(), 2, 4, true,
         [=](RandomModel &m, Value x) { return normalize(m, x, *kind); }});
  }
  for (PoolKind kind : {PoolKind::Max, PoolKind::Avg}) {
    ops.push_back({"pool_" + stringifyPoolKind(kind).str(), 3, 5, true,
                   [=](RandomModel &m, Value x) { return pool(m, x, kind); }});
  }
  for (uint64_t i = 0; auto kind = symbolizeReduceKind(i); ++i) {
    ops.push_back(
        {"reduce_" + stringifyReduceKind(*kind).str(), 2, 4, true,
         [=](RandomModel &m, Value x) { return reduce(m, x, *kind); }});
  }
  for (uint64_t i = 0; auto kind = symbolizeUnaryKind(i); ++i) {
    ops.push_back(
        {"unary_" + stringifyUnaryKind(*kind).str(), 2, 4, isTame(*kind),
         [=](RandomModel &m, Value x) { return unary(m, x, *kind); }});
  }
  for (uint64_t i = 0; auto kind = symbolizeBinaryKind(i); ++i) {
    ops.push_back({"binary_" + stringifyBinaryKind(*kind).str(), 2, 4,
                   *kind != BinaryKind::Div, [=](RandomModel &m, Value x) {
                     return binary(m, x, *kind);
                   }});
  }
  return ops;
}

} // namespace

const std::vector<RandomOp> &randomOps() {
  static const std::vector<RandomOp> ops = makeOps();
  return ops;
}

} // namespace kregc::test

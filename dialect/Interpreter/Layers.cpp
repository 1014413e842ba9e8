// Transposed convolution, cropping, upsampling, noise, matmul and embedding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Operations.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

/// The index of flat element i of a tensor of this shape.
static SmallVector<int64_t> indexOf(ArrayRef<int64_t> shape, int64_t i) {
  SmallVector<int64_t> index(shape.size());
  for (size_t dim = shape.size(); dim-- > 0;) {
    index[dim] = i % shape[dim];
    i /= shape[dim];
  }
  return index;
}

template <typename Number>
Result<Number> interpreter::run(ConvTransposeOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0], &kernel = *operands[1];
  ArrayRef<int64_t> in = ArrayRef(x.shape).drop_front().drop_back();
  ArrayRef<int64_t> taps = ArrayRef(kernel.shape).drop_back(2);
  int64_t c = x.shape.back(), f = kernel.shape[taps.size()];
  SmallVector<int64_t> shape(op.getType().getShape());
  shape[0] = x.shape[0];
  SmallVector<int64_t> out(ArrayRef(shape).drop_front().drop_back());
  Tensor<Number> y = zeros<Number>(shape);
  int64_t inPoints = productOf(in), outPoints = productOf(out);
  for (int64_t i = 0; i < inPoints; ++i) {
    SmallVector<int64_t> point = indexOf(in, i);
    for (int64_t tap = 0; tap < productOf(taps); ++tap) {
      SmallVector<int64_t> k = indexOf(taps, tap);
      int64_t to = 0;
      bool inside = true;
      for (size_t dim = 0; dim < in.size(); ++dim) {
        int64_t o = point[dim] * op.getStrides()[dim] +
                    k[dim] * op.getDilations()[dim] - op.getPadsLow()[dim];
        inside &= o >= 0 && o < out[dim];
        to = to * out[dim] + o;
      }
      for (int64_t b = 0; inside && b < shape[0]; ++b) {
        for (int64_t j = 0; j < f; ++j) {
          for (int64_t l = 0; l < c; ++l) {
            y.data[(b * outPoints + to) * f + j] +=
                x.data[(b * inPoints + i) * c + l] *
                kernel.data[(tap * f + j) * c + l];
          }
        }
      }
    }
  }
  return y;
}
KREG_INSTANTIATE(ConvTransposeOp)

template <typename Number>
Result<Number> interpreter::run(SliceOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  SmallVector<int64_t> shape(op.getType().getShape()),
      strides = stridesOf(x.shape);
  shape[0] = x.shape[0];
  int64_t offset = 0;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    offset += op.getLow()[dim] * strides[dim];
    strides[dim] *= op.getStrides().empty() ? 1 : op.getStrides()[dim];
  }
  Tensor<Number> y = zeros<Number>(shape);
  walk(shape, strides, offset,
       [&](int64_t i, int64_t at) { y.data[i] = x.data[at]; });
  return y;
}
KREG_INSTANTIATE(SliceOp)

template <typename Number>
Result<Number> interpreter::run(RepeatOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  // One dimension of copies (stride 0) behind each dimension.
  SmallVector<int64_t> shape, split, strides;
  for (auto [size, factor, stride] :
       llvm::zip_equal(x.shape, op.getFactors(), stridesOf(x.shape))) {
    shape.push_back(size * factor);
    split.append({size, factor});
    strides.append({stride, 0});
  }
  Tensor<Number> y = zeros<Number>(shape);
  walk(split, strides, 0,
       [&](int64_t i, int64_t at) { y.data[i] = x.data[at]; });
  return y;
}
KREG_INSTANTIATE(RepeatOp)

/// Calls visit(i, a, b, rest) for each element i of `wide`, which lies between
/// the elements a and b of `narrow`, `rest` behind a, in dimension `dim`.
template <typename Number>
static void forEachBetween(
    ArrayRef<int64_t> narrow, ArrayRef<int64_t> wide, int64_t dim,
    llvm::function_ref<void(int64_t, int64_t, int64_t, const Number &)> visit) {
  int64_t n = narrow[dim], m = wide[dim];
  int64_t inner = productOf(narrow.drop_front(dim + 1));
  int64_t outer = productOf(narrow.take_front(dim));
  for (int64_t block = 0; block < outer; ++block) {
    for (int64_t i = 0; i < m; ++i) {
      // p = (i + 1/2)·n/m - 1/2 = q/2m; its floor and the rest exactly.
      int64_t q = (2 * i + 1) * n - m;
      int64_t floor = q >= 0 ? q / (2 * m) : -1;
      Number rest =
          *Arithmetic<Number>::divide(Number(q - floor * 2 * m), Number(2 * m));
      int64_t from = std::max<int64_t>(floor, 0),
              to = std::min(floor + 1, n - 1);
      for (int64_t j = 0; j < inner; ++j) {
        visit((block * m + i) * inner + j, (block * n + from) * inner + j,
              (block * n + to) * inner + j, rest);
      }
    }
  }
}

/// Interpolates along one dimension to m elements.
template <typename Number>
static Tensor<Number> resizeAlong(const Tensor<Number> &x, int64_t dim,
                                  int64_t m) {
  SmallVector<int64_t> shape(ArrayRef<int64_t>(x.shape));
  shape[dim] = m;
  Tensor<Number> y = zeros<Number>(shape);
  forEachBetween<Number>(
      x.shape, shape, dim,
      [&](int64_t i, int64_t a, int64_t b, const Number &rest) {
        y.data[i] = x.data[a] + (x.data[b] - x.data[a]) * rest;
      });
  return y;
}

template <typename Number>
Result<Number> interpreter::run(ResizeOp op, Operands<Number> operands) {
  Tensor<Number> y = *operands[0];
  for (size_t i = op.getSizes().size(); i-- > 0;) {
    y = resizeAlong(y, int64_t(i) + 1, op.getSizes()[i]);
  }
  return y;
}
KREG_INSTANTIATE(ResizeOp)

template <typename Number>
Result<Number> interpreter::run(ResizeGradientOp op,
                                Operands<Number> operands) {
  Tensor<Number> dy = *operands[0];
  ArrayRef<int64_t> sizes = op.getType().getShape();
  for (size_t dim = 1; dim + 1 < sizes.size(); ++dim) {
    SmallVector<int64_t> shape(ArrayRef<int64_t>(dy.shape));
    shape[dim] = sizes[dim];
    Tensor<Number> dx = zeros<Number>(shape);
    forEachBetween<Number>(
        shape, dy.shape, dim,
        [&](int64_t i, int64_t a, int64_t b, const Number &rest) {
          dx.data[a] += dy.data[i] * (Number(1) - rest);
          dx.data[b] += dy.data[i] * rest;
        });
    dy = std::move(dx);
  }
  return dy;
}
KREG_INSTANTIATE(ResizeGradientOp)

/// A model of mode `step` has no noise ops left; elsewhere they do nothing.
template <typename Number>
Result<Number> interpreter::run(NoiseOp op, Operands<Number> operands) {
  return *operands[0];
}
KREG_INSTANTIATE(NoiseOp)

template <typename Number>
Result<Number> interpreter::run(MatmulOp op, Operands<Number> operands) {
  const Tensor<Number> &a = *operands[0], &b = *operands[1];
  size_t rank = a.shape.size();
  int64_t rows = a.shape[rank - 2], inner = a.shape[rank - 1],
          columns = b.shape[rank - 1];
  SmallVector<int64_t> shape(ArrayRef(a.shape));
  shape.back() = columns;
  Tensor<Number> y = zeros<Number>(shape);
  int64_t count = productOf(ArrayRef(shape).drop_back(2));
  for (int64_t matrix = 0; matrix < count; ++matrix) {
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t k = 0; k < inner; ++k) {
        for (int64_t j = 0; j < columns; ++j) {
          y.data[(matrix * rows + i) * columns + j] +=
              a.data[(matrix * rows + i) * inner + k] *
              b.data[(matrix * inner + k) * columns + j];
        }
      }
    }
  }
  return y;
}
KREG_INSTANTIATE(MatmulOp)

/// The row of a table that an id names; none outside of it and for NaN.
template <typename Number>
static std::optional<int64_t> rowOf(const Number &id, int64_t rows) {
  if (!(id > Number(-1) && id < Number(rows))) {
    return std::nullopt;
  }
  if constexpr (std::is_same_v<Number, double>) {
    return static_cast<int64_t>(id);
  } else {
    int64_t row = 0;
    while (row + 1 < rows && Number(row + 1) <= id) {
      ++row;
    }
    return row;
  }
}

template <typename Number>
Result<Number> interpreter::run(EmbeddingOp op, Operands<Number> operands) {
  const Tensor<Number> &ids = *operands[0], &table = *operands[1];
  int64_t rows = table.shape[0], width = table.shape[1];
  Tensor<Number> y;
  y.shape = ids.shape;
  y.shape.push_back(width);
  for (const Number &id : ids.data) {
    std::optional<int64_t> row = rowOf(id, rows);
    if (row) {
      y.data.insert(y.data.end(), table.data.begin() + *row * width,
                    table.data.begin() + (*row + 1) * width);
      continue;
    }
    std::optional<Number> missing =
        Arithmetic<Number>::of(std::numeric_limits<double>::quiet_NaN());
    if (!missing) {
      return failureAt(op, "names a row outside of its table, which is not "
                           "rational");
    }
    y.data.insert(y.data.end(), width, *missing);
  }
  return y;
}
KREG_INSTANTIATE(EmbeddingOp)

template <typename Number>
Result<Number> interpreter::run(EmbeddingGradientOp op,
                                Operands<Number> operands) {
  const Tensor<Number> &ids = *operands[0], &dy = *operands[1];
  Tensor<Number> y =
      zeros<Number>(cast<RankedTensorType>(op.getY().getType()).getShape());
  int64_t rows = y.shape[0], width = y.shape[1];
  for (size_t i = 0; i < ids.data.size(); ++i) {
    if (std::optional<int64_t> row = rowOf(ids.data[i], rows)) {
      for (int64_t j = 0; j < width; ++j) {
        y.data[*row * width + j] += dy.data[i * width + j];
      }
    }
  }
  return y;
}
KREG_INSTANTIATE(EmbeddingGradientOp)

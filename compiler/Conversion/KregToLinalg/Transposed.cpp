// Transposed windows: conv_transpose, and the gradients of windowed ops with
// respect to their input.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KregToLinalg/LinalgBuilder.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::kreg;

namespace {

/// y[o] = Σ x[i]·k[t] over all i and t of o + low = i·stride + t·dilation: a
/// convolution of x, spread out, with the window turned around. Loops: batch,
/// out…, channel of the result, window…, then those of the sum over channels.
struct TransposedWindow {
  LinalgBuilder &lb;
  Value x;               ///< [batch, in…, channels]
  RankedTensorType type; ///< of the result
  ArrayRef<int64_t> window, strides, dilations, low;

  unsigned spatial() const { return window.size(); }
  unsigned channel() const { return spatial() + 1; }
  unsigned sum() const { return 2 * spatial() + 2; }

  /// x with zeros between and around its elements, so that the result reads
  /// it at out + t'·dilation, t' the turned tap.
  Value wide() const;
  /// Indices of wide() but its channel.
  SmallVector<AffineExpr> indices() const;
  /// Indices of the window, turned around.
  SmallVector<AffineExpr> taps() const;
  /// Σ of wide()·weight.
  Value contract(Value weight, AffineExpr xChannel,
                 ArrayRef<AffineExpr> weightChannels, unsigned sums,
                 Value sumSizes) const;

  Value spread(Value source, RankedTensorType wideType,
               ArrayRef<int64_t> firsts) const;
};

} // namespace

/// At q stands x[(q - first)/stride], where that is an index of x.
Value TransposedWindow::spread(Value source, RankedTensorType wideType,
                               ArrayRef<int64_t> firsts) const {
  auto from = cast<RankedTensorType>(source.getType());
  return lb.generic(
      wideType, {}, {}, 0, lb.empty(wideType, source),
      [&](OpBuilder &b, Location loc, ValueRange) {
        Indices at{b, loc};
        SmallVector<Value> index{at.loop(0)}, hits;
        for (auto [i, first] : llvm::enumerate(firsts)) {
          Value q = at.add(at.loop(i + 1), -first);
          Value inside =
              at.clamp(at.floorDiv(q, strides[i]), from.getDimSize(i + 1));
          hits.push_back(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                               at.mul(inside, strides[i]), q));
          index.push_back(inside);
        }
        index.push_back(at.loop(from.getRank() - 1));
        Value element = tensor::ExtractOp::create(b, loc, source, index);
        Value zero = arith::ConstantOp::create(
            b, loc, b.getFloatAttr(from.getElementType(), 0.0));
        for (Value hit : hits) {
          element = arith::SelectOp::create(b, loc, hit, element, zero);
        }
        return element;
      });
}

Value TransposedWindow::wide() const {
  auto from = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> shape{from.getDimSize(0)}, firsts, behind;
  bool padsOnly = true;
  for (unsigned i = 0; i < spatial(); ++i) {
    int64_t reach = (window[i] - 1) * dilations[i];
    shape.push_back(type.getDimSize(i + 1) + reach);
    firsts.push_back(reach - low[i]);
    behind.push_back(shape.back() - firsts.back() - from.getDimSize(i + 1));
    padsOnly &= strides[i] == 1 && firsts.back() >= 0 && behind.back() >= 0;
  }
  if (padsOnly) {
    return lb.padSpatial(x, firsts, behind, 0.0);
  }
  shape.push_back(from.getShape().back());
  return spread(x, RankedTensorType::get(shape, from.getElementType()), firsts);
}

SmallVector<AffineExpr> TransposedWindow::indices() const {
  SmallVector<AffineExpr> result{lb.dim(0)};
  for (unsigned i = 0; i < spatial(); ++i) {
    result.push_back(lb.dim(1 + i) + lb.dim(channel() + 1 + i) * dilations[i]);
  }
  return result;
}

SmallVector<AffineExpr> TransposedWindow::taps() const {
  SmallVector<AffineExpr> result;
  for (unsigned i = 0; i < spatial(); ++i) {
    result.push_back(lb.dim(channel() + 1 + i) * -1 + (window[i] - 1));
  }
  return result;
}

Value TransposedWindow::contract(Value weight, AffineExpr xChannel,
                                 ArrayRef<AffineExpr> weightChannels,
                                 unsigned sums, Value sumSizes) const {
  SmallVector<AffineExpr> xMap = indices(), wMap = taps(), sizes;
  xMap.push_back(xChannel);
  llvm::append_range(wMap, weightChannels);
  // Extents of loops that no map names alone: an operand that is not read.
  for (unsigned i = 0; i < spatial() + sums; ++i) {
    sizes.push_back(lb.dim(channel() + 1 + i));
  }
  unsigned loops = sum() + sums;
  MLIRContext *context = type.getContext();
  AffineMap maps[] = {AffineMap::get(loops, 0, xMap, context),
                      AffineMap::get(loops, 0, wMap, context),
                      AffineMap::get(loops, 0, sizes, context)};
  return lb.generic(type, {wide(), weight, sumSizes}, maps, spatial() + sums,
                    lb.filled(type, x, 0.0),
                    [](OpBuilder &b, Location loc, ValueRange a) -> Value {
                      return arith::AddFOp::create(
                          b, loc, a[3],
                          arith::MulFOp::create(b, loc, a[0], a[1]));
                    });
}

/// The sizes of the window and of the sum over channels, as a tensor.
static Value sizesOf(LinalgBuilder &lb, ArrayRef<int64_t> window,
                     ArrayRef<int64_t> sums, Type element) {
  SmallVector<int64_t> shape(window);
  llvm::append_range(shape, sums);
  return tensor::EmptyOp::create(lb.builder, lb.loc, shape, element);
}

/// Kernel [window…, channels of the result, channels of x], in groups.
template <typename Op>
static Value lowerTransposedConv(Op op, Value x, Value kernel, int64_t groups) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  ArrayRef<int64_t> shape = cast<RankedTensorType>(kernel.getType()).getShape();
  ArrayRef<int64_t> window = shape.drop_back(2);
  TransposedWindow t{
      lb, x, type, window, op.getStrides(), op.getDilations(), op.getPadsLow()};
  int64_t perGroup = shape[shape.size() - 2]; // channels of the result
  int64_t summed = shape.back() / groups;
  AffineExpr channel = lb.dim(t.channel()), sum = lb.dim(t.sum());
  AffineExpr xChannel = sum;
  if (groups != 1) {
    xChannel = channel.floorDiv(perGroup) * summed + sum;
    channel = channel % perGroup;
  }
  return t.contract(kernel, xChannel, {channel, xChannel}, 1,
                    sizesOf(lb, window, summed, type.getElementType()));
}

Value kreg::lower(ConvTransposeOp op) {
  return lowerTransposedConv(op, op.getX(), op.getKernel(), 1);
}

Value kreg::lower(ConvInputGradientOp op) {
  return lowerTransposedConv(op, op.getA(), op.getB(), op.getGroups());
}

Value kreg::lower(DepthwiseInputGradientOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(op.getB().getType()).getShape();
  ArrayRef<int64_t> window = shape.drop_back(2);
  TransposedWindow t{lb,
                     op.getA(),
                     type,
                     window,
                     op.getStrides(),
                     op.getDilations(),
                     op.getPadsLow()};
  AffineExpr channel = lb.dim(t.channel()), sum = lb.dim(t.sum());
  return t.contract(op.getB(), channel * shape.back() + sum, {channel, sum}, 1,
                    sizesOf(lb, window, shape.back(), type.getElementType()));
}

/// Each element gets the gradients of the windows that it is in: of a mean its
/// share, of a maximum all of it where `positions` names its tap.
Value kreg::lower(PoolGradientOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto pooled = cast<RankedTensorType>(op.getDy().getType());
  ArrayRef<int64_t> window = op.getWindow();
  bool isMax = op.getKind() == PoolKind::Max;
  SmallVector<int64_t> ones(window.size(), 1);
  Value dy = op.getDy();
  if (!isMax) {
    dy =
        lb.pointwise(pooled, dy, [&](OpBuilder &b, Location loc, ValueRange a) {
          return Value(arith::DivFOp::create(
              b, loc, a[0],
              countInBounds(b, loc, op.getWindow(), op.getStrides(),
                            op.getPadsLow(), type)));
        });
  }
  TransposedWindow t{
      lb, dy, type, window, op.getStrides(), ones, op.getPadsLow()};
  SmallVector<AffineExpr> index = t.indices(), sizes;
  index.push_back(lb.dim(t.channel()));
  for (unsigned i = 0; i < window.size(); ++i) {
    sizes.push_back(lb.dim(t.channel() + 1 + i));
  }
  MLIRContext *context = op.getContext();
  unsigned loops = t.sum();
  AffineMap at = AffineMap::get(loops, 0, index, context);
  SmallVector<Value> inputs{t.wide(),
                            sizesOf(lb, window, {}, type.getElementType())};
  SmallVector<AffineMap> maps{at, AffineMap::get(loops, 0, sizes, context)};
  if (isMax) {
    // Of a place that x does not reach dy is 0, whatever stands here.
    t.x = op.getPositions();
    inputs.push_back(t.wide());
    maps.push_back(at);
  }
  return lb.generic(
      type, inputs, maps, window.size(), lb.filled(type, op.getDy(), 0.0),
      [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
        if (!isMax) {
          return arith::AddFOp::create(b, loc, a.back(), a[0]);
        }
        Indices indices{b, loc};
        Value tap = indices.number(0);
        for (auto [i, size] : llvm::enumerate(window)) {
          Value turned =
              arith::SubIOp::create(b, loc, indices.number(size - 1),
                                    indices.loop(t.channel() + 1 + i));
          tap = arith::AddIOp::create(b, loc, indices.mul(tap, size), turned);
        }
        Value isMine =
            arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, a[2],
                                  indices.toReal(tap, type.getElementType()));
        Value zero = arith::ConstantOp::create(
            b, loc, b.getFloatAttr(type.getElementType(), 0.0));
        Value mine = arith::SelectOp::create(b, loc, isMine, a[0], zero);
        return arith::AddFOp::create(b, loc, a.back(), mine);
      });
}

/// 2·s times the weight with which position s·j + tap - low of dy goes to
/// element j of n: 2·s - |q - 2·s·j|, at least 0, where q/2·s is its place. In
/// whole numbers: exact, and the same for all channels.
static Value interpolationWeight(Indices &at, Value j, Value tap, int64_t s,
                                 int64_t low, int64_t n) {
  OpBuilder &b = at.b;
  Value position =
      at.add(arith::AddIOp::create(b, at.loc, at.mul(j, s), tap), -low);
  Value q = at.clamp(at.add(at.mul(position, 2), 1 - s), 2 * s * (n - 1) + 1);
  Value from = arith::SubIOp::create(b, at.loc, q, at.mul(j, 2 * s));
  Value to = arith::SubIOp::create(b, at.loc, at.number(0), from);
  Value nearest = arith::MinSIOp::create(b, at.loc, from, to); // -|from|
  return arith::MaxSIOp::create(b, at.loc, at.add(nearest, 2 * s),
                                at.number(0));
}

/// A window over dy, the transpose of interpolation: element j gets from the
/// 2·s positions, of an odd factor one less, that lie between j - 1 and j + 1.
/// Loops: batch, n…, channel, window….
Value kreg::lower(ResizeGradientOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  unsigned spatial = type.getRank() - 2, channel = spatial + 1;
  SmallVector<AffineExpr> index{lb.dim(0)}, sizes;
  SmallVector<int64_t> window, low;
  double scale = 1;
  for (unsigned i = 1; i <= spatial; ++i) {
    int64_t s = op.factorOf(i);
    window.push_back(2 * s - s % 2);
    low.push_back(s / 2);
    scale /= 2.0 * s;
    index.push_back(lb.dim(i) * s + lb.dim(channel + i));
    sizes.push_back(lb.dim(channel + i));
  }
  index.push_back(lb.dim(channel));
  MLIRContext *context = op.getContext();
  unsigned loops = channel + 1 + spatial;
  AffineMap maps[] = {AffineMap::get(loops, 0, index, context),
                      AffineMap::get(loops, 0, sizes, context)};
  Type element = type.getElementType();
  return lb.generic(
      type,
      {lb.padSpatial(op.getDy(), low, low, 0.0),
       sizesOf(lb, window, {}, element)},
      maps, spatial, lb.filled(type, op.getDy(), 0.0),
      [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
        Indices at{b, loc};
        Value weight =
            arith::ConstantOp::create(b, loc, b.getFloatAttr(element, scale));
        for (unsigned i = 1; i <= spatial; ++i) {
          Value w = interpolationWeight(at, at.loop(i), at.loop(channel + i),
                                        op.factorOf(i), low[i - 1],
                                        type.getDimSize(i));
          weight = arith::MulFOp::create(b, loc, weight, at.toReal(w, element));
        }
        return arith::AddFOp::create(
            b, loc, a.back(), arith::MulFOp::create(b, loc, a[0], weight));
      });
}

/// The tap phase + low - (first + t)·stride of dimension `i`.
static Value tapOf(Indices &at, Value phase, Value t, int64_t window,
                   int64_t stride, int64_t low) {
  int64_t first = PhaseKernelOp::firstOf(window, stride, low);
  return arith::SubIOp::create(
      at.b, at.loc, at.add(phase, low - first * stride), at.mul(t, stride));
}

/// Elements of the kernel where the tap exists, else 0. Loops: phases…, taps…,
/// F, C.
Value kreg::lower(PhaseKernelOp op) {
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto kernel = cast<RankedTensorType>(op.getKernel().getType());
  int64_t spatial = op.getStrides().size();
  return lb.generic(
      type, {}, {}, 0, lb.empty(type, op.getKernel()),
      [&](OpBuilder &b, Location loc, ValueRange) -> Value {
        Indices at{b, loc};
        SmallVector<Value> index, hits;
        for (int64_t i = 0; i < spatial; ++i) {
          int64_t window = kernel.getDimSize(i);
          Value tap = tapOf(at, at.loop(i), at.loop(spatial + i), window,
                            op.getStrides()[i], op.getLow()[i]);
          index.push_back(at.clamp(tap, window));
          hits.push_back(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                               index.back(), tap));
        }
        index.push_back(at.loop(2 * spatial + 1));
        index.push_back(at.loop(2 * spatial));
        Value element =
            tensor::ExtractOp::create(b, loc, op.getKernel(), index);
        Value zero = arith::ConstantOp::create(
            b, loc, b.getFloatAttr(type.getElementType(), 0.0));
        for (Value hit : hits) {
          element = arith::SelectOp::create(b, loc, hit, element, zero);
        }
        return element;
      });
}

Value kreg::lower(PhaseConvOp op) {
  // Loops: batch, (point, phase)…, channel, then taps… and F.
  LinalgBuilder lb(op);
  auto type = cast<RankedTensorType>(op.getType());
  auto x = cast<RankedTensorType>(op.getX().getType());
  auto kernel = cast<RankedTensorType>(op.getKernel().getType());
  unsigned spatial = op.getWindow().size(), rank = type.getRank(),
           sum = rank + spatial, loops = sum + 1;
  SmallVector<AffineExpr> from{lb.dim(0)}, weight;
  SmallVector<int64_t> low, high;
  SmallVector<unsigned> partial; // dimensions with phases of fewer taps
  for (unsigned i = 0; i < spatial; ++i) {
    weight.push_back(lb.dim(2 + 2 * i));
    int64_t taps = kernel.getDimSize(spatial + i);
    if (taps * kernel.getDimSize(i) != op.getWindow()[i]) {
      partial.push_back(i);
    }
  }
  for (unsigned i = 0; i < spatial; ++i) {
    int64_t taps = kernel.getDimSize(spatial + i);
    int64_t first = PhaseKernelOp::firstOf(
        op.getWindow()[i], kernel.getDimSize(i), op.getLow()[i]);
    low.push_back(std::max<int64_t>(0, -first));
    high.push_back(std::max<int64_t>(0, type.getDimSize(1 + 2 * i) + taps - 1 +
                                            first - x.getDimSize(1 + i)));
    from.push_back(lb.dim(1 + 2 * i) + lb.dim(rank + i) +
                   std::max<int64_t>(0, first));
    weight.push_back(lb.dim(rank + i));
  }
  from.push_back(lb.dim(sum));
  weight.push_back(lb.dim(sum));
  weight.push_back(lb.dim(rank - 1));
  Value padded = lb.padSpatial(op.getX(), low, high, 0.0);
  MLIRContext *context = op.getContext();
  AffineMap maps[] = {AffineMap::get(loops, 0, from, context),
                      AffineMap::get(loops, 0, weight, context)};
  return lb.generic(
      type, {padded, op.getKernel()}, maps, spatial + 1,
      lb.filled(type, op.getX(), 0.0),
      [&](OpBuilder &b, Location loc, ValueRange a) -> Value {
        Value step = arith::AddFOp::create(
            b, loc, a[2], arith::MulFOp::create(b, loc, a[0], a[1]));
        Indices at{b, loc};
        for (unsigned i : llvm::reverse(partial)) {
          int64_t window = op.getWindow()[i];
          Value tap = tapOf(at, at.loop(2 + 2 * i), at.loop(rank + i), window,
                            kernel.getDimSize(i), op.getLow()[i]);
          step =
              arith::SelectOp::create(b, loc, at.isIn(tap, window), step, a[2]);
        }
        return step;
      });
}

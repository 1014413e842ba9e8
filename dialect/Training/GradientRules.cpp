// The rules; Gradients.def has their equations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/GradientRules.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

void Gradients::add(Value value, Value gradient) {
  if (!wants(value)) {
    return;
  }
  assert(value.getType() == gradient.getType() && "a gradient of another type");
  Value &sum = arrived[value];
  sum = sum ? BinaryOp::create(builder, gradient.getLoc(), BinaryKind::Add, sum,
                               gradient)
            : gradient;
}

namespace {

/// One application of a rule: the op, its result's gradient, where to add.
struct Rule {
  OpBuilder &builder;
  Gradients &gradients;
  Location loc;
  Value dy;

  Term term(Value value) const { return {builder, loc, value}; }
  Term gradient() const { return term(dy); }
  RankedTensorType typeOf(Value value) const {
    return cast<RankedTensorType>(value.getType());
  }

  /// Adds a gradient that may be broadcast still.
  void add(Value operand, const Term &g) {
    gradients.add(operand, g.reduceTo(operand.getType()).value);
  }

  void apply(DenseOp op);
  void apply(MatmulOp op);
  void apply(ConvOp op);
  void apply(ConvTransposeOp op);
  void apply(DepthwiseConvOp op);
  void apply(PoolOp op);
  void apply(ReduceOp op);
  void apply(SoftmaxOp op);
  void apply(NormalizeOp op);
  void apply(UnaryOp op);
  void apply(BinaryOp op);
  void apply(ReshapeOp op);
  void apply(TransposeOp op);
  void apply(PadOp op);
  void apply(SliceOp op);
  Term spreadOut(ArrayRef<int64_t> strides) const;
  void apply(RepeatOp op);
  void apply(ResizeOp op);
  void apply(ConcatOp op);
  void apply(EmbeddingOp op);
  void apply(ReduceToOp op);
  void apply(PenaltyOp op);
  void apply(OrthogonalPenaltyOp op);
  void apply(TotalOp op);

  Term transposed(Value value, ArrayRef<int64_t> perm) const {
    return term(TransposeOp::create(builder, loc, value,
                                    builder.getDenseI64ArrayAttr(perm)));
  }
  Term sliced(ArrayRef<int64_t> low, ArrayRef<int64_t> high) const {
    SmallVector<int64_t> ones(low.size(), 1);
    return term(SliceOp::create(builder, loc, dy,
                                builder.getDenseI64ArrayAttr(low),
                                builder.getDenseI64ArrayAttr(high),
                                builder.getDenseI64ArrayAttr(ones)));
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

void Rule::apply(DenseOp op) {
  if (gradients.wants(op.getX())) {
    gradients.add(op.getX(),
                  DenseOp::create(builder, loc, dy,
                                  transposed(op.getKernel(), {1, 0}).value));
  }
  if (gradients.wants(op.getKernel())) {
    gradients.add(op.getKernel(),
                  DenseKernelGradientOp::create(builder, loc, op.getX(), dy));
  }
}

void Rule::apply(MatmulOp op) {
  SmallVector<int64_t> perm;
  for (int64_t i = 0, rank = typeOf(dy).getRank(); i < rank; ++i) {
    perm.push_back(i);
  }
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  if (gradients.wants(op.getA())) {
    add(op.getA(), term(MatmulOp::create(builder, loc, dy,
                                         transposed(op.getB(), perm).value)));
  }
  if (gradients.wants(op.getB())) {
    add(op.getB(), term(MatmulOp::create(
                       builder, loc, transposed(op.getA(), perm).value, dy)));
  }
}

void Rule::apply(ConvOp op) {
  if (gradients.wants(op.getX())) {
    gradients.add(op.getX(),
                  ConvInputGradientOp::create(
                      builder, loc, op.getX().getType(), dy, op.getKernel(),
                      op.getStrides(), op.getDilations(), op.getPadsLow(),
                      op.getPadsHigh(), op.getGroups()));
  }
  if (gradients.wants(op.getKernel())) {
    gradients.add(op.getKernel(),
                  ConvKernelGradientOp::create(
                      builder, loc, op.getKernel().getType(), op.getX(), dy,
                      op.getStrides(), op.getDilations(), op.getPadsLow(),
                      op.getPadsHigh(), op.getGroups()));
  }
}

/// The transpose of a convolution has that convolution as its gradient. Points
/// that it appends (negative pads) are no sums: what arrives there ends there.
void Rule::apply(ConvTransposeOp op) {
  SmallVector<int64_t> high(op.getPadsHigh());
  const SmallVector<int64_t> none(high.size() + 2, 0);
  SmallVector<int64_t> cut(none.size(), 0);
  for (auto [pad, appended] : llvm::zip_equal(
           high, MutableArrayRef<int64_t>(cut).slice(1, high.size()))) {
    appended = std::max<int64_t>(0, -pad);
    pad = std::max<int64_t>(0, pad);
  }
  Value reached = cut == none ? dy : sliced(none, cut).value;
  if (gradients.wants(op.getX())) {
    gradients.add(op.getX(),
                  ConvOp::create(builder, loc, op.getX().getType(), reached,
                                 op.getKernel(), op.getStrides(),
                                 op.getDilations(), op.getPadsLow(), high,
                                 /*groups=*/1));
  }
  if (gradients.wants(op.getKernel())) {
    gradients.add(op.getKernel(),
                  ConvKernelGradientOp::create(
                      builder, loc, op.getKernel().getType(), reached,
                      op.getX(), op.getStrides(), op.getDilations(),
                      op.getPadsLow(), high, /*groups=*/1));
  }
}

void Rule::apply(DepthwiseConvOp op) {
  if (gradients.wants(op.getX())) {
    gradients.add(op.getX(),
                  DepthwiseInputGradientOp::create(
                      builder, loc, op.getX().getType(), dy, op.getKernel(),
                      op.getStrides(), op.getDilations(), op.getPadsLow(),
                      op.getPadsHigh()));
  }
  if (gradients.wants(op.getKernel())) {
    gradients.add(op.getKernel(),
                  DepthwiseKernelGradientOp::create(
                      builder, loc, op.getKernel().getType(), op.getX(), dy,
                      op.getStrides(), op.getDilations(), op.getPadsLow(),
                      op.getPadsHigh()));
  }
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

void Rule::apply(PoolOp op) {
  gradients.add(op.getX(),
                PoolGradientOp::create(
                    builder, loc, op.getX().getType(), op.getKind(), op.getX(),
                    dy, /*positions=*/Value(), op.getWindow(), op.getStrides(),
                    op.getPadsLow(), op.getPadsHigh()));
}

void Rule::apply(ReduceOp op) {
  RankedTensorType type = typeOf(op.getX());
  SmallVector<int64_t> kept(type.getShape());
  double count = 1;
  for (int64_t axis : op.getAxes()) {
    count *= double(kept[axis]);
    kept[axis] = 1;
  }
  Term x = term(op.getX()), dyKept = gradient().reshape(kept);
  switch (op.getKind()) {
  case ReduceKind::Sum:
    return add(op.getX(), dyKept * x.fill(1, type));
  case ReduceKind::Mean:
    return add(op.getX(), dyKept * x.fill(1 / count, type));
  case ReduceKind::Max:
  case ReduceKind::Min: {
    // Equal extremes share the gradient, as in TensorFlow and JAX.
    Term y = term(op.getY()).reshape(kept);
    Term isExtreme = 1.0 - step(abs(y - x));
    Term share = dyKept / isExtreme.reduce(ReduceKind::Sum, op.getAxes(), true);
    return add(op.getX(), isExtreme * share);
  }
  }
}

void Rule::apply(SoftmaxOp op) {
  Term y = term(op.getResult()), g = gradient();
  Term inner = (g * y).reduce(ReduceKind::Sum, {int64_t(op.getAxis())}, true);
  add(op.getX(), y * (g - inner));
}

/// y = (x - μ)/s: the directions of the mean and of y itself are lost.
void Rule::apply(NormalizeOp op) {
  Term x = term(op.getX()), y = term(op.getResult()), g = gradient();
  ArrayRef<int64_t> axes = op.getAxes();
  double epsilon = op.getEpsilon().convertToDouble();
  auto mean = [&](const Term &t) {
    return t.reduce(ReduceKind::Mean, axes, true);
  };
  switch (op.getKind()) {
  case NormalizeKind::Standard: {
    Term variance = mean(square(x - mean(x)));
    return add(op.getX(),
               (g - mean(g) - y * mean(g * y)) / sqrt(variance + epsilon));
  }
  case NormalizeKind::Rms:
    return add(op.getX(),
               (g - y * mean(g * y)) / sqrt(mean(square(x)) + epsilon));
  case NormalizeKind::L2: {
    // Up to epsilon the divisor is epsilon, a constant.
    Term norm = sqrt(square(x).reduce(ReduceKind::Sum, axes, true));
    Term along = (g * y).reduce(ReduceKind::Sum, axes, true);
    return add(op.getX(),
               (g - y * along * step(norm - epsilon)) / max(norm, epsilon));
  }
  }
}

//===----------------------------------------------------------------------===//
// Functions of one and two numbers
//===----------------------------------------------------------------------===//

static Term clippedReluDerivative(const Term &x, double slope, double threshold,
                                  double maximum) {
  Term above = step(x - threshold);
  Term inside = std::isinf(maximum) ? above : above * step(maximum - x);
  return slope == 0.0 ? inside : inside + slope * (1.0 - above);
}

static Term geluTanhDerivative(const Term &x) {
  const double c = std::sqrt(M_2_PI), k = 0.044715;
  Term t = tanh(c * (x + k * (x * square(x))));
  Term slope = c * (1.0 + (3 * k) * square(x));
  return 0.5 * (1.0 + t) + 0.5 * (x * (1.0 - square(t)) * slope);
}

static Term hardSiluDerivative(const Term &x) {
  Term gate = min(max(x / 6.0 + 0.5, 0.0), 1.0);
  Term inside = step(x + 3.0) * step(3.0 - x);
  return gate + inside * (x / 6.0);
}

static Term mishDerivative(const Term &x) {
  Term t = tanh(softplus(x));
  return t + x * (1.0 - square(t)) * sigmoid(x);
}

static Term derivative(UnaryKind kind, ArrayRef<double> params, const Term &x,
                       const Term &y) {
  [[maybe_unused]] auto p = [&](size_t i) { return params[i]; };
  switch (kind) {
#define KREG_DERIVATIVE(KIND, FORMULA)                                         \
  case UnaryKind::KIND:                                                        \
    return FORMULA;
#include "dialect/Training/Derivatives.def"
#undef KREG_DERIVATIVE
  }
  llvm_unreachable("a UnaryKind without a derivative");
}

void Rule::apply(UnaryOp op) {
  Term x = term(op.getX()), y = term(op.getResult());
  add(op.getX(), gradient() * derivative(op.getKind(), op.getParams(), x, y));
}

void Rule::apply(BinaryOp op) {
  Term a = term(op.getA()), b = term(op.getB()), g = gradient();
  bool wantsA = gradients.wants(op.getA()), wantsB = gradients.wants(op.getB());
  auto give = [&](auto toA, auto toB) {
    if (wantsA) {
      add(op.getA(), toA());
    }
    if (wantsB) {
      add(op.getB(), toB());
    }
  };
  switch (op.getKind()) {
  case BinaryKind::Add:
    return give([&] { return g; }, [&] { return g; });
  case BinaryKind::Sub:
    return give([&] { return g; }, [&] { return -g; });
  case BinaryKind::Mul:
    return give([&] { return g * b; }, [&] { return g * a; });
  case BinaryKind::Div:
    return give([&] { return g / b; },
                [&] { return -(g * term(op.getResult()) / b); });
  case BinaryKind::Max: // a has it where both are equal, as in TensorFlow
    return give([&] { return g * (1.0 - step(b - a)); },
                [&] { return g * step(b - a); });
  case BinaryKind::Min:
    return give([&] { return g * (1.0 - step(a - b)); },
                [&] { return g * step(a - b); });
  }
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

void Rule::apply(ReshapeOp op) {
  add(op.getX(), gradient().reshape(typeOf(op.getX()).getShape()));
}

void Rule::apply(TransposeOp op) {
  SmallVector<int64_t> inverse(op.getPerm().size());
  for (auto [i, dim] : llvm::enumerate(op.getPerm())) {
    inverse[dim] = int64_t(i);
  }
  add(op.getX(), transposed(dy, inverse));
}

void Rule::apply(PadOp op) {
  add(op.getX(), sliced(op.getLow(), op.getHigh()));
}

/// Zeros where elements were cut off or left out.
void Rule::apply(SliceOp op) {
  ArrayRef<int64_t> strides = op.getStrides();
  Term inside = gradient();
  SmallVector<int64_t> high(op.getHigh());
  if (llvm::any_of(strides, [](int64_t s) { return s != 1; })) {
    inside = spreadOut(strides);
    for (auto [i, cut] : llvm::enumerate(high)) {
      if (i != 0) {
        cut = typeOf(op.getX()).getDimSize(i) - op.getLow()[i] -
              inside.type().getDimSize(i);
      }
    }
  }
  add(op.getX(), inside.padded(op.getLow(), high));
}

/// dy with stride - 1 zeros between its elements: the transpose of a
/// convolution of each channel with the number 1.
Term Rule::spreadOut(ArrayRef<int64_t> strides) const {
  RankedTensorType type = typeOf(dy);
  // Dimensions of space; a channel is added behind where the last has a stride.
  SmallVector<int64_t> shape(type.getShape()), wide(shape);
  for (auto [size, stride] : llvm::zip_equal(wide, strides)) {
    size = ShapedType::isDynamic(size) ? size : (size - 1) * stride + 1;
  }
  SmallVector<int64_t> space(strides.drop_front());
  shape.push_back(1);
  wide.push_back(1);
  SmallVector<int64_t> window(space.size(), 1), none(space.size(), 0),
      ones(window);
  window.append({1, 1});
  auto wideType = RankedTensorType::get(wide, type.getElementType());
  Term one =
      gradient().fill(1, RankedTensorType::get(window, type.getElementType()));
  Term spread = term(DepthwiseInputGradientOp::create(
      builder, loc, wideType, gradient().reshape(shape).value, one.value, space,
      ones, none, none));
  return spread.reshape(ArrayRef<int64_t>(wide).drop_back());
}

/// The copies of an element are summed.
void Rule::apply(RepeatOp op) {
  SmallVector<int64_t> split, axes;
  for (auto [size, factor] :
       llvm::zip_equal(typeOf(op.getX()).getShape(), op.getFactors())) {
    split.push_back(size);
    if (factor != 1) {
      axes.push_back(int64_t(split.size()));
      split.push_back(factor);
    }
  }
  add(op.getX(), gradient()
                     .reshape(split)
                     .reduce(ReduceKind::Sum, axes, false)
                     .reshape(typeOf(op.getX()).getShape()));
}

void Rule::apply(ResizeOp op) {
  gradients.add(op.getX(),
                ResizeGradientOp::create(builder, loc, op.getX().getType(),
                                         op.getKind(), dy));
}

void Rule::apply(ConcatOp op) {
  int64_t axis = op.getAxis(), before = 0;
  int64_t total = typeOf(op.getResult()).getDimSize(axis);
  for (Value input : op.getInputs()) {
    int64_t size = typeOf(input).getDimSize(axis);
    SmallVector<int64_t> low(typeOf(input).getRank(), 0), high = low;
    low[axis] = before;
    high[axis] = total - before - size;
    if (gradients.wants(input)) {
      add(input, sliced(low, high));
    }
    before += size;
  }
}

void Rule::apply(ReduceToOp op) {
  Term x = term(op.getX());
  add(op.getX(), gradient() * x.fill(1, typeOf(op.getX())));
}

/// Ids are no numbers that a gradient could move.
void Rule::apply(EmbeddingOp op) {
  if (gradients.wants(op.getTable())) {
    gradients.add(op.getTable(),
                  EmbeddingGradientOp::create(
                      builder, loc, op.getTable().getType(), op.getIds(), dy));
  }
}

//===----------------------------------------------------------------------===//
// Where gradients start
//===----------------------------------------------------------------------===//

/// d(l1·Σ|x| + l2·Σx²)/dx = l1·sign(x) + 2·l2·x, divided as the penalty is. The
/// coefficients are float32, as Keras multiplies with them.
void Rule::apply(PenaltyOp op) {
  Term x = term(op.getInput());
  double l1 = static_cast<float>(op.getRegularizer().l1());
  double l2 = static_cast<float>(op.getRegularizer().l2());
  std::optional<Term> sum;
  if (l1 != 0) {
    sum = l1 * sign(x);
  }
  if (l2 != 0) {
    Term square = (2 * l2) * x;
    sum = sum ? *sum + square : square;
  }
  if (!sum) {
    return;
  }
  if (op.getNorm() == Norm::Batch) {
    auto one = RankedTensorType::get({1}, x.type().getElementType());
    sum = *sum * x.fill(1, one, Norm::Batch);
  }
  add(op.getInput(), *sum);
}

void Rule::apply(OrthogonalPenaltyOp op) {
  gradients.add(op.getInput(), OrthogonalGradientOp::create(
                                   builder, loc, op.getInput(),
                                   op.getRegularizerAttr(), op.getNorm()));
}

void Rule::apply(TotalOp op) {
  Term x = term(op.getInput());
  add(op.getInput(), x.fill(1, x.type(), op.getNorm()));
}

/// As UpSampling2D interpolates: a window of the gradient then slides by steps.
static bool isMultiple(ResizeOp op) {
  ArrayRef<int64_t> from =
      cast<RankedTensorType>(op.getX().getType()).getShape();
  return llvm::all_of(llvm::zip(op.getSizes(), from.drop_front().drop_back()),
                      [](auto sizes) {
                        auto [size, of] = sizes;
                        return of > 0 && size % of == 0;
                      });
}

LogicalResult training::differentiate(Operation *op, Value dy,
                                      OpBuilder &builder,
                                      Gradients &gradients) {
  Rule rule{builder, gradients, op->getLoc(), dy};
  if (auto resize = dyn_cast<ResizeOp>(op); resize && !isMultiple(resize)) {
    return op->emitError("has no gradient rule yet but for sizes that are "
                         "multiples of those of the input, but got ")
           << resize.getX().getType() << " to " << resize.getType();
  }
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
#define KREG_GRADIENT(OP, EQUATION)                                            \
  .Case([&](OP core) {                                                         \
    rule.apply(core);                                                          \
    return success();                                                          \
  })
#include "dialect/Training/Gradients.def"
#undef KREG_GRADIENT
      // Constants to a gradient.
      .Case<ConstantOp, ReadOp, FillOp, OneHotOp, RandomOp>(
          [](auto) { return success(); })
      .Default([](Operation *other) {
        return other->emitError() << "'" << other->getName().getStringRef()
                                  << "' op has no gradient rule yet";
      });
}

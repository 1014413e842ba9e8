// Plans of single kernels, built by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/KernelPlans.h"

#include "compiler/Plan/Expressions.h"

#include <cmath>

namespace kregc::test {
namespace {

using namespace plan;
using Kind = Value::Kind;
using Role = Stage::Role;

const Extent kBatch{0, 1, 1};

Extent fixed(int64_t n) { return {n, 0, 1}; }

/// Collects values and stages. Operands must come first.
class Builder {
public:
  explicit Builder(std::string name, Family family) {
    result.name = std::move(name);
    result.schedule.family = family;
  }

  int value(std::string name, Kind kind, std::vector<Extent> shape,
            ElementType type = ElementType::F32) {
    result.values.push_back({std::move(name), kind, type, std::move(shape), 0});
    return result.values.size() - 1;
  }

  /// Adds a stage; `reductions` loops stand behind those of the value's shape.
  void stage(Role role, int written, const std::vector<Extent> &reductions,
             ExpressionRef init, ExpressionRef body) {
    Stage s;
    s.name = result.values[written].name;
    s.role = role;
    for (const Extent &e : result.values[written].shape) {
      s.loops.push_back({e, false});
    }
    for (const Extent &e : reductions) {
      s.loops.push_back({e, true});
    }
    s.writes.push_back({written, init, body});
    result.stages.push_back(std::move(s));
  }

  ExpressionRef at(int v, std::vector<ExpressionRef> indices) const {
    return read(v, result.values[v].type, std::move(indices));
  }
  ExpressionRef identity(int v) const {
    std::vector<ExpressionRef> indices;
    for (size_t i = 0; i < result.values[v].shape.size(); ++i) {
      indices.push_back(loop(i));
    }
    return at(v, std::move(indices));
  }

  Plan result;
};

ExpressionRef f(Operator op, std::vector<ExpressionRef> x) {
  return apply(op, ElementType::F32, std::move(x));
}
ExpressionRef less(ExpressionRef a, ExpressionRef b) {
  return apply(Operator::Less, ElementType::I1, {a, b});
}
ExpressionRef accumulator(ElementType type = ElementType::F32) {
  return apply(Operator::Accumulator, type, {});
}
ExpressionRef indexOp(Operator op, ExpressionRef a, ExpressionRef b) {
  return apply(op, ElementType::I32, {a, b});
}

ExpressionRef activate(Activation kind, ExpressionRef x) {
  ExpressionRef one = real(1), zero = real(0);
  ExpressionRef sigmoid =
      f(Operator::Div,
        {one,
         f(Operator::Add, {one, f(Operator::Exp, {f(Operator::Neg, {x})})})});
  switch (kind) {
  case Activation::None:
    return x;
  case Activation::Relu:
    return f(Operator::Max, {x, zero});
  case Activation::Tanh:
    return f(Operator::Tanh, {x});
  case Activation::Sigmoid:
    return sigmoid;
  case Activation::Silu:
    return f(Operator::Mul, {x, sigmoid});
  case Activation::Softplus:
    return f(Operator::Add,
             {f(Operator::Max, {x, zero}),
              f(Operator::Log,
                {f(Operator::Add,
                   {one, f(Operator::Exp,
                           {f(Operator::Neg, {f(Operator::Abs, {x})})})})})});
  case Activation::Gelu:
    return f(Operator::Mul,
             {f(Operator::Mul, {real(0.5), x}),
              f(Operator::Add,
                {one, f(Operator::Erf,
                        {f(Operator::Mul, {x, real(std::sqrt(0.5))})})})});
  case Activation::Elu:
    return f(Operator::Select,
             {less(zero, x), x,
              f(Operator::Sub,
                {f(Operator::Exp, {f(Operator::Min, {x, zero})}), one})});
  }
  return x;
}

/// The values of a kernel around its anchor, in the order that plans have:
/// operands, output, penalty, temporaries.
class Kernel {
public:
  Kernel(Builder &builder, const Behind &behind, std::vector<Extent> shape)
      : b(builder), behind(behind), shape(std::move(shape)) {
    if (behind.bias) {
      bias = b.value("bias", Kind::Weight, {this->shape.back()});
    }
    if (behind.residual) {
      residual = b.value("residual", Kind::Input, this->shape);
    }
    output = b.value("out", Kind::Output, this->shape);
    if (behind.penalty) {
      penalty = b.value("penalty", Kind::PenaltySum, {}, ElementType::F64);
    }
    anchor =
        hasEpilogue() ? b.value("acc", Kind::Temporary, this->shape) : output;
  }

  /// What the anchor writes.
  int anchor, output;

  void finish(bool divided = false, ExpressionRef divisor = nullptr) {
    if (hasEpilogue()) {
      ExpressionRef y = b.identity(anchor);
      if (behind.bias) {
        y = f(Operator::Add, {y, b.at(bias, {loop(shape.size() - 1)})});
      }
      y = activate(behind.activation, y);
      if (behind.residual) {
        y = f(Operator::Add, {y, b.identity(residual)});
      }
      b.stage(Role::Epilogue, output, {}, nullptr, y);
    }
    if (behind.penalty) {
      addPenalty(output);
    }
  }

  void addPenalty(int of) {
    ExpressionRef y = b.identity(of);
    if (behind.activation != Activation::Relu || behind.residual) {
      y = f(Operator::Abs, {y});
    }
    ExpressionRef term = f(
        Operator::Mul,
        {y, f(Operator::Add, {real(0.01), f(Operator::Mul, {real(0.02), y})})});
    Stage s;
    s.name = "penalty";
    s.role = Role::Penalty;
    for (const Extent &e : shape) {
      s.loops.push_back({e, true});
    }
    s.writes.push_back(
        {penalty, real(0, ElementType::F64),
         apply(Operator::Add, ElementType::F64,
               {accumulator(ElementType::F64),
                apply(Operator::Cast, ElementType::F64, {term})})});
    b.result.stages.push_back(std::move(s));
  }

private:
  bool hasEpilogue() const {
    return behind.bias || behind.residual ||
           behind.activation != Activation::None;
  }

  Builder &b;
  const Behind &behind;
  std::vector<Extent> shape;
  int bias = -1, residual = -1, penalty = -1;
};

ExpressionRef multiplyAdd(ExpressionRef x, ExpressionRef w) {
  return f(Operator::Add, {accumulator(), f(Operator::Mul, {x, w})});
}

/// out · stride + tap · dilation
ExpressionRef windowIndex(const Window &w, int64_t out, int64_t tap) {
  Affine form;
  form.coefficients = {{out, w.stride}, {tap, w.dilation}};
  return toExpression(form);
}

/// The padded input as a producer, or the input itself.
int padded(Builder &b, int x, const Window &w, double with) {
  if (w.padLow == 0 && w.padHigh == 0) {
    return x;
  }
  int p = b.value("padded", Kind::Temporary,
                  {kBatch, fixed(w.height + w.padLow + w.padHigh),
                   fixed(w.width + w.padLow + w.padHigh), fixed(w.channels)});
  auto e = std::make_shared<Expression>();
  e->op = Operator::ReadOr;
  e->value = x;
  ExpressionRef low = integer(-w.padLow);
  e->operands = {loop(0), indexOp(Operator::Add, loop(1), low),
                 indexOp(Operator::Add, loop(2), low), loop(3), real(with)};
  b.stage(Role::Producer, p, {}, nullptr, e);
  return p;
}

std::vector<Extent> inputShape(const Window &w) {
  return {kBatch, fixed(w.height), fixed(w.width), fixed(w.channels)};
}
std::vector<Extent> outputShape(const Window &w, int64_t channels) {
  return {kBatch, fixed(w.outHeight()), fixed(w.outWidth()), fixed(channels)};
}

} // namespace

Plan densePlan(int64_t inputs, int64_t units, const Behind &behind) {
  Builder b("k_dense", Family::Contraction);
  int x = b.value("x", Kind::Input, {kBatch, fixed(inputs)});
  int w = b.value("w", Kind::Weight, {fixed(inputs), fixed(units)});
  Kernel k(b, behind, {kBatch, fixed(units)});
  b.stage(
      Role::Anchor, k.anchor, {fixed(inputs)}, real(0),
      multiplyAdd(b.at(x, {loop(0), loop(2)}), b.at(w, {loop(2), loop(1)})));
  k.finish();
  return std::move(b.result);
}

Plan convPlan(const Window &w, int64_t filters, int64_t groups,
              const Behind &behind) {
  Builder b("k_conv", Family::Contraction);
  int x = b.value("x", Kind::Input, inputShape(w));
  int64_t perGroup = w.channels / groups;
  int weight = b.value("w", Kind::Weight,
                       {fixed(w.kernelHeight), fixed(w.kernelWidth),
                        fixed(perGroup), fixed(filters)});
  Kernel k(b, behind, outputShape(w, filters));
  int p = padded(b, x, w, 0);
  // Loops: batch, y, x, filter, ky, kx, channel.
  ExpressionRef channel = loop(6);
  if (groups > 1) {
    ExpressionRef group =
        indexOp(Operator::Div, loop(3), integer(filters / groups));
    channel =
        indexOp(Operator::Add, indexOp(Operator::Mul, group, integer(perGroup)),
                loop(6));
  }
  b.stage(Role::Anchor, k.anchor,
          {fixed(w.kernelHeight), fixed(w.kernelWidth), fixed(perGroup)},
          real(0),
          multiplyAdd(b.at(p, {loop(0), windowIndex(w, 1, 4),
                               windowIndex(w, 2, 5), channel}),
                      b.at(weight, {loop(4), loop(5), loop(6), loop(3)})));
  k.finish();
  return std::move(b.result);
}

Plan depthwisePlan(const Window &w, int64_t multiplier, const Behind &behind) {
  Builder b("k_depthwise", Family::Depthwise);
  int x = b.value("x", Kind::Input, inputShape(w));
  int weight = b.value("w", Kind::Weight,
                       {fixed(w.kernelHeight), fixed(w.kernelWidth),
                        fixed(w.channels), fixed(multiplier)});
  Kernel k(b, behind, outputShape(w, w.channels * multiplier));
  int p = padded(b, x, w, 0);
  ExpressionRef channel = loop(3), copy = integer(0);
  if (multiplier > 1) {
    channel = indexOp(Operator::Div, loop(3), integer(multiplier));
    copy = indexOp(Operator::Mod, loop(3), integer(multiplier));
  }
  b.stage(Role::Anchor, k.anchor, {fixed(w.kernelHeight), fixed(w.kernelWidth)},
          real(0),
          multiplyAdd(b.at(p, {loop(0), windowIndex(w, 1, 4),
                               windowIndex(w, 2, 5), channel}),
                      b.at(weight, {loop(4), loop(5), channel, copy})));
  k.finish();
  return std::move(b.result);
}

Plan poolPlan(const Window &w, bool max, const Behind &behind) {
  Builder b("k_pool", Family::Pooling);
  int x = b.value("x", Kind::Input, inputShape(w));
  Behind mean = behind;
  mean.bias = false;
  Kernel k(b, mean, outputShape(w, w.channels));
  double neutral = max ? -INFINITY : 0;
  int p = padded(b, x, w, neutral);
  ExpressionRef element =
      b.at(p, {loop(0), windowIndex(w, 1, 4), windowIndex(w, 2, 5), loop(3)});
  b.stage(Role::Anchor, k.anchor, {fixed(w.kernelHeight), fixed(w.kernelWidth)},
          real(neutral),
          f(max ? Operator::Max : Operator::Add, {element, accumulator()}));
  k.finish();
  return std::move(b.result);
}

Plan globalPoolPlan(const Window &w, bool max, const Behind &behind) {
  Builder b("k_global", Family::Reduction);
  int x = b.value("x", Kind::Input, inputShape(w));
  Kernel k(b, behind, {kBatch, fixed(w.channels)});
  b.stage(Role::Anchor, k.anchor, {fixed(w.height), fixed(w.width)},
          real(max ? -INFINITY : 0),
          f(max ? Operator::Max : Operator::Add,
            {b.at(x, {loop(0), loop(2), loop(3), loop(1)}), accumulator()}));
  k.finish();
  return std::move(b.result);
}

Plan softmaxPlan(int64_t rows, int64_t channels, bool penalty) {
  Builder b("k_softmax", Family::Reduction);
  std::vector<Extent> shape{kBatch, fixed(rows), fixed(channels)};
  int x = b.value("x", Kind::Input, shape);
  Behind behind;
  behind.penalty = penalty;
  Kernel k(b, behind, shape);
  int max = b.value("max", Kind::Temporary, {kBatch, fixed(rows)});
  int exp = b.value("exp", Kind::Temporary, shape);
  int sum = b.value("sum", Kind::Temporary, {kBatch, fixed(rows)});
  b.stage(
      Role::Producer, max, {fixed(channels)}, real(-INFINITY),
      f(Operator::Max, {accumulator(), b.at(x, {loop(0), loop(1), loop(2)})}));
  b.stage(
      Role::Producer, exp, {}, nullptr,
      f(Operator::Exp,
        {f(Operator::Sub, {b.identity(x), b.at(max, {loop(0), loop(1)})})}));
  b.stage(Role::Anchor, sum, {fixed(channels)}, real(0),
          f(Operator::Add,
            {accumulator(), b.at(exp, {loop(0), loop(1), loop(2)})}));
  b.stage(Role::Epilogue, k.output, {}, nullptr,
          f(Operator::Div, {b.identity(exp), b.at(sum, {loop(0), loop(1)})}));
  if (penalty) {
    k.addPenalty(k.output);
  }
  return std::move(b.result);
}

Plan elementwisePlan(const Window &w, const Behind &behind) {
  Builder b("k_elementwise", Family::Elementwise);
  int x = b.value("x", Kind::Input, inputShape(w));
  std::vector<Extent> shape = inputShape(w);
  int bias =
      behind.bias ? b.value("bias", Kind::Weight, {fixed(w.channels)}) : -1;
  int residual = behind.residual ? b.value("residual", Kind::Input, shape) : -1;
  Behind rest;
  rest.activation = Activation::None;
  rest.penalty = behind.penalty;
  Kernel k(b, rest, shape);
  ExpressionRef y = b.identity(x);
  if (behind.bias) {
    y = f(Operator::Add, {y, b.at(bias, {loop(3)})});
  }
  y = activate(behind.activation, y);
  if (behind.residual) {
    y = f(Operator::Add, {y, b.identity(residual)});
  }
  b.stage(Role::Anchor, k.output, {}, nullptr, y);
  k.finish();
  return std::move(b.result);
}

Plan transposePlan(const Window &w) {
  Builder b("k_transpose", Family::Data);
  int x = b.value("x", Kind::Input, inputShape(w));
  int y = b.value("out", Kind::Output,
                  {kBatch, fixed(w.channels), fixed(w.height), fixed(w.width)});
  b.stage(Role::Anchor, y, {}, nullptr,
          b.at(x, {loop(0), loop(2), loop(3), loop(1)}));
  return std::move(b.result);
}

Plan concatPlan(const Window &w, int64_t more) {
  Builder b("k_concat", Family::Data);
  int x = b.value("x", Kind::Input, inputShape(w));
  std::vector<Extent> shape = inputShape(w);
  shape.back() = fixed(more);
  int z = b.value("z", Kind::Input, shape);
  shape.back() = fixed(w.channels + more);
  int y = b.value("out", Kind::Output, shape);
  auto guarded = [&](int v, int64_t offset) {
    auto e = std::make_shared<Expression>();
    e->op = Operator::ReadOr;
    e->value = v;
    ExpressionRef c =
        offset ? indexOp(Operator::Add, loop(3), integer(-offset)) : loop(3);
    e->operands = {loop(0), loop(1), loop(2), c, real(0)};
    return ExpressionRef(e);
  };
  b.stage(Role::Anchor, y, {}, nullptr,
          f(Operator::Select, {less(loop(3), integer(w.channels)),
                               guarded(x, 0), guarded(z, w.channels)}));
  return std::move(b.result);
}

Plan padPlan(const Window &w) {
  Builder b("k_pad", Family::Data);
  int x = b.value("x", Kind::Input, inputShape(w));
  int y = b.value("out", Kind::Output,
                  {kBatch, fixed(w.height + w.padLow + w.padHigh),
                   fixed(w.width + w.padLow + w.padHigh), fixed(w.channels)});
  auto e = std::make_shared<Expression>();
  e->op = Operator::ReadOr;
  e->value = x;
  ExpressionRef low = integer(-w.padLow);
  e->operands = {loop(0), indexOp(Operator::Add, loop(1), low),
                 indexOp(Operator::Add, loop(2), low), loop(3), real(0)};
  b.stage(Role::Anchor, y, {}, nullptr, e);
  return std::move(b.result);
}

Plan penaltyPlan(const Window &w) {
  Builder b("k_penalty", Family::Elementwise);
  int x = b.value("x", Kind::Input, inputShape(w));
  int penalty = b.value("penalty", Kind::PenaltySum, {}, ElementType::F64);
  ExpressionRef y = f(Operator::Abs, {b.identity(x)});
  Stage s;
  s.name = "penalty";
  s.role = Role::Penalty;
  for (const Extent &e : inputShape(w)) {
    s.loops.push_back({e, true});
  }
  s.writes.push_back({penalty, real(0, ElementType::F64),
                      apply(Operator::Add, ElementType::F64,
                            {accumulator(ElementType::F64),
                             apply(Operator::Cast, ElementType::F64, {y})})});
  b.result.stages.push_back(std::move(s));
  return std::move(b.result);
}

} // namespace kregc::test

// Activation functions: those of UnaryKind, and the others from core ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;
using kreg::BinaryKind;
using kreg::ReduceKind;
using kreg::UnaryKind;

Value CallBuilder::constants(ArrayRef<double> values, ArrayRef<int64_t> shape) {
  SmallVector<float> floats(values.begin(), values.end());
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  auto numbers = DenseElementsAttr::get(type, ArrayRef<float>(floats));
  if (numbers.isSplat()) {
    return make<kreg::ConstantOp>(numbers);
  }
  std::string path = layer.name + "/constant";
  for (int i = 1; module.lookupSymbol(path); ++i) {
    path = layer.name + "/constant_" + std::to_string(i);
  }
  OpBuilder outside = OpBuilder::atBlockBegin(module.getBody());
  kreg::VariableOp::create(outside, loc, outside.getStringAttr(path),
                           /*sym_visibility=*/StringAttr(), TypeAttr::get(type),
                           /*trainable=*/UnitAttr(), kreg::L1L2Attr(),
                           kreg::OrthogonalAttr(), ElementsAttr(numbers));
  return make<kreg::ReadOp>(type, path);
}

Value CallBuilder::unary(UnaryKind kind, Value x, ArrayRef<double> parameters) {
  return make<kreg::UnaryOp>(kind, x, parameters);
}

Value CallBuilder::binary(BinaryKind kind, Value a, Value b) {
  return make<kreg::BinaryOp>(kind, a, b);
}

Value CallBuilder::softmax(Value x, ArrayRef<int64_t> axes) {
  if (axes.size() == 1) {
    return make<kreg::SoftmaxOp>(x, axisOf(axes.front(), x));
  }
  return unary(UnaryKind::Exp, logSoftmax(x, axes));
}

/// x - m - log Σ e^(x - m), m the maximum along the axes.
Value CallBuilder::logSoftmax(Value x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> over;
  for (int64_t axis : axes) {
    over.push_back(axisOf(axis, x));
  }
  Value max = make<kreg::ReduceOp>(ReduceKind::Max, x, over, /*keepdims=*/true);
  Value shifted = binary(BinaryKind::Sub, x, max);
  Value sum = make<kreg::ReduceOp>(
      ReduceKind::Sum, unary(UnaryKind::Exp, shifted), over, /*keepdims=*/true);
  return binary(BinaryKind::Sub, shifted, unary(UnaryKind::Log, sum));
}

/// Keras' sparsemax over the last axis without sorting: where Keras looks at
/// the i-th largest number, this looks at each number and counts those that are
/// not smaller. What Keras subtracts is (Σ c - 1)/k over the k numbers of the
/// support, c the sum of all numbers not smaller than one of them.
static Value sparsemax(CallBuilder &call, Value x) {
  ArrayRef<int64_t> sample = typeOf(x).getShape().drop_front();
  SmallVector<int64_t> columns(sample), rows(sample);
  columns.push_back(1);
  rows.insert(rows.end() - 1, 1);
  Value z = call.reshape(x, columns), others = call.reshape(x, rows);
  Value one = call.constant(1);
  Value larger =
      call.unary(UnaryKind::Step, call.binary(BinaryKind::Sub, z, others));
  Value notSmaller = call.binary(BinaryKind::Sub, one, larger);
  auto sum = [&](Value of, int64_t axis) -> Value {
    return call.make<kreg::ReduceOp>(ReduceKind::Sum, of, axis,
                                     /*keepdims=*/true);
  };
  int64_t last = rankOf(x);
  Value count = sum(notSmaller, last);
  Value c = sum(call.binary(BinaryKind::Mul, notSmaller, others), last);
  Value excess =
      call.binary(BinaryKind::Sub, z,
                  call.binary(BinaryKind::Div,
                              call.binary(BinaryKind::Sub, c, one), count));
  Value support = call.unary(UnaryKind::Step, excess);
  Value total = sum(call.binary(BinaryKind::Mul, support, c), last - 1);
  Value tau =
      call.binary(BinaryKind::Div, call.binary(BinaryKind::Sub, total, one),
                  sum(support, last - 1));
  Value y = call.unary(UnaryKind::Relu, call.binary(BinaryKind::Sub, z, tau));
  return call.reshape(y, sample);
}

/// a·σ(b) of the two halves of the last axis.
static Value glu(CallBuilder &call, Value x) {
  SmallVector<int64_t> none(rankOf(x), 0), half = none;
  half.back() = typeOf(x).getShape().back() / 2;
  Value a = call.make<kreg::SliceOp>(x, none, half);
  Value b = call.make<kreg::SliceOp>(x, half, none);
  return call.binary(BinaryKind::Mul, a, call.unary(UnaryKind::Sigmoid, b));
}

/// The functions of keras-semantics' last row: compositions of others. A null
/// value if the name is none of them.
static Value compose(CallBuilder &call, Value x,
                     const keras::Activation &activation) {
  auto scaled = [&](Value v, double factor) {
    return call.binary(BinaryKind::Mul, v, call.constant(factor));
  };
  auto clip = [&](Value v, double low, double high) {
    return call.unary(UnaryKind::Clip, v, {low, high});
  };
  StringRef name = activation.name;
  double parameter =
      activation.parameters.empty() ? 0 : activation.parameters.front();
  if (name == "tanh_shrink") {
    return call.binary(BinaryKind::Sub, x, call.unary(UnaryKind::Tanh, x));
  }
  if (name == "hard_tanh") {
    return clip(x, -1, 1);
  }
  if (name == "soft_shrink") {
    return call.binary(BinaryKind::Sub, x, clip(x, -parameter, parameter));
  }
  if (name == "hard_shrink") {
    Value positive = call.unary(UnaryKind::Threshold, x, {parameter, 0});
    Value negative = call.unary(UnaryKind::Threshold,
                                call.unary(UnaryKind::Neg, x), {parameter, 0});
    return call.binary(BinaryKind::Sub, positive, negative);
  }
  if (name == "sparse_sigmoid") {
    return clip(scaled(call.binary(BinaryKind::Add, x, call.constant(1)), 0.5),
                0, 1);
  }
  if (name == "sparse_plus") {
    Value one = call.constant(1);
    Value middle = call.binary(BinaryKind::Add, clip(x, -1, 1), one);
    Value above =
        call.unary(UnaryKind::Relu, call.binary(BinaryKind::Sub, x, one));
    return call.binary(BinaryKind::Add,
                       scaled(call.unary(UnaryKind::Square, middle), 0.25),
                       above);
  }
  if (name == "squareplus") {
    Value root = call.unary(UnaryKind::Sqrt,
                            call.binary(BinaryKind::Add,
                                        call.unary(UnaryKind::Square, x),
                                        call.constant(parameter)));
    return scaled(call.binary(BinaryKind::Add, x, root), 0.5);
  }
  if (name == "threshold") {
    return call.unary(UnaryKind::Threshold, x, activation.parameters);
  }
  return nullptr;
}

Result CallBuilder::activate(Value x, const keras::Activation &activation) {
  if (activation.name == "linear") {
    return x;
  }
  if (activation.name == "softmax") {
    return softmax(x, activation.axis);
  }
  if (activation.name == "log_softmax") {
    return logSoftmax(x, activation.axis);
  }
  if (activation.name == "sparsemax") {
    return sparsemax(*this, x);
  }
  if (activation.name == "glu") {
    return glu(*this, x);
  }
  if (Value composed = compose(*this, x, activation)) {
    return composed;
  }
  std::optional<UnaryKind> kind = kreg::symbolizeUnaryKind(activation.name);
  if (!kind) {
    return unsupported("the activation '" + activation.name + "'");
  }
  return unary(*kind, x, activation.parameters);
}

bool import::looksAtAxis(const keras::Activation &activation) {
  return llvm::is_contained({"softmax", "log_softmax", "sparsemax", "glu"},
                            StringRef(activation.name));
}

Result import::importConfig(CallBuilder &call,
                            const keras::ActivationConfig &config) {
  return call.activate(call.inputs[0], config.activation);
}

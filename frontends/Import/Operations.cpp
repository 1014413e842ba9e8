// Functions of keras.ops as core ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Operations.h"
#include "frontends/Import/CallBuilder.h"

#include <cmath>

using namespace mlir;
using namespace kregc;
using namespace kregc::import;
using kreg::BinaryKind;
using kreg::ReduceKind;
using kreg::UnaryKind;

namespace {

/// Imports one call of a function; the reader has checked all shapes.
class OperationImporter {
public:
  explicit OperationImporter(CallBuilder &call)
      : call(call), x(call.inputs[0]),
        result(ArrayRef<int64_t>(call.call.shape).drop_front()) {}

  Result operator()(const keras::BinaryOperation &operation);
  Result operator()(const keras::PowerOperation &operation);
  Result operator()(const keras::ReduceOperation &operation);
  Result operator()(const keras::MatmulOperation &operation);
  Result operator()(const keras::SliceOperation &operation);
  Result operator()(const keras::StackOperation &operation);
  Result operator()(const keras::ExtentOperation &) {
    return call.reshape(x, result);
  }

private:
  CallBuilder &call;
  Value x;
  ArrayRef<int64_t> result; ///< of one sample
};

} // namespace

static BinaryKind binaryKindOf(keras::BinaryOperation::Kind kind) {
  using Kind = keras::BinaryOperation::Kind;
  switch (kind) {
  case Kind::Add:
    return BinaryKind::Add;
  case Kind::Subtract:
    return BinaryKind::Sub;
  case Kind::Multiply:
    return BinaryKind::Mul;
  case Kind::Divide:
    return BinaryKind::Div;
  case Kind::Maximum:
    return BinaryKind::Max;
  case Kind::Minimum:
    return BinaryKind::Min;
  case Kind::NotEqual: // 1 or 0, by the difference
    return BinaryKind::Sub;
  }
  llvm_unreachable("all kinds are above");
}

Result OperationImporter::operator()(const keras::BinaryOperation &operation) {
  Value other;
  if (const auto &constant = operation.constant) {
    keras::Shape shape = constant->shape;
    other = call.constants(constant->values,
                           shape.empty() ? keras::Shape{1} : shape);
  } else {
    other = call.inputs[1];
  }
  BinaryKind kind = binaryKindOf(operation.kind);
  Value y = operation.constantFirst ? call.binary(kind, other, x)
                                    : call.binary(kind, x, other);
  return operation.kind == keras::BinaryOperation::Kind::NotEqual
             ? call.unary(UnaryKind::Step, call.unary(UnaryKind::Abs, y))
             : y;
}

/// Powers that are products and roots, which need no logarithm and so take
/// negative numbers as Keras does.
Result OperationImporter::operator()(const keras::PowerOperation &operation) {
  double size = std::abs(operation.exponent);
  if (size > 8 || size * 2 != std::floor(size * 2)) {
    return call.unsupported("the exponent " +
                            std::to_string(operation.exponent));
  }
  Value power;
  auto times = [&](Value factor) {
    power = power ? call.binary(BinaryKind::Mul, power, factor) : factor;
  };
  if (size != std::floor(size)) {
    times(call.unary(UnaryKind::Sqrt, x));
  }
  Value square = x;
  for (auto left = static_cast<unsigned>(size); left > 0; left /= 2) {
    if (left % 2) {
      times(square);
    }
    square = left > 1 ? call.unary(UnaryKind::Square, square) : square;
  }
  if (!power) { // x⁰ is 1, of NaN too
    return call.unary(UnaryKind::Clip, x, {1, 1});
  }
  return operation.exponent < 0
             ? call.binary(BinaryKind::Div, call.constant(1), power)
             : power;
}

Result OperationImporter::operator()(const keras::ReduceOperation &operation) {
  using Kind = keras::ReduceOperation::Kind;
  SmallVector<int64_t> axes;
  for (int64_t axis : operation.axes) {
    axes.push_back(normalizeAxis(axis, rankOf(x)));
  }
  llvm::sort(axes);
  auto reduce = [&](ReduceKind kind, Value of, bool keepDims) -> Value {
    return call.make<kreg::ReduceOp>(kind, of, axes, keepDims);
  };
  switch (operation.kind) {
  case Kind::Sum:
    return reduce(ReduceKind::Sum, x, operation.keepDims);
  case Kind::Mean:
    return reduce(ReduceKind::Mean, x, operation.keepDims);
  case Kind::Max:
    return reduce(ReduceKind::Max, x, operation.keepDims);
  case Kind::Min:
    return reduce(ReduceKind::Min, x, operation.keepDims);
  case Kind::Variance:
  case Kind::Deviation:
    break;
  }
  Value centred = call.binary(BinaryKind::Sub, x,
                              reduce(ReduceKind::Mean, x, /*keepDims=*/true));
  Value variance =
      reduce(ReduceKind::Mean, call.unary(UnaryKind::Square, centred),
             operation.keepDims);
  return operation.kind == Kind::Deviation
             ? call.unary(UnaryKind::Sqrt, variance)
             : variance;
}

Result OperationImporter::operator()(const keras::MatmulOperation &operation) {
  auto operand = [&](Value value, bool transposed) {
    SmallVector<int64_t> perm =
        llvm::to_vector(llvm::seq<int64_t>(0, rankOf(value)));
    if (transposed) {
      std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    }
    return call.transpose(value, perm);
  };
  return call.make<kreg::MatmulOp>(
      operand(x, operation.transposeA),
      operand(call.inputs[1], operation.transposeB));
}

Result OperationImporter::operator()(const keras::SliceOperation &operation) {
  using Kind = keras::SliceOperation::Item::Kind;
  ArrayRef<int64_t> sizes = typeOf(x).getShape();
  SmallVector<int64_t> low, high, strides;
  // The reader has seen that the index fits.
  auto items = *keras::expandSlice(operation, sizes.size());
  for (const keras::SliceOperation::Item &item : items) {
    if (item.kind == Kind::NewAxis) {
      continue;
    }
    int64_t extent = sizes[low.size()];
    bool isBatch = low.empty();
    keras::ResolvedSlice range;
    if (item.kind == Kind::Index) {
      range.start = *item.start < 0 ? *item.start + extent : *item.start;
      range.count = 1;
    } else if (!isBatch) {
      range = keras::resolveSlice(item, extent);
    }
    low.push_back(isBatch ? 0 : range.start);
    high.push_back(isBatch ? 0
                           : extent - range.start -
                                 (range.count - 1) * range.step - 1);
    strides.push_back(isBatch ? 1 : range.step);
  }
  auto all = [](ArrayRef<int64_t> values, int64_t value) {
    return llvm::all_of(values, [&](int64_t v) { return v == value; });
  };
  Value y = x;
  if (!all(low, 0) || !all(high, 0) || !all(strides, 1)) {
    y = call.make<kreg::SliceOp>(
        x, low, high, all(strides, 1) ? ArrayRef<int64_t>() : strides);
  }
  return call.reshape(y, result);
}

Result OperationImporter::operator()(const keras::StackOperation &operation) {
  int64_t axis = normalizeAxis(operation.axis, rankOf(x) + 1);
  SmallVector<Value> slices;
  for (Value input : call.inputs) {
    SmallVector<int64_t> sample(typeOf(input).getShape().drop_front());
    sample.insert(sample.begin() + axis - 1, 1);
    slices.push_back(call.reshape(input, sample));
  }
  return call.make<kreg::ConcatOp>(ValueRange(slices), axis);
}

Result import::importConfig(CallBuilder &call,
                            const keras::OperationConfig &config) {
  return std::visit(OperationImporter(call), config.kind);
}

// Layers of several inputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;
using kreg::BinaryKind;

static BinaryKind binaryKindOf(keras::MergeConfig::Kind kind) {
  using Kind = keras::MergeConfig::Kind;
  switch (kind) {
  case Kind::Add:
  case Kind::Average:
    return BinaryKind::Add;
  case Kind::Subtract:
    return BinaryKind::Sub;
  case Kind::Multiply:
    return BinaryKind::Mul;
  case Kind::Maximum:
    return BinaryKind::Max;
  case Kind::Minimum:
    return BinaryKind::Min;
  }
  llvm_unreachable("all kinds are above");
}

Result import::importConfig(CallBuilder &call,
                            const keras::MergeConfig &config) {
  int64_t rank = 0;
  for (Value input : call.inputs) {
    rank = std::max(rank, rankOf(input));
  }
  Value result;
  for (Value input : call.inputs) {
    Value next = call.widen(input, rank);
    result =
        result ? call.binary(binaryKindOf(config.kind), result, next) : next;
  }
  if (config.kind == keras::MergeConfig::Kind::Average) {
    return call.binary(BinaryKind::Div, result,
                       call.constant(call.inputs.size()));
  }
  return result;
}

Result import::importConfig(CallBuilder &call,
                            const keras::ConcatenateConfig &config) {
  return call.make<kreg::ConcatOp>(
      ValueRange(call.inputs),
      normalizeAxis(config.axis, rankOf(call.inputs[0])));
}

/// x with `axis` moved to the place `to`, the others in their order.
static Value moveAxis(CallBuilder &call, Value x, int64_t axis, int64_t to) {
  SmallVector<int64_t> perm;
  for (int64_t i = 0, end = rankOf(x); i < end; ++i) {
    if (i != axis) {
      perm.push_back(i);
    }
  }
  perm.insert(perm.begin() + to, axis);
  return call.transpose(x, perm);
}

static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t n : sizes) {
    result *= n;
  }
  return result;
}

/// Keras' batch_dot: the contracted axis last in a and first in b, the others
/// of each made one dimension.
Result import::importConfig(CallBuilder &call, const keras::DotConfig &config) {
  Value a = call.inputs[0], b = call.inputs[1];
  int64_t axisA = normalizeAxis(config.axes[0], rankOf(a));
  int64_t axisB = normalizeAxis(config.axes[1], rankOf(b));
  if (config.normalize) {
    auto unit = [&](Value x, int64_t axis) -> Value {
      return call.normalize(kreg::NormalizeKind::L2, x, axis,
                            /*epsilon=*/1e-7);
    };
    a = unit(a, axisA);
    b = unit(b, axisB);
  }
  a = moveAxis(call, a, axisA, rankOf(a) - 1);
  b = moveAxis(call, b, axisB, 1);
  ArrayRef<int64_t> left = typeOf(a).getShape().drop_front();
  ArrayRef<int64_t> right = typeOf(b).getShape().drop_front();
  int64_t depth = right.front();
  Value y = call.make<kreg::MatmulOp>(
      call.reshape(a, {product(left.drop_back()), depth}),
      call.reshape(b, {depth, product(right.drop_front())}));
  // Of two vectors Keras makes [B, 1].
  return call.reshape(y, ArrayRef<int64_t>(call.call.shape).drop_front());
}

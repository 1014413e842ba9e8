// Layers that only move elements, and the moves that other families need.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/CallBuilder.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

RankedTensorType import::typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

int64_t import::rankOf(Value value) { return typeOf(value).getRank(); }

int64_t import::normalizeAxis(int64_t axis, int64_t rank) {
  return axis < 0 ? axis + rank : axis;
}

std::pair<int64_t, int64_t> import::resolvePadding(keras::Padding padding,
                                                   int64_t n, int64_t window,
                                                   int64_t stride,
                                                   int64_t dilation) {
  int64_t reach = (window - 1) * dilation + 1;
  if (padding == keras::Padding::Valid) {
    return {0, 0};
  }
  if (padding == keras::Padding::Causal) {
    return {reach - 1, 0};
  }
  int64_t out = (n + stride - 1) / stride;
  int64_t total = std::max<int64_t>((out - 1) * stride + reach - n, 0);
  return {total / 2, total - total / 2};
}

Value CallBuilder::weight(StringRef variable) {
  for (const keras::Weight &weight : layer.weights) {
    if (weight.variable == variable) {
      return make<kreg::ReadOp>(
          RankedTensorType::get(weight.shape, builder.getF32Type()),
          weight.path);
    }
  }
  llvm_unreachable("the reader checks that a layer has all its weights");
}

Value CallBuilder::transpose(Value x, ArrayRef<int64_t> perm) {
  if (llvm::is_sorted(perm)) {
    return x;
  }
  return make<kreg::TransposeOp>(x, perm);
}

/// [0, 2, …, rank-1, 1] and its inverse [0, rank-1, 1, …].
static SmallVector<int64_t> channelsToBack(int64_t rank) {
  SmallVector<int64_t> perm{0};
  for (int64_t i = 2; i < rank; ++i) {
    perm.push_back(i);
  }
  perm.push_back(1);
  return perm;
}

static SmallVector<int64_t> channelsToFront(int64_t rank) {
  SmallVector<int64_t> perm{0, rank - 1};
  for (int64_t i = 1; i + 1 < rank; ++i) {
    perm.push_back(i);
  }
  return perm;
}

Value CallBuilder::channelsLast(Value x, bool channelsFirst,
                                llvm::function_ref<Value(Value)> body) {
  if (!channelsFirst) {
    return body(x);
  }
  Value y = body(transpose(x, channelsToBack(rankOf(x))));
  return transpose(y, channelsToFront(rankOf(y)));
}

Value CallBuilder::bias(Value x, bool useBias) {
  return useBias
             ? make<kreg::BinaryOp>(kreg::BinaryKind::Add, x, weight("bias"))
             : x;
}

Value CallBuilder::reshape(Value x, ArrayRef<int64_t> sample) {
  if (typeOf(x).getShape().drop_front() == sample) {
    return x;
  }
  SmallVector<int64_t> shape{typeOf(x).getDimSize(0)};
  llvm::append_range(shape, sample);
  auto type = RankedTensorType::get(shape, typeOf(x).getElementType());
  return make<kreg::ReshapeOp>(type, x);
}

Value CallBuilder::reshapeWeight(Value x, ArrayRef<int64_t> shape) {
  if (typeOf(x).getShape() == shape) {
    return x;
  }
  return make<kreg::ReshapeOp>(
      RankedTensorType::get(shape, typeOf(x).getElementType()), x);
}

Value CallBuilder::widen(Value x, int64_t rank) {
  SmallVector<int64_t> sample(rank - rankOf(x), 1);
  llvm::append_range(sample, typeOf(x).getShape().drop_front());
  return reshape(x, sample);
}

Result import::importConfig(CallBuilder &call,
                            const keras::FlattenConfig &config) {
  Value x = call.inputs[0];
  if (config.channelsFirst && rankOf(x) > 2) {
    x = call.transpose(x, channelsToBack(rankOf(x)));
  }
  int64_t size = 1;
  for (int64_t n : typeOf(x).getShape().drop_front()) {
    size *= n;
  }
  return call.reshape(x, size);
}

Result import::importConfig(CallBuilder &call, const keras::ReshapeConfig &) {
  // The reader has resolved a -1 in the target.
  return call.reshape(call.inputs[0],
                      ArrayRef<int64_t>(call.call.shape).drop_front());
}

Result import::importConfig(CallBuilder &call,
                            const keras::PermuteConfig &config) {
  SmallVector<int64_t> perm{0};
  llvm::append_range(perm, config.dims);
  return call.transpose(call.inputs[0], perm);
}

Result import::importConfig(CallBuilder &call,
                            const keras::RepeatVectorConfig &config) {
  Value x = call.inputs[0];
  int64_t units = typeOf(x).getDimSize(1);
  return call.make<kreg::RepeatOp>(call.reshape(x, {1, units}),
                                   ArrayRef<int64_t>{1, config.count, 1});
}

Result import::importConfig(CallBuilder &call, const keras::IdentityConfig &) {
  return call.inputs[0];
}

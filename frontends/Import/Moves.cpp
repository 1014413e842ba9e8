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

int64_t CallBuilder::axisOf(int64_t axis, Value x) {
  return axis < 0 ? axis + rankOf(x) : axis + lead;
}

SmallVector<int64_t> CallBuilder::window(ArrayRef<int64_t> sizes,
                                         int64_t ofTime) {
  SmallVector<int64_t> all(lead, ofTime);
  llvm::append_range(all, sizes);
  return all;
}

SmallVector<int64_t> CallBuilder::spatial(ArrayRef<int64_t> numbers,
                                          bool channelsFirst, Value x,
                                          int64_t rest) {
  SmallVector<int64_t> all(rankOf(x), rest);
  llvm::copy(numbers, all.begin() + lead + (channelsFirst ? 2 : 1));
  return all;
}

/// x with dimension `from` moved to the place `to`.
static Value moveDimension(CallBuilder &call, Value x, int64_t from,
                           int64_t to) {
  SmallVector<int64_t> perm;
  for (int64_t i = 0, end = rankOf(x); i < end; ++i) {
    if (i != from) {
      perm.push_back(i);
    }
  }
  perm.insert(perm.begin() + to, from);
  return call.transpose(x, perm);
}

Value CallBuilder::channelsLast(Value x, bool channelsFirst,
                                llvm::function_ref<Value(Value)> body) {
  if (!channelsFirst) {
    return body(x);
  }
  int64_t last = rankOf(x) - 1;
  Value y = body(moveDimension(*this, x, 1 + lead, last));
  return moveDimension(*this, y, last, 1 + lead);
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
  if (config.channelsFirst && rankOf(x) > 2 + call.lead) {
    x = moveDimension(call, x, 1 + call.lead, rankOf(x) - 1);
  }
  ArrayRef<int64_t> sizes = typeOf(x).getShape().drop_front();
  SmallVector<int64_t> flat(sizes.take_front(call.lead));
  flat.push_back(1);
  for (int64_t n : sizes.drop_front(call.lead)) {
    flat.back() *= n;
  }
  return call.reshape(x, flat);
}

Result import::importConfig(CallBuilder &call, const keras::ReshapeConfig &) {
  // The reader has resolved a -1 in the target.
  return call.reshape(call.inputs[0],
                      ArrayRef<int64_t>(call.call.shape).drop_front());
}

Result import::importConfig(CallBuilder &call,
                            const keras::PermuteConfig &config) {
  SmallVector<int64_t> perm;
  for (int64_t i = 0; i <= call.lead; ++i) {
    perm.push_back(i);
  }
  for (int64_t dim : config.dims) {
    perm.push_back(dim + call.lead);
  }
  return call.transpose(call.inputs[0], perm);
}

Result import::importConfig(CallBuilder &call,
                            const keras::RepeatVectorConfig &config) {
  Value x = call.inputs[0];
  SmallVector<int64_t> row(typeOf(x).getShape().drop_front());
  row.insert(row.end() - 1, 1);
  SmallVector<int64_t> factors(row.size() + 1, 1);
  factors[row.size() - 1] = config.count;
  return call.make<kreg::RepeatOp>(call.reshape(x, row), factors);
}

Result import::importConfig(CallBuilder &call, const keras::IdentityConfig &) {
  return call.inputs[0];
}

Result import::importConfig(CallBuilder &call,
                            const keras::TimeDistributedConfig &config) {
  CallBuilder inside = call;
  ++inside.lead;
  return std::visit(
      [&](const auto &inner) { return importConfig(inside, inner); },
      config.layer->config);
}

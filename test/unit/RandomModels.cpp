// Grows random models: values, penalties, graphs. The ops are in RandomOps.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RandomModels.h"

using namespace mlir;
using namespace mlir::kreg;

namespace kregc::test {

RandomModel::RandomModel(MLIRContext &context, uint64_t seed)
    : builder(&context), random(seed) {
  module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToEnd(module->getBody());
  model = ModelOp::create(builder, builder.getUnknownLoc(), "m",
                          builder.getFunctionType({}, {}));
  if (model.getBody().empty()) {
    model.getBody().emplaceBlock();
  }
  builder.setInsertionPointToEnd(&model.getBody().front());
}

int64_t RandomModel::between(int64_t low, int64_t high) {
  // Not uniform_int_distribution: its numbers differ between libraries.
  return low + static_cast<int64_t>(random() % (high - low + 1));
}

bool RandomModel::once(int64_t in) { return between(1, in) == 1; }

double RandomModel::real(double low, double high) {
  double unit = static_cast<double>(random() >> 11) / 9007199254740992.0;
  return static_cast<float>(low + unit * (high - low));
}

ArrayRef<int64_t> RandomModel::shapeOf(Value x) {
  return cast<RankedTensorType>(x.getType()).getShape().drop_front();
}

static RankedTensorType batched(ArrayRef<int64_t> shape, Type element) {
  Sizes sizes{ShapedType::kDynamic};
  llvm::append_range(sizes, shape);
  return RankedTensorType::get(sizes, element);
}

Value RandomModel::keep(Value value) {
  tensors.push_back(value);
  return value;
}

Value RandomModel::input(ArrayRef<int64_t> shape) {
  return keep(model.getBody().front().addArgument(
      batched(shape, builder.getF32Type()), builder.getUnknownLoc()));
}

Value RandomModel::weight(ArrayRef<int64_t> shape, double scale,
                          double middle) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  std::vector<float> numbers(type.getNumElements());
  for (float &number : numbers) {
    number = static_cast<float>(middle + real(-scale, scale));
  }
  std::string name = "w" + std::to_string(variables++);
  OpBuilder top(model);
  auto value = DenseElementsAttr::get(type, ArrayRef(numbers));
  // By name: most attributes of a variable are for files.
  NamedAttribute attributes[] = {
      builder.getNamedAttr("sym_name", builder.getStringAttr(name)),
      builder.getNamedAttr("type", TypeAttr::get(type)),
      builder.getNamedAttr("value", value)};
  VariableOp::create(top, builder.getUnknownLoc(), TypeRange(), ValueRange(),
                     attributes);
  return ReadOp::create(builder, builder.getUnknownLoc(), type, name);
}

Value RandomModel::constant(double value, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return ConstantOp::create(
      builder, builder.getUnknownLoc(),
      cast<ElementsAttr>(DenseElementsAttr::get(
          type, builder.getF32FloatAttr(static_cast<float>(value)))));
}

Value RandomModel::another(ArrayRef<int64_t> shape) {
  std::vector<Value> fitting;
  for (Value tensor : tensors) {
    if (shapeOf(tensor) == shape) {
      fitting.push_back(tensor);
    }
  }
  return fitting.empty() || once(3) ? input(shape)
                                    : oneOf(ArrayRef<Value>(fitting));
}

Value RandomModel::reshape(Value x, ArrayRef<int64_t> shape) {
  return add<ReshapeOp>(batched(shape, builder.getF32Type()), x);
}

void RandomModel::penalise(Value x) {
  bool divided = !once(3);
  double l1 = once(4) ? 0.0 : real(0.001, 0.1);
  double l2 = once(3) ? 0.0 : real(0.001, 0.1);
  auto regularizer = L1L2Attr::get(builder.getContext(), l1, l2);
  perBatch.push_back(divided);
  penalties.push_back(PenaltyOp::create(builder, builder.getUnknownLoc(), x,
                                        regularizer,
                                        divided ? Norm::Batch : Norm::None));
}

OwningOpRef<ModuleOp> RandomModel::finish(ValueRange also) {
  llvm::SmallVector<Value> outputs(also);
  for (Value tensor : tensors) {
    bool read = llvm::any_of(tensor.getUsers(), [](Operation *user) {
      return !isa<PenaltyOp>(user);
    });
    if (!read && !llvm::is_contained(outputs, tensor)) {
      outputs.push_back(tensor);
    }
  }
  ReturnOp::create(builder, builder.getUnknownLoc(), outputs, penalties);
  model.setFunctionType(
      builder.getFunctionType(model.getBody().front().getArgumentTypes(),
                              ValueRange(outputs).getTypes()));
  return std::move(module);
}

Value randomInput(RandomModel &model, const RandomOp &op) {
  int64_t rank = model.between(op.lowestRank, op.highestRank);
  Sizes shape;
  for (int64_t i = 1; i < rank; ++i) {
    // Fewer elements per dimension where there are more dimensions.
    int64_t largest = rank == 2 ? 40 : rank == 3 ? 12 : rank == 4 ? 9 : 5;
    shape.push_back(model.once(6) ? 1 : model.between(1, largest));
  }
  return model.input(shape);
}

void growRandomGraph(RandomModel &model, int64_t count) {
  llvm::SmallVector<const RandomOp *> ops;
  for (const RandomOp &op : randomOps()) {
    if (op.inGraphs) {
      ops.push_back(&op);
    }
  }
  randomInput(model, *ops[model.between(0, ops.size() - 1)]);
  while (count > 0) {
    // The newest value more often than the others: chains, not bushes.
    Value x = model.once(3) ? model.oneOf(llvm::ArrayRef<Value>(model.tensors))
                            : model.tensors.back();
    const RandomOp &op = *ops[model.between(0, ops.size() - 1)];
    int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
    if (rank < op.lowestRank || rank > op.highestRank) {
      continue;
    }
    op.apply(model, x);
    --count;
    if (model.once(2)) {
      model.penalise(model.once(3)
                         ? model.oneOf(llvm::ArrayRef<Value>(model.tensors))
                         : model.tensors.back());
    }
  }
}

} // namespace kregc::test

// Walks a kernel's body and makes values and stages of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"

#include "compiler/Conversion/KernelToPlan/Translation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::kreg;
namespace plan = kregc::plan;
using plan::Operator;

Translation::Translation(KernelOp kernel) : kernel(kernel) {
  plan.name = "k_" + kernel.getKernelName().str();
}

int Translation::addValue(Value tensor, plan::Value::Kind kind,
                          std::string name) {
  auto type = cast<RankedTensorType>(tensor.getType());
  plan::Value value;
  value.name = std::move(name);
  value.kind = kind;
  value.type = *elementType(type.getElementType());
  value.shape = extents(type);
  plan.values.push_back(std::move(value));
  return plan.values.size() - 1;
}

LogicalResult Translation::addOperands() {
  for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
    if (!elementType(
            cast<RankedTensorType>(input.getType()).getElementType())) {
      return kernel.emitError("operand ")
             << i << " has an element type that kernels do not know";
    }
    BlockArgument argument = kernel.getBody().getArgument(i);
    auto read = input.getDefiningOp<ReadOp>();
    std::string name = "in" + std::to_string(i);
    if (read) {
      name = read.getVariable().str();
    }
    int value = addValue(
        argument, read ? plan::Value::Kind::Weight : plan::Value::Kind::Input,
        name);
    if (auto packings = kernel.getPackings()) {
      plan.values[value].packing = cast<PackingAttr>((*packings)[i]).getBlock();
    }
    valueOf[argument] = value;
  }
  return success();
}

void Translation::addResults() {
  Operation *yield = kernel.getBody().front().getTerminator();
  for (auto [i, result] : llvm::enumerate(yield->getOperands())) {
    if (isa<RankedTensorType>(result.getType())) {
      resultOf[result] = addValue(result, plan::Value::Kind::Output,
                                  "out" + std::to_string(i));
      continue;
    }
    auto extract = cast<tensor::ExtractOp>(result.getDefiningOp());
    resultOf[extract.getTensor()] =
        addValue(extract.getTensor(), plan::Value::Kind::PenaltySum,
                 "penalty" + std::to_string(i));
  }
}

int Translation::destination(Value tensor) {
  auto it = resultOf.find(tensor);
  int value = it != resultOf.end()
                  ? it->second
                  : addValue(tensor, plan::Value::Kind::Temporary,
                             "t" + std::to_string(plan.values.size()));
  valueOf[tensor] = value;
  return value;
}

/// Loop extents of a generic, taken from the shapes that the maps index by a
/// loop alone.
static FailureOr<std::vector<plan::Loop>> loopsOf(linalg::GenericOp op) {
  std::vector<plan::Loop> loops(op.getNumLoops());
  std::vector<bool> known(op.getNumLoops(), false);
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = cast<RankedTensorType>(operand.get().getType());
    std::vector<plan::Extent> shape = extents(type);
    for (auto [dim, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      auto loop = dyn_cast<AffineDimExpr>(expr);
      if (!loop || known[loop.getPosition()]) {
        continue;
      }
      known[loop.getPosition()] = true;
      loops[loop.getPosition()].extent = shape[dim];
    }
  }
  if (llvm::is_contained(known, false)) {
    return op.emitError("has a loop whose extent no operand gives");
  }
  for (auto [loop, kind] : llvm::zip_equal(loops, op.getIteratorTypesArray())) {
    loop.reduction = kind == utils::IteratorType::reduction;
  }
  return loops;
}

LogicalResult Translation::translateGeneric(linalg::GenericOp op) {
  auto loops = loopsOf(op);
  if (failed(loops)) {
    return failure();
  }
  std::vector<ExpressionRef> counters;
  for (size_t i = 0; i < loops->size(); ++i) {
    counters.push_back(loop(i));
  }

  SmallVector<ExpressionRef> operands;
  for (OpOperand *input : op.getDpsInputOperands()) {
    // An empty tensor only says how large a window is.
    if (input->get().getDefiningOp<tensor::EmptyOp>()) {
      operands.push_back(realNumber(0.0));
      continue;
    }
    std::vector<ExpressionRef> indices;
    for (AffineExpr expr : op.getMatchingIndexingMap(input).getResults()) {
      indices.push_back(affine(expr, counters));
    }
    auto element = read(input->get(), indices);
    if (failed(element)) {
      return failure();
    }
    operands.push_back(*element);
  }
  Value init = op.getDpsInits()[0];
  auto type = *elementType(getElementTypeOrSelf(init.getType()));
  operands.push_back(apply(Operator::Accumulator, type, {}));
  auto body = translatePayload(op, operands, counters);
  if (failed(body)) {
    return failure();
  }

  plan::Stage stage;
  bool reduces = op.getNumReductionLoops() != 0;
  bool scalar = cast<RankedTensorType>(init.getType()).getRank() == 0;
  stage.role = reduces && scalar ? plan::Stage::Role::Penalty
               : reduces         ? plan::Stage::Role::Anchor
                                 : plan::Stage::Role::Epilogue;
  stage.loops = *loops;
  plan::Write write;
  write.body = *body;
  if (reduces) {
    auto fill = fillOf.find(init);
    if (fill == fillOf.end()) {
      return op.emitError("reduces into a tensor that is not one number");
    }
    write.init = realNumber(fill->second, type);
  }
  write.value = destination(op.getResult(0));
  stage.name = plan.values[write.value].name;
  stage.writes.push_back(std::move(write));
  plan.stages.push_back(std::move(stage));
  return success();
}

/// A pad or reshape that the kernel yields: a stage that reads through it.
LogicalResult Translation::translateView(Value result) {
  plan::Stage stage;
  std::vector<ExpressionRef> indices;
  for (plan::Extent extent :
       extents(cast<RankedTensorType>(result.getType()))) {
    indices.push_back(loop(stage.loops.size()));
    stage.loops.push_back({extent, false});
  }
  auto body = read(result, indices);
  if (failed(body)) {
    return failure();
  }
  stage.role = plan::Stage::Role::Epilogue;
  stage.writes.push_back({destination(result), nullptr, *body});
  stage.name = plan.values[stage.writes[0].value].name;
  plan.stages.push_back(std::move(stage));
  return success();
}

LogicalResult Translation::translateConcat(tensor::ConcatOp op) {
  plan::Stage stage;
  std::vector<ExpressionRef> indices;
  for (plan::Extent extent : extents(op.getResultType())) {
    indices.push_back(loop(stage.loops.size()));
    stage.loops.push_back({extent, false});
  }
  // From the back: each input stands in front of the sum of the later ones.
  uint64_t axis = op.getDim();
  int64_t offset = op.getResultType().getDimSize(axis);
  ExpressionRef body;
  for (Value input : llvm::reverse(op.getInputs())) {
    auto type = cast<RankedTensorType>(input.getType());
    offset -= type.getDimSize(axis);
    std::vector<ExpressionRef> shifted = indices;
    shifted[axis] = indexAdd(indices[axis], integer(-offset));
    auto element = read(input, shifted);
    if (failed(element)) {
      return failure();
    }
    auto guarded = std::make_shared<plan::Expression>(**element);
    if (guarded->op == Operator::Read) {
      guarded->op = Operator::ReadOr;
      guarded->operands.push_back(realNumber(0.0, guarded->type));
    }
    ExpressionRef inside = guarded;
    body = !body ? inside
                 : apply(Operator::Select, guarded->type,
                         {apply(Operator::Less, plan::ElementType::I1,
                                {indices[axis],
                                 integer(offset + type.getDimSize(axis))}),
                          inside, body});
  }
  stage.role = plan::Stage::Role::Epilogue;
  stage.writes.push_back({destination(op.getResult()), nullptr, body});
  stage.name = plan.values[stage.writes[0].value].name;
  plan.stages.push_back(std::move(stage));
  return success();
}

LogicalResult Translation::translate(Operation &op) {
  return TypeSwitch<Operation *, LogicalResult>(&op)
      .Case(
          [&](linalg::GenericOp generic) { return translateGeneric(generic); })
      .Case([&](linalg::FillOp fill) -> LogicalResult {
        FloatAttr number;
        if (!matchPattern(fill.getInputs()[0], m_Constant(&number))) {
          return fill.emitError("fills with a number that is not constant");
        }
        fillOf[fill.getResult(0)] = number.getValueAsDouble();
        return success();
      })
      .Case([&](tensor::ConcatOp concat) { return translateConcat(concat); })
      .Case([&](arith::ConstantOp constant) -> LogicalResult {
        auto splat = dyn_cast<SplatElementsAttr>(constant.getValue());
        if (splat && isa<FloatType>(splat.getElementType())) {
          fillOf[constant.getResult()] =
              splat.getSplatValue<APFloat>().convertToDouble();
        } else if (isa<TensorType>(constant.getType())) {
          return constant.emitError("is a constant of several numbers, which "
                                    "kernels take as an operand");
        }
        return success();
      })
      .Case<tensor::PadOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
          [&](auto view) -> LogicalResult {
            // Read in place, unless it is a result itself, or a pad that a
            // reduction reads many times: a schedule may want to store that.
            Value result = view.getResult();
            bool stored = isa<tensor::PadOp>(view) &&
                          llvm::any_of(result.getUsers(), [](Operation *user) {
                            auto generic = dyn_cast<linalg::GenericOp>(user);
                            return generic && generic.getNumReductionLoops();
                          });
            return stored || resultOf.contains(result) ? translateView(result)
                                                       : success();
          })
      .Case<tensor::EmptyOp, tensor::DimOp, tensor::ExtractOp, YieldOp,
            arith::MulIOp, arith::DivSIOp, arith::DivUIOp>(
          [](auto) { return success(); })
      .Default([](Operation *other) {
        return other->emitError("has no translation to a plan");
      });
}

/// A yielded tensor that is one number still has to be written.
LogicalResult Translation::finishResults() {
  for (Value result : kernel.getBody().front().getTerminator()->getOperands()) {
    if (resultOf.contains(result) && !valueOf.contains(result)) {
      if (failed(translateView(result))) {
        return failure();
      }
    }
  }
  return success();
}

/// The last reduction that is no penalty is what the schedule is about, or, if
/// there is none, the last stage that is no penalty; what stands before it are
/// producers, what stands behind it epilogues.
static void assignRoles(plan::Plan &plan) {
  using Role = plan::Stage::Role;
  int anchor = -1;
  bool reduces = false;
  for (auto [i, stage] : llvm::enumerate(plan.stages)) {
    if (stage.role == Role::Penalty) {
      continue;
    }
    bool isReduction = stage.role == Role::Anchor;
    if (isReduction || !reduces) {
      anchor = i;
    }
    reduces |= isReduction;
  }
  for (auto [i, stage] : llvm::enumerate(plan.stages)) {
    if (stage.role != Role::Penalty) {
      stage.role = static_cast<int>(i) < anchor    ? Role::Producer
                   : static_cast<int>(i) == anchor ? Role::Anchor
                                                   : Role::Epilogue;
    }
  }
}

LogicalResult Translation::run() {
  if (failed(addOperands())) {
    return failure();
  }
  addResults();
  for (Operation &op : kernel.getBody().front()) {
    if (failed(translate(op))) {
      return failure();
    }
  }
  if (failed(finishResults())) {
    return failure();
  }
  inlinePointwise(plan);
  assignRoles(plan);
  return success();
}

static plan::Schedule scheduleOf(ScheduleAttr attr) {
  plan::Schedule schedule;
  if (!attr) {
    return schedule;
  }
  schedule.family = static_cast<plan::Family>(attr.getFamily());
  schedule.vector = attr.getVector();
  schedule.vectors = attr.getVectors();
  schedule.points = attr.getPoints();
  schedule.strip = attr.getStrip();
  schedule.order = attr.getOrder();
  schedule.unroll = attr.getUnroll();
  schedule.parallel = attr.getParallel();
  return schedule;
}

FailureOr<plan::Plan> kreg::translateBody(KernelOp kernel) {
  Translation translation(kernel);
  if (failed(translation.run())) {
    return failure();
  }
  plan::Plan plan = translation.take();
  plan.schedule = scheduleOf(kernel.getScheduleAttr());
  return plan;
}

FailureOr<plan::Kernel> kreg::translateKernel(KernelOp kernel) {
  auto body = translateBody(kernel);
  if (failed(body)) {
    return failure();
  }
  plan::Kernel result{kernel.getKernelName().str(), {}};
  if (ScheduleAttr small = kernel.getSmallScheduleAttr()) {
    plan::Plan plan = *body;
    plan.name += "__small";
    plan.schedule = scheduleOf(small);
    result.variants.push_back(
        {static_cast<int64_t>(kernel.getSmallBatch().value_or(1)),
         std::move(plan)});
  }
  result.variants.push_back({INT64_MAX, std::move(*body)});
  for (plan::Variant &variant : result.variants) {
    if (auto problem = plan::verify(variant.plan)) {
      return kernel.emitError("its plan is not well formed: ") << *problem;
    }
    plan::splitPenalties(variant.plan);
  }
  return result;
}

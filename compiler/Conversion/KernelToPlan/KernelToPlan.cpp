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

Translation::Translation(KernelOp kernel) : kernel(kernel) {
  plan.name = "k_" + kernel.getKernelName().str();
}

FailureOr<int> Translation::addValue(Value tensor, plan::Value::Kind kind,
                                     std::string name) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto element = elementType(type.getElementType());
  auto shape = extents(tensor);
  if (!element || failed(shape)) {
    return emitError(tensor.getLoc())
           << "kernels have no tensors of type " << type
           << "; they know f32, f64 and i32, and sizes that are a multiple of "
              "the batch";
  }
  plan::Value value;
  value.name = std::move(name);
  value.kind = kind;
  value.type = *element;
  value.shape = std::move(*shape);
  plan.values.push_back(std::move(value));
  return plan.values.size() - 1;
}

LogicalResult Translation::addOperands() {
  for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
    BlockArgument argument = kernel.getBody().getArgument(i);
    auto phases = input.getDefiningOp<PhaseKernelOp>();
    auto read = (phases ? phases.getKernel() : input).getDefiningOp<ReadOp>();
    auto value = addValue(
        argument, read ? plan::Value::Kind::Weight : plan::Value::Kind::Input,
        read ? read.getVariable().str() : "in" + std::to_string(i));
    if (failed(value)) {
      return failure();
    }
    if (auto packings = kernel.getPackings()) {
      plan.values[*value].packing =
          cast<PackingAttr>((*packings)[i]).getBlock();
    }
    valueOf[argument] = *value;
  }
  return success();
}

LogicalResult Translation::addResults() {
  Operation *yield = kernel.getBody().front().getTerminator();
  for (auto [i, result] : llvm::enumerate(yield->getOperands())) {
    Value tensor = result;
    auto kind = plan::Value::Kind::Output;
    std::string name = "out" + std::to_string(i);
    if (!isa<RankedTensorType>(result.getType())) {
      auto extract = result.getDefiningOp<tensor::ExtractOp>();
      if (!extract || !extract.getIndices().empty()) {
        return kernel.emitError("yields a number that is not the element of a "
                                "tensor of rank 0");
      }
      tensor = extract.getTensor();
      kind = plan::Value::Kind::PenaltySum;
      name = "penalty" + std::to_string(i);
    }
    auto value = addValue(tensor, kind, name);
    if (failed(value)) {
      return failure();
    }
    if (!resultOf.insert({tensor, *value}).second) {
      return kernel.emitError("yields one value twice");
    }
  }
  return success();
}

FailureOr<int> Translation::destination(Value tensor) {
  auto it = resultOf.find(tensor);
  FailureOr<int> value =
      it != resultOf.end() ? FailureOr<int>(it->second)
                           : addValue(tensor, plan::Value::Kind::Temporary,
                                      "t" + std::to_string(plan.values.size()));
  if (succeeded(value)) {
    valueOf[tensor] = *value;
  }
  return value;
}

/// Whether a view gets a stage of its own. What only pointwise stages read is
/// read in place; a reduction reads a pad many times, and a schedule may want
/// to store it; and only what is stored can be padded.
static bool isStored(Operation *op) {
  return llvm::any_of(op->getUsers(), [&](Operation *user) {
    auto generic = dyn_cast<linalg::GenericOp>(user);
    return isa<tensor::PadOp>(user) ||
           (isa<tensor::PadOp>(op) &&
            (!generic || generic.getNumReductionLoops() != 0));
  });
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
      .Case<tensor::PadOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
            tensor::ExtractSliceOp>([&](auto view) -> LogicalResult {
        Value result = view->getResult(0);
        return isStored(view) || resultOf.contains(result)
                   ? translateView(result)
                   : success();
      })
      .Case<tensor::EmptyOp, tensor::DimOp, tensor::ExtractOp, YieldOp,
            arith::AddIOp, arith::MulIOp, arith::DivSIOp, arith::DivUIOp>(
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
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (isa<KregDialect>(op.getDialect())) {
      return op.emitError("is a core op in a kernel's body; run "
                          "'convert-kreg-to-linalg' before plans are made");
    }
  }
  if (failed(addOperands()) || failed(addResults())) {
    return failure();
  }
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
  plan::collapseLoops(plan);
  plan.schedule = scheduleOf(kernel.getScheduleAttr());
  // Before schedules are chosen the family is what kreg-form-kernels knew.
  auto family = kernel->getAttrOfType<FamilyAttr>("kreg.family");
  if (family && !kernel.getScheduleAttr()) {
    plan.schedule.family = static_cast<plan::Family>(family.getValue());
  }
  plan::nestPhases(plan);
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

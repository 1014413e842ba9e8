// Makes stages of the ops of a kernel's body.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/Translation.h"

using namespace mlir;
using namespace mlir::kreg;
namespace plan = kregc::plan;
using plan::Operator;

LogicalResult Translation::addStage(Value tensor, plan::Stage stage,
                                    ExpressionRef init, ExpressionRef body) {
  auto value = destination(tensor);
  if (failed(value)) {
    return failure();
  }
  stage.name = plan.values[*value].name;
  stage.writes.push_back({*value, std::move(init), std::move(body)});
  plan.stages.push_back(std::move(stage));
  return success();
}

/// The loops of a generic in the order of a stage: first one per dimension of
/// the result, then the reductions. `counters[i]` is what stands for d_i.
FailureOr<plan::Stage>
Translation::stageOf(linalg::GenericOp op,
                     SmallVectorImpl<ExpressionRef> &counters) {
  OpOperand *out = op.getDpsInitOperand(0);
  counters.assign(op.getNumLoops(), nullptr);
  plan::Stage stage;
  auto iterators = op.getIteratorTypesArray();
  for (AffineExpr expr : op.getMatchingIndexingMap(out).getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (auto zero = dyn_cast<AffineConstantExpr>(expr);
        zero && zero.getValue() == 0) {
      stage.loops.push_back({{1, 0, 1}, false}); // a dimension of size 1
      continue;
    }
    if (!dim || counters[dim.getPosition()] ||
        iterators[dim.getPosition()] != utils::IteratorType::parallel) {
      return op.emitError("writes to an index that is not a loop of its own");
    }
    counters[dim.getPosition()] = loop(stage.loops.size());
    stage.loops.push_back({});
  }
  for (auto [i, iterator] : llvm::enumerate(iterators)) {
    if (!counters[i]) {
      if (iterator != utils::IteratorType::reduction) {
        return op.emitError("has a parallel loop that its result does not");
      }
      counters[i] = loop(stage.loops.size());
      stage.loops.push_back({{}, true});
    }
  }
  // Extents come from the shapes that a map indexes by a loop alone.
  llvm::SmallBitVector known(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands()) {
    auto shape = extents(operand.get());
    if (failed(shape)) {
      return op.emitError("has an operand of a size that is not a multiple of "
                          "the batch");
    }
    for (auto [size, expr] : llvm::zip_equal(
             *shape, op.getMatchingIndexingMap(&operand).getResults())) {
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        stage.loops[counters[dim.getPosition()]->integer].extent = size;
        known.set(dim.getPosition());
      }
    }
  }
  if (!known.all()) {
    return op.emitError("has a loop whose extent no operand gives");
  }
  return stage;
}

LogicalResult Translation::translateGeneric(linalg::GenericOp op) {
  if (op.getNumResults() != 1) {
    return op.emitError("has several results");
  }
  SmallVector<ExpressionRef> counters;
  auto stage = stageOf(op, counters);
  if (failed(stage)) {
    return failure();
  }
  auto readAt = [&](OpOperand &operand) {
    std::vector<ExpressionRef> indices;
    for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults()) {
      indices.push_back(affine(expr, counters));
    }
    return read(operand.get(), std::move(indices));
  };

  SmallVector<ExpressionRef> operands;
  for (OpOperand *input : op.getDpsInputOperands()) {
    // An empty tensor, or one that the body ignores, only says how large a
    // window is.
    if (!op.payloadUsesValueFromOperand(input)) {
      operands.push_back(realNumber(0.0));
      continue;
    }
    auto element = readAt(*input);
    if (failed(element)) {
      return failure();
    }
    operands.push_back(*element);
  }
  OpOperand *out = op.getDpsInitOperand(0);
  auto type = elementType(getElementTypeOrSelf(out->get().getType()));
  if (!type) {
    return op.emitError("has a result of a type that kernels do not know");
  }
  bool reduces = op.getNumReductionLoops() != 0;
  ExpressionRef init;
  if (reduces || op.payloadUsesValueFromOperand(out)) {
    auto element = readAt(*out);
    if (failed(element)) {
      return failure();
    }
    init = *element;
  }
  operands.push_back(reduces ? apply(Operator::Accumulator, *type, {}) : init);
  auto body = translatePayload(*this, op, operands, counters);
  if (failed(body)) {
    return failure();
  }
  bool scalar = cast<RankedTensorType>(out->get().getType()).getRank() == 0;
  stage->role = reduces && scalar ? plan::Stage::Role::Penalty
                : reduces         ? plan::Stage::Role::Anchor
                                  : plan::Stage::Role::Epilogue;
  return addStage(op.getResult(0), std::move(*stage), reduces ? init : nullptr,
                  *body);
}

FailureOr<plan::Stage>
Translation::pointwiseStage(Value tensor, std::vector<ExpressionRef> &indices) {
  auto shape = extents(tensor);
  if (failed(shape)) {
    return emitError(tensor.getLoc(), "a size is not a multiple of the batch");
  }
  plan::Stage stage;
  stage.role = plan::Stage::Role::Epilogue;
  for (plan::Extent extent : *shape) {
    indices.push_back(loop(stage.loops.size()));
    stage.loops.push_back({extent, false});
  }
  return stage;
}

/// A pad or reshape that is stored: a stage that reads through it.
LogicalResult Translation::translateView(Value result) {
  std::vector<ExpressionRef> indices;
  auto stage = pointwiseStage(result, indices);
  if (failed(stage)) {
    return failure();
  }
  auto body = read(result, std::move(indices));
  if (failed(body)) {
    return failure();
  }
  return addStage(result, std::move(*stage), nullptr, *body);
}

LogicalResult Translation::translateConcat(tensor::ConcatOp op) {
  std::vector<ExpressionRef> indices;
  auto stage = pointwiseStage(op.getResult(), indices);
  if (failed(stage)) {
    return failure();
  }
  // From the back: each input stands in front of the sum of the later ones.
  uint64_t axis = op.getDim();
  int64_t offset = op.getResultType().getDimSize(axis);
  if (ShapedType::isDynamic(offset)) {
    return op.emitError("concatenates along the batch");
  }
  ExpressionRef body;
  for (Value input : llvm::reverse(op.getInputs())) {
    int64_t end = offset;
    offset -= cast<RankedTensorType>(input.getType()).getDimSize(axis);
    std::vector<ExpressionRef> shifted = indices;
    shifted[axis] = indexAdd(indices[axis], integer(-offset));
    auto element = read(input, shifted);
    if (failed(element)) {
      return failure();
    }
    // Both sides of a Select may be evaluated.
    auto guarded = std::make_shared<plan::Expression>(**element);
    if (guarded->op == Operator::Read) {
      guarded->op = Operator::ReadOr;
      guarded->operands.push_back(realNumber(0.0, guarded->type));
    }
    ExpressionRef inside = guarded;
    body = !body ? inside
                 : apply(Operator::Select, guarded->type,
                         {apply(Operator::Less, plan::ElementType::I1,
                                {indices[axis], integer(end)}),
                          inside, body});
  }
  return addStage(op.getResult(), std::move(*stage), nullptr, body);
}

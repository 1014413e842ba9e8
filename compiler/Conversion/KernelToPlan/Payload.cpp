// Bodies of generics as expressions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/Translation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace kregc::plan;

/// The operator of an arith or math op that is one.
static std::optional<Operator> operatorOf(Operation *op) {
  return TypeSwitch<Operation *, std::optional<Operator>>(op)
      .Case<arith::AddFOp, arith::AddIOp>([](auto) { return Operator::Add; })
      .Case<arith::SubFOp, arith::SubIOp>([](auto) { return Operator::Sub; })
      .Case<arith::MulFOp, arith::MulIOp>([](auto) { return Operator::Mul; })
      .Case<arith::DivFOp, arith::FloorDivSIOp>(
          [](auto) { return Operator::Div; })
      .Case<arith::MaximumFOp, arith::MaxSIOp>(
          [](auto) { return Operator::Max; })
      .Case<arith::MinimumFOp, arith::MinSIOp>(
          [](auto) { return Operator::Min; })
      .Case([](arith::NegFOp) { return Operator::Neg; })
      .Case([](math::AbsFOp) { return Operator::Abs; })
      .Case([](math::SqrtOp) { return Operator::Sqrt; })
      .Case([](math::ExpOp) { return Operator::Exp; })
      .Case([](math::LogOp) { return Operator::Log; })
      .Case([](math::TanhOp) { return Operator::Tanh; })
      .Case([](math::ErfOp) { return Operator::Erf; })
      .Case([](math::PowFOp) { return Operator::Pow; })
      .Case([](math::FloorOp) { return Operator::Floor; })
      .Case([](arith::SelectOp) { return Operator::Select; })
      .Case([](arith::AndIOp) { return Operator::And; })
      .Case<arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp, arith::FPToSIOp,
            arith::IndexCastOp>([](auto) { return Operator::Cast; })
      .Default([](Operation *) { return std::nullopt; });
}

static ExpressionRef translateConstant(arith::ConstantOp op) {
  if (auto number = dyn_cast<FloatAttr>(op.getValue())) {
    return realNumber(number.getValueAsDouble(), *elementType(op.getType()));
  }
  return integer(cast<IntegerAttr>(op.getValue()).getInt());
}

/// Comparisons are written as less-than.
static ExpressionRef translateCompare(arith::CmpFOp op,
                                      const ExpressionRef &lhs,
                                      const ExpressionRef &rhs) {
  switch (op.getPredicate()) {
  case arith::CmpFPredicate::OGT:
    return apply(Operator::Less, ElementType::I1, {rhs, lhs});
  case arith::CmpFPredicate::OLT:
    return apply(Operator::Less, ElementType::I1, {lhs, rhs});
  case arith::CmpFPredicate::OGE:
    return apply(Operator::LessEqual, ElementType::I1, {rhs, lhs});
  case arith::CmpFPredicate::OLE:
    return apply(Operator::LessEqual, ElementType::I1, {lhs, rhs});
  case arith::CmpFPredicate::OEQ:
    return apply(Operator::Equal, ElementType::I1, {lhs, rhs});
  default:
    return nullptr;
  }
}

static ExpressionRef translateCompare(arith::CmpIOp op,
                                      std::vector<ExpressionRef> arguments) {
  switch (op.getPredicate()) {
  case arith::CmpIPredicate::eq:
    return apply(Operator::Equal, ElementType::I1, std::move(arguments));
  case arith::CmpIPredicate::slt:
    return apply(Operator::Less, ElementType::I1, std::move(arguments));
  case arith::CmpIPredicate::sle:
    return apply(Operator::LessEqual, ElementType::I1, std::move(arguments));
  default:
    return nullptr;
  }
}

FailureOr<ExpressionRef>
kreg::translatePayload(Translation &translation, linalg::GenericOp op,
                       ArrayRef<ExpressionRef> operands,
                       ArrayRef<ExpressionRef> loops) {
  llvm::DenseMap<Value, ExpressionRef> known;
  Block &body = op.getRegion().front();
  for (auto [argument, operand] :
       llvm::zip_equal(body.getArguments(), operands)) {
    known[argument] = operand;
  }
  auto lookup = [&](Value value) -> ExpressionRef {
    if (auto it = known.find(value); it != known.end()) {
      return it->second;
    }
    if (auto constant = value.getDefiningOp<arith::ConstantOp>()) {
      return translateConstant(constant);
    }
    // A size may be asked for outside, too: equal ones are one.
    if (auto dim = value.getDefiningOp<tensor::DimOp>()) {
      auto shape = translation.extents(dim.getSource());
      std::optional<int64_t> position = dim.getConstantIndex();
      return failed(shape) || !position ? nullptr
                                        : extentOf((*shape)[*position]);
    }
    return nullptr;
  };
  for (Operation &inner : body.without_terminator()) {
    if (isa<arith::ConstantOp, tensor::DimOp>(inner)) {
      continue;
    }
    ExpressionRef result;
    std::vector<ExpressionRef> arguments;
    auto extract = dyn_cast<tensor::ExtractOp>(inner);
    for (Value operand :
         extract ? OperandRange(extract.getIndices()) : inner.getOperands()) {
      arguments.push_back(lookup(operand));
      if (!arguments.back()) {
        return inner.emitError("reads a value from outside of its body");
      }
    }
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      result = loops[index.getDim()];
    } else if (extract) {
      auto element = translation.read(extract.getTensor(), arguments);
      if (failed(element)) {
        return failure();
      }
      result = *element;
    } else if (auto compare = dyn_cast<arith::CmpFOp>(inner)) {
      result = translateCompare(compare, arguments[0], arguments[1]);
    } else if (auto compare = dyn_cast<arith::CmpIOp>(inner)) {
      result = translateCompare(compare, arguments);
    } else if (auto uniform = dyn_cast<UniformOp>(inner)) {
      arguments.insert(arguments.end() - 1, integer(uniform.getDraw()));
      result = apply(Operator::Random, ElementType::F32, std::move(arguments));
    } else if (auto kind = operatorOf(&inner)) {
      result = apply(*kind, *elementType(inner.getResult(0).getType()),
                     std::move(arguments));
    }
    if (!result) {
      return inner.emitError("has no translation to a plan");
    }
    known[inner.getResult(0)] = result;
  }
  return lookup(body.getTerminator()->getOperand(0));
}

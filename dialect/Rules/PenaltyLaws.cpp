// The penalty laws: matches, factors and conditions of PenaltyLaws.def, and
// their application to one penalty.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Which ops
//===----------------------------------------------------------------------===//

template <typename OpTy>
static bool is(Operation *op) {
  return isa<OpTy>(op);
}

template <UnaryKind kind>
static bool isUnary(Operation *op) {
  auto unary = dyn_cast<UnaryOp>(op);
  return unary && unary.getKind() == kind;
}

template <BinaryKind kind>
static bool isBinary(Operation *op) {
  auto binary = dyn_cast<BinaryOp>(op);
  return binary && binary.getKind() == kind;
}

template <PoolKind kind>
static bool isPool(Operation *op) {
  auto pool = dyn_cast<PoolOp>(op);
  return pool && pool.getKind() == kind;
}

template <ReduceKind kind>
static bool isReduce(Operation *op) {
  auto reduce = dyn_cast<ReduceOp>(op);
  return reduce && reduce.getKind() == kind;
}

/// The number that an op multiplies with, if it is one constant.
static std::optional<double> scaleOf(Operation *op) {
  auto binary = dyn_cast<BinaryOp>(op);
  auto constant = binary && binary.getKind() == BinaryKind::Mul
                      ? binary.getB().getDefiningOp<ConstantOp>()
                      : ConstantOp();
  auto elements = constant ? dyn_cast<DenseFPElementsAttr>(constant.getValue())
                           : DenseFPElementsAttr();
  // A larger constant would repeat x.
  if (!elements || !elements.isSplat() ||
      binary.getA().getType() != binary.getType()) {
    return std::nullopt;
  }
  APFloat number = elements.getSplatValue<APFloat>();
  return number.isFinite() ? std::optional<double>(number.convertToDouble())
                           : std::nullopt;
}

static bool isScale(Operation *op) { return scaleOf(op).has_value(); }

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

static std::optional<Ratio> one(Operation *) { return Ratio{}; }
static std::optional<Ratio> noLaw(Operation *) { return std::nullopt; }

static std::optional<Ratio> perWindow(Operation *op) {
  int64_t elements = 1;
  for (int64_t n : cast<PoolOp>(op).getWindow()) {
    elements *= n;
  }
  return Ratio{1, elements};
}

static std::optional<Ratio> perReduced(Operation *op) {
  auto reduce = cast<ReduceOp>(op);
  int64_t elements = 1;
  for (auto [axis, n] : llvm::enumerate(typeOf(reduce.getX()).getShape())) {
    bool reduced = llvm::is_contained(reduce.getAxes(), int64_t(axis));
    elements *= reduced ? n : 1;
  }
  return Ratio{1, elements};
}

static std::optional<Ratio> repeats(Operation *op) {
  int64_t copies = 1;
  for (int64_t factor : cast<RepeatOp>(op).getFactors()) {
    copies *= factor;
  }
  return Ratio{copies, 1};
}

static std::optional<Ratio> magnitude(Operation *op) {
  return Ratio{1, 1, std::fabs(*scaleOf(op))};
}

static std::optional<Ratio> magnitudeSquared(Operation *op) {
  return Ratio{1, 1, *scaleOf(op) * *scaleOf(op)};
}

/// The scale of a selu: its first parameter, positive in every Keras.
static std::optional<Ratio> ownScale(Operation *op) {
  return Ratio{1, 1, std::fabs(cast<UnaryOp>(op).getParams()[0])};
}

static std::optional<Ratio> ownScaleSquared(Operation *op) {
  double scale = cast<UnaryOp>(op).getParams()[0];
  return Ratio{1, 1, scale * scale};
}

// As the rows of the table call them.
// NOLINTBEGIN(readability-identifier-naming)
static constexpr LawFactor One{"1", one}, No{"–", noLaw},
    PerWindow{"1/k", perWindow}, PerReduced{"1/n", perReduced},
    Repeats{"k", repeats}, Magnitude{"|c|", magnitude},
    MagnitudeSquared{"c²", magnitudeSquared}, OwnScale{"s", ownScale},
    OwnScaleSquared{"s²", ownScaleSquared};
// NOLINTEND(readability-identifier-naming)

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

static bool holdsBatchStays(Operation *op, Norm norm, const RangeAnalysis &) {
  return norm == Norm::None || cast<TransposeOp>(op).getPerm().front() == 0;
}

static bool holdsNonNegative(Operation *op, Norm, const RangeAnalysis &ranges) {
  return llvm::all_of(op->getOperands(), [&](Value input) {
    return ranges.of(input).isNonNegative();
  });
}

static bool holdsAtMost6(Operation *op, Norm, const RangeAnalysis &ranges) {
  return ranges.of(op->getOperand(0)).hi <= 6.0;
}

static bool holdsExactTiling(Operation *op, Norm, const RangeAnalysis &) {
  auto pool = cast<PoolOp>(op);
  for (auto [i, window] : llvm::enumerate(pool.getWindow())) {
    if (pool.getStrides()[i] != window || pool.getPadsLow()[i] != 0 ||
        pool.getPadsHigh()[i] != 0 ||
        typeOf(pool.getX()).getDimSize(i + 1) % window != 0) {
      return false;
    }
  }
  return true;
}

static bool holdsNotEmpty(Operation *op, Norm, const RangeAnalysis &) {
  return perReduced(op)->denominator > 0;
}

static bool holdsCutsZeros(Operation *op, Norm, const RangeAnalysis &) {
  auto slice = cast<SliceOp>(op);
  auto pad = slice.getX().getDefiningOp<PadOp>();
  auto covers = [](ArrayRef<int64_t> zeros, ArrayRef<int64_t> cut) {
    return llvm::all_of(llvm::zip_equal(zeros, cut), [](auto pair) {
      return std::get<0>(pair) >= std::get<1>(pair);
    });
  };
  return pad && covers(pad.getLow(), slice.getLow()) &&
         covers(pad.getHigh(), slice.getHigh()) &&
         llvm::all_of(slice.getStrides(), [](int64_t n) { return n == 1; });
}

static bool holdsWithinBounds(Operation *op, Norm,
                              const RangeAnalysis &ranges) {
  auto clip = cast<UnaryOp>(op);
  Bounds x = ranges.of(clip.getX());
  return x.lo >= clip.getParams()[0] && x.hi <= clip.getParams()[1];
}

static bool holdsPassesAll(Operation *op, Norm, const RangeAnalysis &ranges) {
  // [negative slope, threshold, maximum]
  auto relu = cast<UnaryOp>(op);
  Bounds x = ranges.of(relu.getX());
  return x.isNonNegative() && relu.getParams()[1] <= 0.0 &&
         x.hi <= relu.getParams()[2];
}

static bool holdsOppositeSigns(Operation *op, Norm,
                               const RangeAnalysis &ranges) {
  Bounds a = ranges.of(op->getOperand(0)), b = ranges.of(op->getOperand(1));
  return (a.isNonNegative() && b.hi <= 0.0) ||
         (b.isNonNegative() && a.hi <= 0.0);
}

static bool holdsSameShape(Operation *op, Norm, const RangeAnalysis &) {
  return llvm::all_of(op->getOperandTypes(), [&](Type type) {
    return type == op->getResult(0).getType();
  });
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

#define CONDITION(Id, name, text)                                              \
  static const LawCondition Id{name, text, holds##Id};
#include "dialect/Rules/PenaltyLaws.def"

ArrayRef<PenaltyLaw> mlir::kreg::penaltyLaws() {
#define WHERE(...) {__VA_ARGS__}
#define First LawInputs::First
#define All LawInputs::All
  struct Where {
    Where(std::initializer_list<std::reference_wrapper<const LawCondition>> c) {
      for (const LawCondition &condition : c) {
        list.push_back(&condition);
      }
    }
    SmallVector<const LawCondition *, 2> list;
  };
  static const PenaltyLaw laws[] = {
#define LAW(Id, name, match, equation, c1, c2, inputs, modes, where, why,      \
            source)                                                            \
  PenaltyLaw{name,   match, equation,          c1,  c2,                        \
             inputs, modes, Where(where).list, why, source},
#include "dialect/Rules/PenaltyLaws.def"
  };
#undef All
#undef First
#undef WHERE
  return laws;
}

const PenaltyLaw *mlir::kreg::findPenaltyLaw(Operation *op) {
  for (const PenaltyLaw &law : penaltyLaws()) {
    if (law.matches(op)) {
      return &law;
    }
  }
  return nullptr;
}

unsigned mlir::kreg::requiredModes(ModelOp model) {
  auto mode = model->getAttrOfType<StringAttr>(kModeAttr);
  return mode && mode.getValue() == kInferenceMode ? Inference
                                                   : Inference | Training;
}

//===----------------------------------------------------------------------===//
// Application
//===----------------------------------------------------------------------===//

/// Elements of one row of the batch.
static int64_t rowElements(Value tensor) {
  int64_t elements = 1;
  for (int64_t n : typeOf(tensor).getShape()) {
    elements *= ShapedType::isDynamic(n) ? 1 : n;
  }
  return elements;
}

/// The law's regularizer for an input, or null where a sum has no law.
static L1L2Attr scaled(const PenaltyLaw &law, Operation *op, L1L2Attr old,
                       bool &scales) {
  double l1 = old.l1(), l2 = old.l2();
  for (auto [coefficient, factor] :
       {std::pair{&l1, &law.c1}, std::pair{&l2, &law.c2}}) {
    if (*coefficient == 0.0) {
      continue;
    }
    std::optional<Ratio> ratio = factor->of(op);
    if (!ratio) {
      return {};
    }
    scales |= !ratio->isOne();
    *coefficient = ratio->times(*coefficient);
  }
  return L1L2Attr::get(op->getContext(), l1, l2);
}

FailureOr<SmallVector<MovedPenalty>>
mlir::kreg::applyPenaltyLaw(const PenaltyLaw &law, PenaltyCrossing crossing,
                            Observe observe, unsigned modes,
                            const RangeAnalysis &ranges, LawRefusal &refusal) {
  auto refuse = [&](StringRef name, StringRef text) {
    refusal = {name.str(), text.str()};
    return failure();
  };
  Operation *op = crossing.op;
  assert(law.matches(op) && "the law is about another op");
  if ((law.modes & modes) != modes) {
    return refuse("other_mode", "the law does not hold in training");
  }
  for (const LawCondition *condition : law.conditions) {
    if (!condition->holds(op, crossing.norm, ranges)) {
      return refuse(condition->name, condition->text);
    }
  }
  bool scales = false;
  L1L2Attr regularizer = scaled(law, op, crossing.regularizer, scales);
  if (!regularizer) {
    return refuse("no_law", "there is no law for one of its sums");
  }
  SmallVector<Value> inputs(op->getOperands());
  if (law.inputs == LawInputs::First) {
    inputs.truncate(1);
  }
  if (observe == Observe::Sites) {
    if (inputs.size() != 1 || scales) {
      return refuse("another_value", "the site would not keep its own value");
    }
    if (rowElements(inputs[0]) > rowElements(op->getResult(0))) {
      return refuse("more_work", "the input has more elements than the output");
    }
  }
  SmallVector<MovedPenalty> moved;
  for (Value input : inputs) {
    moved.push_back({input, regularizer});
  }
  return moved;
}

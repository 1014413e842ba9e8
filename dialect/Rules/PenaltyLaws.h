// The penalty laws as data: through which ops a penalty of the output is a
// penalty of the inputs, under which conditions, and in which modes. Rewrites,
// docs, tests and proofs read the same rows (PenaltyLaws.def).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_RULES_PENALTYLAWS_H
#define KREGC_DIALECT_RULES_PENALTYLAWS_H

#include "dialect/Analysis/RangeAnalysis.h"
#include "dialect/IR/Kreg.h"

#include <optional>
#include <string>

namespace mlir::kreg {

/// Attributes of kreg.model: the mode it is specialised to ("inference"; absent
/// before), and what of its penalties a caller observes ("sum"; absent: each).
inline constexpr StringLiteral kModeAttr = "mode";
inline constexpr StringLiteral kInferenceMode = "inference";
inline constexpr StringLiteral kObservedAttr = "observed";
inline constexpr StringLiteral kObservedSum = "sum";

/// What a rewrite must keep: the value of each penalty site, or only the sum.
enum class Observe { Sites, Sum };

/// In which reading of a model a law holds. Training: sample by sample, with
/// the same random numbers; Expectation: over the model's own randomness.
enum LawModes : unsigned {
  Inference = 1,
  Training = 2,
  Expectation = 4,
  Every = Inference | Training | Expectation
};

/// The modes in which a rewrite of `model` must hold: Inference for a model
/// specialised to it, else Inference and Training.
unsigned requiredModes(ModelOp model);

/// An exact factor: a ratio, times a number of the model.
struct Ratio {
  int64_t numerator = 1, denominator = 1;
  double scale = 1.0;
  bool isOne() const { return numerator == denominator && scale == 1.0; }
  double times(double x) const {
    return isOne() ? x : x * scale * double(numerator) / double(denominator);
  }
};

/// A factor that may depend on the op; no value: there is no law for this sum.
struct LawFactor {
  StringLiteral text;
  std::optional<Ratio> (*of)(Operation *op);
};

/// A named predicate over the op that the penalty is to cross.
struct LawCondition {
  StringLiteral name; ///< "non_negative"
  StringLiteral text; ///< "no element of an input is negative"
  bool (*holds)(Operation *op, Norm norm, const RangeAnalysis &ranges);
};

enum class LawInputs { First, All };

/// One row of the table.
struct PenaltyLaw {
  StringLiteral name;
  bool (*matches)(Operation *op);
  StringLiteral equation;
  LawFactor c1, c2; ///< for S1 = Σ|x| and S2 = Σx²
  LawInputs inputs;
  unsigned modes;
  SmallVector<const LawCondition *, 2> conditions;
  StringLiteral why, source;
};

/// All rows, in the order of PenaltyLaws.def.
ArrayRef<PenaltyLaw> penaltyLaws();

/// The row for `op`, or null. At most one row matches an op.
const PenaltyLaw *findPenaltyLaw(Operation *op);

/// What a law makes of a penalty: its regularizer for one input of the op.
struct MovedPenalty {
  Value input;
  L1L2Attr regularizer;
};

/// Why a law does not apply: a kebab-case or condition name, and a sentence.
struct LawRefusal {
  std::string name, text;
};

/// A penalty of the (only) result of `op`, which may cross `op`.
struct PenaltyCrossing {
  Operation *op;
  L1L2Attr regularizer;
  Norm norm;
};

/// Applies `law`, which matches the op. Gives the penalties of the inputs, or
/// fails and says why in `refusal`. Changes nothing.
FailureOr<SmallVector<MovedPenalty>>
applyPenaltyLaw(const PenaltyLaw &law, PenaltyCrossing crossing,
                Observe observe, unsigned modes, const RangeAnalysis &ranges,
                LawRefusal &refusal);

/// The table as Markdown, as it stands in docs/penalties.md.
std::string penaltyLawTable();

} // namespace mlir::kreg

#endif // KREGC_DIALECT_RULES_PENALTYLAWS_H

// A Plan is one kernel, ready for a code generator: loops, index expressions
// and a schedule, in plain structs. It knows neither MLIR nor Halide.
//
//   values   what is read and written: operands, results, temporaries
//   stages   loop nests in the order of their data; each writes one or more
//            values, pointwise or as a reduction
//   schedule how to run them (a copy of the IR attribute #kreg.schedule)
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_PLAN_PLAN_H
#define KREGC_COMPILER_PLAN_PLAN_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kregc::plan {

/// ceil((constant + perBatch · batch) / divisor): the only sizes there are.
struct Extent {
  int64_t constant = 0;
  int64_t perBatch = 0;
  int64_t divisor = 1;

  bool isStatic() const { return perBatch == 0; }
  int64_t at(int64_t batch) const {
    return (constant + perBatch * batch + divisor - 1) / divisor;
  }
  bool operator==(const Extent &o) const {
    return constant == o.constant && perBatch == o.perBatch &&
           divisor == o.divisor;
  }
};

enum class ElementType { F32, F64, I32, I1 };

/// Operators of expressions. `Read` and `ReadOr` take the value in `value` and
/// one operand per dimension of it (row-major order, as in MLIR); `ReadOr` has
/// one more operand, the result where an index is out of bounds, and reads
/// nothing there. `Loop` is the loop variable number `integer` of the stage.
/// `Random` is a number of `kreg.random uniform`: its operands are the four
/// words of the state, the draw and the position. `Accumulator` is the old
/// value of the output being reduced. `Extent` is `extent` as an index. Div and
/// Mod floor on indices. Max and Min give NaN if either operand is NaN.
// clang-format off
enum class Operator {
  Real, Integer, Loop, Extent, Accumulator, Read, ReadOr,
  Add, Sub, Mul, Div, Mod, Max, Min, Neg, Abs, Sqrt, Exp, Log, Tanh, Erf, Pow, Floor,
  Less, LessEqual, Equal, And, Or, Not, Select, // Select(condition, then, else)
  Cast,                                         // to `type`
  Random,
};
// clang-format on

struct Expression;
using ExpressionRef = std::shared_ptr<const Expression>;

struct Expression {
  Operator op;
  ElementType type = ElementType::F32; ///< indices are I32
  std::vector<ExpressionRef> operands;
  int64_t integer = 0;
  double real = 0.0;
  int value = -1; ///< of Read and ReadOr: index into Plan::values
  plan::Extent extent;
};

struct Loop {
  plan::Extent extent;
  bool reduction = false;
};

/// One value that a stage writes: value[loops that are not reductions, in
/// order] = init, then, over the reduction loops, = body (which may read
/// Accumulator). Without reduction loops there is no init and body is final.
struct Write {
  int value;
  ExpressionRef init;
  ExpressionRef body;
};

struct Stage {
  enum class Role {
    Producer, ///< before the anchor: pads, casts; inlined or computed per strip
    Anchor,   ///< the loop nest that the schedule is about
    Epilogue, ///< pointwise on the anchor's result; fused into its tile
    /// Full reduction of a value to one number: of the kernel's result, of a
    /// temporary, or (a kernel that is only a penalty) of an input.
    Penalty,
  };
  std::string name;
  Role role = Role::Anchor;
  std::vector<Loop> loops;
  std::vector<Write> writes;
};

struct Value {
  enum class Kind { Input, Weight, Output, Temporary, PenaltySum };
  std::string name;
  Kind kind;
  ElementType type = ElementType::F32;
  std::vector<Extent> shape; ///< row-major, logical (before packing)
  int64_t packing = 0;       ///< block of #kreg.packing; 0: as it is
  /// The dimensions as they lie in memory, outermost first; empty: as in
  /// `shape`.
  std::vector<size_t> order = {};
};

enum class Family {
  Elementwise,
  Contraction,
  Depthwise,
  Pooling,
  Reduction,
  Data,
  Accumulation
};

/// Mirrors #kreg.schedule, see there.
struct Schedule {
  Family family = Family::Elementwise;
  int64_t vector = 8, vectors = 1, points = 1, strip = 1, order = 0, unroll = 1,
          parallel = 0;
};

struct Plan {
  std::string name;
  /// Operands first (inputs, weights), results, then temporaries.
  std::vector<Value> values;
  std::vector<Stage> stages;
  Schedule schedule;
  /// Of the results: the dimensions before the last two that count phases.
  size_t phases = 0;

  /// The order of buffers of the kernel's C function.
  std::vector<int> arguments() const;
};

/// One kernel op: its plan for each class of batch sizes, smallest first. The
/// host calls the first whose `maxBatch` is not exceeded. All have the same
/// arguments and packings; only schedules and partial-sum extents differ.
struct Variant {
  int64_t maxBatch; ///< INT64_MAX for the last
  Plan plan;        ///< plan.name is the C symbol of this build
};
struct Kernel {
  std::string name;
  std::vector<Variant> variants;
};

/// A readable listing (`--emit plan`); stable, FileChecked.
std::string print(const Plan &plan);

/// What is wrong with a plan's structure (indices, ranks, roles), or nothing.
std::optional<std::string> verify(const Plan &plan);

/// Merges adjacent dimensions of values, and loops, wherever all stages walk
/// them together; drops reduction loops of one iteration. Shapes of operands
/// and results change, their memory does not: rows [n, c] become one row n·c.
/// Depends on neither schedule nor packings. Call it before splitPenalties.
void collapseLoops(Plan &plan);

/// Moves the loops of a contraction that its input knows nothing of, the phases
/// of a transposed convolution, inwards until only the last points and the
/// channels are inside of them. Memory does not change: see Value::order. Call
/// it after collapseLoops and before splitPenalties.
void nestPhases(Plan &plan);

/// The shape in memory: packed weights have one dimension more, in front.
std::vector<Extent> storedShape(const Value &value);

/// The dimensions of that shape as they lie in memory, outermost first.
std::vector<size_t> memoryOrder(const Value &value);

/// The dimension of results of `rank` that is cut into strips: the rows, in
/// front of the phases and the last two. Nothing if there is none.
std::optional<size_t> rowDimension(const Plan &plan, size_t rank);

/// A sum in which a step adds to one place along a loop of the result: its body
/// is select(condition, …, acc) around acc + x, one of the conditions is that
/// the loop is at `row`, and nothing else knows that loop. Steps do not search
/// then.
struct Scatter {
  int64_t loop;
  ExpressionRef row;                     ///< of the reductions alone
  std::vector<ExpressionRef> conditions; ///< the others
  ExpressionRef step;                    ///< acc + x
};
std::optional<Scatter> scatterOf(const Stage &stage);

/// The extents of the loops that a stage walks through: all but that of a
/// scatter.
std::vector<Extent> steppedExtents(const Stage &stage);

/// The register tile over a domain of `rank` dimensions: vector · vectors
/// elements of the last one, `points` of the one before it, 1 of the others.
std::vector<int64_t> tileShape(const Plan &plan, size_t rank);

/// Whether `extent` is a multiple of `tile` for every batch.
bool dividesEvenly(const Extent &extent, int64_t tile);

/// Replaces each PenaltySum by an array of partial sums in float32, one vector
/// of `schedule.vector` lanes per register tile (`points` of the last dimension
/// but one, `vector·vectors` of the last): shape [d0 …, tiles, blocks, lanes].
/// The host adds all of them up in float64. Rewrites the Penalty stages to
/// match: their last two loops (points, vectors) are the reductions.
void splitPenalties(Plan &plan);

} // namespace kregc::plan

#endif // KREGC_COMPILER_PLAN_PLAN_H

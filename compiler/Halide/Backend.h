// The state of one compilation: Halide functions for the stages of a plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HALIDE_BACKEND_H
#define KREGC_COMPILER_HALIDE_BACKEND_H

#include "compiler/Plan/Plan.h"

#include "Halide.h"

#include <map>
#include <vector>

namespace kregc::halide {

// Elementary functions in float32, vectorised, right for NaN and infinities;
// errors are given with each.
Halide::Expr nanMax(Halide::Expr a, Halide::Expr b);
Halide::Expr nanMin(Halide::Expr a, Halide::Expr b);
Halide::Expr expOf(Halide::Expr x);
Halide::Expr logOf(Halide::Expr x);
Halide::Expr tanhOf(Halide::Expr x);
Halide::Expr erfOf(Halide::Expr x);

/// A plan's stages as Funcs. Dimensions are the tensor's, reversed: dimension 0
/// of a Func is the innermost.
class Backend {
public:
  explicit Backend(const plan::Plan &plan);

  const plan::Plan &plan;
  Halide::Param<int32_t> batch{"batch"};
  std::vector<Halide::ImageParam> operands; ///< per value; undefined elsewhere
  std::map<int, Halide::Func> funcs;        ///< value → Func
  std::map<int, Halide::Func> results;      ///< result → Func that stores it
  std::map<int, int> stageOf;               ///< value → stage that writes it
  /// Loops of a stage whose index is clamped to the extent where operands are
  /// read, because the stage is computed for whole tiles.
  std::vector<bool> clampLoops;

  void build();
  Halide::Pipeline pipeline();
  std::vector<Halide::Argument> arguments();

  Halide::Expr extent(const plan::Extent &e) const;
  /// Variables of a value's Func, innermost first; partial sums have the
  /// lanes in front, then the names of the tensor's dimensions.
  std::vector<Halide::Var> vars(size_t rank, bool partials) const;

private:
  friend struct Scope;
  void declareOperand(int value);
  void constrain(Halide::OutputImageParam buffer,
                 const std::vector<Halide::Expr> &sizes);
  std::vector<Halide::Expr> bufferSizes(const plan::Value &value) const;
  void defineStage(int index);
};

/// Puts plan.schedule on the Funcs.
void schedule(Backend &backend);

} // namespace kregc::halide

#endif // KREGC_COMPILER_HALIDE_BACKEND_H

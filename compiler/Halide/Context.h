// What an expression is translated in: one stage and its loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HALIDE_CONTEXT_H
#define KREGC_COMPILER_HALIDE_CONTEXT_H

#include "compiler/Halide/Translation.h"

#include <algorithm>

namespace kregc::halide {

struct Translation::Context {
  const plan::Stage &stage;
  std::vector<::Halide::Expr> loops;   ///< as they are: for values of the tile
  std::vector<::Halide::Expr> clamped; ///< inside of the extents: for memory
  ::Halide::Expr accumulator;
};

/// Halide lists dimensions innermost first.
template <typename T>
std::vector<T> reversed(std::vector<T> list) {
  std::reverse(list.begin(), list.end());
  return list;
}

::Halide::Type halideType(plan::ElementType type);

} // namespace kregc::halide

#endif // KREGC_COMPILER_HALIDE_CONTEXT_H

// One Plan to one object file. Compile.cpp and its neighbours are the only
// files that see Halide.h; this header is plain C++.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The function in the object:
//
//   int <plan.name>(void *user_context, int32_t batch, halide_buffer_t *…)
//
// takes one buffer per entry of Plan::arguments(): operands, results, arrays of
// partial penalty sums (float32). All buffers are dense in the order of
// Value::shape (the last dimension has stride 1, all minima are 0); a weight
// with packing p is dense in [ceil(C/p), d0, …, p]. halide_buffer_t lists the
// dimensions the other way round: dim[0] is the innermost. A release build
// reads only `host` of each buffer; a checked build (Options::checked) reads
// type, dimensions, extents and strides too and reports what does not fit.
//
// batch >= 1. The result is 0, or a Halide error code. Buffers need only the
// alignment of their elements, but 64 bytes are faster.
//
// Undefined symbols, and nothing else:
//   release: halide_do_par_for (plans with schedule.parallel > 0),
//   halide_malloc
//            and halide_free (strips above 16 KiB, with user_context), memset,
//            memcpy, and libm functions never
//   checked: these and halide_error_*, halide_error
// A task of halide_do_par_for may call it again (schedule.parallel == 2); to
// run the inner one in place is right.

#ifndef KREGC_COMPILER_HALIDE_COMPILE_H
#define KREGC_COMPILER_HALIDE_COMPILE_H

#include "compiler/Plan/Plan.h"
#include "compiler/Target/Target.h"

#include <string>
#include <variant>
#include <vector>

namespace kregc::halide {

struct CompiledKernel {
  std::string symbol;       ///< plan.name
  std::vector<char> object; ///< bytes of an object file, the same in each run
  std::string statement;    ///< Halide's lowered statement, if wanted
};

struct Options {
  bool checked = false;       ///< all of Halide's asserts, for tests
  bool wantStatement = false; ///< fill CompiledKernel::statement
  bool wantObject = true;     ///< false: only lower
};

struct Error {
  std::string message; ///< begins with the plan's name
};

using Result = std::variant<CompiledKernel, Error>;

/// Compiles a plan whose penalties are split (plan::splitPenalties). The plan
/// must satisfy plan::verify. Several threads may compile at once.
Result compileKernel(const plan::Plan &plan, const Target &target,
                     const Options &options);

} // namespace kregc::halide

#endif // KREGC_COMPILER_HALIDE_COMPILE_H

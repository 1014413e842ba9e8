// From a kernel whose body is linalg to its Plan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_CONVERSION_KERNELTOPLAN_KERNELTOPLAN_H
#define KREGC_COMPILER_CONVERSION_KERNELTOPLAN_KERNELTOPLAN_H

#include "compiler/Plan/Plan.h"
#include "dialect/IR/Kreg.h"

namespace mlir::kreg {

/// Translates any affine indexing maps of `linalg.generic`, and tensor.pad,
/// concat, extract_slice, collapse_shape, expand_shape and empty. Promises
/// about the Plan, beside what `plan::verify` checks:
///
/// * values: operands in the kernel's order, results in the kernel's order,
///   then temporaries. An operand made by `kreg.read` is a Weight and has the
///   block of `packings`; every other operand is an Input. A tensor result is
///   an Output, an f64 result a PenaltySum of rank 0.
/// * stages: loops that are not reductions come first, in the order of the
///   dimensions of the value written, one each; each stage writes one value.
/// * roles: Producers (pads, and what softmax needs first), one Anchor (the
/// last
///   reduction that is no penalty; else the last stage that is no penalty),
///   Epilogues (pointwise, after the anchor), Penalties. A chain of pointwise
///   stages is one stage unless a value in it is read twice. A kernel
///   that is only a penalty has no Anchor.
/// * `ReadOr` stands where an index may leave the tensor: in pads and concats.
///   A pad that only a reduction reads stays a Producer of its own.
/// * names: a Plan's is the kernel's with "k_" in front (never a symbol of
///   libc), the second build's has "__small" behind it.
///
/// One variant without `small_schedule`, else the small one first. Emits an
/// error that names the op and fails where a body holds anything else.
FailureOr<kregc::plan::Kernel> translateKernel(KernelOp kernel);

/// The plan of the main schedule (Plan's default, if the kernel has none), its
/// penalty sums not yet split: what the choice of schedules reads.
FailureOr<kregc::plan::Plan> translateBody(KernelOp kernel);

} // namespace mlir::kreg

#endif // KREGC_COMPILER_CONVERSION_KERNELTOPLAN_KERNELTOPLAN_H

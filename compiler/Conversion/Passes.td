// The conversion of kernel bodies to linalg.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_COMPILER_CONVERSION_PASSES_TD
#define KREG_COMPILER_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertKregToLinalgPass : Pass<"convert-kreg-to-linalg", "::mlir::kreg::ModelOp"> {
  let summary = "the core ops in kernels become linalg, tensor, arith and math ops";
  let description = [{
    Contractions, windows and reductions become `linalg.generic` with their
    loops in the order batch, space, channels, then the summed ones; padding is
    `tensor.pad`; a penalty is a reduction of all elements to `tensor<f64>`
    whose terms are computed in the tensor's element type, with coefficients
    rounded to it, as Keras does. Where the tensor is known to be non-negative
    (it leaves a ReLU, a sigmoid …) a term is x·(l1 + l2·x).

    Maxima propagate NaN; the mean over a window divides by the number of its
    elements inside the tensor.

    Values of a body that are equal in linalg (the square of x, and x times x)
    leave the kernel as one result, or as a copy where the model returns both.

    Requires: kernel form. Establishes: kernel form with linalg bodies.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def PrintPlansPass : Pass<"kreg-print-plans", "::mlir::kreg::ModelOp"> {
  let summary = "prints the plan of every kernel, as `kregc --emit plan` does";
  let description = [{
    For tests and for reading along; changes nothing. Fails where a kernel has
    no plan.

    Requires: kernel form with linalg bodies.
  }];
}

#endif // KREG_COMPILER_CONVERSION_PASSES_TD

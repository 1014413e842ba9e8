// The passes from penalty form to kernel form, in the order in which they run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_COMPILER_TRANSFORMS_PASSES_TD
#define KREG_COMPILER_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def FormKernelsPass : Pass<"kreg-form-kernels", "::mlir::kreg::ModelOp"> {
  let summary = "core ops become kernels: an anchor, its neighbours and its penalties";
  let description = [{
    Each contraction, pooling and reduction anchors a kernel. Pads before a
    window join it, and elementwise ops behind it as long as nobody else needs
    the value in between and no cycle arises. A penalty joins the kernel that
    makes its tensor, so its sum needs no pass over memory; the penalty of a
    model input is a kernel of its own. What is left becomes elementwise
    kernels and data kernels (transpose, concat, pad). `kreg.reshape` between
    kernels is a view. A model output that would be an input, a weight or another
    output is copied by a kernel.

    Requires: layers-dissolved, inference-specialised.
    Establishes: kernel form (docs/architecture.md).

    Before:
    ```mlir
    kreg.model @tiny(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.unary relu %x : tensor<?x4xf32>
      %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32> penalties %p
    }
    ```
  }];
  let dependentDialects = ["::mlir::kreg::KregDialect"];
}

def SelectSchedulesPass : Pass<"kreg-select-schedules", "::mlir::kreg::ModelOp"> {
  let summary = "puts a #kreg.schedule and operand packings on every kernel";
  let description = [{
    Reads the loop extents of the kernel's anchor and the target description,
    and chooses register tile, strip, order and parallel depth. Weights of
    contractions are packed to the tile's block of channels.

    Requires: kernel form with linalg bodies. Establishes: schedules.
  }];
  let options = [Option<"targetName", "target", "std::string", "\"host\"",
                        "the target's name, as kregc --target has it">];
  let dependentDialects = ["::mlir::kreg::KregDialect"];
}

#endif // KREG_COMPILER_TRANSFORMS_PASSES_TD

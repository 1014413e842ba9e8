// Core ops that only move elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_MOVE_OPS_TD
#define KREG_MOVE_OPS_TD

include "dialect/IR/KregAttrs.td"

def Kreg_ReshapeOp : Kreg_TypedCoreOp<"reshape"> {
  let summary = "the same elements in row-major order in another shape; the batch stays";
  let description = [{
    Constraints:
    * (C1) a dynamic dimension 0 (the batch) stays, and the others have the
      same product; without one, as for a weight, all have.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
      %y = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
      kreg.return %y : tensor<?x6xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_Tensor:$x);
  let results = (outs Kreg_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Kreg_TransposeOp : Kreg_CoreOp<"transpose"> {
  let summary = "permutes dimensions: dimension i of the result is dimension perm[i] of x";
  let description = [{
    Constraints:
    * (C1) perm is a permutation of the dimensions of x.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
      %y = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
      kreg.return %y : tensor<?x3x2xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_Tensor:$x, DenseI64ArrayAttr:$perm);
  let results = (outs Kreg_Tensor:$y);
  let assemblyFormat = "$x `perm` $perm attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Kreg_PadOp : Kreg_CoreOp<"pad"> {
  let summary = "zeros before and after, one pair per dimension";
  let description = [{
    Constraints:
    * (C1) one low and one high pad per dimension, 0 at the batch.
    * (C2) pads are not negative.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x2x3xf32>) -> tensor<?x5x3xf32> {
      %y = kreg.pad %x low [0, 1, 0] high [0, 2, 0] : (tensor<?x2x3xf32>) -> tensor<?x5x3xf32>
      kreg.return %y : tensor<?x5x3xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `low` $low `high` $high attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Kreg_ConcatOp : Kreg_CoreOp<"concat"> {
  let summary = "tensors one after another along an axis";
  let description = [{
    Constraints:
    * (C1) there is an input.
    * (C2) axis is at least 1 and below the rank.
    * (C3) the inputs agree outside of axis.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x2xf32>) -> tensor<?x4xf32> {
      %y = kreg.concat %x, %x axis 1 : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Kreg_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Kreg_Tensor:$y);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)";
}

#endif // KREG_MOVE_OPS_TD

// Core ops: reductions, functions of elements, constants, normalisation, dropout.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_POINTWISE_OPS_TD
#define KREG_POINTWISE_OPS_TD

include "dialect/IR/KregAttrs.td"

def Kreg_ReduceOp : Kreg_CoreOp<"reduce"> {
  let summary = "sum, mean, maximum or minimum over axes (never over axis 0)";
  let description = [{
    Constraints:
    * (C1) axes are at least 1 and below the rank.
    * (C2) no axis comes twice.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x5x5x3xf32>) -> tensor<?x3xf32> {
      %y = kreg.reduce mean %x axes [1, 2] : (tensor<?x5x5x3xf32>) -> tensor<?x3xf32>
      kreg.return %y : tensor<?x3xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_ReduceKindAttr:$kind, Kreg_FloatTensor:$x, DenseI64ArrayAttr:$axes,
                       UnitAttr:$keepdims);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    `` $kind $x `axes` $axes (`keepdims` $keepdims^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1; // no axes
}

def Kreg_SoftmaxOp : Kreg_SameTypeCoreOp<"softmax"> {
  let summary = "softmax over one axis, the maximum subtracted first";
  let description = [{
    Constraints:
    * (C1) axis is at least 1 and below the rank.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x10xf32>) -> tensor<?x10xf32> {
      %y = kreg.softmax %x axis 1 : tensor<?x10xf32>
      kreg.return %y : tensor<?x10xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, I64Attr:$axis);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `axis` $axis attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Kreg_UnaryOp : Kreg_SameTypeCoreOp<"unary"> {
  let summary = "a function of each element";
  let description = [{
    Constraints:
    * (C1) as many parameters as the function has (see `kreg::UnaryKind`).

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %0 = kreg.unary leaky_relu %x params [0.2] : tensor<?x4xf32>
      %y = kreg.unary tanh %0 : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_UnaryKindAttr:$kind, Kreg_FloatTensor:$x,
                       DefaultValuedAttr<DenseF64ArrayAttr, "{}">:$params);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "`` $kind $x (`params` custom<Parameters>($params)^)? attr-dict `:` type($x)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Kreg_BinaryOp : Kreg_CoreOp<"binary"> {
  let summary = "a function of two tensors, broadcast as NumPy does";
  let description = [{
    Constraints:
    * (C1) the shapes broadcast.

    Example:
    ```mlir
    kreg.variable @bias trainable : tensor<4xf32>
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %b = kreg.read @bias : tensor<4xf32>
      %y = kreg.binary add %x, %b : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_BinaryKindAttr:$kind, Kreg_FloatTensor:$a, Kreg_FloatTensor:$b);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "`` $kind $a `,` $b attr-dict `:` functional-type(operands, results)";
}

def Kreg_ConstantOp : Kreg_CoreOp<"constant", [ConstantLike]> {
  let summary = "a constant tensor";
  let description = [{
    The result has the type of the value.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %c = kreg.constant dense<0.5> : tensor<4xf32>
      %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Kreg_Tensor:$y);
  let assemblyFormat = "$value attr-dict";
  let hasFolder = 1;
}

def Kreg_BatchNormOp : Kreg_CoreOp<"batch_norm", [AttrSizedOperandSegments]> {
  let summary = "γ·(x - μ)/√(v + ε) + β with the moving statistics";
  let description = [{
    All of γ, β, μ, v have the shape [C] of `axis`. γ and β may be absent
    (`scale=False`, `center=False`). `trained` marks a layer that uses batch
    statistics in training (`trainable=True`); inference ignores it.

    Constraints:
    * (C1) every operand but x has the shape [dimension `axis` of x].
    * (C2) axis is at least 1 and below the rank.

    Example:
    ```mlir
    kreg.variable @mean : tensor<4xf32>
    kreg.variable @variance : tensor<4xf32>
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %m = kreg.read @mean : tensor<4xf32>
      %v = kreg.read @variance : tensor<4xf32>
      %y = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1
        : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, Kreg_FloatTensor:$mean, Kreg_FloatTensor:$variance,
                       Optional<Kreg_FloatTensor>:$gamma, Optional<Kreg_FloatTensor>:$beta,
                       F64Attr:$epsilon, I64Attr:$axis,
                       DefaultValuedAttr<F64Attr, "0.99">:$momentum, UnitAttr:$trained);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $x `mean` $mean `variance` $variance (`gamma` $gamma^)? (`beta` $beta^)?
    `epsilon` $epsilon `axis` $axis (`momentum` $momentum^)? (`trained` $trained^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Kreg_DropoutOp : Kreg_SameTypeCoreOp<"dropout"> {
  let summary = "drops elements at random in training; the identity at inference";
  let description = [{
    In training each element is kept with probability 1 - rate and then divided
    by it; rate 1 gives zeros. `noise_shape` (a mask broadcast along the
    dimensions that are 1; 0 stands for the batch) may be empty.

    Constraints:
    * (C1) 0 <= rate <= 1.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.dropout %x rate 0.2 : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, F64Attr:$rate,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$noise_shape,
                       OptionalAttr<I64Attr>:$seed);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `rate` $rate (`noise_shape` $noise_shape^)? (`seed` $seed^)? attr-dict `:` type($x)";
  let hasVerifier = 1;
  let hasFolder = 1; // rate 0
}

#endif // KREG_POINTWISE_OPS_TD

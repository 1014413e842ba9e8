// The arithmetic of Keras layers: about thirty ops serve a hundred layers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_CORE_OPS_TD
#define KREG_CORE_OPS_TD

include "dialect/IR/KregAttrs.td"

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

def Kreg_DenseOp : Kreg_CoreOp<"dense"> {
  let summary = "contracts the last axis of x with the first of the kernel";
  let description = [{
    x: [B, …, K], kernel: [K, N], result: [B, …, N].

    Constraints:
    * (C1) x has rank 2 or more, the kernel rank 2.
    * (C2) the last dimension of x is the first of the kernel.
  }];
  let arguments = (ins Kreg_FloatTensor:$x, Kreg_FloatTensor:$kernel);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `,` $kernel attr-dict `:` functional-type(operands, results)";
}

def Kreg_ConvOp : Kreg_CoreOp<"conv"> {
  let summary = "convolution (cross-correlation), channels last, 1 to 3 spatial dimensions";
  let description = [{
    x: [B, spatial…, C], kernel: [window…, C/groups, F], result: [B, out…, F],
    out = floor((n + low + high - (k-1)·d - 1)/s) + 1 with zero padding.
    `pads_low` and `pads_high` are resolved: `same` has become numbers.

    Constraints:
    * (C1) strides, dilations and pads have one entry per spatial dimension.
    * (C2) strides, dilations and groups are positive, pads are not negative.
    * (C3) C = kernel's dimension · groups, and groups divides F.
    * (C4) the window fits into the padded input.
  }];
  let arguments = (ins Kreg_FloatTensor:$x, Kreg_FloatTensor:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pads_low, DenseI64ArrayAttr:$pads_high,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $kernel `strides` $strides `dilations` $dilations `pads` $pads_low `to` $pads_high
    (`groups` $groups^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Kreg_DepthwiseConvOp : Kreg_CoreOp<"depthwise_conv"> {
  let summary = "convolution of each channel with its own kernels";
  let description = [{
    x: [B, spatial…, C], kernel: [window…, C, M], result: [B, out…, C·M];
    output channel c·M + m. Constraints (C1), (C2), (C4) of `kreg.conv`, and
    * (C3) C is the kernel's last but one dimension.
  }];
  let arguments = (ins Kreg_FloatTensor:$x, Kreg_FloatTensor:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pads_low, DenseI64ArrayAttr:$pads_high);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $kernel `strides` $strides `dilations` $dilations `pads` $pads_low `to` $pads_high
    attr-dict `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Windows and reductions
//===----------------------------------------------------------------------===//

def Kreg_PoolOp : Kreg_CoreOp<"pool"> {
  let summary = "maximum or mean over a window; padding is ignored by both";
  let description = [{
    x: [B, spatial…, C]. `max` pads with -inf and yields NaN if the window has
    one; `avg` divides by the number of in-bounds elements.
    Constraints as for `kreg.conv` (C1), (C2), (C4), and
    * (C3) no window lies wholly in the padding.
  }];
  let arguments = (ins Kreg_PoolKindAttr:$kind, Kreg_FloatTensor:$x, DenseI64ArrayAttr:$window,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads_low,
                       DenseI64ArrayAttr:$pads_high);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    `` $kind $x `window` $window `strides` $strides `pads` $pads_low `to` $pads_high
    attr-dict `:` functional-type(operands, results)
  }];
}

def Kreg_ReduceOp : Kreg_CoreOp<"reduce"> {
  let summary = "sum, mean or maximum over axes (never over axis 0)";
  let arguments = (ins Kreg_ReduceKindAttr:$kind, Kreg_FloatTensor:$x, DenseI64ArrayAttr:$axes,
                       UnitAttr:$keepdims);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    `` $kind $x `axes` $axes (`keepdims` $keepdims^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Kreg_SoftmaxOp : Kreg_SameTypeCoreOp<"softmax"> {
  let summary = "softmax over one axis, the maximum subtracted first";
  let arguments = (ins Kreg_FloatTensor:$x, I64Attr:$axis);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `axis` $axis attr-dict `:` type($x)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

def Kreg_UnaryOp : Kreg_SameTypeCoreOp<"unary"> {
  let summary = "a function of each element";
  let description = [{
    Constraints:
    * (C1) as many parameters as the function has (see `kreg::UnaryKind`).
  }];
  let arguments = (ins Kreg_UnaryKindAttr:$kind, Kreg_FloatTensor:$x,
                       DefaultValuedAttr<DenseF64ArrayAttr, "{}">:$params);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "`` $kind $x (`params` $params^)? attr-dict `:` type($x)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Kreg_BinaryOp : Kreg_CoreOp<"binary"> {
  let summary = "a function of two tensors, broadcast as NumPy does";
  let arguments = (ins Kreg_BinaryKindAttr:$kind, Kreg_FloatTensor:$a, Kreg_FloatTensor:$b);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "`` $kind $a `,` $b attr-dict `:` functional-type(operands, results)";
}

def Kreg_ConstantOp : Kreg_CoreOp<"constant", [ConstantLike]> {
  let summary = "a constant tensor";
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
  }];
  let arguments = (ins Kreg_FloatTensor:$x, F64Attr:$rate,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$noise_shape,
                       OptionalAttr<I64Attr>:$seed);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `rate` $rate (`noise_shape` $noise_shape^)? (`seed` $seed^)? attr-dict `:` type($x)";
  let hasVerifier = 1;
  let hasFolder = 1; // rate 0
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

def Kreg_ReshapeOp : Kreg_TypedCoreOp<"reshape"> {
  let summary = "the same elements in row-major order in another shape; the batch stays";
  let description = [{
    Constraints:
    * (C1) dimension 0 stays, and the others have the same product.
  }];
  let arguments = (ins Kreg_Tensor:$x);
  let results = (outs Kreg_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Kreg_TransposeOp : Kreg_CoreOp<"transpose"> {
  let summary = "permutes dimensions: dimension i of the result is dimension perm[i] of x";
  let arguments = (ins Kreg_Tensor:$x, DenseI64ArrayAttr:$perm);
  let results = (outs Kreg_Tensor:$y);
  let assemblyFormat = "$x `perm` $perm attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Kreg_PadOp : Kreg_CoreOp<"pad"> {
  let summary = "zeros before and after, one pair per dimension";
  let arguments = (ins Kreg_FloatTensor:$x, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `low` $low `high` $high attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Kreg_ConcatOp : Kreg_CoreOp<"concat"> {
  let summary = "tensors one after another along an axis";
  let arguments = (ins Variadic<Kreg_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Kreg_Tensor:$y);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)";
}

#endif // KREG_CORE_OPS_TD

// Core ops: dense, the convolutions and pooling.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_WINDOW_OPS_TD
#define KREG_WINDOW_OPS_TD

include "dialect/IR/KregAttrs.td"

def Kreg_DenseOp : Kreg_CoreOp<"dense"> {
  let summary = "contracts the last axis of x with the first of the kernel";
  let description = [{
    x: [B, …, K], kernel: [K, N], result: [B, …, N].

    Constraints:
    * (C1) x has rank 2 or more, the kernel rank 2.
    * (C2) the last dimension of x is the first of the kernel.

    Example:
    ```mlir
    kreg.variable @kernel trainable : tensor<4x2xf32>
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %k = kreg.read @kernel : tensor<4x2xf32>
      %y = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      kreg.return %y : tensor<?x2xf32>
    }
    ```
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

    Example:
    ```mlir
    kreg.variable @kernel trainable : tensor<3x3x3x8xf32>
    kreg.model @example(%x: tensor<?x6x6x3xf32>) -> tensor<?x2x2x8xf32> {
      %k = kreg.read @kernel : tensor<3x3x3x8xf32>
      %y = kreg.conv %x, %k strides [2, 2] dilations [1, 1] pads [0, 0] to [0, 0]
        : (tensor<?x6x6x3xf32>, tensor<3x3x3x8xf32>) -> tensor<?x2x2x8xf32>
      kreg.return %y : tensor<?x2x2x8xf32>
    }
    ```
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

    Example:
    ```mlir
    kreg.variable @kernel trainable : tensor<3x3x2xf32>
    kreg.model @example(%x: tensor<?x6x3xf32>) -> tensor<?x6x6xf32> {
      %k = kreg.read @kernel : tensor<3x3x2xf32>
      %y = kreg.depthwise_conv %x, %k strides [1] dilations [1] pads [1] to [1]
        : (tensor<?x6x3xf32>, tensor<3x3x2xf32>) -> tensor<?x6x6xf32>
      kreg.return %y : tensor<?x6x6xf32>
    }
    ```
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

def Kreg_PoolOp : Kreg_CoreOp<"pool"> {
  let summary = "maximum or mean over a window; padding is ignored by both";
  let description = [{
    x: [B, spatial…, C]. `max` pads with -inf and yields NaN if the window has
    one; `avg` divides by the number of in-bounds elements.

    Constraints as for `kreg.conv` (C1), (C2), (C4), and
    * (C3) no window lies wholly in the padding.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x5x5x3xf32>) -> tensor<?x3x3x3xf32> {
      %y = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [1, 1]
        : (tensor<?x5x5x3xf32>) -> tensor<?x3x3x3xf32>
      kreg.return %y : tensor<?x3x3x3xf32>
    }
    ```
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

#endif // KREG_WINDOW_OPS_TD

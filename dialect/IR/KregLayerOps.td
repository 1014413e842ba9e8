// Core ops of the feed-forward layers beyond dense, conv and pool: transposed
// convolution, cropping, upsampling, noise, normalisation, matmul, embedding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_LAYER_OPS_TD
#define KREG_LAYER_OPS_TD

include "dialect/IR/KregAttrs.td"

def Kreg_ConvTransposeOp : Kreg_CoreOp<"conv_transpose"> {
  let summary = "transposed convolution, channels last, 1 to 3 spatial dimensions";
  let description = [{
    x: [B, spatial…, C], kernel: [window…, F, C] (as Keras stores it), result:
    [B, out…, F] with y[o] = Σ x[i]·k[t] over all i and t of o + low = i·s + t·d;
    out = (n - 1)·s + (k - 1)·d + 1 - low - high. It is the gradient of
    `kreg.conv` with the same kernel, strides, dilations and pads with respect
    to its x. A negative high pad appends points that no window reaches (a
    stride above the reach, `output_padding`): zeros.

    Constraints:
    * (C1) strides, dilations and pads have one entry per spatial dimension.
    * (C2) strides and dilations are positive, low pads are not negative.
    * (C3) C is the kernel's last dimension.
    * (C4) every result extent is positive.

    Example:
    ```mlir
    kreg.variable @kernel trainable : tensor<3x3x8x2xf32>
    kreg.model @example(%x: tensor<?x4x4x2xf32>) -> tensor<?x8x8x8xf32> {
      %k = kreg.read @kernel : tensor<3x3x8x2xf32>
      %y = kreg.conv_transpose %x, %k strides [2, 2] dilations [1, 1] pads [0, 0] to [1, 1]
        : (tensor<?x4x4x2xf32>, tensor<3x3x8x2xf32>) -> tensor<?x8x8x8xf32>
      kreg.return %y : tensor<?x8x8x8xf32>
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

def Kreg_SliceOp : Kreg_CoreOp<"slice"> {
  let summary = "leaves out elements before and after, one pair per dimension";
  let description = [{
    y[i] = x[low + i·stride] per dimension; `low` and `high` count the elements
    that are cut off at each end, so that extent = ceil((n - low - high)/stride).
    Without `strides` all are 1.

    Constraints:
    * (C1) one low and one high cut per dimension, 0 at the batch; no strides
      or one per dimension, 1 at the batch.
    * (C2) cuts are not negative, strides are positive.
    * (C3) an element is left in each dimension.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x6x3xf32>) -> tensor<?x2x2xf32> {
      %0 = kreg.slice %x low [0, 1, 0] high [0, 2, 1] : (tensor<?x6x3xf32>) -> tensor<?x3x2xf32>
      %y = kreg.slice %0 low [0, 0, 0] high [0, 0, 0] strides [1, 2, 1]
        : (tensor<?x3x2xf32>) -> tensor<?x2x2xf32>
      kreg.return %y : tensor<?x2x2xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$strides);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $x `low` $low `high` $high (`strides` $strides^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1; // nothing cut; a slice of a slice
}

def Kreg_RepeatOp : Kreg_CoreOp<"repeat"> {
  let summary = "each element several times along each dimension";
  let description = [{
    y[i] = x[i / factor] per dimension (the nearest neighbour of upsampling).

    Constraints:
    * (C1) one positive factor per dimension, 1 at the batch.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x2x3xf32>) -> tensor<?x4x3xf32> {
      %y = kreg.repeat %x factors [1, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x4x3xf32>
      kreg.return %y : tensor<?x4x3xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, DenseI64ArrayAttr:$factors);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `factors` $factors attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1; // factors 1; a repeat of a repeat
}

def Kreg_ResizeOp : Kreg_CoreOp<"resize"> {
  let summary = "interpolates the spatial dimensions to other sizes";
  let description = [{
    x: [B, spatial…, C], result: [B, sizes…, C]. `bilinear` takes centres of
    elements at half (as Keras and TensorFlow do): position i of m lies at
    p = (i + 1/2)·n/m - 1/2 of n, between a = x[max(⌊p⌋, 0)] and
    b = x[min(⌊p⌋ + 1, n - 1)], and is a + (b - a)·(p - ⌊p⌋); the last spatial
    dimension first, then the one before it.

    Constraints:
    * (C1) one positive size per spatial dimension.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x2x3x1xf32>) -> tensor<?x4x6x1xf32> {
      %y = kreg.resize bilinear %x to [4, 6] : (tensor<?x2x3x1xf32>) -> tensor<?x4x6x1xf32>
      kreg.return %y : tensor<?x4x6x1xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_ResizeKindAttr:$kind, Kreg_FloatTensor:$x, DenseI64ArrayAttr:$sizes);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "`` $kind $x `to` $sizes attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1; // the same sizes
}

def Kreg_NoiseOp : Kreg_SameTypeCoreOp<"noise"> {
  let summary = "noise in training; the identity at inference";
  let description = [{
    In training, with n drawn per element:
    * `gaussian_noise`: x + n, n from N(0, amount²);
    * `gaussian_dropout`: x·n, n from N(1, amount/(1 - amount));
    * `alpha_dropout`: a·(n ? x : α') + b with P(n) = 1 - amount,
      α' = -1.7580993408473766, a = ((1 - amount)(1 + amount·α'²))^(-1/2),
      b = -a·α'·amount; `noise_shape` as for `kreg.dropout`.

    Constraints:
    * (C1) amount >= 0, and amount <= 1 where it is a rate.
    * (C2) only `alpha_dropout` has a noise shape.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.noise gaussian_noise %x amount 0.1 seed 7 : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_NoiseKindAttr:$kind, Kreg_FloatTensor:$x, F64Attr:$amount,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$noise_shape,
                       OptionalAttr<I64Attr>:$seed);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    `` $kind $x `amount` $amount (`noise_shape` $noise_shape^)? (`seed` $seed^)? attr-dict `:` type($x)
  }];
  let hasVerifier = 1;
  let hasFolder = 1; // amount 0
}

def Kreg_NormalizeOp : Kreg_SameTypeCoreOp<"normalize"> {
  let summary = "divides by a deviation or norm taken over axes (never over axis 0)";
  let description = [{
    Statistics are taken over `axes`, for each index of the others:
    * `standard`: (x - μ)/√(v + ε), v the mean of (x - μ)² (biased);
    * `rms`: x/√(mean(x²) + ε);
    * `l2`: x·min(1/√Σx², 1/ε), so that zeros stay zeros.
    Scale and offset are `kreg.binary` ops behind it.

    Constraints:
    * (C1) axes are at least 1 and below the rank, and none comes twice.
    * (C2) there is an axis.
    * (C3) ε is not negative; of `l2` it is positive.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.normalize standard %x axes [1] epsilon 1.0e-3 : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_NormalizeKindAttr:$kind, Kreg_FloatTensor:$x,
                       DenseI64ArrayAttr:$axes, F64Attr:$epsilon);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "`` $kind $x `axes` $axes `epsilon` $epsilon attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Kreg_MatmulOp : Kreg_CoreOp<"matmul"> {
  let summary = "products of matrices, one per index of the leading dimensions";
  let description = [{
    a: [B, …, M, K], b: [B, …, K, N], result: [B, …, M, N].

    Constraints:
    * (C1) a and b have the same rank, 2 or more, and the same leading dimensions.
    * (C2) the last dimension of a is the last but one of b.

    Example:
    ```mlir
    kreg.model @example(%a: tensor<?x2x3xf32>, %b: tensor<?x3x4xf32>) -> tensor<?x2x4xf32> {
      %y = kreg.matmul %a, %b : (tensor<?x2x3xf32>, tensor<?x3x4xf32>) -> tensor<?x2x4xf32>
      kreg.return %y : tensor<?x2x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$a, Kreg_FloatTensor:$b);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` functional-type(operands, results)";
}

def Kreg_EmbeddingOp : Kreg_CoreOp<"embedding"> {
  let summary = "rows of a table";
  let description = [{
    ids: [B, …] holds integers as floats (a fraction is cut off, as Keras' cast
    does), table: [V, D], result: [B, …, D]. An id outside of 0 … V-1, and NaN,
    gives a row of NaN: Keras leaves it to the backend, which fails or gives
    zeros or NaN.

    Constraints:
    * (C1) the table has rank 2.

    Example:
    ```mlir
    kreg.variable @table trainable : tensor<10x4xf32>
    kreg.model @example(%ids: tensor<?x3xf32>) -> tensor<?x3x4xf32> {
      %t = kreg.read @table : tensor<10x4xf32>
      %y = kreg.embedding %ids, %t : (tensor<?x3xf32>, tensor<10x4xf32>) -> tensor<?x3x4xf32>
      kreg.return %y : tensor<?x3x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$ids, Kreg_FloatTensor:$table);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, results)";
}

#endif // KREG_LAYER_OPS_TD

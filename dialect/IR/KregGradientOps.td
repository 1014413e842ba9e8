// What a training step needs beyond the ops of inference: sums over the batch,
// gradients of contractions and pooling, totals of losses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_GRADIENT_OPS_TD
#define KREG_GRADIENT_OPS_TD

include "dialect/IR/KregAttrs.td"

def Kreg_ReduceToOp : Kreg_TypedCoreOp<"reduce_to"> {
  let summary = "sums over the dimensions that a broadcast would repeat, the batch among them";
  let description = [{
    The transpose of broadcasting a tensor of the result's shape to that of x:
    dimensions that the result lacks (aligned at the end) or has as 1 are summed.

    Constraints:
    * (C1) the result's shape broadcasts to that of x.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<4xf32> {
      %s = kreg.reduce_to %x : tensor<?x4xf32> to tensor<4xf32>
      kreg.return %s : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Kreg_FillOp : Kreg_TypedCoreOp<"fill"> {
  let summary = "a tensor of one value, divided by the batch if it says so";
  let description = [{
    `like` gives the batch: of dimension 0 of the result where that is dynamic,
    and of the division with `per batch` (an empty batch gives zeros). The
    gradient of `kreg.total` starts with it.

    Constraints:
    * (C1) `like` has rank 1 or more.
    * (C2) only dimension 0 of the result may be dynamic.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.fill 1.0 per batch like %x : tensor<?x4xf32> to tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins F64Attr:$value, Kreg_NormAttr:$norm, Kreg_FloatTensor:$like);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $value `per` `` $norm `like` $like attr-dict `:` type($like) `to` type($y)
  }];
  let hasVerifier = 1;
}

def Kreg_TotalOp : Kreg_Op<"total", [Pure]> {
  let summary = "the sum of all elements in float64, divided by the batch if it says so";
  let description = [{
    What a loss becomes: `per batch` divides by dimension 0 of the tensor; an
    empty batch gives 0.

    Constraints:
    * (C1) the input has rank 1 or more when divided by the batch.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %l = kreg.total %x per batch : tensor<?x4xf32>
      kreg.return %x : tensor<?x4xf32> penalties %l
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$input, Kreg_NormAttr:$norm);
  let results = (outs F64:$value);
  let assemblyFormat = "$input `per` `` $norm `:` type($input) attr-dict";
  let hasVerifier = 1;
}

def Kreg_OrthogonalGradientOp : Kreg_SameTypeCoreOp<"orthogonal_gradient"> {
  let summary = "the gradient of `kreg.orthogonal_penalty` with respect to its input";
  let description = [{
    With unit vectors v_i = x_i / ‖x_i‖ and g_i = Σ_{j≠i} sign(v_i·v_j)·v_j, vector
    i of the result is factor / (n(n-1)/2) · (g_i - v_i (v_i·g_i)) / ‖x_i‖; a norm
    below 1e-7 counts as that constant. `per batch` divides by dimension 0.

    Constraints:
    * (C1) the input has rank 2.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %g = kreg.orthogonal_gradient %x, <0.05, columns> per batch : tensor<?x4xf32>
      kreg.return %g : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$input, Kreg_OrthogonalAttr:$regularizer,
                       Kreg_NormAttr:$norm);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$input `,` $regularizer `per` `` $norm `:` type($input) attr-dict";
  let hasVerifier = 1;
}

def Kreg_OneHotOp : Kreg_TypedCoreOp<"one_hot"> {
  let summary = "1 where the last index is the integer in ids, 0 elsewhere";
  let description = [{
    ids: [B, …] holds integers as floats, result: [B, …, K]. An integer outside
    of 0 … K-1 gives a row of zeros, as in Keras.

    Constraints:
    * (C1) the result has the shape of ids and one static dimension more.

    Example:
    ```mlir
    kreg.model @example(%ids: tensor<?xf32>) -> tensor<?x10xf32> {
      %y = kreg.one_hot %ids : tensor<?xf32> to tensor<?x10xf32>
      kreg.return %y : tensor<?x10xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$ids);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$ids attr-dict `:` type($ids) `to` type($y)";
  let hasVerifier = 1;
}

def Kreg_DenseKernelGradientOp : Kreg_CoreOp<"dense_kernel_gradient"> {
  let summary = "the gradient of `kreg.dense` with respect to its kernel";
  let description = [{
    x: [B, …, K], dy: [B, …, N], result: [K, N] = Σ over all rows of xᵀ·dy.

    Constraints:
    * (C1) x and dy agree outside of their last dimensions.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>, %dy: tensor<?x2xf32>) -> tensor<4x2xf32> {
      %dk = kreg.dense_kernel_gradient %x, %dy : (tensor<?x4xf32>, tensor<?x2xf32>) -> tensor<4x2xf32>
      kreg.return %dk : tensor<4x2xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, Kreg_FloatTensor:$dy);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$x `,` $dy attr-dict `:` functional-type(operands, results)";
}

/// A gradient of a windowed op: the operands and the window of that op, and the
/// type of what the gradient belongs to.
class Kreg_WindowGradientOp<string mnemonic, dag extra = (ins)>
    : Kreg_TypedCoreOp<mnemonic> {
  let arguments = !con((ins Kreg_FloatTensor:$a, Kreg_FloatTensor:$b,
                            DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                            DenseI64ArrayAttr:$pads_low, DenseI64ArrayAttr:$pads_high), extra);
  let results = (outs Kreg_FloatTensor:$y);
  let hasVerifier = 1;
}

def Kreg_ConvKernelGradientOp
    : Kreg_WindowGradientOp<"conv_kernel_gradient", (ins DefaultValuedAttr<I64Attr, "1">:$groups)> {
  let summary = "the gradient of `kreg.conv` with respect to its kernel";
  let description = [{
    a: the convolution's x, b: the gradient of its result; the result has the
    type of the kernel.

    Constraints:
    * (C1) a convolution of `a` with a kernel of the result's type has the type of `b`.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x6x6x3xf32>, %dy: tensor<?x2x2x8xf32>) -> tensor<3x3x3x8xf32> {
      %dk = kreg.conv_kernel_gradient %x, %dy strides [2, 2] dilations [1, 1] pads [0, 0] to [0, 0]
        : (tensor<?x6x6x3xf32>, tensor<?x2x2x8xf32>) -> tensor<3x3x3x8xf32>
      kreg.return %dk : tensor<3x3x3x8xf32>
    }
    ```
  }];
  let assemblyFormat = [{
    $a `,` $b `strides` $strides `dilations` $dilations `pads` $pads_low `to` $pads_high
    (`groups` $groups^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Kreg_ConvInputGradientOp
    : Kreg_WindowGradientOp<"conv_input_gradient", (ins DefaultValuedAttr<I64Attr, "1">:$groups)> {
  let summary = "the gradient of `kreg.conv` with respect to x";
  let description = [{
    a: the gradient of the convolution's result, b: its kernel; the result has
    the type of x.

    Constraints:
    * (C1) a convolution of the result with `b` has the type of `a`.

    Example:
    ```mlir
    kreg.model @example(%dy: tensor<?x2x2x8xf32>, %k: tensor<3x3x3x8xf32>) -> tensor<?x6x6x3xf32> {
      %dx = kreg.conv_input_gradient %dy, %k strides [2, 2] dilations [1, 1] pads [0, 0] to [0, 0]
        : (tensor<?x2x2x8xf32>, tensor<3x3x3x8xf32>) -> tensor<?x6x6x3xf32>
      kreg.return %dx : tensor<?x6x6x3xf32>
    }
    ```
  }];
  let assemblyFormat = [{
    $a `,` $b `strides` $strides `dilations` $dilations `pads` $pads_low `to` $pads_high
    (`groups` $groups^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Kreg_DepthwiseKernelGradientOp : Kreg_WindowGradientOp<"depthwise_kernel_gradient"> {
  let summary = "the gradient of `kreg.depthwise_conv` with respect to its kernel";
  let description = [{
    As `kreg.conv_kernel_gradient`, of a depthwise convolution.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x6x3xf32>, %dy: tensor<?x4x3xf32>) -> tensor<3x3x1xf32> {
      %dk = kreg.depthwise_kernel_gradient %x, %dy strides [1] dilations [1] pads [0] to [0]
        : (tensor<?x6x3xf32>, tensor<?x4x3xf32>) -> tensor<3x3x1xf32>
      kreg.return %dk : tensor<3x3x1xf32>
    }
    ```
  }];
  let assemblyFormat = [{
    $a `,` $b `strides` $strides `dilations` $dilations `pads` $pads_low `to` $pads_high
    attr-dict `:` functional-type(operands, results)
  }];
}

def Kreg_DepthwiseInputGradientOp : Kreg_WindowGradientOp<"depthwise_input_gradient"> {
  let summary = "the gradient of `kreg.depthwise_conv` with respect to x";
  let description = [{
    As `kreg.conv_input_gradient`, of a depthwise convolution.

    Example:
    ```mlir
    kreg.model @example(%dy: tensor<?x4x3xf32>, %k: tensor<3x3x1xf32>) -> tensor<?x6x3xf32> {
      %dx = kreg.depthwise_input_gradient %dy, %k strides [1] dilations [1] pads [0] to [0]
        : (tensor<?x4x3xf32>, tensor<3x3x1xf32>) -> tensor<?x6x3xf32>
      kreg.return %dx : tensor<?x6x3xf32>
    }
    ```
  }];
  let assemblyFormat = [{
    $a `,` $b `strides` $strides `dilations` $dilations `pads` $pads_low `to` $pads_high
    attr-dict `:` functional-type(operands, results)
  }];
}

def Kreg_PoolGradientOp : Kreg_Op<"pool_gradient", [Pure, AllTypesMatch<["x", "y"]>]> {
  let summary = "the gradient of `kreg.pool` with respect to x";
  let description = [{
    Of a maximum the first of equal elements of a window gets the gradient, as
    in TensorFlow; of a mean each in-bounds element gets its share. Kernels take
    the places of the maxima from `positions`, the `kreg.pool_position` of x.

    Constraints:
    * (C1) pooling x has the type of dy.
    * (C2) positions, of a maximum only, have the type of dy.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4x3xf32>, %dy: tensor<?x2x3xf32>) -> tensor<?x4x3xf32> {
      %dx = kreg.pool_gradient max %x, %dy window [2] strides [2] pads [0] to [0]
        : tensor<?x4x3xf32>, tensor<?x2x3xf32>
      kreg.return %dx : tensor<?x4x3xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_PoolKindAttr:$kind, Kreg_FloatTensor:$x, Kreg_FloatTensor:$dy,
                       Optional<Kreg_FloatTensor>:$positions,
                       DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads_low, DenseI64ArrayAttr:$pads_high);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    `` $kind $x `,` $dy (`at` $positions^ `:` type($positions))? `window` $window `strides` $strides `pads` $pads_low `to` $pads_high
    attr-dict `:` type($x) `,` type($dy)
  }];
  let hasVerifier = 1;
}

def Kreg_PoolPositionOp : Kreg_TypedCoreOp<"pool_position"> {
  let summary = "where in its window the maximum lies that `kreg.pool max` takes";
  let description = [{
    The number, counted through the window in row-major order from 0, of the
    first element that equals the maximum; where the maximum is NaN, the number
    of elements of the window.

    Constraints:
    * (C1) pooling x has the type of the result.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4x3xf32>) -> tensor<?x2x3xf32> {
      %p = kreg.pool_position %x window [2] strides [2] pads [0] to [0]
        : tensor<?x4x3xf32> to tensor<?x2x3xf32>
      kreg.return %p : tensor<?x2x3xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads_low, DenseI64ArrayAttr:$pads_high);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $x `window` $window `strides` $strides `pads` $pads_low `to` $pads_high
    attr-dict `:` type($x) `to` type($y)
  }];
  let hasVerifier = 1;
}

def Kreg_EmbeddingGradientOp : Kreg_TypedCoreOp<"embedding_gradient"> {
  let summary = "the gradient of `kreg.embedding` with respect to its table";
  let description = [{
    ids: [B, …], dy: [B, …, D], result: [V, D]; row v is the sum of dy over all
    places whose id is v. An id outside of 0 … V-1 adds nothing.

    Constraints:
    * (C1) dy has the shape of ids and the result's last dimension behind it.

    Example:
    ```mlir
    kreg.model @example(%ids: tensor<?x3xf32>, %dy: tensor<?x3x4xf32>) -> tensor<10x4xf32> {
      %dt = kreg.embedding_gradient %ids, %dy
        : (tensor<?x3xf32>, tensor<?x3x4xf32>) -> tensor<10x4xf32>
      kreg.return %dt : tensor<10x4xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$ids, Kreg_FloatTensor:$dy);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "$ids `,` $dy attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Kreg_ResizeGradientOp : Kreg_TypedCoreOp<"resize_gradient"> {
  let summary = "the gradient of `kreg.resize` with respect to x";
  let description = [{
    dy: [B, m…, C], result: [B, n…, C], the type of x. dx[j] = Σ w·dy[i] with
    w = max(0, 1 - |p - j|), p the place of i as `kreg.resize` has it, moved to
    0 … n - 1.

    Constraints:
    * (C1) the sizes of dy are multiples of those of the result.

    Example:
    ```mlir
    kreg.model @example(%dy: tensor<?x4x6x1xf32>) -> tensor<?x2x3x1xf32> {
      %dx = kreg.resize_gradient bilinear %dy : tensor<?x4x6x1xf32> to tensor<?x2x3x1xf32>
      kreg.return %dx : tensor<?x2x3x1xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_ResizeKindAttr:$kind, Kreg_FloatTensor:$dy);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = "`` $kind $dy attr-dict `:` type($dy) `to` type($y)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// How often dimension `i` of dy has that of the result.
    int64_t factorOf(unsigned i);
  }];
}

def Kreg_PhaseKernelOp : Kreg_TypedCoreOp<"phase_kernel"> {
  let summary = "the kernel of a transposed convolution, sorted by phases";
  let description = [{
    k: [K…, C, F], the kernel of `kreg.conv_transpose` or of
    `kreg.conv_input_gradient`. A result o = O·s + p sees x[O + e] through the tap
    p + low - e·s; e runs from E = ⌈(low - K + 1)/s⌉ to ⌊(low + s - 1)/s⌋, in T steps.
    The result is [s…, T…, F, C]:
    y[p…, t…, f, c] = k[p + low - (E + t)·s…, c, f], 0 outside of k.

    Constraints:
    * (C1) one stride and one pad per spatial dimension, and the result's shape
      is that.

    Example:
    ```mlir
    kreg.model @example(%k: tensor<3x3x8x4xf32>) -> tensor<2x2x2x2x4x8xf32> {
      %y = kreg.phase_kernel %k strides [2, 2] low [0, 0]
        : tensor<3x3x8x4xf32> to tensor<2x2x2x2x4x8xf32>
      kreg.return %y : tensor<2x2x2x2x4x8xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$low);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $kernel `strides` $strides `low` $low attr-dict `:` type($kernel) `to` type($y)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The type of the result.
    static ::mlir::RankedTensorType resultType(::mlir::RankedTensorType kernel,
        ::llvm::ArrayRef<int64_t> strides, ::llvm::ArrayRef<int64_t> low);
    /// E of a dimension.
    static int64_t firstOf(int64_t window, int64_t stride, int64_t low);
    /// T of a dimension.
    static int64_t tapsOf(int64_t window, int64_t stride, int64_t low);
  }];
}

def Kreg_PhaseConvOp : Kreg_TypedCoreOp<"phase_conv"> {
  let summary = "a transposed convolution, one convolution per phase of its strides";
  let description = [{
    x: [B, n…, F], kernel: what `kreg.phase_kernel` makes of a kernel with that
    `window` K and that `low`, result: [B, O, s, …, O_last, s_last, C], in memory the
    transposed convolution:
    y[b, o, p, …, c] = Σ x[b, o + E + t…, f]·kernel[p…, t…, f, c] over f and the t… whose
    tap p + low - (E + t)·s is one of the window; x is 0 outside. Nothing is
    multiplied by the zeros that a stride would put between the elements of x, nor
    by those of phases with fewer taps than others.

    Constraints:
    * (C1) x has the spatial dimensions of the kernel and its F channels, and the
      result the kernel's phases and channels.
    * (C2) the kernel has T taps in each dimension.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4x4x4xf32>, %k: tensor<2x2x2x2x4x8xf32>) -> tensor<?x4x2x4x2x8xf32> {
      %y = kreg.phase_conv %x, %k window [3, 3] low [0, 0]
        : (tensor<?x4x4x4xf32>, tensor<2x2x2x2x4x8xf32>) -> tensor<?x4x2x4x2x8xf32>
      kreg.return %y : tensor<?x4x2x4x2x8xf32>
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$x, Kreg_FloatTensor:$kernel,
                       DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$low);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $kernel `window` $window `low` $low attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif // KREG_GRADIENT_OPS_TD

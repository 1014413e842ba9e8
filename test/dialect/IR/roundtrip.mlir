// Every op and attribute prints what parses to the same thing: pretty, generic
// and as bytecode.
// RUN: kreg-opt %s > %t.pretty
// RUN: FileCheck %s < %t.pretty
// RUN: kreg-opt %t.pretty | diff %t.pretty -
// RUN: kreg-opt %s -mlir-print-op-generic | kreg-opt | diff %t.pretty -
// RUN: kreg-opt %s -emit-bytecode | kreg-opt | diff %t.pretty -

// CHECK: kreg.variable @"conv/kernel" trainable penalised <1.0e-07, 0.3> : tensor<3x3x2x4xf32>
kreg.variable @"conv/kernel" trainable penalised <1.0e-7 : f64, 0.3 : f64> : tensor<3x3x2x4xf32>
// CHECK: kreg.variable @frozen : tensor<2xf32> = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
kreg.variable @frozen : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
// CHECK: kreg.variable @depthwise : tensor<3x2x2xf32> = dense_resource<weights> : tensor<3x2x2xf32>
kreg.variable @depthwise : tensor<3x2x2xf32> = dense_resource<weights> : tensor<3x2x2xf32>

// CHECK: kreg.variable @table trainable orthogonal <0.01, columns> : tensor<5x2xf32>
kreg.variable @table trainable orthogonal <0.01, columns> : tensor<5x2xf32>

// CHECK-LABEL: kreg.model @layers
// CHECK-SAME: (%arg0: tensor<?x4xf32> {kreg.name = "in"}) -> (tensor<?x4xf32> {kreg.name = "out"}) attributes {mode = "inference"}
kreg.model @layers(%x: tensor<?x4xf32> {kreg.name = "in"}) -> (tensor<?x4xf32> {kreg.name = "out"})
    attributes {mode = "inference"} {
  // CHECK: kreg.layer "plain" Activation {
  %0 = kreg.layer "plain" Activation {
    // CHECK-NEXT: kreg.unary relu %arg0 : tensor<?x4xf32>
    %y = kreg.unary relu %x : tensor<?x4xf32>
    // CHECK-NEXT: kreg.yield %{{.*}} : tensor<?x4xf32>
    kreg.yield %y : tensor<?x4xf32>
  } : tensor<?x4xf32>
  // CHECK: kreg.layer "shared" Dense call 2 penalised <0.01, 0.0> per none attributes {note = "n"} {
  %1 = kreg.layer "shared" Dense call 2 penalised <0.01, 0.0> per none attributes {note = "n"} {
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  // CHECK: kreg.layer "orthogonal" Dense penalised orthogonal <0.05, rows> per batch {
  %2 = kreg.layer "orthogonal" Dense penalised orthogonal <0.05, rows> per batch {
    kreg.yield %1 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  // CHECK: kreg.return %{{.*}} : tensor<?x4xf32>
  kreg.return %2 : tensor<?x4xf32>
}

// CHECK-LABEL: kreg.model @penalties
kreg.model @penalties(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: kreg.penalty %arg0, <0.01, 0.02> per batch : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.01, 0.02> per batch : tensor<?x4xf32>
  // CHECK: kreg.penalty %arg0, <0.5, 1.0e+22> per none : tensor<?x4xf32>
  %q = kreg.penalty %x, <0.5, 1.0e+22> per none : tensor<?x4xf32>
  // CHECK: kreg.orthogonal_penalty %arg0, <0.05, rows> per batch : tensor<?x4xf32>
  %r = kreg.orthogonal_penalty %x, <0.05, rows> per batch : tensor<?x4xf32>
  // CHECK: kreg.orthogonal_gradient %arg0, <0.05, columns> per none : tensor<?x4xf32>
  %g = kreg.orthogonal_gradient %x, <0.05, columns> per none : tensor<?x4xf32>
  // CHECK: kreg.return %arg0 : tensor<?x4xf32> penalties %0, %1, %2
  kreg.return %x : tensor<?x4xf32> penalties %p, %q, %r
}

// CHECK-LABEL: kreg.model @windows
kreg.model @windows(%x: tensor<?x8x8x2xf32>, %s: tensor<?x8x2xf32>) -> tensor<?x3x3x4xf32> {
  // CHECK: kreg.read @"conv/kernel" : tensor<3x3x2x4xf32>
  %k = kreg.read @"conv/kernel" : tensor<3x3x2x4xf32>
  // CHECK: kreg.conv %arg0, %0 strides [2, 2] dilations [1, 1] pads [0, 1] to [0, 0] : (tensor<?x8x8x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x3x4x4xf32>
  %0 = kreg.conv %x, %k strides [2, 2] dilations [1, 1] pads [0, 1] to [0, 0] : (tensor<?x8x8x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x3x4x4xf32>
  %wide = kreg.concat %x, %x axis 3 : (tensor<?x8x8x2xf32>, tensor<?x8x8x2xf32>) -> tensor<?x8x8x4xf32>
  // CHECK: kreg.conv {{.*}} groups 2 :
  %1 = kreg.conv %wide, %k strides [1, 1] dilations [2, 2] pads [0, 0] to [0, 0] groups 2 : (tensor<?x8x8x4xf32>, tensor<3x3x2x4xf32>) -> tensor<?x4x4x4xf32>
  %d = kreg.read @depthwise : tensor<3x2x2xf32>
  // CHECK: kreg.depthwise_conv %arg1, %{{.*}} strides [1] dilations [1] pads [1] to [1] : (tensor<?x8x2xf32>, tensor<3x2x2xf32>) -> tensor<?x8x4xf32>
  %2 = kreg.depthwise_conv %s, %d strides [1] dilations [1] pads [1] to [1] : (tensor<?x8x2xf32>, tensor<3x2x2xf32>) -> tensor<?x8x4xf32>
  // CHECK: kreg.pool avg %{{.*}} window [2, 2] strides [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x4xf32>) -> tensor<?x3x3x4xf32>
  %3 = kreg.pool avg %1 window [2, 2] strides [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x4xf32>) -> tensor<?x3x3x4xf32>
  kreg.return %3 : tensor<?x3x3x4xf32>
}

// CHECK-LABEL: kreg.model @pointwise
kreg.model @pointwise(%x: tensor<?x4x2xf32>) -> tensor<?x4x2xf32> {
  // CHECK: kreg.unary clipped_relu %arg0 params [1.000000e-01, 5.000000e-01, 0x7FF0000000000000] : tensor<?x4x2xf32>
  %0 = kreg.unary clipped_relu %x params [0.1, 0.5, 0x7FF0000000000000] : tensor<?x4x2xf32>
  // CHECK: kreg.constant dense<0> : tensor<2xi32>
  %i = kreg.constant dense<0> : tensor<2xi32>
  // CHECK: kreg.constant dense<5.000000e-01> : tensor<2xf32>
  %c = kreg.constant dense<0.5> : tensor<2xf32>
  // CHECK: kreg.binary max %{{.*}}, %{{.*}} : (tensor<?x4x2xf32>, tensor<2xf32>) -> tensor<?x4x2xf32>
  %1 = kreg.binary max %0, %c : (tensor<?x4x2xf32>, tensor<2xf32>) -> tensor<?x4x2xf32>
  // CHECK: kreg.reduce sum %{{.*}} axes [1] keepdims : (tensor<?x4x2xf32>) -> tensor<?x1x2xf32>
  %2 = kreg.reduce sum %1 axes [1] keepdims : (tensor<?x4x2xf32>) -> tensor<?x1x2xf32>
  // CHECK: kreg.reduce max %{{.*}} axes [1, 2] : (tensor<?x4x2xf32>) -> tensor<?xf32>
  %3 = kreg.reduce max %1 axes [1, 2] : (tensor<?x4x2xf32>) -> tensor<?xf32>
  // CHECK: kreg.softmax %{{.*}} axis 2 : tensor<?x4x2xf32>
  %4 = kreg.softmax %1 axis 2 : tensor<?x4x2xf32>
  // CHECK: kreg.batch_norm %{{.*}} mean %[[C:.*]] variance %[[C]] gamma %[[C]] beta %[[C]] epsilon 1.000000e-03 axis 2 momentum 9.000000e-01 trained : (
  %5 = kreg.batch_norm %4 mean %c variance %c gamma %c beta %c epsilon 0.001 axis 2 momentum 0.9 trained
    : (tensor<?x4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x4x2xf32>
  // CHECK: kreg.dropout %{{.*}} rate 2.000000e-01 noise_shape [0, 1, 2] seed 7 : tensor<?x4x2xf32>
  %6 = kreg.dropout %5 rate 0.2 noise_shape [0, 1, 2] seed 7 : tensor<?x4x2xf32>
  kreg.return %6 : tensor<?x4x2xf32>
}

// CHECK-LABEL: kreg.model @moves
kreg.model @moves(%x: tensor<?x4x2xf32>) -> tensor<?x12xf32> {
  // CHECK: kreg.transpose %arg0 perm [0, 2, 1] : (tensor<?x4x2xf32>) -> tensor<?x2x4xf32>
  %0 = kreg.transpose %x perm [0, 2, 1] : (tensor<?x4x2xf32>) -> tensor<?x2x4xf32>
  // CHECK: kreg.pad %{{.*}} low [0, 0, 1] high [0, 0, 1] : (tensor<?x2x4xf32>) -> tensor<?x2x6xf32>
  %1 = kreg.pad %0 low [0, 0, 1] high [0, 0, 1] : (tensor<?x2x4xf32>) -> tensor<?x2x6xf32>
  // CHECK: kreg.reshape %{{.*}} : tensor<?x2x6xf32> to tensor<?x12xf32>
  %2 = kreg.reshape %1 : tensor<?x2x6xf32> to tensor<?x12xf32>
  kreg.return %2 : tensor<?x12xf32>
}

// CHECK-LABEL: kreg.model @kernels
kreg.model @kernels(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: kreg.kernel "relu" (%[[A:.*]] = %arg0 : tensor<?x4xf32>) attributes {
  // CHECK-SAME: packings = [#kreg.packing<0>]
  // CHECK-SAME: schedule = #kreg.schedule<family = elementwise>
  // CHECK-SAME: small_batch = 2 : i64
  // CHECK-SAME: small_schedule = #kreg.schedule<family = elementwise, vector = 4, vectors = 2
  %y, %s = kreg.kernel "relu" (%a = %x : tensor<?x4xf32>) attributes {
      packings = [#kreg.packing<0>], schedule = #kreg.schedule<family = elementwise>, small_batch = 2 : i64,
      small_schedule = #kreg.schedule<family = elementwise, vector = 4, vectors = 2>} {
    // CHECK-NEXT: kreg.unary relu %[[A]]
    %0 = kreg.unary relu %a : tensor<?x4xf32>
    %1 = kreg.penalty %0, <1.0, 0.0> per none : tensor<?x4xf32>
    kreg.yield %0, %1 : tensor<?x4xf32>, f64
  // CHECK: } : tensor<?x4xf32>, f64
  } : tensor<?x4xf32>, f64
  // CHECK: kreg.divide_by_batch %{{.*}} by %{{.*}} : tensor<?x4xf32>
  %p = kreg.divide_by_batch %s by %y : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// CHECK-LABEL: kreg.model @feed_forward
kreg.model @feed_forward(%x: tensor<?x4x4x2xf32>, %ids: tensor<?x3xf32>) -> (tensor<?x2x2x2xf32>, tensor<?x3x2xf32>) {
  %k = kreg.read @"conv/kernel" : tensor<3x3x2x4xf32>
  %wide = kreg.concat %x, %x axis 3 : (tensor<?x4x4x2xf32>, tensor<?x4x4x2xf32>) -> tensor<?x4x4x4xf32>
  // CHECK: kreg.conv_transpose %{{.*}}, %{{.*}} strides [2, 1] dilations [1, 2] pads [0, 1] to [-1, 2] : (tensor<?x4x4x4xf32>, tensor<3x3x2x4xf32>) -> tensor<?x10x5x2xf32>
  %0 = kreg.conv_transpose %wide, %k strides [2, 1] dilations [1, 2] pads [0, 1] to [-1, 2]
    : (tensor<?x4x4x4xf32>, tensor<3x3x2x4xf32>) -> tensor<?x10x5x2xf32>
  // CHECK: kreg.slice %{{.*}} low [0, 1, 0, 0] high [0, 2, 1, 0] : (tensor<?x10x5x2xf32>) -> tensor<?x7x4x2xf32>
  %1 = kreg.slice %0 low [0, 1, 0, 0] high [0, 2, 1, 0] : (tensor<?x10x5x2xf32>) -> tensor<?x7x4x2xf32>
  // CHECK: kreg.slice %{{.*}} low [0, 0, 1, 0] high [0, 0, 0, 0] strides [1, 3, 2, 1] : (tensor<?x7x4x2xf32>) -> tensor<?x3x2x2xf32>
  %2 = kreg.slice %1 low [0, 0, 1, 0] high [0, 0, 0, 0] strides [1, 3, 2, 1] : (tensor<?x7x4x2xf32>) -> tensor<?x3x2x2xf32>
  // CHECK: kreg.repeat %{{.*}} factors [1, 2, 3, 1] : (tensor<?x3x2x2xf32>) -> tensor<?x6x6x2xf32>
  %3 = kreg.repeat %2 factors [1, 2, 3, 1] : (tensor<?x3x2x2xf32>) -> tensor<?x6x6x2xf32>
  // CHECK: kreg.resize bilinear %{{.*}} to [2, 2] : (tensor<?x6x6x2xf32>) -> tensor<?x2x2x2xf32>
  %4 = kreg.resize bilinear %3 to [2, 2] : (tensor<?x6x6x2xf32>) -> tensor<?x2x2x2xf32>
  // CHECK: kreg.noise gaussian_noise %{{.*}} amount 1.500000e+00 : tensor<?x2x2x2xf32>
  %5 = kreg.noise gaussian_noise %4 amount 1.5 : tensor<?x2x2x2xf32>
  // CHECK: kreg.noise gaussian_dropout %{{.*}} amount 2.500000e-01 seed 3 : tensor<?x2x2x2xf32>
  %6 = kreg.noise gaussian_dropout %5 amount 0.25 seed 3 : tensor<?x2x2x2xf32>
  // CHECK: kreg.noise alpha_dropout %{{.*}} amount 5.000000e-01 noise_shape [0, 1, 1, 2] seed 7 : tensor<?x2x2x2xf32>
  %7 = kreg.noise alpha_dropout %6 amount 0.5 noise_shape [0, 1, 1, 2] seed 7 : tensor<?x2x2x2xf32>
  // CHECK: kreg.normalize standard %{{.*}} axes [1, 3] epsilon 1.000000e-03 : tensor<?x2x2x2xf32>
  %8 = kreg.normalize standard %7 axes [1, 3] epsilon 1.0e-3 : tensor<?x2x2x2xf32>
  // CHECK: kreg.normalize rms %{{.*}} axes [3] epsilon 0.000000e+00 : tensor<?x2x2x2xf32>
  %9 = kreg.normalize rms %8 axes [3] epsilon 0.0 : tensor<?x2x2x2xf32>
  // CHECK: kreg.normalize l2 %{{.*}} axes [3] epsilon 9.9999999999999998E-13 : tensor<?x2x2x2xf32>
  %10 = kreg.normalize l2 %9 axes [3] epsilon 1.0e-12 : tensor<?x2x2x2xf32>
  // CHECK: kreg.matmul %{{.*}}, %{{.*}} : (tensor<?x2x2x2xf32>, tensor<?x2x2x2xf32>) -> tensor<?x2x2x2xf32>
  %11 = kreg.matmul %10, %9 : (tensor<?x2x2x2xf32>, tensor<?x2x2x2xf32>) -> tensor<?x2x2x2xf32>
  // CHECK: kreg.reduce min %{{.*}} axes [1, 2] : (tensor<?x2x2x2xf32>) -> tensor<?x2xf32>
  %12 = kreg.reduce min %11 axes [1, 2] : (tensor<?x2x2x2xf32>) -> tensor<?x2xf32>
  %t = kreg.read @table : tensor<5x2xf32>
  // CHECK: kreg.embedding %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<5x2xf32>) -> tensor<?x3x2xf32>
  %13 = kreg.embedding %ids, %t : (tensor<?x3xf32>, tensor<5x2xf32>) -> tensor<?x3x2xf32>
  kreg.return %11, %13 : tensor<?x2x2x2xf32>, tensor<?x3x2xf32>
}

// CHECK-LABEL: kreg.model @steps
kreg.model @steps(%x: tensor<?x6x6x4xf32>, %dy: tensor<?x4x4x4xf32>, %s: tensor<?xf32>) -> tensor<?x6x6x4xf32> {
  // CHECK: kreg.reduce_to %arg0 : tensor<?x6x6x4xf32> to tensor<4xf32>
  %0 = kreg.reduce_to %x : tensor<?x6x6x4xf32> to tensor<4xf32>
  // CHECK: kreg.fill 5.000000e-01 per batch like %arg0 : tensor<?x6x6x4xf32> to tensor<?x6xf32>
  %f = kreg.fill 0.5 per batch like %x : tensor<?x6x6x4xf32> to tensor<?x6xf32>
  // CHECK: kreg.total %arg0 per batch : tensor<?x6x6x4xf32>
  %l = kreg.total %x per batch : tensor<?x6x6x4xf32>
  // CHECK: kreg.one_hot %arg2 : tensor<?xf32> to tensor<?x3xf32>
  %1 = kreg.one_hot %s : tensor<?xf32> to tensor<?x3xf32>
  // CHECK: kreg.conv_kernel_gradient %arg0, %arg1 strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] groups 2 : (tensor<?x6x6x4xf32>, tensor<?x4x4x4xf32>) -> tensor<3x3x2x4xf32>
  %2 = kreg.conv_kernel_gradient %x, %dy strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] groups 2
    : (tensor<?x6x6x4xf32>, tensor<?x4x4x4xf32>) -> tensor<3x3x2x4xf32>
  // CHECK: kreg.conv_input_gradient %arg1, %{{.*}} strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] groups 2 : (tensor<?x4x4x4xf32>, tensor<3x3x2x4xf32>) -> tensor<?x6x6x4xf32>
  %3 = kreg.conv_input_gradient %dy, %2 strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] groups 2
    : (tensor<?x4x4x4xf32>, tensor<3x3x2x4xf32>) -> tensor<?x6x6x4xf32>
  // CHECK: kreg.depthwise_kernel_gradient %arg0, %arg1 strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x6x6x4xf32>, tensor<?x4x4x4xf32>) -> tensor<3x3x4x1xf32>
  %4 = kreg.depthwise_kernel_gradient %x, %dy strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x6x6x4xf32>, tensor<?x4x4x4xf32>) -> tensor<3x3x4x1xf32>
  // CHECK: kreg.depthwise_input_gradient %arg1, %{{.*}} strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x4xf32>, tensor<3x3x4x1xf32>) -> tensor<?x6x6x4xf32>
  %5 = kreg.depthwise_input_gradient %dy, %4 strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x4x4x4xf32>, tensor<3x3x4x1xf32>) -> tensor<?x6x6x4xf32>
  // CHECK: kreg.pool_gradient max %arg0, %arg1 window [3, 3] strides [1, 1] pads [0, 0] to [0, 0] : tensor<?x6x6x4xf32>, tensor<?x4x4x4xf32>
  %6 = kreg.pool_gradient max %x, %dy window [3, 3] strides [1, 1] pads [0, 0] to [0, 0] : tensor<?x6x6x4xf32>, tensor<?x4x4x4xf32>
  // CHECK: kreg.dense_kernel_gradient %arg0, %arg0 : (tensor<?x6x6x4xf32>, tensor<?x6x6x4xf32>) -> tensor<4x4xf32>
  %7 = kreg.dense_kernel_gradient %x, %x : (tensor<?x6x6x4xf32>, tensor<?x6x6x4xf32>) -> tensor<4x4xf32>
  // CHECK: kreg.pool_position %arg0 window [3, 3] strides [1, 1] pads [0, 0] to [0, 0] : tensor<?x6x6x4xf32> to tensor<?x4x4x4xf32>
  %8 = kreg.pool_position %x window [3, 3] strides [1, 1] pads [0, 0] to [0, 0] : tensor<?x6x6x4xf32> to tensor<?x4x4x4xf32>
  // CHECK: kreg.pool_gradient max %arg0, %arg1 at %{{.*}} : tensor<?x4x4x4xf32> window [3, 3]
  %9 = kreg.pool_gradient max %x, %dy at %8 : tensor<?x4x4x4xf32> window [3, 3] strides [1, 1] pads [0, 0] to [0, 0] : tensor<?x6x6x4xf32>, tensor<?x4x4x4xf32>
  // CHECK: kreg.resize_gradient bilinear %arg1 : tensor<?x4x4x4xf32> to tensor<?x2x1x4xf32>
  %dx = kreg.resize_gradient bilinear %dy : tensor<?x4x4x4xf32> to tensor<?x2x1x4xf32>
  // CHECK: kreg.embedding_gradient %arg2, %{{.*}} : (tensor<?xf32>, tensor<?x3xf32>) -> tensor<7x3xf32>
  %10 = kreg.embedding_gradient %s, %1 : (tensor<?xf32>, tensor<?x3xf32>) -> tensor<7x3xf32>
  // CHECK: %[[STATE:.*]] = kreg.random_state : tensor<4xi32>
  %11 = kreg.random_state : tensor<4xi32>
  // CHECK: kreg.random normal %[[STATE]] draw 3 like %arg0 : tensor<4xi32>, tensor<?x6x6x4xf32> to tensor<?x2xf32>
  %12 = kreg.random normal %11 draw 3 like %x : tensor<4xi32>, tensor<?x6x6x4xf32> to tensor<?x2xf32>
  // CHECK: kreg.phase_kernel %{{.*}} strides [2, 2] low [0, 0] : tensor<3x3x2x4xf32> to tensor<2x2x2x2x4x2xf32>
  %13 = kreg.phase_kernel %2 strides [2, 2] low [0, 0] : tensor<3x3x2x4xf32> to tensor<2x2x2x2x4x2xf32>
  // CHECK: kreg.phase_conv %arg1, %{{.*}} window [3, 3] low [0, 0] : (tensor<?x4x4x4xf32>, tensor<2x2x2x2x4x2xf32>) -> tensor<?x4x2x4x2x2xf32>
  %14 = kreg.phase_conv %dy, %13 window [3, 3] low [0, 0] : (tensor<?x4x4x4xf32>, tensor<2x2x2x2x4x2xf32>) -> tensor<?x4x2x4x2x2xf32>
  kreg.return %5 : tensor<?x6x6x4xf32> penalties %l
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000803f00000040000040400000804000000000000000000000803f0000803f0000803f0000803f0000803f0000803f"
    }
  }
#-}

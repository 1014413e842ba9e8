// RUN: kreg-opt %s -kreg-fold-batch-norm -split-input-file | FileCheck %s

// s = γ/√(v + ε) = [2/√1, 3/√4] = [2, 1.5], t = β - μ·s = [0.5 - 2, 0.25 - 3].
// Kernel: [1, 2; 3, 4]·s = [2, 3; 6, 6]; bias: [1, -1]·s + t = [0.5, -4.25].
// A weight penalty keeps the old kernel; the other old weights are gone.
// CHECK: kreg.variable @"conv/kernel" trainable penalised
// CHECK-NEXT: kreg.variable @"conv/kernel.folded" : tensor<1x1x2x2xf32> = dense_resource<[[KERNEL:.*]]> :
// CHECK-NEXT: kreg.variable @"conv/bias.folded" : tensor<2xf32> = dense_resource<[[BIAS:.*]]> :
// CHECK-NOT: kreg.variable
// CHECK-LABEL: kreg.model @conv_with_bias
// CHECK: %[[K:.*]] = kreg.read @"conv/kernel.folded"
// CHECK: %[[C:.*]] = kreg.conv %{{.*}}, %[[K]]
// CHECK: %[[B:.*]] = kreg.read @"conv/bias.folded"
// CHECK: %[[Y:.*]] = kreg.binary add %[[C]], %[[B]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[Y]]
// CHECK-NEXT: kreg.return %[[Y]]
// CHECK: "conv/kernel.folded": "0x0400000000000040000040400000C0400000C040"
// CHECK: "conv/bias.folded": "0x040000000000003F000088C0"
kreg.variable @"conv/kernel" trainable penalised <0.0, 1.0> : tensor<1x1x2x2xf32>
    = dense<[[[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<1x1x2x2xf32>
kreg.variable @"conv/bias" trainable : tensor<2xf32> = dense<[1.0, -1.0]> : tensor<2xf32>
kreg.variable @"bn/gamma" trainable : tensor<2xf32> = dense<[2.0, 3.0]> : tensor<2xf32>
kreg.variable @"bn/beta" trainable : tensor<2xf32> = dense<[0.5, 0.25]> : tensor<2xf32>
kreg.variable @"bn/moving_mean" : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
kreg.variable @"bn/moving_variance" : tensor<2xf32> = dense<[0.75, 3.75]> : tensor<2xf32>
kreg.model @conv_with_bias(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %k = kreg.read @"conv/kernel" : tensor<1x1x2x2xf32>
  %b = kreg.read @"conv/bias" : tensor<2xf32>
  %0 = kreg.conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
      : (tensor<?x4x4x2xf32>, tensor<1x1x2x2xf32>) -> tensor<?x4x4x2xf32>
  %1 = kreg.binary add %0, %b : (tensor<?x4x4x2xf32>, tensor<2xf32>) -> tensor<?x4x4x2xf32>
  %g = kreg.read @"bn/gamma" : tensor<2xf32>
  %beta = kreg.read @"bn/beta" : tensor<2xf32>
  %m = kreg.read @"bn/moving_mean" : tensor<2xf32>
  %v = kreg.read @"bn/moving_variance" : tensor<2xf32>
  %y = kreg.batch_norm %1 mean %m variance %v gamma %g beta %beta epsilon 0.25 axis 3
      : (tensor<?x4x4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x4x4x2xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32> penalties %p
}

// -----

// Without a bias the shift is a new variable of the normalisation's. Output
// channel c·M + m of a depthwise kernel is its last two dimensions in order:
// s = [1/√1, 1/√4] = [1, 0.5] over [c0, c1]; t = -μ·s = [-1, -1].
// CHECK-LABEL: kreg.model @depthwise_without_bias
// CHECK: %[[C:.*]] = kreg.depthwise_conv
// CHECK: %[[B:.*]] = kreg.read @"bn/shift.folded" : tensor<2xf32>
// CHECK: kreg.binary add %[[C]], %[[B]]
// CHECK-DAG: "bn/shift.folded": "0x04000000000080BF000080BF"
// CHECK-DAG: "dw/kernel.folded": "0x04000000000000400000003F"
kreg.variable @"dw/kernel" trainable : tensor<1x1x1x2xf32> = dense<[[[[2.0, 1.0]]]]> : tensor<1x1x1x2xf32>
kreg.variable @"bn/moving_mean" : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
kreg.variable @"bn/moving_variance" : tensor<2xf32> = dense<[0.75, 3.75]> : tensor<2xf32>
kreg.model @depthwise_without_bias(%x: tensor<?x4x4x1xf32>) -> tensor<?x4x4x2xf32> {
  %k = kreg.read @"dw/kernel" : tensor<1x1x1x2xf32>
  %0 = kreg.depthwise_conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
      : (tensor<?x4x4x1xf32>, tensor<1x1x1x2xf32>) -> tensor<?x4x4x2xf32>
  %m = kreg.read @"bn/moving_mean" : tensor<2xf32>
  %v = kreg.read @"bn/moving_variance" : tensor<2xf32>
  %y = kreg.batch_norm %0 mean %m variance %v epsilon 0.25 axis 3
      : (tensor<?x4x4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32>
}

// -----

// A shared kernel: the other call keeps the old one.
// CHECK: kreg.variable @"dense/kernel" trainable
// CHECK: kreg.variable @"dense/kernel.folded"
// CHECK-LABEL: kreg.model @shared
// CHECK-DAG: %[[K:.*]] = kreg.read @"dense/kernel" :
// CHECK-DAG: %[[F:.*]] = kreg.read @"dense/kernel.folded" :
// CHECK-DAG: kreg.dense %{{.*}}, %[[F]]
// CHECK-DAG: kreg.dense %{{.*}}, %[[K]]
kreg.variable @"dense/kernel" trainable : tensor<2x2xf32> = dense<[[2.0, 1.0], [0.0, 1.0]]> : tensor<2x2xf32>
kreg.variable @"bn/moving_mean" : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
kreg.variable @"bn/moving_variance" : tensor<2xf32> = dense<[0.75, 3.75]> : tensor<2xf32>
kreg.model @shared(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @"dense/kernel" : tensor<2x2xf32>
  %0 = kreg.dense %x, %k : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %m = kreg.read @"bn/moving_mean" : tensor<2xf32>
  %v = kreg.read @"bn/moving_variance" : tensor<2xf32>
  %1 = kreg.batch_norm %0 mean %m variance %v epsilon 0.25 axis 1
      : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %y = kreg.dense %1, %k : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}

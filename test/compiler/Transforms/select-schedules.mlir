// What must hold for any target: vectors as wide as the target's, weights of
// contractions packed in blocks of whole vectors, nothing else packed.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -cse -kreg-select-schedules=target=x86-64 | FileCheck %s --check-prefixes=CHECK,SSE
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -cse -kreg-select-schedules=target=x86-64-avx512 | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: not kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -kreg-select-schedules=target=abacus 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: there is no target 'abacus'; the known ones are 'host'

// CHECK-LABEL: kreg.model @m
// CHECK: kreg.kernel "conv"
// SSE-SAME: packings = [#kreg.packing<0>, #kreg.packing<[[BLOCK:4|8|12|16]]>, #kreg.packing<[[BLOCK]]>]
// SSE-SAME: schedule = #kreg.schedule<family = contraction, vector = 4
// AVX512-SAME: packings = [#kreg.packing<0>, #kreg.packing<[[BLOCK:16|32]]>, #kreg.packing<[[BLOCK]]>]
// AVX512-SAME: schedule = #kreg.schedule<family = contraction, vector = 16
// CHECK: kreg.kernel "pool"
// CHECK-SAME: packings = [#kreg.packing<0>]
// CHECK-SAME: schedule = #kreg.schedule<family = pooling
// CHECK: kreg.kernel "softmax"
// CHECK-SAME: schedule = #kreg.schedule<family = reduction
kreg.variable @w : tensor<3x3x16x32xf32>
kreg.variable @b : tensor<32xf32>
kreg.model @m(%x: tensor<?x14x14x16xf32>) -> tensor<?x7x7x32xf32> {
  %w = kreg.read @w : tensor<3x3x16x32xf32>
  %b = kreg.read @b : tensor<32xf32>
  %0 = kreg.conv %x, %w strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1] : (tensor<?x14x14x16xf32>, tensor<3x3x16x32xf32>) -> tensor<?x14x14x32xf32>
  %1 = kreg.binary add %0, %b : (tensor<?x14x14x32xf32>, tensor<32xf32>) -> tensor<?x14x14x32xf32>
  %2 = kreg.unary relu %1 : tensor<?x14x14x32xf32>
  %p = kreg.penalty %2, <0.01, 0.02> per batch : tensor<?x14x14x32xf32>
  %3 = kreg.pool max %2 window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x14x14x32xf32>) -> tensor<?x7x7x32xf32>
  %y = kreg.softmax %3 axis 3 : tensor<?x7x7x32xf32>
  kreg.return %y : tensor<?x7x7x32xf32> penalties %p
}

// A long sum of one channel lies in the lanes of one vector; a short one, or one
// of several channels, does not.
// CHECK-LABEL: kreg.model @one_channel
// CHECK: kreg.kernel "dense"
// SSE-SAME: schedule = #kreg.schedule<family = contraction, vector = 1, vectors = 4, {{.*}}unroll = 4
// AVX512-SAME: schedule = #kreg.schedule<family = contraction, vector = 1, vectors = 4, {{.*}}unroll = 16
// CHECK: kreg.kernel "dense_dense"
// CHECK-SAME: schedule = #kreg.schedule<family = contraction, vector = {{4|16}},
// CHECK: kreg.kernel "dense_dense_1"
// CHECK-SAME: schedule = #kreg.schedule<family = contraction, vector = 2,
kreg.variable @long : tensor<64x1xf32>
kreg.variable @short : tensor<15x1xf32>
kreg.variable @two : tensor<64x2xf32>
kreg.model @one_channel(%x: tensor<?x64xf32>, %z: tensor<?x15xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x2xf32>) {
  %l = kreg.read @long : tensor<64x1xf32>
  %s = kreg.read @short : tensor<15x1xf32>
  %t = kreg.read @two : tensor<64x2xf32>
  %0 = kreg.dense %x, %l : (tensor<?x64xf32>, tensor<64x1xf32>) -> tensor<?x1xf32>
  %1 = kreg.dense %z, %s : (tensor<?x15xf32>, tensor<15x1xf32>) -> tensor<?x1xf32>
  %2 = kreg.dense %x, %t : (tensor<?x64xf32>, tensor<64x2xf32>) -> tensor<?x2xf32>
  kreg.return %0, %1, %2 : tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x2xf32>
}

// Kernels of a training step: what is fused.
// RUN: kreg-opt %s --kreg-training-pipeline --kreg-form-kernels --split-input-file | FileCheck %s

// The gradient of an activity penalty joins the kernel that makes the tensor's
// own gradient: the product with the next layer's kernel, behind which are the
// mask of the ReLU and the penalty. No kernel is about the penalty alone.
// CHECK-LABEL: kreg.model @step(
// CHECK: %[[Y:.+]]:2 = kreg.kernel "step_dense" {{.*}}family contraction
// CHECK: kreg.penalty {{.*}} per none
// CHECK: %[[DY:.+]] = kreg.kernel "step_dense_{{.*}}" (%[[G:arg[0-9]+]] = {{.*}}%[[A:arg[0-9]+]] = %[[Y]]#0 : tensor<?x3xf32>) attributes {kreg.family = #kreg<family contraction>} {
// CHECK: %[[DX:.+]] = kreg.dense %[[G]],
// CHECK: kreg.unary sign %[[A]]
// CHECK: %[[SUM:.+]] = kreg.binary add %[[DX]],
// CHECK: kreg.unary step %[[A]]
// CHECK: kreg.binary mul %[[SUM]],
// CHECK-NEXT: kreg.yield
// CHECK: kreg.kernel {{.*}}family accumulation
// CHECK-NOT: kreg.unary sign
kreg.variable @kernel trainable : tensor<4x3xf32>
kreg.variable @next trainable : tensor<3x2xf32>
kreg.model @penalty(%x: tensor<?x4xf32>) -> tensor<?x2xf32>
    attributes {kreg.losses = [{kind = "mean_squared_error"}]} {
  %k = kreg.read @kernel : tensor<4x3xf32>
  %n = kreg.read @next : tensor<3x2xf32>
  %0 = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  %y = kreg.unary relu %0 : tensor<?x3xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x3xf32>
  %z = kreg.dense %y, %n : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  kreg.return %z : tensor<?x2xf32> penalties %p
}

// -----

// Sigmoid and crossentropy: probability, gradient and the loss's total leave the
// kernel of the product together.
// CHECK-LABEL: kreg.model @step(
// CHECK: %[[K:.+]]:3 = kreg.kernel "step_dense" {{.*}}family contraction
// CHECK: %[[L:.+]] = kreg.dense
// CHECK: kreg.unary sigmoid %[[L]]
// CHECK: kreg.unary softplus %[[L]]
// CHECK: kreg.total {{.*}} per none
// CHECK: kreg.yield {{.*}} : tensor<?x8xf32>, tensor<?x8xf32>, f64
// CHECK: kreg.divide_by_batch %[[K]]#2
// CHECK: kreg.kernel {{.*}}family accumulation
// CHECK-NOT: family elementwise
kreg.variable @kernel trainable : tensor<4x8xf32>
kreg.model @crossentropy(%x: tensor<?x4xf32>) -> tensor<?x8xf32>
    attributes {kreg.losses = [{kind = "binary_crossentropy"}]} {
  %k = kreg.read @kernel : tensor<4x8xf32>
  %0 = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x8xf32>) -> tensor<?x8xf32>
  %y = kreg.unary sigmoid %0 : tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}

// -----

// A mask is drawn where it is needed, again in the backward pass, and never
// stored; a transposed convolution is one by phases, its bias and activation
// with it.
// CHECK-LABEL: kreg.model @step(
// CHECK: kreg.kernel {{.*}}family data
// CHECK: kreg.phase_kernel
// CHECK: kreg.kernel "step_phase_conv" {{.*}}family contraction
// CHECK: kreg.phase_conv
// CHECK: kreg.unary relu
// CHECK: kreg.random uniform
// CHECK: kreg.kernel "step_conv" {{.*}}family contraction
// CHECK: kreg.kernel {{.*}}family contraction
// CHECK: kreg.phase_conv
// CHECK: kreg.random uniform
// CHECK: kreg.return
kreg.variable @kernel trainable : tensor<3x3x8x2xf32>
kreg.variable @bias trainable : tensor<8xf32>
kreg.variable @next trainable : tensor<1x1x8x1xf32>
kreg.model @masks(%x: tensor<?x4x4x2xf32>) -> tensor<?x8x8x1xf32>
    attributes {kreg.losses = [{kind = "mean_squared_error"}]} {
  %k = kreg.read @kernel : tensor<3x3x8x2xf32>
  %b = kreg.read @bias : tensor<8xf32>
  %n = kreg.read @next : tensor<1x1x8x1xf32>
  %0 = kreg.conv_transpose %x, %k strides [2, 2] dilations [1, 1] pads [0, 0] to [1, 1]
    : (tensor<?x4x4x2xf32>, tensor<3x3x8x2xf32>) -> tensor<?x8x8x8xf32>
  %1 = kreg.binary add %0, %b : (tensor<?x8x8x8xf32>, tensor<8xf32>) -> tensor<?x8x8x8xf32>
  %2 = kreg.unary relu %1 : tensor<?x8x8x8xf32>
  %3 = kreg.dropout %2 rate 0.5 : tensor<?x8x8x8xf32>
  %4 = kreg.conv %3, %n strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x8x8x8xf32>, tensor<1x1x8x1xf32>) -> tensor<?x8x8x1xf32>
  kreg.return %4 : tensor<?x8x8x1xf32>
}

// -----

// 24 filters fill 16 lanes worse than 32 channels do: the product is made the
// other way around. Without many points per sample that would not pay.
// CHECK-LABEL: kreg.model @step(
// CHECK: kreg.kernel "step_few_dense_kernel_gradient"
// CHECK: kreg.dense_kernel_gradient {{.*}} -> tensor<32x24xf32>
// CHECK: kreg.kernel "step_wide_conv_kernel_gradient"
// CHECK: kreg.conv_kernel_gradient {{.*}} -> tensor<1x1x24x32xf32>
// CHECK: kreg.kernel "step_wide_transpose"
// CHECK: kreg.transpose {{.*}} -> tensor<1x1x32x24xf32>
kreg.variable @wide trainable : tensor<1x1x32x24xf32>
kreg.variable @few trainable : tensor<32x24xf32>
kreg.model @model(%x: tensor<?x8x8x32xf32>, %z: tensor<?x32xf32>) -> (tensor<?x8x8x24xf32>, tensor<?x24xf32>) attributes {kreg.losses = [{kind = "mean_squared_error"}, {kind = "mean_squared_error"}]} {
  %w = kreg.read @wide : tensor<1x1x32x24xf32>
  %f = kreg.read @few : tensor<32x24xf32>
  %0 = kreg.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x8x8x32xf32>, tensor<1x1x32x24xf32>) -> tensor<?x8x8x24xf32> loc("wide")
  %1 = kreg.dense %z, %f : (tensor<?x32xf32>, tensor<32x24xf32>) -> tensor<?x24xf32> loc("few")
  kreg.return %0, %1 : tensor<?x8x8x24xf32>, tensor<?x24xf32>
}

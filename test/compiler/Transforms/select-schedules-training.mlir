// Gradients of weights are sums over the batch: where the operands do not fit
// into L2 the reduction is cut into blocks. No weight of a training library is
// packed, and no kernel has a second build for one or two samples.
// RUN: kreg-opt %s --kreg-training-pipeline --kreg-form-kernels --convert-kreg-to-linalg --cse --kreg-select-schedules=target=x86-64-avx2 | FileCheck %s

// CHECK-LABEL: kreg.model @step(
// CHECK-NOT: small_schedule
// Rows of images are merged: 3136 to a sample, a divisor of that to a block.
// CHECK: kreg.kernel "step_point{{.*}}gradient" {{.*}}packings = [#kreg.packing<0>, #kreg.packing<0>], schedule = #kreg.schedule<family = accumulation, {{.*}}strip = {{[1-9][0-9]*}},
// A window: a block is a row of an image, whose padded copy is made once.
// Four vectors by three points: loads take ports from the multiply-adds. Of so
// few results each task, a share of the batch, has its own.
// CHECK: kreg.kernel "step_window{{.*}}gradient" {{.*}}schedule = #kreg.schedule<family = accumulation, vectors = 4, points = 3, strip = 2, order = 1, parallel = 2>
kreg.variable @window trainable : tensor<3x3x24x32xf32>
kreg.variable @point trainable : tensor<1x1x32x64xf32>
kreg.model @model(%x: tensor<?x56x56x24xf32>) -> tensor<?x56x56x64xf32>
    attributes {kreg.losses = [{kind = "mean_squared_error"}]} {
  %w = kreg.read @window : tensor<3x3x24x32xf32>
  %p = kreg.read @point : tensor<1x1x32x64xf32>
  %0 = kreg.conv %x, %w strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1]
    : (tensor<?x56x56x24xf32>, tensor<3x3x24x32xf32>) -> tensor<?x56x56x32xf32> loc("window")
  %1 = kreg.conv %0, %p strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x56x56x32xf32>, tensor<1x1x32x64xf32>) -> tensor<?x56x56x64xf32> loc("point")
  kreg.return %1 : tensor<?x56x56x64xf32>
}

// Batch normalisation in training: the batch's statistics and the new moving
// ones; a frozen one keeps the moving ones. Each dropout has a draw of its own.
// RUN: kreg-opt %s --kreg-specialize-training | FileCheck %s

kreg.variable @bn.mean : tensor<3xf32>
kreg.variable @bn.variance : tensor<3xf32>

// CHECK-LABEL: kreg.model @trained
// CHECK-SAME: tensor<3xf32> {kreg.name = "state/bn.mean"}, tensor<3xf32> {kreg.name = "state/bn.variance"}
// CHECK-SAME: mode = "training"
// CHECK: %[[OLD:.+]] = kreg.read @bn.mean
// CHECK: %[[SUM:.+]] = kreg.reduce_to %[[X:.+]] : tensor<?x5x3xf32> to tensor<3xf32>
// CHECK: %[[SHARE:.+]] = kreg.fill 2.000000e-01 per batch like %[[X]]
// CHECK: %[[MEAN:.+]] = kreg.binary mul %[[SUM]], %[[SHARE]]
// CHECK: kreg.binary sub %[[X]], %[[MEAN]]
// CHECK: kreg.binary mul %[[OLD]],
// CHECK-NOT: kreg.batch_norm
kreg.model @trained(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  %m = kreg.read @bn.mean : tensor<3xf32>
  %v = kreg.read @bn.variance : tensor<3xf32>
  %0 = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 2 momentum 0.9 trained
    : (tensor<?x5x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x5x3xf32>
  kreg.return %0 : tensor<?x5x3xf32>
}

// CHECK-LABEL: kreg.model @frozen
// CHECK-NOT: state/
// CHECK: %[[M:.+]] = kreg.read @bn.mean
// CHECK: kreg.binary sub %{{.+}}, %[[M]]
// CHECK-NOT: kreg.reduce_to
kreg.model @frozen(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  %m = kreg.read @bn.mean : tensor<3xf32>
  %v = kreg.read @bn.variance : tensor<3xf32>
  %0 = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 2
    : (tensor<?x5x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x5x3xf32>
  kreg.return %0 : tensor<?x5x3xf32>
}

// CHECK-LABEL: kreg.model @noise
// CHECK: %[[S:.+]] = kreg.random_state
// CHECK: %[[U:.+]] = kreg.random uniform %[[S]] draw 0 like %[[X:.+]] : tensor<4xi32>, tensor<?x5x3xf32> to tensor<?x1x3xf32>
// CHECK: %[[RATE:.+]] = kreg.constant dense<2.500000e-01>
// CHECK: %[[D:.+]] = kreg.binary sub %[[U]], %[[RATE]]
// CHECK: %[[KEEP:.+]] = kreg.unary step %[[D]]
// CHECK: %[[SCALE:.+]] = kreg.constant dense<1.33333337>
// CHECK: %[[MASK:.+]] = kreg.binary mul %[[KEEP]], %[[SCALE]]
// CHECK: %[[Y:.+]] = kreg.binary mul %[[X]], %[[MASK]]
// CHECK: kreg.random normal %{{.+}} draw 1 like %[[Y]]
// CHECK: kreg.binary add %[[Y]],
kreg.model @noise(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  %0 = kreg.dropout %x rate 0.25 noise_shape [0, 1, 3] : tensor<?x5x3xf32>
  %1 = kreg.noise gaussian_noise %0 amount 0.5 : tensor<?x5x3xf32>
  kreg.return %1 : tensor<?x5x3xf32>
}

// Keras 2 moves v·n/(n - 1) = v/(1 - 1/n), here with n = 5·batch.
// CHECK-LABEL: kreg.model @unbiased
// CHECK: %[[ONE:.+]] = kreg.constant dense<1.000000e+00>
// CHECK-NEXT: %[[REST:.+]] = kreg.binary sub %[[ONE]], %{{.+}}
// CHECK-NEXT: %[[HALF:.+]] = kreg.constant dense<5.000000e-01>
// CHECK-NEXT: %[[LEAST:.+]] = kreg.binary max %[[REST]], %[[HALF]]
// CHECK-NEXT: kreg.binary div %{{.+}}, %[[LEAST]]
kreg.model @unbiased(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  %m = kreg.read @bn.mean : tensor<3xf32>
  %v = kreg.read @bn.variance : tensor<3xf32>
  %0 = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 2 momentum 0.9 trained
    {kreg.moves_unbiased} : (tensor<?x5x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x5x3xf32>
  kreg.return %0 : tensor<?x5x3xf32>
}

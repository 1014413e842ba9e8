// Batch normalisation in training: the batch's statistics and the new moving
// ones; a frozen one keeps the moving ones.
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

// Calls that draw other numbers, or move the same statistics again, stay apart.
// RUN: kreg-opt %s --pass-pipeline='builtin.module(kreg.model(kreg-number-calls,cse))' | FileCheck %s

// CHECK-LABEL: kreg.model @two_masks
// CHECK: %[[A:.+]] = kreg.dropout %[[X:.+]] rate 5.000000e-01 : tensor<?x4xf32>
// CHECK: %[[B:.+]] = kreg.dropout %[[X]] rate 5.000000e-01 {kreg.call = 1 : i64} : tensor<?x4xf32>
// CHECK: kreg.dropout %[[X]] rate 2.500000e-01 : tensor<?x4xf32>
// CHECK: kreg.return %[[A]], %[[B]],
kreg.model @two_masks(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %1 = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %2 = kreg.dropout %x rate 0.25 : tensor<?x4xf32>
  kreg.return %0, %1, %2 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// One layer called twice draws twice; another with its seed draws the same.
// CHECK-LABEL: kreg.model @seeds
// CHECK: %[[A:.+]] = kreg.noise gaussian_noise %{{.+}} amount 1.000000e-01 seed 7 : tensor<?x4xf32>
// CHECK-NEXT: %[[B:.+]] = kreg.noise gaussian_noise %{{.+}} seed 7 {kreg.call = 1 : i64}
// CHECK-NEXT: kreg.return %[[A]], %[[B]], %[[A]]
kreg.model @seeds(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = kreg.noise gaussian_noise %x amount 0.1 seed 7 : tensor<?x4xf32> loc("a")
  %1 = kreg.noise gaussian_noise %x amount 0.1 seed 7 : tensor<?x4xf32> loc("a")
  %2 = kreg.noise gaussian_noise %x amount 0.1 seed 7 : tensor<?x4xf32> loc("b")
  kreg.return %0, %1, %2 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

kreg.variable @mean : tensor<4xf32>
kreg.variable @variance : tensor<4xf32>

// A frozen normalisation moves nothing.
// CHECK-LABEL: kreg.model @statistics
// CHECK-COUNT-2: kreg.batch_norm {{.+}} trained
// CHECK: kreg.batch_norm
// CHECK-NOT: kreg.batch_norm
kreg.model @statistics(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %m = kreg.read @mean : tensor<4xf32>
  %v = kreg.read @variance : tensor<4xf32>
  %0 = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1 trained
    : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1 trained
    : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %2 = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1
    : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %3 = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1
    : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %0, %1, %2, %3 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

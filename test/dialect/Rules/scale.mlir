// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// |-2| for the sum of magnitudes, 4 for the sum of squares.
// CHECK-LABEL: kreg.model @scale
// CHECK-SAME: (%[[X:[^:]*]]: tensor
// CHECK: kreg.penalty %[[X]], <0.5, 2.0> per batch
// CHECK: kreg.binary mul
kreg.model @scale(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<-2.0> : tensor<f32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.25, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @transpose
// CHECK-SAME: (%[[X:.*]]: tensor<?x2x3xf32>)
// CHECK-NEXT: kreg.penalty %[[X]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.transpose
kreg.model @transpose(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32> penalties %p
}

// -----

// Nothing is divided, so the batch may go anywhere.
// CHECK-LABEL: kreg.model @transpose_per_none
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
// CHECK-NEXT: kreg.penalty %[[X]], {{.*}} per none
kreg.model @transpose_per_none(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %y = kreg.transpose %x perm [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per none : tensor<3x2xf32>
  kreg.return %y : tensor<3x2xf32> penalties %p
}

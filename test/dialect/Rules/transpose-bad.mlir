// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// The penalty is divided by 3 behind the transpose and by 2 before it.
// CHECK-LABEL: kreg.model @batch_stays
// CHECK: %[[Y:.*]] = kreg.transpose
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @batch_stays(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %y = kreg.transpose %x perm [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<3x2xf32>
  kreg.return %y : tensor<3x2xf32> penalties %p
}

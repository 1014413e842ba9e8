// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @noise
// CHECK-SAME: (%[[X:[^:]*]]: tensor
// CHECK: kreg.penalty %[[X]], <0.01, 0.02> per batch
// CHECK: kreg.noise
kreg.model @noise(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

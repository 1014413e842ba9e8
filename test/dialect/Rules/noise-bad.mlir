// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// In training there is noise.
// CHECK-LABEL: kreg.model @other_mode
// CHECK: %[[Y:.*]] = kreg.noise
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @other_mode(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

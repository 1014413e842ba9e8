// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// Two rows of three copies: 6 times.
// CHECK-LABEL: kreg.model @repeat
// CHECK-SAME: (%[[X:[^:]*]]: tensor
// CHECK: kreg.penalty %[[X]], <1.5, 3.0> per batch
// CHECK: kreg.repeat
kreg.model @repeat(%x: tensor<?x4x3xf32>) -> tensor<?x8x9xf32> {
  %y = kreg.repeat %x factors [1, 2, 3] : (tensor<?x4x3xf32>) -> tensor<?x8x9xf32>
  %p = kreg.penalty %y, <0.25, 0.5> per batch : tensor<?x8x9xf32>
  kreg.return %y : tensor<?x8x9xf32> penalties %p
}

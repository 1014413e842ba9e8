// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// The lower bound cuts.
// CHECK-LABEL: kreg.model @within_bounds
// CHECK: %[[Y:.*]] = kreg.unary clip
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @within_bounds(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary clip %a params [-0.5, 2.0] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// The upper bound cuts.
// CHECK-LABEL: kreg.model @within_bounds_above
// CHECK: %[[Y:.*]] = kreg.unary clip
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @within_bounds_above(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary clip %a params [-1.0, 0.5] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

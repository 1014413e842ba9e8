// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @clip
// CHECK: %[[A:.*]] = kreg.unary tanh
// CHECK-NEXT: kreg.penalty %[[A]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.unary clip
kreg.model @clip(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary clip %a params [-1.0, 2.0] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

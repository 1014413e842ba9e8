// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// tanh is negative where x is.
// CHECK-LABEL: kreg.model @non_negative
// CHECK: %[[Y:.*]] = kreg.unary selu
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @non_negative(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary selu %a params [1.5, 2.0] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @celu
// CHECK: %[[A:.*]] = kreg.unary sigmoid
// CHECK-NEXT: kreg.penalty %[[A]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.unary celu
kreg.model @celu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary celu %a params [0.5] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @clipped_relu
// CHECK: %[[A:.*]] = kreg.unary sigmoid
// CHECK-NEXT: kreg.penalty %[[A]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.unary clipped_relu
kreg.model @clipped_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %a params [0.1, 0.0, 1.0] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

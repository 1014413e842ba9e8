// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @add
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[Y:.*]]: tensor<?x4xf32>)
// CHECK: %[[A:.*]] = kreg.unary relu
// CHECK-NEXT: kreg.penalty %[[A]], <0.01, 0.0> per batch
// CHECK-NEXT: %[[B:.*]] = kreg.unary exp
// CHECK-NEXT: kreg.penalty %[[B]], <0.01, 0.0> per batch
// CHECK-NEXT: kreg.binary add
kreg.model @add(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary exp %y : tensor<?x4xf32>
  %z = kreg.binary add %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %z, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %z : tensor<?x4xf32> penalties %p
}

// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s --check-prefix=SITES

// CHECK-LABEL: kreg.model @selu
// CHECK: %[[A:.*]] = kreg.unary sigmoid
// CHECK-NEXT: kreg.penalty %[[A]], <0.015, 0.045> per batch
// CHECK-NEXT: kreg.unary selu
// A site keeps its own value, so where sites are observed nothing moves.
// SITES-LABEL: kreg.model @selu
// SITES: %[[Y:.*]] = kreg.unary selu
// SITES-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @selu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary selu %a params [1.5, 2.0] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

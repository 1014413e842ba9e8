// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// In training dropout is not the identity.
// CHECK-LABEL: kreg.model @other_mode
// CHECK: %[[Y:.*]] = kreg.dropout
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @other_mode(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

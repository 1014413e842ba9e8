// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @dropout
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: kreg.penalty %[[X]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.dropout
kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
